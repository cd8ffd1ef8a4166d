// What one process admitted of one key lately, and the share of the limit it may admit without the store: what the store
// granted it is charged to that share, so that a stall does not hand out a second one. About 200 bytes a key, for at most
// as many keys as the limiter remembers.

import { shareOf } from './params.ts'
import type { BucketParams, LimitParams, WindowParams } from './plan.ts'

/** A window is kept in so many parts, of which the oldest counts whole; its slots are a multiple of them. */
const PARTS = 16

/** Times are ms of one monotonic clock; `instances`: how many processes share the limit. */
export interface OwnUse {
  /** Other numbers of the same form. */
  adopt(params: LimitParams): void
  /** Tokens of the store admitted a request. */
  add(cost: number, instances: number, nowMs: number): void
  /**
   * Admits a request from the share, or answers how many ms until it could; 0: admitted. One that costs more than the whole
   * share is admitted where none of that is used.
   */
  take(cost: number, instances: number, nowMs: number): number
  /** A request admitted by `take` at `atMs` was refused by another limit. */
  undo(cost: number, atMs: number): void
}

export function ownUse(params: LimitParams): OwnUse {
  return params.kind === 'window' ? new WindowUse(params) : new BucketUse(params)
}

class WindowUse implements OwnUse {
  #max: number
  readonly #partMs: number
  /** Tokens of each part, at its number modulo their count. */
  readonly #counts: number[] = Array.from({ length: PARTS + 1 }, () => 0)
  #total = 0
  /** Number of the newest part. */
  #newest = 0

  constructor({ max, subUs, slots }: WindowParams) {
    this.#max = max
    this.#partMs = (subUs * slots) / PARTS / 1000
  }

  adopt(params: LimitParams): void {
    if (params.kind === 'window') this.#max = params.max
  }

  add(cost: number, _instances: number, nowMs: number): void {
    this.#turnTo(Math.floor(nowMs / this.#partMs))
    this.#counts[this.#newest % (PARTS + 1)]! += cost
    this.#total += cost
  }

  take(cost: number, instances: number, nowMs: number): number {
    const share = shareOf(this.#max, instances)
    const charged = Math.min(cost, share) || cost
    this.#turnTo(Math.floor(nowMs / this.#partMs))
    if (this.#total + charged <= share) {
      this.add(cost, instances, nowMs)
      return 0
    }
    let left = this.#total
    for (let part = this.#newest - PARTS; part <= this.#newest; part++) {
      left -= this.#counts[(part + PARTS + 1) % (PARTS + 1)]!
      if (left + charged <= share) return (part + PARTS + 1) * this.#partMs - nowMs
    }
    return (PARTS + 1) * this.#partMs
  }

  undo(cost: number, atMs: number): void {
    const part = Math.floor(atMs / this.#partMs)
    if (part < this.#newest - PARTS) return
    this.#counts[part % (PARTS + 1)]! -= cost
    this.#total -= cost
  }

  #turnTo(part: number): void {
    if (part - this.#newest > PARTS) {
      this.#counts.fill(0)
      this.#total = 0
      this.#newest = part
    }
    while (this.#newest < part) {
      this.#newest += 1
      const at = this.#newest % (PARTS + 1)
      this.#total -= this.#counts[at]!
      this.#counts[at] = 0
    }
  }
}

class BucketUse implements OwnUse {
  #params: BucketParams
  /** Tokens missing to the full share at #atMs. */
  #used = 0
  #atMs = 0
  /** The share was last full then: what was taken before cannot come back. */
  #fullAtMs = 0

  constructor(params: BucketParams) {
    this.#params = params
  }

  adopt(params: LimitParams): void {
    if (params.kind === 'bucket') this.#params = params
  }

  /** Empties the share at most: the rest of a grant is charged to what the store has. */
  add(cost: number, instances: number, nowMs: number): void {
    this.#refill(instances, nowMs)
    this.#used = Math.max(this.#used, Math.min(this.#used + cost, this.#share(instances)))
  }

  take(cost: number, instances: number, nowMs: number): number {
    this.#refill(instances, nowMs)
    const share = this.#share(instances)
    const charged = Math.min(cost, share) || cost
    const missing = this.#used + charged - share
    // Sums of fractions are not exact; tokens are whole.
    if (missing > 1e-6) return Math.max(1, (missing * this.#params.tokenUs * instances) / 1000)
    this.#used += cost
    return 0
  }

  undo(cost: number, atMs: number): void {
    if (atMs >= this.#fullAtMs) this.#used = Math.max(0, this.#used - cost)
  }

  #share(instances: number): number {
    return shareOf(this.#params.size + this.#params.outstanding, instances)
  }

  #refill(instances: number, nowMs: number): void {
    const refilled = ((nowMs - this.#atMs) * 1000) / (this.#params.tokenUs * instances)
    if (refilled > this.#used) this.#fullAtMs = nowMs
    this.#used = Math.max(0, this.#used - refilled)
    this.#atMs = nowMs
  }
}
