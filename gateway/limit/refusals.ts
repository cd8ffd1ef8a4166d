// Who was limited lately, for the console: bounded, and without anything secret.

import type { Charge } from './charge.ts'
import { labelOf, type LimitSubject } from './keys.ts'

/** One key that one limit refused, or would have. */
export interface RefusedEntry {
  readonly limit: string
  /** Who: an address, a subject, the digest of a header field. */
  readonly label: string
  /** The digest under which the store counts it. */
  readonly key: string
  /** true: only recorded, not refused. */
  readonly shadow: boolean
  readonly count: number
  /** Wall-clock ms. */
  readonly firstAtMs: number
  readonly lastAtMs: number
}

interface Counted extends RefusedEntry {
  count: number
  lastAtMs: number
}

const MAX_ENTRIES = 1000

export class Refusals {
  // Map order is age of the last refusal, oldest first; by the digest, which no two limits share.
  readonly #entries = new Map<string, Counted>()

  /** A limit refused, or would have. Beyond 1000 the entry that was refused longest ago is forgotten. */
  add({ plan, bucket }: Charge, subject: LimitSubject, nowMs: number): void {
    const { storeKey: key } = bucket
    let entry = this.#entries.get(key)
    if (entry === undefined) {
      const { name: limit, shadow } = plan
      const label = labelOf(plan, subject)
      entry = { limit, label, key, shadow, count: 0, firstAtMs: nowMs, lastAtMs: nowMs }
      if (this.#entries.size >= MAX_ENTRIES) {
        const [oldest] = this.#entries.keys()
        this.#entries.delete(oldest!)
      }
    } else this.#entries.delete(key)
    entry.count += 1
    entry.lastAtMs = nowMs
    this.#entries.set(key, entry)
  }

  /** The `n` that were refused most often, most often first; of equals the one refused last. */
  top(n: number): readonly RefusedEntry[] {
    const latestFirst = [...this.#entries.values()].toReversed()
    return latestFirst
      .toSorted((a, b) => b.count - a.count)
      .slice(0, n)
      .map((entry) => ({ ...entry }))
  }
}
