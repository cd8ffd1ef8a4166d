// From the gateway's points, where seconds without a request are left out, to even series.

import type { SignalPoint, Window } from '../../api/contract.ts'

export interface Even {
  readonly timesMs: readonly number[]
  readonly perSecond: readonly number[]
  readonly refused: readonly number[]
  readonly failed: readonly number[]
  readonly p50Ms: readonly (number | null)[]
  readonly p95Ms: readonly (number | null)[]
  readonly p99Ms: readonly (number | null)[]
}

/** What is drawn as one point. */
const STEPS: Readonly<Record<Window, { readonly stepMs: number; readonly count: number }>> = {
  '5m': { stepMs: 2000, count: 150 },
  '24h': { stepMs: 600_000, count: 144 },
}

/** The last step is the one that is over: the one under way would always look low. */
export function even(points: readonly SignalPoint[], window: Window, nowMs: number): Even {
  const { stepMs, count } = STEPS[window]
  const end = Math.floor((nowMs - stepMs) / stepMs) * stepMs
  const timesMs = Array.from({ length: count }, (_, index) => end - (count - 1 - index) * stepMs)
  const byStep = Object.groupBy(points, ({ atMs }) => String(Math.floor(atMs / stepMs) * stepMs))
  const steps = timesMs.map((ms) => summed(byStep[String(ms)] ?? []))
  const rate = (value: number): number => value / (stepMs / 1000)
  return {
    timesMs,
    perSecond: steps.map(({ requests }) => rate(requests)),
    refused: steps.map(({ refused }) => rate(refused)),
    failed: steps.map(({ failed }) => rate(failed)),
    p50Ms: steps.map(({ p50Ms }) => p50Ms),
    p95Ms: steps.map(({ p95Ms }) => p95Ms),
    p99Ms: steps.map(({ p99Ms }) => p99Ms),
  }
}

interface Sum {
  requests: number
  refused: number
  failed: number
  p50Ms: number | null
  p95Ms: number | null
  p99Ms: number | null
}

/** Of times the slowest second counts: an average would hide it. */
function summed(points: readonly SignalPoint[]): Sum {
  const sum: Sum = { requests: 0, refused: 0, failed: 0, p50Ms: null, p95Ms: null, p99Ms: null }
  for (const { signals } of points) {
    for (const { scope, requests, refused, failed, p50Ms, p95Ms, p99Ms } of signals) {
      if (scope !== 'all') continue
      sum.requests += requests
      sum.refused += refused
      sum.failed += failed
      sum.p50Ms = larger(sum.p50Ms, p50Ms)
      sum.p95Ms = larger(sum.p95Ms, p95Ms)
      sum.p99Ms = larger(sum.p99Ms, p99Ms)
    }
  }
  return sum
}

function larger(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b
  return Math.max(a, b)
}
