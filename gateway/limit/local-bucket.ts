// What one process knows of one key: tokens it holds, what the store said last, and what it still has to tell the store.

import { isDeepStrictEqual } from 'node:util'
import type { LimitCounters } from './counters.ts'
import { ownUse, type OwnUse } from './own-use.ts'
import { largestCost } from './params.ts'
import type { LimitParams } from './plan.ts'
import type { TakeAnswer, TakeItem } from './take-item.ts'
import type { LimitTally } from './tallies.ts'

/** A refusal is believed this long: tokens that others give back are noticed that late. */
const LONGEST_DENIAL_MS = 1000
/** Clocks of two machines differ by less; a lease ends here before it ends for the store. */
const CLOCK_RATE_ERROR = 1e-3
/** Leases are given back where this part of their time is left. */
const GIVE_BACK_SHARE = 0.3
/** Use is measured over this part of a lease time or longer. */
const MEASURED_SHARE = 0.125

/** Where a spent token came from, so that it can be put back. */
export interface Lease {
  readonly untilMs: number
  readonly stamp: number
  readonly lease: number
}

/** One request that waits for the store. */
export interface Waiter {
  readonly cost: number
  readonly deadlineMs: number
  readonly settle: (answer: AskAnswer) => void
  /** true: settled; a grant that comes after that is given back. */
  done: boolean
}

export type AskAnswer =
  | { readonly kind: 'granted'; readonly stamp: number }
  | { readonly kind: 'refused' }
  /** The store did not answer; decide without it. */
  | { readonly kind: 'unavailable' }
  /** More requests wait than may. */
  | { readonly kind: 'overloaded' }

export class LocalBucket {
  readonly storeKey: string
  readonly shard: number
  /** Of the limit this is a key of. */
  readonly tally: LimitTally
  params: LimitParams
  /** Not yet sent. */
  waiters: Waiter[] = []
  /** Tokens spent without the store and not yet reported. */
  debt = 0
  /** A debt is on its way to the store: until that has said so, nothing else is asked of it. */
  isReporting = false
  /** As the store said last. */
  remaining: number
  resetAtMs = 0
  retryAtMs = 0
  readonly #counters: LimitCounters
  #held = 0
  /** Of all that is held: the earliest end, the oldest stamp and the oldest lease time. */
  #heldAs: Lease = { untilMs: 0, stamp: 0, lease: 0 }
  #settled = 0
  #settledLease = 0
  #target = 0
  /** Until then it is of no use to ask for more in advance. */
  #shortUntilMs = 0
  #deniedCost = Infinity
  #deniedUntilMs = 0
  #credit = 0
  #creditStamp = 0
  #own: OwnUse | null = null
  #used = 0
  #usedSinceMs: number
  #lastUseMs: number
  #ratePerMs = 0
  #isAbandoned = false

  constructor(
    storeKey: string,
    shard: number,
    tally: LimitTally,
    params: LimitParams,
    counters: LimitCounters,
    nowMs: number,
  ) {
    this.storeKey = storeKey
    this.shard = shard
    this.tally = tally
    this.params = params
    this.remaining = largestCost(params)
    this.#counters = counters
    this.#usedSinceMs = nowMs
    this.#lastUseMs = nowMs
  }

  get held(): number {
    return this.#held
  }

  /** Nobody asks it any more: what comes back to it is lost, and nothing is owed. */
  get isAbandoned(): boolean {
    return this.#isAbandoned
  }

  /** Gives up all that is held, believed and owed: the key is counted anew. Who waits is still answered. */
  abandon(): void {
    this.#isAbandoned = true
    this.#counters.dropped += this.#held
    this.#held = 0
    this.#credit = 0
    this.#settled = 0
    this.debt = 0
  }

  get credit(): number {
    return this.#credit
  }

  /** What this process admitted of the key; most keys of a flood are never charged. */
  get own(): OwnUse {
    this.#own ??= ownUse(this.params)
    return this.#own
  }

