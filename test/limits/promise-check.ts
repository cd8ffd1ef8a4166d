// Whether a log of admissions keeps the promise of its limit, over every interval there is.

import type { LimitParams } from '../../gateway/limit/plan.ts'

/** One admitted request. */
export interface Admission {
  readonly atMs: number
  readonly cost: number
}

/**
 * How many tokens more than promised the worst interval of `log` (in order of time) holds; 0 or less: the promise holds.
 * A bucket's tokens count from when the store gave them, which is up to `lateMs` before they admit a request.
 */
export function excess(log: readonly Admission[], params: LimitParams, lateMs: number): number {
  return params.kind === 'window'
    ? windowExcess(log, params.max, params.windowMs)
    : bucketExcess(log, params, lateMs)
}

function windowExcess(log: readonly Admission[], max: number, windowMs: number): number {
  let first = 0
  let inside = 0
  let worst = -max
  for (const { atMs, cost } of log) {
    inside += cost
    // Two moments a whole window apart are never in one window.
    while (log[first]!.atMs <= atMs - windowMs) inside -= log[first++]!.cost
    worst = Math.max(worst, inside - max)
  }
  return worst
}

function bucketExcess(
  log: readonly Admission[],
  { size, outstanding, rate }: LimitParams & { kind: 'bucket' },
  lateMs: number,
): number {
  const perMs = rate.count / rate.perMs
  const allowed = size + outstanding + perMs * lateMs
  let taken = 0
  // The largest of −(taken − rate × time) over all beginnings so far: the fullest the bucket could be.
  let highest = -Infinity
  let worst = -allowed
  for (const { atMs, cost } of log) {
    highest = Math.max(highest, perMs * atMs - taken)
    taken += cost
    worst = Math.max(worst, taken - perMs * atMs + highest - allowed)
  }
  // Sums of fractions are not exact; tokens are whole.
  return worst - 1e-6
}
