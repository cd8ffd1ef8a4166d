// Who was limited lately, for the console: bounded, and without anything secret.

/** One key that one limit refused. */
export interface LimitedEntry {
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

export class LimitedRecord {
  // Map order is age of the last refusal, oldest first.
  readonly #entries = new Map<string, LimitedEntry>()

  /** `label` is asked for only where the key is new: it is not free. Beyond 1000 the oldest entry is forgotten. */
  add(limit: string, key: string, shadow: boolean, label: () => string, nowMs: number): void {
    const id = `${key} ${limit}`
    const known = this.#entries.get(id)
    this.#entries.delete(id)
    this.#entries.set(id, {
      limit,
      label: known?.label ?? label(),
      key,
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
  list(): readonly LimitedEntry[] {
    return [...this.#entries.values()].toReversed()
  }
}
