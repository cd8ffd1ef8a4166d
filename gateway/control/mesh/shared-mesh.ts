// One mesh of many nodes: what is registered or revoked at one door is known behind all, and stays so while Redis is away.

import type { Cluster, Redis } from 'ioredis'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import type { Log } from '../../../sidecar/telemetry/log.ts'
import { closeRedis } from '../../limit/redis-client.ts'
import type { RevocationList } from '../ca/revocations.ts'
import type { Mesh } from './mesh.ts'
import { FORGET_NODE_MS, RemoteInstances } from './remote-instances.ts'
import { decodeRevocation, encodeInstance, encodeRevocation, fieldOf } from './shared-entry.ts'
import { channelOf, SharedStore, type Everything, type Told } from './shared-store.ts'

const BEAT_MS = 2000
/** All is read anew so often, for what was said while nobody listened. */
const LOOK_BEATS = 2
/** Of more changes at once only that there were some is said, and everybody reads. */
const MAX_NEWS = 200
const MAX_NEWS_CHARACTERS = 1024 * 1024
/** Connections come and go; only what lasts longer is told. */
const PATIENCE_BEATS = 2

export interface SharedMeshOptions {
  /** Begins to connect; closed here. */
  readonly connect: (onError: (error: Error) => void) => Redis | Cluster
  readonly prefix: string
  readonly trustDomain: string
  readonly mesh: Pick<Mesh, 'bootId' | 'registry' | 'changed' | 'onChange'>
  readonly revocations: Pick<RevocationList, 'entries' | 'adopt'>
  readonly clock: Clock
  readonly log: Log
}

interface News extends Told {
  readonly node: string
  /** There is more than that: read. */
  readonly isMore: boolean
}

const NOTHING: Told = { put: [], gone: [], revoked: [] }

export class SharedMesh {
  readonly remote: RemoteInstances
  readonly #options: SharedMeshOptions
  readonly #client: Redis | Cluster
  readonly #listener: Redis | Cluster
  readonly #store: SharedStore
  readonly #channel: string
  /** What the store was told of this node's instances, by field, and which revocations it has. */
  readonly #told = new Map<string, string>()
  readonly #toldRevoked = new Set<string>()
  readonly #stop: () => void
  #cancelBeat = (): void => {}
  #isBeating = false
  #isWoken = false
  #isClosed = false
  #beats = 0
  #failures = 0

