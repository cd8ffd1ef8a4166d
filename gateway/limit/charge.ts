// One limit applied to one request: what was taken for it, how that is undone, and what it says about the limit.

import type { LimitState } from './decision.ts'
import type { Lease, LocalBucket } from './local-bucket.ts'
import { rateOf } from './params.ts'
import type { LimitPlan } from './plan.ts'

export interface Charge {
  readonly plan: LimitPlan
  readonly bucket: LocalBucket
}

/**
 * `held`: spent from tokens held in advance. `asked`: granted by the store. `local`: from this instance's share, while
 * the store is away. `free`: admitted without counting, because the limit is `open` then.
 */
export type Grant =
  | ({ readonly kind: 'held' } & Lease)
  | { readonly kind: 'asked'; readonly stamp: number }
  | { readonly kind: 'local'; readonly atMs: number }
  | { readonly kind: 'free' }

/** `share`: this instance's share is used up while the store is away. */
export type Refusal =
  | { readonly kind: 'refused' | 'share'; readonly retryMs: number }
  | { readonly kind: 'closed' | 'overloaded'; readonly retryMs: number }
  /** An operator said so. */
  | { readonly kind: 'blocked'; readonly retryMs: number }

export type Outcome = Grant | Refusal

export function isRefusal(outcome: Outcome): outcome is Refusal {
  return 'retryMs' in outcome
}

/** Whether the store had no part in it. */
export function isWithoutStore({ kind }: Outcome): boolean {
  return kind === 'local' || kind === 'free' || kind === 'share' || kind === 'closed'
}

/** Whether the outcome refuses the request: a shadow limit never does. */
export function refuses({ plan }: Charge, outcome: Outcome | null): boolean {
  return outcome !== null && !plan.shadow && isRefusal(outcome)
}

/** What the limit's header fields say after `outcome`. */
export function stateOf(
  { plan, bucket }: Charge,
  outcome: Outcome | null,
  nowMs: number,
): LimitState {
  const { count: limit, perMs } = rateOf(bucket.params)
  const refusal = outcome !== null && isRefusal(outcome) ? outcome : null
  return {
    name: plan.name,
    limit,
    windowSeconds: perMs / 1000,
    remaining: refusal === null ? bucket.remaining + bucket.held : 0,
    resetSeconds: seconds(refusal?.retryMs ?? bucket.resetAtMs - nowMs),
  }
}

/** Whole seconds, rounded up and never negative; a day at most, for what never comes. */
export function seconds(ms: number): number {
  return Math.min(86_400, Math.max(0, Math.ceil(ms / 1000)))
}
