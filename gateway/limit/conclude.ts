// From what became of each limit of a request to the one decision about it.

import {
  isRefusal,
  isWithoutStore,
  refuses,
  seconds,
  stateOf,
  type Charge,
  type Outcome,
  type Refusal,
} from './charge.ts'
import { NO_LIMITS, type LimitDecision, type LimitState } from './decision.ts'
import type { LimitPlan } from './plan.ts'

const REASONS = {
  refused: 'rate_limited',
  share: 'rate_limited',
  closed: 'limit_store_down',
  overloaded: 'limit_overloaded',
  blocked: 'limit_blocked',
} as const

/**
 * Of several refusals the one decides that lasts longest. `outcomes` null: not asked, since another refused. `isKnown`: the
 * caller is authenticated, and may be told of more limits than others.
 */
export function conclude(
  charges: readonly Charge[],
  outcomes: readonly (Outcome | null)[],
  nowMs: number,
  isKnown: boolean,
): LimitDecision {
  const shadowed: string[] = []
  const degraded: string[] = []
  const limits: LimitState[] = []
  let refusal: Refusal | null = null
  let rule = ''
  let deciding: LimitState | null = null
  for (const [i, charge] of charges.entries()) {
    const outcome = outcomes[i] ?? null
    const { name, shadow } = charge.plan
    if (outcome !== null && isWithoutStore(outcome)) degraded.push(name)
    if (shadow && outcome !== null && isRefusal(outcome)) shadowed.push(name)
    if (shadow) continue
    const state = isTold(charge.plan, isKnown) ? stateOf(charge, outcome, nowMs) : null
    if (state !== null) limits.push(state)
    if (refuses(charge, outcome)) {
      const { retryMs } = outcome as Refusal
      if (refusal !== null && refusal.retryMs >= retryMs) continue
      refusal = outcome as Refusal
      rule = name
      deciding = state
    } else if (refusal === null && partLeft(state) < partLeft(deciding)) deciding = state
  }
  const common = { limits, deciding, shadowed, degraded }
  if (refusal === null) return { ...NO_LIMITS, ...common }
  const reason = REASONS[refusal.kind]
  return {
    ...common,
    verdict: 'deny',
    reason,
    rule,
    status: reason === 'rate_limited' || reason === 'limit_blocked' ? 429 : 503,
    retryAfterSeconds: Math.max(1, seconds(refusal.retryMs)),
  }
}

function isTold({ headers = 'always' }: LimitPlan, isKnown: boolean): boolean {
  return headers === 'always' || (headers === 'authenticated' && isKnown)
}

function partLeft(state: LimitState | null): number {
  return state === null ? Infinity : state.remaining / Math.max(1, state.limit)
}
