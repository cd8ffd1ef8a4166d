// Whom the limits of this node refused: what each worker told last, put together by key.

import type { RefusedEntry } from '../../limit/refusals.ts'

/** Workers that were replaced are forgotten, the one that told longest ago first. */
const MAX_WORKERS = 128
const MAX_LISTED = 500

export class LimitedKeys {
  /** By worker, the one that told longest ago first. */
  readonly #told = new Map<number, readonly RefusedEntry[]>()

  /** Replaces what this worker told before. */
  learn(worker: number, entries: readonly RefusedEntry[]): void {
    this.#told.delete(worker)
    this.#told.set(worker, entries)
    if (this.#told.size > MAX_WORKERS) this.#told.delete(this.#told.keys().next().value!)
  }

  /** The key is counted anew: the next request passes, whatever was said to the last one. */
  lift(key: string): void {
    for (const [worker, entries] of this.#told) {
      const lifted = entries.map((entry) => {
        return entry.key === key ? { ...entry, passesAtMs: 0 } : entry
      })
      this.#told.set(worker, lifted)
    }
  }

  /** Most often refused first; at most 500. */
  list(): readonly RefusedEntry[] {
    return joinedByKey([...this.#told.values()].flat())
  }
}

/** One entry for each key, most often refused first; at most 500. */
export function joinedByKey(entries: readonly RefusedEntry[]): readonly RefusedEntry[] {
  const byKey = new Map<string, RefusedEntry>()
  for (const entry of entries) {
    const known = byKey.get(entry.key)
    byKey.set(entry.key, known === undefined ? entry : joined(known, entry))
  }
  return [...byKey.values()]
    .toSorted((a, b) => b.count - a.count || b.lastAtMs - a.lastAtMs)
    .slice(0, MAX_LISTED)
}

/** What the limit said last counts. */
function joined(a: RefusedEntry, b: RefusedEntry): RefusedEntry {
  const latest = b.lastAtMs > a.lastAtMs ? b : a
  return {
    ...latest,
    routes: [...new Set([...a.routes, ...b.routes])],
    count: a.count + b.count,
    firstAtMs: Math.min(a.firstAtMs, b.firstAtMs),
  }
}
