// What the limits of a request answer together.

import type { Decision } from '../../sidecar/policy/decision.ts'

/** One limit after this request, for the answer's header fields. */
export interface LimitState {
  readonly name: string
  /** Tokens of a window, or of the time a bucket's rate is written in. */
  readonly limit: number
  readonly windowSeconds: number
  readonly remaining: number
  /** Until `remaining` is more: of an exhausted limit until the next request passes, of others until all is there. */
  readonly resetSeconds: number
}

/**
 * `rule` is the name of the limit that refused, or ''. `within_limits`: allowed. `rate_limited`: 429. `limit_blocked`: 429,
 * for an operator has blocked the key for a while.
 * `limit_store_down`: the store is away and the limit is `closed`; `limit_overloaded`: too many requests wait for it;
 * both 503, for the caller did nothing wrong.
 */
export interface LimitDecision extends Decision {
  readonly reason:
    | 'within_limits'
    | 'rate_limited'
    | 'limit_blocked'
    | 'limit_store_down'
    | 'limit_overloaded'
  readonly status: 200 | 429 | 503
  /** At least 1 where refused, else null. */
  readonly retryAfterSeconds: number | null
  /** Limits that the caller may know of: not shadow, and announced to such callers. In the order of the file. */
  readonly limits: readonly LimitState[]
  /** Of these the one that says most: that refused, or has the smallest part left. null where there is none. */
  readonly deciding: LimitState | null
  /** Names of shadow limits that would have refused. */
  readonly shadowed: readonly string[]
  /** Names of limits that were decided without their store. */
  readonly degraded: readonly string[]
}

export const NO_LIMITS: LimitDecision = {
  verdict: 'allow',
  reason: 'within_limits',
  rule: '',
  status: 200,
  retryAfterSeconds: null,
  limits: [],
  deciding: null,
  shadowed: [],
  degraded: [],
}
