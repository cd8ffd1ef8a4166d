// The calls that `learn` mode let through although no rule allows them: each caller and destination once.

import type { CanonicalHost } from './canonical-host.ts'

/** What went through the tunnel or request: TLS that named its host, anything else, or HTTP that could be seen. */
export type ObservedProtocol = 'tls' | 'tcp' | 'http'

export interface Observation {
  readonly caller: string
  readonly host: CanonicalHost
  readonly port: number
  readonly protocol: ObservedProtocol
  readonly count: number
  readonly firstMs: number
  readonly lastMs: number
}

export interface ObservationBounds {
  readonly total: number
  readonly perCaller: number
}

const DEFAULT_BOUNDS: ObservationBounds = { total: 10_000, perCaller: 1000 }

/** What came first stays: at the bounds new destinations are only counted. */
export class Observations {
  readonly #bounds: ObservationBounds
  readonly #byKey = new Map<string, Observation>()
  readonly #byCaller = new Map<string, number>()
  #missed = 0

  constructor(bounds: ObservationBounds = DEFAULT_BOUNDS) {
    this.#bounds = bounds
  }

  /** Calls that found no room, counted singly; what is proposed would not allow them. */
  get missed(): number {
    return this.#missed
  }

  /** For calls whose addresses were vetted: what may not be dialled is nothing to learn from. */
  record(call: Omit<Observation, 'count' | 'firstMs' | 'lastMs'>, nowMs: number): void {
    this.merge([{ ...call, count: 1, firstMs: nowMs, lastMs: nowMs }])
  }

  /** Adds what another process drained. */
  merge(observations: readonly Observation[]): void {
    for (const observation of observations) {
      const { caller, host, port, protocol, count } = observation
      const key = JSON.stringify([caller, host, port, protocol])
      const known = this.#byKey.get(key)
      if (known !== undefined) {
        this.#byKey.set(key, {
          ...known,
          count: known.count + count,
          firstMs: Math.min(known.firstMs, observation.firstMs),
          lastMs: Math.max(known.lastMs, observation.lastMs),
        })
        continue
      }
      const held = this.#byCaller.get(caller) ?? 0
      if (this.#byKey.size >= this.#bounds.total || held >= this.#bounds.perCaller) {
        this.#missed += count
        continue
      }
      this.#byKey.set(key, observation)
      this.#byCaller.set(caller, held + 1)
    }
  }

  list(): readonly Observation[] {
    return [...this.#byKey.values()]
  }

  /** Takes everything out. */
  drain(): readonly Observation[] {
    const observations = this.list()
    this.#byKey.clear()
    this.#byCaller.clear()
    return observations
  }
}
