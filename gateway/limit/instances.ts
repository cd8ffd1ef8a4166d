// How many processes share the limits, as far as this one knows: more are believed at once, fewer only after a while.

import { INSTANCE_LIFE_MS } from './store.ts'

/**
 * A store that lost what it knew counts those that have reported to it again, and that takes them a moment: the number
 * falls only where every report of 15 s said less.
 */
export class Instances {
  #count: number
  /** Fewer were reported from then on, at most so many. */
  #fewer: { readonly sinceMs: number; readonly most: number } | null = null

  /** `count`: how many there are at least until somebody has said. */
  constructor(count: number) {
    this.#count = count
  }

  get count(): number {
    return this.#count
  }

  /** The store knows of `count`, at `nowMs` of the monotonic clock. */
  report(count: number, nowMs: number): void {
    if (count >= this.#count) {
      this.#count = count
      this.#fewer = null
      return
    }
    const { sinceMs, most } = this.#fewer ?? { sinceMs: nowMs, most: 1 }
    this.#fewer = { sinceMs, most: Math.max(most, count) }
    if (nowMs - sinceMs < INSTANCE_LIFE_MS) return
    this.#count = this.#fewer.most
    this.#fewer = null
  }

  /** The store did not say: what it said before counts on, and its next answer is a first one. */
  miss(): void {
    this.#fewer = null
  }
}
