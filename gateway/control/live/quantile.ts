// Times read off a distribution by buckets.

import { BUCKETS } from '../../../sidecar/telemetry/metrics.ts'

/** Interpolated within its bucket; what took longer than the last bound counts as that bound. null: of nothing. */
export function quantileMs(buckets: readonly number[], share: number): number | null {
  const total = buckets.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  let left = total * share
  for (const [at, count] of buckets.entries()) {
    if (count > 0 && left <= count) {
      const low = at === 0 ? 0 : BUCKETS[at - 1]!
      const high = BUCKETS[at] ?? low
      return (low + (high - low) * (left / count)) * 1000
    }
    left -= count
  }
  return BUCKETS.at(-1)! * 1000
}
