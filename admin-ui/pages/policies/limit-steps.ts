// What a limit promises as a curve: the most that one caller gets through who asks as fast as can be.

import type { LimitPromise } from '../../api/contract.ts'

export interface LimitCurve {
  /** How far it is drawn. */
  readonly spanMs: number
  /** Where the most changes, in order, the first at 0: from then on this many requests. */
  readonly steps: readonly { readonly atMs: number; readonly most: number }[]
}

/** Steps that are drawn one by one; a finer curve is drawn with these many points. */
const MAX_STEPS = 60

/** Three windows, or three times what it takes a bucket to fill. */
export function curveOf({ kind, burst, count, perMs, cost }: LimitPromise): LimitCurve {
  const requests = (amount: number): number => Math.floor(amount / cost)
  if (kind === 'window') {
    const steps = [0, 1, 2].map((turn) => ({
      atMs: turn * perMs,
      most: requests(burst * (turn + 1)),
    }))
    return { spanMs: 3 * perMs, steps }
  }
  const spanMs = Math.max(3 * (burst / count) * perMs, (perMs / count) * 4)
  const spacingMs = Math.max((perMs / count) * cost, spanMs / MAX_STEPS)
  const steps = [{ atMs: 0, most: requests(burst) }]
  for (let atMs = spacingMs; atMs <= spanMs; atMs += spacingMs) {
    // Rounding must not take a token away that is just there.
    steps.push({ atMs, most: requests(burst + (atMs * count) / perMs + 1e-9) })
  }
  return { spanMs, steps }
}

/** Some of the steps, evenly spread, first and last among them: for a table. */
export function rowsOf({ steps }: LimitCurve, most = 8): LimitCurve['steps'] {
  if (steps.length <= most) return steps
  return Array.from({ length: most }, (_, index) => {
    return steps[Math.round((index / (most - 1)) * (steps.length - 1))]!
  })
}

/** `250 ms`, `4 s`, `2.5 min`, `3 h`; `units`: those four as they follow their number. */
export function spanText(ms: number, units: SpanUnits): string {
  if (ms === 0) return '0'
  const sizes = [3_600_000, 60_000, 1000, 1]
  const found = sizes.findIndex((size) => ms >= size)
  const index = found === -1 ? sizes.length - 1 : found
  return `${Math.round((ms / sizes[index]!) * 100) / 100}${units.toReversed()[index]!}`
}

/** Milliseconds, seconds, minutes, hours. */
export type SpanUnits = readonly [string, string, string, string]
