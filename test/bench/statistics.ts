// Medians and bootstrap intervals: what a benchmark on a noisy machine may claim.

export interface Estimate {
  readonly median: number
  /** Ends of the 95 % bootstrap interval of the median; both equal the median of a single value. */
  readonly low: number
  readonly high: number
}

const RESAMPLES = 4000

/** The middle value, or the mean of the two middle values; NaN for no values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  if (sorted.length % 2 === 1) return sorted[middle]!
  return (sorted[middle - 1]! + sorted[middle]!) / 2
}

/**
 * Median with its percentile-bootstrap 95 % interval: the medians of 4000 resamples drawn with replacement, less the
 * 2.5 % at either end. `random` gives values in [0, 1).
 */
export function estimate(values: readonly number[], random: () => number): Estimate {
  const medians = Array.from({ length: RESAMPLES }, () =>
    median(values.map(() => values[Math.floor(random() * values.length)]!)),
  ).sort((a, b) => a - b)
  return {
    median: median(values),
    low: medians[Math.floor(RESAMPLES * 0.025)]!,
    high: medians[Math.ceil(RESAMPLES * 0.975) - 1]!,
  }
}

/** A repeatable source of randomness (mulberry32), so that the same blocks always give the same interval. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The order of the arms in round `round`: forwards, then backwards (ABBA), so that a slow drift hits all alike. */
export function roundOrder<T>(arms: readonly T[], round: number): readonly T[] {
  return round % 2 === 0 ? arms : arms.toReversed()
}
