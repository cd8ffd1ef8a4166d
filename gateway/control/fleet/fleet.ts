// One node of a fleet: announces itself, answers to proposals, and serves what all have agreed on.

import type { Cluster, Redis } from 'ioredis'
import type { LoadResult } from '../../config/load.ts'
import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import type { Log } from '../../../sidecar/telemetry/log.ts'
import { ApiError } from '../admin/api-error.ts'
import type { ChangeResult, ConfigChange, LiveConfig } from '../config/change.ts'
import type { Current, Deployed, Deployment } from '../config/deployment.ts'
import { invalid, notWaiting } from '../config/refusals.ts'
import type { ConfigStore } from '../revisions/config-store.ts'
import { RedisConfigStore } from '../revisions/redis-config-store.ts'
import type { RevisionSummary } from '../revisions/revision.ts'
import { FleetStore, reach, StoreAway } from './fleet-store.ts'
import { Follower } from './follower.ts'
import type { Announcement, EgressSaid, Member, Vote } from './member.ts'
import type { Remembered } from './node-file.ts'
import { publish, type Published, type PublishingDeps } from './publishing.ts'

const BEAT_MS = 250
/** While a change is on its way. */
const QUICK_MS = 50
/** Connections come and go; only what lasts longer is told. */
const PATIENCE_MS = 2000

export interface FleetDeps {
  readonly clock: Clock
  readonly log: Log
  /** 32 hexadecimal digits. */
  readonly newId: () => string
  /** What people call this node, and which program it runs. */
  readonly name: string
  readonly version: string
  readonly addresses: () => readonly string[]
  /** How its workers let calls out. */
  readonly egress?: () => EgressSaid | null
  /** Begins to connect; the fleet closes it. */
  readonly connect: (onError: (error: Error) => void) => Redis | Cluster
  readonly prefix: string
  /** What was known before this process began. */
  readonly remembered: Remembered
  /** Throws the system's error. */
  readonly remember: (remembered: Remembered) => void
  /** Everything that is wrong with a text; changes nothing. */
  readonly check: (text: string) => Promise<LoadResult>
  /** Whether this node could serve a text. */
  readonly prepare: (text: string) => Promise<Vote>
  /** Asks the supervisor. */
  readonly change: (change: ConfigChange) => Promise<ChangeResult>
  readonly confirm: () => Promise<ChangeResult>
  /** Keeps an edit nobody wanted; answers where it is. */
  readonly keepRefused: (text: string) => string
  /** Told of each revision that this node made for all without being asked: taken back, or by an edit of its file. */
  readonly unasked?: (revision: RevisionSummary) => void
}

/** Whether the store answers. */
export type Link =
  | { readonly kind: 'joined' }
  | { readonly kind: 'away'; readonly sinceMs: number; readonly reason: string }

export class Fleet implements Deployment {
  readonly #store: RedisConfigStore
  readonly #deps: FleetDeps
  readonly #shared: FleetStore
  readonly #follower: Follower
  readonly #life: string
  #link: Link
  #isTold = false
  /** Why there is no connection says more than that a command found none. */
  #connectionError: string | null = null
  #skewMs: number | null = null
  #isQuick = false
  #isWoken = false
  #isBeating = false
  #cancelBeat = (): void => {}
  #isClosed = false

