// How often strangers and members may ask: a bucket for each, bounded in number.

import type { Clock } from '../../../sidecar/runtime/clock.ts'

export interface RateBoundOptions {
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly perSecond: number
  readonly burst: number
  /** Hears whoever begins to ask too often; again only after it was let in once more. */
  readonly onExcess: (key: string) => void
}

/** Buckets remembered; beyond it the one used longest ago is forgotten, which is to its owner's good. */
const MAX_KEYS = 20_000

interface Bucket {
  readonly tokens: number
  readonly atMs: number
  readonly isExcess: boolean
}

export class RateBound {
  readonly #options: RateBoundOptions
  // Map order is age of last use, oldest first.
  readonly #buckets = new Map<string, Bucket>()

  constructor(options: RateBoundOptions) {
    this.#options = options
  }

  /** false: `key` has asked too often. */
  take(key: string): boolean {
    const { clock, perSecond, burst, onExcess } = this.#options
    const nowMs = clock.monotonicMs()
    const before = this.#buckets.get(key) ?? { tokens: burst, atMs: nowMs, isExcess: false }
    const filled = Math.min(burst, before.tokens + ((nowMs - before.atMs) / 1000) * perSecond)
    const isExcess = filled < 1
    this.#buckets.delete(key)
    this.#buckets.set(key, { tokens: isExcess ? filled : filled - 1, atMs: nowMs, isExcess })
    if (this.#buckets.size > MAX_KEYS) this.#buckets.delete(this.#buckets.keys().next().value!)
    if (isExcess && !before.isExcess) onExcess(key)
    return !isExcess
  }
}
