// The guard rails of a release: whether its target does worse than it may, said by figures alone.

import { quantileMs } from '../live/quantile.ts'
import { percentOf, riseOf, type Tally } from './error-guard.ts'
import type { Figures } from './target-figures.ts'

export interface Rails {
  /** Percentage points by which its share of 5xx may be above that of the other targets; null: any. */
  readonly maxErrorPoints: number | null
  /** Of its own requests; null: any. */
  readonly maxP95Ms: number | null
  /** With fewer requests in the window nothing is said. */
  readonly minRequests: number
}

/** Why the target is to get nothing any more, in words for the history; null: it may go on. */
export function judgeRails(rails: Rails, target: Figures, reference: Tally): string | null {
  const { maxErrorPoints, maxP95Ms, minRequests } = rails
  if (target.requests < minRequests) return null
  if (maxErrorPoints !== null && riseOf(target, reference) > maxErrorPoints) {
    return `5xx ${percentOf(target)} against ${percentOf(reference)}`
  }
  const p95Ms = quantileMs(target.buckets, 0.95)
  if (maxP95Ms === null || p95Ms === null || p95Ms <= maxP95Ms) return null
  return `p95 ${Math.round(p95Ms)} ms, more than ${maxP95Ms} ms`
}