  /** Takes from held tokens, or answers null where there are not enough. Lease time is checked here, at every use. */
  spend(cost: number, nowMs: number): Lease | null {
    this.#used += cost
    this.#lastUseMs = nowMs
    this.#dropEnded(nowMs)
    if (this.#held < cost) return null
    this.#held -= cost
    return this.#heldAs
  }

  /** Tokens taken by `spend` are spent for good. */
  settle(tokens: number, lease: number): void {
    if (this.#isAbandoned) return
    // Told of an older lease time than its own a token counts as held for longer, never for shorter.
    this.#settledLease = this.#settled === 0 ? lease : Math.min(this.#settledLease, lease)
    this.#settled += tokens
  }

  /** Holds `tokens` more, or again; those held together end together, with the earliest. */
  hold(tokens: number, lease: Lease, nowMs: number): void {
    this.#dropEnded(nowMs)
    if (nowMs >= lease.untilMs || this.#isAbandoned) {
      this.#counters.dropped += tokens
      this.settle(tokens, lease.lease)
      return
    }
    this.#heldAs = this.#held === 0 ? lease : earlier(this.#heldAs, lease)
    this.#held += tokens
  }

  /** Tokens for the store to take back. Of several grants the oldest stamp is told, which may lose tokens, never make any. */
  giveBack(tokens: number, stamp: number): void {
    if (this.#isAbandoned) return
    this.#creditStamp = this.#credit === 0 ? stamp : Math.min(this.#creditStamp, stamp)
    this.#credit += tokens
  }

  /** What the store is to be told, and from now on no more known here: it is told once, whatever becomes of it. */
  takeReport(): Pick<TakeItem, 'credit' | 'stamp' | 'settled' | 'lease'> {
    const report = {
      credit: this.#credit,
      stamp: this.#creditStamp,
      settled: this.#settled,
      lease: this.#settledLease,
    }
    this.#counters.returned += this.#credit
    this.#credit = 0
    this.#settled = 0
    return report
  }

  /** Other numbers may have come with a new configuration or another claim: what was refused under the old may pass. */
  adopt(params: LimitParams): void {
    if (params === this.params) return
    if (!isDeepStrictEqual(params, this.params)) this.#deniedCost = Infinity
    this.params = params
    this.#own?.adopt(params)
  }

  /** Until a request of this cost may be asked for again; 0: now. */
  deniedMs(cost: number, nowMs: number): number {
    return cost >= this.#deniedCost ? Math.max(0, this.#deniedUntilMs - nowMs) : 0
  }

  /** Takes up what the store said; `sentAtMs` is when it was asked. Leases count from there, which is before the grant. */
  learn(answer: TakeAnswer, cost: number, sentAtMs: number, nowMs: number): void {
    this.remaining = answer.remaining
    this.resetAtMs = nowMs + answer.resetUs / 1000
    this.retryAtMs = nowMs + answer.retryUs / 1000
    this.#deniedCost = answer.retryUs > 0 ? cost : Infinity
    this.#deniedUntilMs = nowMs + Math.min(answer.retryUs / 1000, LONGEST_DENIAL_MS)
    if (answer.held > 0) {
      const untilMs = sentAtMs + this.params.leaseMs * (1 - CLOCK_RATE_ERROR)
      this.hold(answer.held, { untilMs, stamp: answer.stamp, lease: answer.lease }, nowMs)
    }
    // Where the store gives less than is wanted there is no more at present.
    if (this.#isShort) this.#shortUntilMs = nowMs + this.params.leaseMs * MEASURED_SHARE
  }

  /** Tokens to hold in advance: half a lease time's use, less what is held. 0 in exact mode and for rarely used keys. */
  want(nowMs: number): number {
    const { params } = this
    if (params.leaseMs === 0 || this.#isAbandoned) return 0
    const elapsedMs = nowMs - this.#usedSinceMs
    if (elapsedMs >= params.leaseMs * MEASURED_SHARE) {
      const weight = 1 - Math.exp(-elapsedMs / params.leaseMs)
      this.#ratePerMs += weight * (this.#used / elapsedMs - this.#ratePerMs)
      this.#used = 0
      this.#usedSinceMs = nowMs
    }
    const most = params.kind === 'bucket' ? params.outstanding : leaseShare(params)
    // Quiet for half a lease time: nothing is held for somebody who may not come again.
    if (nowMs - this.#lastUseMs > params.leaseMs / 2) this.#ratePerMs = 0
    this.#target = Math.min(most, Math.floor((this.#ratePerMs * params.leaseMs) / 2))
    if (this.deniedMs(1, nowMs) > 0) return 0
    return Math.max(0, this.#target - this.#held)
  }

  /** Whether it is time to ask for more before the held tokens run out. */
  isLow(nowMs: number): boolean {
    return this.#isShort && nowMs >= this.#shortUntilMs && this.deniedMs(1, nowMs) === 0
  }

  /** Gives held tokens back where their time is nearly over; answers whether any are still held. */
  sweep(nowMs: number): boolean {
    this.#dropEnded(nowMs)
    if (this.#held === 0) return false
    const { untilMs, stamp, lease } = this.#heldAs
    if (nowMs < untilMs - this.params.leaseMs * GIVE_BACK_SHARE) return true
    this.giveBack(this.#held, stamp)
    this.settle(this.#held, lease)
    this.#held = 0
    return false
  }

  get #isShort(): boolean {
    return this.#held * 2 < this.#target
  }

  #dropEnded(nowMs: number): void {
    if (this.#held === 0 || nowMs < this.#heldAs.untilMs) return
    this.#counters.dropped += this.#held
    this.settle(this.#held, this.#heldAs.lease)
    this.#held = 0
  }
}

function earlier(a: Lease, b: Lease): Lease {
  return {
    untilMs: Math.min(a.untilMs, b.untilMs),
    stamp: Math.min(a.stamp, b.stamp),
    lease: Math.min(a.lease, b.lease),
  }
}

/** What a window at its full rate passes in one lease time. */
function leaseShare({ max, leaseMs, windowMs }: LimitParams & { kind: 'window' }): number {
  return Math.max(1, Math.floor((max * leaseMs) / windowMs))
}
