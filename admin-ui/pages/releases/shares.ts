// The shares of a release as they are moved: whole hundredths that are 100 together, whatever is done to one of them.

/** Of weights that may come to anything; what rounding leaves over goes to the first. */
export function sharesOf(weights: readonly number[]): readonly number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const shares = weights.map((weight) => Math.round((100 * weight) / sum))
  return rested(shares)
}

/** The most that the target may get: what the others but the first do not have. */
export function mostFor(shares: readonly number[], at: number): number {
  return shares.reduce(
    (left, share, index) => (index === 0 || index === at ? left : left - share),
    100,
  )
}

/** One target but the first gets `wanted`, as far as that goes; the first gets what is left. */
export function withShare(
  shares: readonly number[],
  at: number,
  wanted: number,
): readonly number[] {
  const share = Math.min(mostFor(shares, at), Math.max(0, Math.round(wanted)))
  return rested(shares.map((one, index) => (index === at ? share : one)))
}

/** Everything to one target. */
export function allTo(shares: readonly number[], at: number): readonly number[] {
  return shares.map((_, index) => (index === at ? 100 : 0))
}

function rested(shares: readonly number[]): readonly number[] {
  const others = shares.slice(1)
  return [100 - others.reduce((sum, share) => sum + share, 0), ...others]
}
