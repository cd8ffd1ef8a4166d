// The measures of a fleet as one node puts them to work: read, told to every worker, and confirmed to the other nodes.

import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import type { Log } from '../../../sidecar/telemetry/log.ts'
import type { StorePlan } from '../../limit/plan.ts'
import type { MeasuresTold } from '../../limit/measures.ts'
import type { RefusedEntry } from '../../limit/refusals.ts'
import { ApiError } from '../admin/api-error.ts'
import type { Document } from '../documents/documents.ts'
import { Gather } from '../live/gather.ts'
import { joinedByKey, type LimitedKeys } from '../live/limited-keys.ts'
import { inForce, readBook, type Book, type KeptMeasure } from './book.ts'
import { openPlace, type LimitPlace } from './place.ts'

export interface LimitControlDeps {
  readonly clock: Clock
  readonly log: Log
  readonly random: () => number
  /** Of this process; unlike any other. */
  readonly id: string
  /** What people call this node. */
  readonly name: string
  /** Whom this node refused. */
  readonly own: LimitedKeys
  readonly tellAll: (told: MeasuresTold) => void
  /** The counters of this node begin anew for a key. False where that is not known to have happened. */
  readonly forget: (key: string) => Promise<boolean>
}

export interface LimitFolders {
  readonly dataDir: string
  /** Of this node. */
  readonly workers: number
}

/** How often a fleet's measures are looked at. */
const LOOK_MS = 250
/** At least so often a node says that it is there. */
const TELL_MS = 1000
/** Longer than a node that is gone is waited for. */
const SETTLE_MS = 8000
const SETTLE_PAUSE_MS = 50
const MAX_TRIES = 20
/** Keys told to the other nodes. */
const TOLD_KEYS = 200
/** Resets known to be done; a document has no more. */
const MAX_SEEN = 2000

export class LimitControl {
  readonly #deps: LimitControlDeps
  readonly #gather: Gather<null>
  #workers = 1
  #store = ''
  #place: LimitPlace | null = null
  #known: Document | null = null
  #book: Book = readBook('')
  /** Of the document that all workers obey; null: of none yet. */
  #held: number | null = null
  readonly #seen = new Set<string>()
  /** Keys that not every worker is known to have given up. */
  readonly #forgetting = new Set<string>()
  #told = { text: '', atMs: -Infinity }
  #isAway = false
  #queue: Promise<void> = Promise.resolve()
  #cancelLook = (): void => {}

  constructor(deps: LimitControlDeps) {
    this.#deps = deps
    this.#gather = new Gather(deps.clock, () => this.#workers)
  }

