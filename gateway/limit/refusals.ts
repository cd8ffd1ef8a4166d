// Who was limited lately, for the console: bounded, and without anything secret.

import type { Charge } from './charge.ts'
import { labelOf, type LimitSubject } from './keys.ts'

/** One key that one limit refused. */
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

const MAX_ENTRIES = 1000
const MAX_NAMES = 1000

export class Refusals {
  // Map order is age of the last refusal, oldest first.
  readonly #entries = new Map<string, RefusedEntry>()
  readonly #denied = new Map<string, number>()
  readonly #shadowed = new Map<string, number>()

  /** By name of the limit. */
  get denied(): ReadonlyMap<string, number> {
    return this.#denied
  }

  /** By name of the limit. */
  get shadowed(): ReadonlyMap<string, number> {
    return this.#shadowed
  }

  /** A limit refused, or would have. Beyond 1000 the entry that was refused longest ago is forgotten. */
  add({ plan, bucket }: Charge, subject: LimitSubject, nowMs: number): void {
    const { name, shadow } = plan
    bump(shadow ? this.#shadowed : this.#denied, name)
    const id = `${bucket.storeKey} ${name}`
    const known = this.#entries.get(id)
    this.#entries.delete(id)
    this.#entries.set(id, {
      limit: name,
      label: known?.label ?? labelOf(plan, subject),
      key: bucket.storeKey,
      shadow,
      count: (known?.count ?? 0) + 1,
      firstAtMs: known?.firstAtMs ?? nowMs,
      lastAtMs: nowMs,
    })
    if (this.#entries.size <= MAX_ENTRIES) return
    const [oldest] = this.#entries.keys()
    this.#entries.delete(oldest!)
  }

  /** Latest first. */
  list(): readonly RefusedEntry[] {
    return [...this.#entries.values()].toReversed()
  }
}

/** Names are those of the configuration; only revisions make ever new ones, and of those no more are counted then. */
function bump(counts: Map<string, number>, name: string): void {
  const count = counts.get(name) ?? 0
  if (count > 0 || counts.size < MAX_NAMES) counts.set(name, count + 1)
}
