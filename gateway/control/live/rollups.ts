// The golden signals of one node: each second of five minutes, every ten of an hour, each minute of a day.

import type { CountRow } from '../../decide/explain-messages.ts'
import { DENIED_KINDS, deniedIn, type DeniedCounts, type DeniedKind, type Plane } from './denied.ts'
import { quantileMs } from './quantile.ts'
import { SHAPES, WINDOWS, type Window } from './windows.ts'

/**
 * `all`: what came to the doors of this node. `plane`: everything of `edge`, of `egress`, and of every `sidecar` that
 * reports to this node, which is not in `all`: the edge has counted most of it already.
 */
export const SCOPES = ['all', 'plane', 'route', 'service', 'instance', 'egress'] as const
export type Scope = (typeof SCOPES)[number]

/** Series of one second or minute; the rest is counted under `other`. All slots full take about 80 MiB. */
const MAX_SERIES = 100
const OTHER = 'other'

export interface CountedRow extends Omit<CountRow, 'plane' | 'bytesIn' | 'bytesOut'> {
  readonly plane: Plane
}

interface Totals {
  requests: number
  /** Status 400 to 499. */
  refused: number
  /** Status 429. */
  limited: number
  /** Status 500 and above, or none at all. */
  failed: number
  sumMs: number
  readonly denied: Record<DeniedKind, number>
  readonly buckets: number[]
}

interface Slot {
  /** Number of the second or minute since the epoch. */
  readonly at: number
  readonly series: Map<string, Totals>
}

export interface Signal {
  readonly scope: Scope
  readonly name: string
  readonly requests: number
  readonly refused: number
  readonly limited: number
  readonly failed: number
  /** Refused by us, by what kind of guard. */
  readonly denied: DeniedCounts
  readonly meanMs: number
  /** Of an instance's answers no distribution is kept: null. */
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
}

export interface SignalPoint {
  /** Begin of the second or minute: wall clock, ms. */
  readonly atMs: number
  readonly signals: readonly Signal[]
}

export class Rollups {
  readonly #byWindow: Readonly<Record<Window, (Slot | undefined)[]>> = {
    '5m': [],
    '1h': [],
    '24h': [],
  }

  /** `atMs`: when it was counted, wall clock. */
  add(row: CountedRow, atMs: number): void {
    const own = totalsOf(row)
    for (const window of WINDOWS) {
      const { series } = this.#slot(window, atMs)
      if (row.plane !== 'sidecar') merge(series, key('all', ''), own)
      merge(series, key('plane', row.plane), own)
      if (row.plane === 'sidecar') continue
      if (row.plane === 'egress') merge(series, key('egress', row.route), own)
      else {
        if (row.route !== '') merge(series, key('route', row.route), own)
        if (row.service !== '') merge(series, key('service', row.service), own)
      }
      for (const [endpoint, requests, failed, sumMs] of row.instances) {
        const counted = { ...newTotals(), requests, failed, sumMs }
        merge(series, key('instance', endpoint), counted)
      }
    }
  }

  /** Oldest first; seconds and minutes without a request are left out. */
  points(
    window: Window,
    nowMs: number,
    wanted: { readonly scope?: Scope; readonly name?: string },
  ): readonly SignalPoint[] {
    const { stepMs, slots } = SHAPES[window]
    const oldest = Math.floor(nowMs / stepMs) - slots
    const live = this.#byWindow[window].filter((slot) => slot !== undefined && slot.at > oldest)
    return (live as Slot[])
      .toSorted((a, b) => a.at - b.at)
      .map(({ at, series }) => ({ atMs: at * stepMs, signals: signalsOf(series, wanted) }))
      .filter(({ signals }) => signals.length > 0)
  }

  #slot(window: Window, atMs: number): Slot {
    const { stepMs, slots } = SHAPES[window]
    const at = Math.floor(atMs / stepMs)
    const known = this.#byWindow[window][at % slots]
    if (known?.at === at) return known
    const slot = { at, series: new Map<string, Totals>() }
    this.#byWindow[window][at % slots] = slot
    return slot
  }
}

function key(scope: Scope, name: string): string {
  return `${scope} ${name}`
}

function newTotals(): Totals {
  const denied = { auth: 0, limit: 0, rule: 0, egress: 0, mesh: 0 }
  return { requests: 0, refused: 0, limited: 0, failed: 0, sumMs: 0, denied, buckets: [] }
}

function totalsOf(row: CountedRow): Totals {
  const { outcomes, buckets, sumMs } = row
  const totals = { ...newTotals(), sumMs, denied: { ...deniedIn(row) }, buckets: [...buckets] }
  for (const [status, , count] of outcomes) {
    totals.requests += count
    if (status >= 400 && status < 500) totals.refused += count
    if (status === 429) totals.limited += count
    if (status >= 500 || status === 0) totals.failed += count
  }
  return totals
}

function merge(series: Map<string, Totals>, name: string, more: Totals): void {
  const scope = name.slice(0, name.indexOf(' '))
  const isKnown = series.has(name) || series.size < MAX_SERIES
  const counted = isKnown ? name : `${scope} ${OTHER}`
  const totals = series.get(counted)
  if (totals === undefined) {
    series.set(counted, { ...more, denied: { ...more.denied }, buckets: [...more.buckets] })
    return
  }
  totals.requests += more.requests
  totals.refused += more.refused
  totals.limited += more.limited
  totals.failed += more.failed
  totals.sumMs += more.sumMs
  for (const kind of DENIED_KINDS) totals.denied[kind] += more.denied[kind]
  more.buckets.forEach((count, at) => {
    totals.buckets[at] = (totals.buckets[at] ?? 0) + count
  })
}

function signalsOf(
  series: ReadonlyMap<string, Totals>,
  wanted: { readonly scope?: Scope; readonly name?: string },
): Signal[] {
  const signals: Signal[] = []
  for (const [key, totals] of series) {
    const at = key.indexOf(' ')
    const scope = key.slice(0, at) as Scope
    const name = key.slice(at + 1)
    if (scope !== (wanted.scope ?? scope) || name !== (wanted.name ?? name)) continue
    const { requests, refused, limited, failed, sumMs, denied, buckets } = totals
    signals.push({
      scope,
      name,
      requests,
      refused,
      limited,
      failed,
      denied: { ...denied },
      meanMs: requests === 0 ? 0 : sumMs / requests,
      p50Ms: quantileMs(buckets, 0.5),
      p95Ms: quantileMs(buckets, 0.95),
      p99Ms: quantileMs(buckets, 0.99),
    })
  }
  return signals
}