  constructor(deps: FleetDeps) {
    const { clock, connect, prefix } = deps
    this.#deps = deps
    const client = connect((error) => {
      this.#connectionError = error.message
    })
    this.#link = { kind: 'away', sinceMs: clock.monotonicMs(), reason: 'not connected yet' }
    this.#life = deps.newId()
    this.#shared = new FleetStore(client, prefix)
    this.#store = new RedisConfigStore(client, prefix, clock)
    this.#follower = new Follower({
      ...deps,
      life: this.#life,
      store: this.#shared,
      publish: (change) => this.#publish(change, null),
    })
    client.on('ready', () => this.#wake())
  }

  get link(): Link {
    return this.#link
  }

  /** An edit of the file that the fleet has not spoken on. */
  get edit(): string | null {
    return this.#follower.edit
  }

  current(): Current | null {
    const { live, number } = this.#follower
    return live === null ? null : { live, revision: number }
  }

  async read<Result>(ask: (store: ConfigStore) => Promise<Result>): Promise<Result> {
    try {
      return await reach(ask(this.#store))
    } catch (error) {
      throw this.#refusal(error)
    }
  }

  learn(live: LiveConfig): void {
    this.#follower.learn(live)
    this.#wake()
  }

  /** The file of this node was edited: what it says now is for all, or for nobody. */
  learnEdit(text: string): void {
    if (this.#link.kind === 'away') {
      this.#deps.log.warn('the file was edited: it waits for the store of the fleet, which is away')
    }
    this.#follower.learnEdit(text)
    this.#wake()
  }

  async apply(change: ConfigChange, expected: string): Promise<Deployed> {
    const checked = await this.#deps.check(change.text)
    if (checked.kind === 'refused') throw invalid(checked.problems)
    const { warnings } = checked
    try {
      const { revision, nodes } = await this.#publish(change, expected)
      const { number, text, author, origin, message } = revision
      const { live } = this.#follower
      // What waits and is asked for again without a term is to stay.
      const isWaiting = live?.text === text && live.revertsAtMs !== null
      if (isWaiting && change.confirmWithinMs === null) {
        return { ...(await this.confirm()), nodes, warnings }
      }
      return {
        live: { ...live!, text, author, origin, message },
        revision: number,
        nodes,
        warnings,
      }
    } catch (error) {
      throw this.#refusal(error)
    }
  }

  async confirm(): Promise<Current> {
    const { live, number } = this.#follower
    if (live === null || number === null || live.revertsAtMs === null) throw notWaiting()
    try {
      if (!(await this.#shared.confirm(number))) throw notWaiting()
    } catch (error) {
      throw this.#refusal(error)
    }
    const result = await this.#deps.confirm()
    if (result.kind === 'live') this.#follower.learn(result.live)
    return { live: { ...live, revertsAtMs: null }, revision: number }
  }

  /** Every node that was heard within an hour. Throws StoreAway. */
  members(): Promise<readonly Member[]> {
    return this.#shared.members()
  }

  self(): Announcement {
    const { name, version, addresses, remembered, egress } = this.#deps
    const { number, checksum, failed } = this.#follower
    const skewMs = this.#skewMs
    return {
      id: remembered.id,
      name,
      version,
      addresses: addresses(),
      revision: number,
      checksum,
      failed,
      skewMs,
      egress: egress?.() ?? null,
    }
  }

  /** Tells the others that this node goes. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancelBeat()
    await this.#shared.leave(this.#deps.remembered.id).catch(() => undefined)
    await this.#store.close()
  }

  #publish(change: ConfigChange, expected: string | null): Promise<Published> {
    const { clock, log, newId } = this.#deps
    const deps: PublishingDeps = {
      store: this.#shared,
      clock,
      log,
      newId,
      life: this.#life,
      self: () => this.self(),
      highest: () => this.#follower.highest,
      wake: () => this.#wake(),
    }
    return publish(change, expected, deps)
  }

  /** There is news, here or in the store. */
  #wake(): void {
    this.#isWoken = true
    this.#cancelBeat()
    void this.#beat()
  }

  async #beat(): Promise<void> {
    // A node that serves nothing yet is none that others should wait for.
    if (this.#isClosed || this.#isBeating || this.#follower.live === null) return
    this.#isBeating = true
    this.#isWoken = false
    const { clock } = this.#deps
    const begunMs = clock.monotonicMs()
    try {
      const beat = await this.#shared.beat(this.self())
      const takenMs = clock.monotonicMs() - begunMs
      this.#skewMs = Math.round(clock.wallMs() - takenMs / 2 - beat.nowMs)
      this.#joined()
      this.#isQuick = beat.proposal !== null
      this.#follower.follow(beat)
    } catch (error) {
      this.#away(error)
    }
    this.#isBeating = false
    this.#scheduleBeat()
  }

  #scheduleBeat(): void {
    if (this.#isClosed) return
    this.#cancelBeat()
    const delayMs = this.#isQuick || this.#isWoken ? QUICK_MS : BEAT_MS
    this.#cancelBeat = this.#deps.clock.after(delayMs, () => void this.#beat())
  }

  #joined(): void {
    this.#connectionError = null
    if (this.#link.kind === 'joined') return
    this.#link = { kind: 'joined' }
    this.#isTold = false
    this.#deps.log.info('the store of the fleet answers', { node: this.#deps.remembered.id })
  }

  #away(error: unknown): void {
    const { clock, log } = this.#deps
    const sinceMs = this.#link.kind === 'away' ? this.#link.sinceMs : clock.monotonicMs()
    const reason = this.#connectionError ?? errorMessage(error)
    this.#link = { kind: 'away', sinceMs, reason }
    this.#isQuick = false
    if (this.#isTold || clock.monotonicMs() - sinceMs < PATIENCE_MS) return
    this.#isTold = true
    const revision = this.#follower.number
    log.error('the store of the fleet is away: what is served stays, and nothing can be changed', {
      reason,
      revision,
    })
  }

  #refusal(error: unknown): unknown {
    if (!(error instanceof StoreAway)) return error
    const { number } = this.#follower
    const reason = this.#connectionError ?? error.message
    const served = number === null ? 'what is served' : `revision ${number}`
    return new ApiError(
      'not_available',
      `the store of the fleet is away (${reason}): ${served} stays, and changes are taken again once it is back`,
    )
  }
}
