// By which numbers a limit counts a request, and under which key: the same for who decides and who explains.

import { claimNamed, keyOf, type LimitSubject } from './keys.ts'
import { limitParams } from './params.ts'
import type { ClaimRate, LimitParams, LimitPlan, Rate } from './plan.ts'
import { claimRate } from './rate.ts'

/** The rate that the caller's token carries; null where it carries none, and the fallback counts. */
export function claimedRate(rate: ClaimRate, { caller }: LimitSubject): Rate | null {
  const value = caller === null ? undefined : claimNamed(caller.claims, rate.claim)
  return claimRate(value, rate.perMs)
}

/** The numbers of the limit for this caller, without any measure. */
export function countedParams({ rate }: LimitPlan, subject: LimitSubject): LimitParams {
  if (rate.kind === 'fixed') return rate.params
  const claimed = claimedRate(rate, subject)
  return claimed === null ? rate.fallback : limitParams(claimed, rate.burst, rate.mode)
}

/** Before it is hashed (`storeKeyOf`). */
export function countedKey(plan: LimitPlan, params: LimitParams, subject: LimitSubject): string {
  // Counters of different windows are of different form.
  const form = params.kind === 'window' ? `${params.subUs}x${params.slots}` : 'bucket'
  return `${form} ${keyOf(plan, subject)}`
}