  constructor(options: SharedMeshOptions) {
    const { connect, prefix, trustDomain, mesh } = options
    this.#options = options
    this.remote = new RemoteInstances(mesh.bootId)
    // That there is no connection shows in every beat.
    this.#client = connect(() => {})
    this.#listener = connect(() => {})
    this.#store = new SharedStore(this.#client, prefix, trustDomain)
    this.#channel = channelOf(prefix, trustDomain)
    this.#listener.on('message', (_channel: string, text: string) => this.#hear(text))
    this.#listener.on('ready', () => {
      this.#listener.subscribe(this.#channel).catch(() => undefined)
    })
    this.#client.on('ready', () => this.#lookAgain())
    this.#stop = mesh.onChange(() => this.#wake())
    this.#wake()
  }

  /** Takes this node's instances out of the store, so that nobody waits for them. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#stop()
    this.#cancelBeat()
    const { bootId } = this.#options.mesh
    const gone = [...this.#told.keys()]
    const told = this.#store.tell(bootId, { ...NOTHING, gone })
    await told.then(() => this.#say({ ...NOTHING, gone })).catch(() => undefined)
    closeRedis(this.#client)
    closeRedis(this.#listener)
  }

  #lookAgain(): void {
    this.#beats = 0
    this.#wake()
  }

  #wake(): void {
    this.#isWoken = true
    if (this.#isBeating || this.#isClosed) return
    this.#cancelBeat()
    void this.#beat()
  }

  async #beat(): Promise<void> {
    this.#isBeating = true
    this.#isWoken = false
    try {
      await this.#tell()
      if (this.#beats++ % LOOK_BEATS === 0) await this.#look()
      if (this.#failures > PATIENCE_BEATS) this.#options.log.info('the mesh is shared again')
      this.#failures = 0
    } catch (error) {
      this.#failed(error)
    }
    this.#isBeating = false
    if (this.#isClosed) return
    const isUrgent = this.#isWoken && this.#failures === 0
    const pauseMs = isUrgent ? 0 : BEAT_MS
    this.#cancelBeat = this.#options.clock.after(pauseMs, () => void this.#beat())
  }

  #failed(error: unknown): void {
    this.#beats = 0
    if (this.#isClosed || ++this.#failures !== PATIENCE_BEATS + 1) return
    const message = 'the mesh is not shared: what other nodes said last is believed on'
    this.#options.log.warn(message, { error: errorMessage(error) })
  }

  /** What is not what the store was told last. */
  async #tell(): Promise<void> {
    const { mesh, revocations } = this.#options
    const own = mesh.registry.list().map((view) => {
      return [fieldOf(view), view.epoch, encodeInstance(view, mesh.bootId)] as const
    })
    const there = new Set(own.map(([field]) => field))
    const told: Told = {
      put: own.filter(([field, , text]) => this.#told.get(field) !== text),
      gone: [...this.#told.keys()].filter((field) => !there.has(field)),
      revoked: revocations
        .entries()
        .map((one) => [revokedField(one.of), encodeRevocation(one)] as const)
        .filter(([field]) => !this.#toldRevoked.has(field)),
    }
    await this.#store.tell(mesh.bootId, told)
    for (const [field, , text] of told.put) this.#told.set(field, text)
    for (const field of told.gone) this.#told.delete(field)
    for (const [field] of told.revoked) this.#toldRevoked.add(field)
    if (told.put.length + told.gone.length + told.revoked.length > 0) await this.#say(told)
  }

  async #say(told: Told): Promise<void> {
    const { bootId: node } = this.#options.mesh
    const isMore = told.put.length + told.gone.length + told.revoked.length > MAX_NEWS
    const news: News = { ...(isMore ? NOTHING : told), node, isMore }
    await this.#client.publish(this.#channel, JSON.stringify(news))
  }

  async #look(): Promise<void> {
    const { mesh, revocations } = this.#options
    const all = await this.#store.read()
    const isNew = this.remote.replace(all)
    await revocations.adopt(adoptable([...all.revocations.values()]))
    // What the store lost is told anew; what another node's door has put over it is that node's.
    for (const [field, text] of this.#told) {
      const there = all.instances.get(field)
      const isOurs = there === undefined || nodeOf(there) === mesh.bootId
      if (isOurs && there !== text) this.#told.delete(field)
    }
    for (const field of this.#toldRevoked) {
      if (!all.revocations.has(field)) this.#toldRevoked.delete(field)
    }
    if (isNew) mesh.changed()
    await this.#forgetOld(all)
  }

  async #forgetOld({ nowMs, nodes, instances, revocations }: Everything): Promise<void> {
    const old = [...nodes].filter(([, atMs]) => nowMs - atMs > FORGET_NODE_MS).map(([id]) => id)
    const left = [...instances].filter(([, text]) => old.includes(nodeOf(text)))
    const over = [...revocations]
      .filter(([, text]) => isOver(text, this.#options.clock.wallMs()))
      .map(([field]) => field)
    if (old.length + left.length + over.length > 0) await this.#store.forget(old, left, over)
  }

  /** Of another node; whatever cannot be read is found at the next look. */
  #hear(text: string): void {
    const news = text.length > MAX_NEWS_CHARACTERS ? null : newsOf(text)
    if (news === null || news.node === this.#options.mesh.bootId) return
    if (news.isMore) {
      this.#lookAgain()
      return
    }
    const changes = [
      ...news.put.map(([, , put]) => this.remote.put(put)),
      ...news.gone.map((field) => this.remote.remove(field, news.node)),
    ]
    if (changes.includes(true)) this.#options.mesh.changed()
    if (news.revoked.length === 0) return
    const revoked = adoptable(news.revoked.map(([, revocation]) => revocation))
    this.#options.revocations.adopt(revoked).catch((error: unknown) => {
      const fields = { error: errorMessage(error) }
      this.#options.log.error('a revocation of another node is in force, but not saved', fields)
    })
  }
}

function revokedField(of: { readonly id: string } | { readonly serial: string }): string {
  return 'id' in of ? of.id : of.serial
}

function adoptable(texts: readonly string[]) {
  return texts.map(decodeRevocation).filter((one) => one !== null)
}

function isOver(text: string, nowMs: number): boolean {
  const of = decodeRevocation(text)?.of
  // By the clock of whoever is furthest behind.
  return of !== undefined && 'notAfterMs' in of && of.notAfterMs < nowMs - FORGET_NODE_MS
}

function nodeOf(text: string): string {
  try {
    return String((JSON.parse(text) as { node?: unknown }).node)
  } catch {
    return ''
  }
}

function newsOf(text: string): News | null {
  try {
    const { node, put, gone, revoked, isMore } = JSON.parse(text) as Partial<News>
    const isWhole =
      typeof node === 'string' && [put, gone, revoked].every((part) => Array.isArray(part))
    return isWhole
      ? { node, put: put!, gone: gone!, revoked: revoked!, isMore: isMore === true }
      : null
  } catch {
    return null
  }
}