  /** From now on decided there. Throws the system's error where the data folder cannot be used. */
  use(plan: StorePlan, { dataDir, workers }: LimitFolders): void {
    this.#workers = workers
    const store = JSON.stringify(plan)
    if (store === this.#store) return
    const place = openPlace(plan, { dataDir, random: this.#deps.random })
    this.#store = store
    this.#place?.close()
    this.#place = place
    this.#known = null
    this.#held = null
    void this.#look()
  }

  /** A worker obeys what it was told. */
  hear(worker: number, ask: number): void {
    this.#gather.hear(worker, ask, null)
  }

  /** In force now. */
  measures(): readonly KeptMeasure[] {
    return inForce(this.#book, this.#deps.clock.wallMs())
  }

  measureOf(key: string): KeptMeasure | null {
    return this.measures().find((one) => one.key === key) ?? null
  }

  /** Whom the fleet refused, most often first; at most 500. `away`: only whom this node refused, for the store is away. */
  async limited(): Promise<{ items: readonly RefusedEntry[]; nodes: number; away: boolean }> {
    const own = this.#deps.own.list()
    const { place } = this
    if (!place.isShared) return { items: own, nodes: 1, away: false }
    try {
      const others = (await place.rows()).filter(({ id }) => id !== this.#deps.id)
      const items = joinedByKey([own, ...others.map(({ limited }) => limited)].flat())
      return { items, nodes: others.length + 1, away: false }
    } catch {
      return { items: own, nodes: 1, away: true }
    }
  }

  get place(): LimitPlace {
    if (this.#place !== null) return this.#place
    throw new ApiError('not_available', 'no configuration is served yet')
  }

  /** Resolves once every worker of every node obeys. Throws ApiError: `not_available` where that is not known. */
  async change(next: (book: Book) => Book): Promise<void> {
    const version = await this.#write(next)
    const { clock } = this.#deps
    const deadlineMs = clock.monotonicMs() + SETTLE_MS
    for (;;) {
      await this.#now()
      const late = await this.#behind(version).catch(() => [this.#deps.name])
      if (late.length === 0) return
      if (clock.monotonicMs() > deadlineMs) {
        void this.#look()
        const message = `it is written down, but not confirmed by ${late.join(', ')} yet`
        throw new ApiError('not_available', message)
      }
      await new Promise<void>((resolve) => clock.after(SETTLE_PAUSE_MS, resolve))
    }
  }

  /** The shared counters of the key begin anew. Throws ApiError `not_available`. */
  async forgetShared(key: string): Promise<void> {
    await this.#reached(() => this.place.forget(key))
  }

  close(): void {
    this.#cancelLook()
    this.#gather.close()
    this.#place?.close()
    this.#place = null
  }

  async #write(next: (book: Book) => Book): Promise<number> {
    const { place } = this
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const { text, version } = await this.#reached(() => place.read(null))
      const written = JSON.stringify(next(readBook(text)))
      if (await this.#reached(() => place.write(written, version))) return version + 1
    }
    throw new ApiError('conflict', 'others keep changing the measures; try again')
  }

  async #reached<Value>(ask: () => Promise<Value>): Promise<Value> {
    try {
      return await ask()
    } catch (error) {
      const message = `the measures of the fleet cannot be reached: ${errorMessage(error)}`
      throw new ApiError('not_available', message)
    }
  }

  /** Names of the nodes that do not obey `version` yet. */
  async #behind(version: number): Promise<string[]> {
    const { id, name } = this.#deps
    const own = (this.#held ?? 0) < version ? [name] : []
    const others = (await this.place.rows()).filter((row) => row.id !== id && row.version < version)
    return [...own, ...others.map((row) => row.name)]
  }

  async #look(): Promise<void> {
    await this.#now()
    const isDone = this.#held !== null && this.#held === this.#known?.version
    if (this.#place === null || (isDone && !this.#place.isShared)) return
    this.#cancelLook()
    this.#cancelLook = this.#deps.clock.after(LOOK_MS, () => void this.#look())
  }

  /** Resolves when what stands there now was put to work, as far as that was possible. */
  #now(): Promise<void> {
    this.#queue = this.#nowAfter(this.#queue)
    return this.#queue
  }

  async #nowAfter(before: Promise<void>): Promise<void> {
    await before
    const place = this.#place
    if (place === null) return
    try {
      await this.#follow(place)
      this.#isAway = false
    } catch (error) {
      if (!this.#isAway) {
        this.#deps.log.warn('measures of limits cannot be read', { error: errorMessage(error) })
      }
      this.#isAway = true
    }
  }

  async #follow(place: LimitPlace): Promise<void> {
    const document = await place.read(this.#known)
    if (document.version < (this.#known?.version ?? 0)) {
      // The store has lost what was decided; it must not be more open for that.
      await place.write(this.#known!.text, document.version)
      this.#known = null
      return
    }
    this.#known = document
    if (this.#held !== document.version) await this.#obey(document)
    await this.#tellOthers(place)
  }

  async #obey({ text, version }: Document): Promise<void> {
    this.#book = readBook(text)
    // What was begun anew before this process began is not begun anew again.
    const isFirst = this.#held === null
    for (const { id, key } of this.#book.resets) {
      if (this.#seen.has(id)) continue
      if (!isFirst) {
        if (!(await this.#deps.forget(key))) return
        this.#deps.own.lift(key)
        this.#forgetting.add(key)
      }
      this.#seen.add(id)
      if (this.#seen.size > MAX_SEEN) this.#seen.delete(this.#seen.values().next().value!)
    }
    const measures = this.measures().map((measure) => {
      const { key, untilMs } = measure
      return measure.kind === 'block'
        ? { key, untilMs, kind: measure.kind }
        : { key, untilMs, kind: measure.kind, factor: measure.factor }
    })
    const forget = [...this.#forgetting]
    const { missing } = await this.#gather.ask((ask) => {
      this.#deps.tellAll({ kind: 'live-limits', ask, measures, forget })
    })
    if (missing > 0) return
    for (const key of forget) this.#forgetting.delete(key)
    this.#held = version
  }

  async #tellOthers(place: LimitPlace): Promise<void> {
    if (!place.isShared || this.#held === null) return
    const { id, name, own, clock } = this.#deps
    const row = { id, name, version: this.#held, limited: own.list().slice(0, TOLD_KEYS) }
    const text = JSON.stringify(row)
    const nowMs = clock.monotonicMs()
    if (text === this.#told.text && nowMs - this.#told.atMs < TELL_MS) return
    await place.tell(row)
    this.#told = { text, atMs: nowMs }
  }
}
