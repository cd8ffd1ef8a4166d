// What a limiter asks of a store for one key, and what the store answers: plain numbers, the same for every store.

import type { LimitParams } from './plan.ts'

/** All counts are whole and not negative. */
export interface TakeItem {
  /** A hash: nothing of what it stands for can be read from it. */
  readonly key: string
  readonly params: LimitParams
  /** Requests that wait, each of `cost` tokens; as many as possible are granted, none in part. */
  readonly count: number
  readonly cost: number
  /** Tokens to hold in advance, granted only from what is left then. */
  readonly want: number
  /** Tokens given back unspent, of a grant that was answered with `stamp`. */
  readonly credit: number
  readonly stamp: number
  /** Tokens that were held in advance under `lease` and are so no more: spent, given back or gone. */
  readonly settled: number
  readonly lease: number
  /** Tokens spent while the store could not be asked. */
  readonly debit: number
}

export interface TakeAnswer {
  /** Requests granted, at most `count`. */
  readonly granted: number
  /** Tokens granted in advance, at most `want`. */
  readonly held: number
  /** Tokens left after this. */
  readonly remaining: number
  /** Until one request of `cost` can be granted; 0: at once. */
  readonly retryUs: number
  /** Until everything is available again, if nobody takes anything. */
  readonly resetUs: number
  /** Names the time of this grant to a later credit. */
  readonly stamp: number
  /** Names the lease time of this grant, for when its tokens are settled. */
  readonly lease: number
}
