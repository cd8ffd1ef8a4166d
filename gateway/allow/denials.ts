// The inbox of refused calls: each caller and destination once, with how often, since when and why.

/** What DNS said, as far as it was asked. */
export type AnswerClass = 'not_asked' | 'public' | 'forbidden' | 'failed'

export interface Denial {
  readonly caller: string
  /** As hostText gives it, or what could be printed of a host that cannot be read. */
  readonly host: string
  readonly port: number
  /** Of the latest. */
  readonly reason: string
  /** Rule that was nearest, or ''. */
  readonly rule: string
  readonly answer: AnswerClass
  /** What DNS said, at most MAX_ADDRESSES; only public ones, so that nobody learns the inside from it. */
  readonly addresses: readonly string[]
  /** Whom the TLS hello asked for; null where there was none, or it named nobody. */
  readonly serverName: string | null
  /** true: the mode let it through all the same. */
  readonly passed: boolean
  readonly count: number
  readonly firstMs: number
  readonly lastMs: number
}

export interface DenialBounds {
  /** The caller that was silent longest is forgotten for a new one. */
  readonly callers: number
  /** Of each caller; the destination that was silent longest is forgotten, so that one caller never floods out another. */
  readonly destinations: number
}

const DEFAULT_BOUNDS: DenialBounds = { callers: 256, destinations: 64 }
const MAX_HOST_LENGTH = 255
export const MAX_ADDRESSES = 4

export class DenialInbox {
  readonly #bounds: DenialBounds
  /** Caller → destination → denial; both in the order of the latest. */
  readonly #callers = new Map<string, Map<string, Denial>>()
  #forgotten = 0

  constructor(bounds: DenialBounds = DEFAULT_BOUNDS) {
    this.#bounds = bounds
  }

  /** Denials that were dropped for want of room, counted singly. */
  get forgotten(): number {
    return this.#forgotten
  }

  record(denial: Omit<Denial, 'count' | 'firstMs' | 'lastMs'>, nowMs: number): void {
    this.merge([{ ...denial, count: 1, firstMs: nowMs, lastMs: nowMs }])
  }

  /** Adds what another inbox drained: counts add up, the latest tells the reason. */
  merge(denials: readonly Denial[]): void {
    for (const denial of denials) {
      const host = denial.host.slice(0, MAX_HOST_LENGTH)
      const destinations = this.#destinationsOf(denial.caller)
      const key = `${host} ${denial.port}`
      const known = destinations.get(key)
      destinations.delete(key)
      const one = {
        ...denial,
        host,
        serverName: denial.serverName?.slice(0, MAX_HOST_LENGTH) ?? null,
      }
      destinations.set(key, known === undefined ? one : joined(known, one))
      if (destinations.size > this.#bounds.destinations) {
        const [oldest, dropped] = destinations.entries().next().value!
        destinations.delete(oldest)
        this.#forgotten += dropped.count
      }
    }
  }

  /** The latest first. */
  list(): readonly Denial[] {
    return [...this.#callers.values()]
      .flatMap((destinations) => [...destinations.values()])
      .toSorted((a, b) => b.lastMs - a.lastMs)
  }

  /** Takes everything out, the oldest first, for an inbox that several processes fill together. */
  drain(): readonly Denial[] {
    const denials = this.list().toReversed()
    this.#callers.clear()
    return denials
  }

  /** After a rule was made for it, or somebody has seen it. */
  dismiss(caller: string, host: string, port: number): void {
    const destinations = this.#callers.get(caller)
    destinations?.delete(`${host} ${port}`)
    if (destinations?.size === 0) this.#callers.delete(caller)
  }

  #destinationsOf(caller: string): Map<string, Denial> {
    const destinations = this.#callers.get(caller) ?? new Map<string, Denial>()
    this.#callers.delete(caller)
    this.#callers.set(caller, destinations)
    if (this.#callers.size > this.#bounds.callers) {
      const [oldest, dropped] = this.#callers.entries().next().value!
      this.#callers.delete(oldest)
      for (const { count } of dropped.values()) this.#forgotten += count
    }
    return destinations
  }
}

function joined(a: Denial, b: Denial): Denial {
  const latest = b.lastMs >= a.lastMs ? b : a
  return {
    ...latest,
    host: a.host,
    count: a.count + b.count,
    firstMs: Math.min(a.firstMs, b.firstMs),
    lastMs: latest.lastMs,
  }
}
