// What became of requests, and how long they took: one entry for each status and word, until somebody takes it.

import { BUCKETS } from './metrics.ts'

const BOUNDS_MS = BUCKETS.map((seconds) => seconds * 1000)

export type OutcomeCount = readonly [status: number, reason: string, count: number]

export class OutcomeCounts {
  readonly #outcomes = new Map<string, Map<number, { count: number }>>()
  readonly #buckets = Array.from({ length: BUCKETS.length + 1 }, () => 0)
  #sumMs = 0

  /** `status` 0: none was sent. `reason`: `ok`, or the word of its record; from a fixed list. */
  count(status: number, reason: string, durationMs: number): void {
    let at = 0
    while (at < BOUNDS_MS.length && durationMs > BOUNDS_MS[at]!) at++
    this.#buckets[at]!++
    this.#sumMs += durationMs
    let byStatus = this.#outcomes.get(reason)
    if (byStatus === undefined) {
      byStatus = new Map()
      this.#outcomes.set(reason, byStatus)
    }
    const outcome = byStatus.get(status)
    if (outcome === undefined) byStatus.set(status, { count: 1 })
    else outcome.count++
  }

  get outcomes(): readonly OutcomeCount[] {
    return [...this.#outcomes].flatMap(([reason, byStatus]) =>
      [...byStatus].map(([status, { count }]) => [status, reason, count] as const),
    )
  }

  /** Requests by duration; bounds as of BUCKETS, and one more for what took longer. */
  get buckets(): readonly number[] {
    return this.#buckets
  }

  get sumMs(): number {
    return this.#sumMs
  }
}
