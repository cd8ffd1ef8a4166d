// From the gateway's points, where times without a request are left out, to even series.

import type { DeniedKind, LoadPoint, Signal, SignalPoint, Window } from '../../api/contract.ts'

export interface Even {
  /** Begin of each step: wall clock, ms. */
  readonly timesMs: readonly number[]
  readonly perSecond: readonly number[]
  readonly refused: readonly number[]
  readonly failed: readonly number[]
  readonly p50Ms: readonly (number | null)[]
  readonly p95Ms: readonly (number | null)[]
  readonly p99Ms: readonly (number | null)[]
  readonly denied: Readonly<Record<DeniedKind, readonly number[]>>
}

interface Steps {
  readonly stepMs: number
  readonly count: number
}

/** What is drawn as one point: long enough that workers, which tell once a second, are heard about equally often. */
const STEPS: Readonly<Record<Window, Steps>> = {
  '5m': { stepMs: 10_000, count: 30 },
  '1h': { stepMs: 60_000, count: 60 },
  '24h': { stepMs: 600_000, count: 144 },
}
const KINDS = ['auth', 'limit', 'rule', 'egress', 'mesh'] as const

/** The last step is the one that is over: the one under way would always look low. */
function timesOf({ stepMs, count }: Steps, nowMs: number): readonly number[] {
  const end = Math.floor((nowMs - stepMs) / stepMs) * stepMs
  return Array.from({ length: count }, (_, index) => end - (count - 1 - index) * stepMs)
}

function byStep<Point extends { readonly atMs: number }>(
  points: readonly Point[],
  stepMs: number,
): ReadonlyMap<number, readonly Point[]> {
  return Map.groupBy(points, ({ atMs }) => Math.floor(atMs / stepMs) * stepMs)
}

/** Of the one signal that `which` picks from each point; default: of everything together. */
export function even(
  points: readonly SignalPoint[],
  window: Window,
  nowMs: number,
  which: (signal: Signal) => boolean = ({ scope }) => scope === 'all',
): Even {
  const { stepMs } = STEPS[window]
  const timesMs = timesOf(STEPS[window], nowMs)
  const grouped = byStep(points, stepMs)
  const steps = timesMs.map((ms) =>
    (grouped.get(ms) ?? []).flatMap(({ signals }) => signals.filter(which)),
  )
  const rates = (value: (signal: Signal) => number): readonly number[] =>
    steps.map((signals) => sumOf(signals, value) / (stepMs / 1000))
  const worst = (value: (signal: Signal) => number | null): readonly (number | null)[] =>
    steps.map((signals) => largest(signals.map(value)))
  return {
    timesMs,
    perSecond: rates(({ requests }) => requests),
    refused: rates(({ refused }) => refused),
    failed: rates(({ failed }) => failed),
    // Of times the slowest second counts: an average would hide it.
    p50Ms: worst(({ p50Ms }) => p50Ms),
    p95Ms: worst(({ p95Ms }) => p95Ms),
    p99Ms: worst(({ p99Ms }) => p99Ms),
    denied: Object.fromEntries(
      KINDS.map((kind) => [kind, rates(({ denied }) => denied[kind])]),
    ) as Even['denied'],
  }
}

/** Of two series of the same times. */
export function summed(a: readonly number[], b: readonly number[]): readonly number[] {
  return a.map((value, at) => value + (b[at] ?? 0))
}

export interface EvenLoad {
  readonly timesMs: readonly number[]
  readonly loopDelayMs: readonly (number | null)[]
  readonly utilization: readonly (number | null)[]
  readonly sockets: readonly (number | null)[]
  readonly inFlight: readonly (number | null)[]
}

/** The most of each step. */
export function evenLoad(points: readonly LoadPoint[], window: Window, nowMs: number): EvenLoad {
  const timesMs = timesOf(STEPS[window], nowMs)
  const grouped = byStep(points, STEPS[window].stepMs)
  const most = (value: (point: LoadPoint) => number): readonly (number | null)[] =>
    timesMs.map((ms) => largest((grouped.get(ms) ?? []).map(value)))
  return {
    timesMs,
    loopDelayMs: most(({ loopDelayMs }) => loopDelayMs),
    utilization: most(({ utilization }) => utilization * 100),
    sockets: most(({ sockets }) => sockets),
    inFlight: most(({ inFlight, egressInFlight }) => inFlight + egressInFlight),
  }
}

/** What is told late by a moment is not taken for nothing. */
const RATE_MS = 10_000
const LATE_MS = 3000

/** Requests a second of one plane, over ten seconds. */
export function perSecondOf(points: readonly SignalPoint[], plane: string, nowMs: number): number {
  const untilMs = nowMs - LATE_MS
  const signals = points
    .filter(({ atMs }) => atMs >= untilMs - RATE_MS && atMs < untilMs)
    .flatMap(({ signals }) => signals.filter(({ name }) => name === plane))
  return sumOf(signals, ({ requests }) => requests) / (RATE_MS / 1000)
}

/** Share of requests that failed since `sinceMs`, in percent; null without a request. */
export function failedPercent(points: readonly SignalPoint[], sinceMs: number): number | null {
  const signals = points.filter(({ atMs }) => atMs >= sinceMs).flatMap(({ signals }) => signals)
  const requests = sumOf(signals, (signal) => signal.requests)
  return requests === 0 ? null : (sumOf(signals, ({ failed }) => failed) / requests) * 100
}

/** The worst 95th percentile since `sinceMs`; null without a request. */
export function worstP95Ms(points: readonly SignalPoint[], sinceMs: number): number | null {
  const signals = points.filter(({ atMs }) => atMs >= sinceMs).flatMap(({ signals }) => signals)
  return largest(signals.map(({ p95Ms }) => p95Ms))
}

function sumOf(signals: readonly Signal[], value: (signal: Signal) => number): number {
  return signals.reduce((total, signal) => total + value(signal), 0)
}

function largest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.max(...known)
}
