// What the sidecars that report to this node have counted: each instance, who called whom, and all of them together.

import type { OutcomeCount } from '../../../sidecar/telemetry/outcome-counts.ts'
import type { TrafficRow } from '../../../sidecar/telemetry/traffic-figures.ts'
import type { ToldFigures } from '../mesh/operations.ts'
import { deniedKind } from './denied.ts'
import { addedOf, FIGURES_MS, Pairs, type Figure, type PairFigure } from './figures.ts'
import type { CountedRow } from './rollups.ts'

/** Instances whose last word is kept; the one that told longest ago goes first. */
const MAX_INSTANCES = 5000
/** The edge counts its own calls: they are drawn from there. */
const EDGE = 'system/edge'

/** One instance as its own sidecar told of it. */
export interface SidecarView {
  /** Since it told. */
  readonly ageMs: number
  /** Requests of callers under way. */
  readonly running: number
  /** Calls of others, in the last five minutes; null: none. */
  readonly inbound: Figure | null
  /** Calls of its app, in the last five minutes; null: none. */
  readonly outbound: Figure | null
  /** Of both, what the sidecar itself refused. */
  readonly denied: number
}

interface Heard {
  readonly atMs: number
  readonly running: number
}

export class Sidecars {
  readonly #inbound = new Pairs()
  readonly #outbound = new Pairs()
  readonly #denied = new Pairs()
  readonly #calls = new Pairs()
  /** By `service instance`. */
  readonly #heard = new Map<string, Heard>()

  /** `nowMs`: wall clock. */
  hear({ service, instance, running, rows }: ToldFigures, nowMs: number): void {
    const key = `${service} ${instance}`
    this.#heard.delete(key)
    this.#heard.set(key, { atMs: nowMs, running })
    if (this.#heard.size > MAX_INSTANCES) this.#heard.delete(this.#heard.keys().next().value!)
    for (const { direction, peer, outcomes, buckets, sumMs } of rows) {
      const added = addedOf(outcomes, sumMs, buckets)
      const own = direction === 'inbound' ? this.#inbound : this.#outbound
      own.add(service, instance, added, nowMs)
      const requests = deniedOf(outcomes)
      if (requests > 0) {
        const denied = { requests, refused: requests, failed: 0, sumMs: 0, buckets: [] }
        this.#denied.add(service, instance, denied, nowMs)
      }
      if (direction === 'inbound' && peer !== EDGE && peer !== '') {
        this.#calls.add(peer, service, added, nowMs)
      }
    }
  }

  /** By `service instance`; those that were silent for five minutes are not among them. */
  views(nowMs: number): ReadonlyMap<string, SidecarView> {
    const by = (pairs: Pairs): ReadonlyMap<string, PairFigure> =>
      new Map(pairs.list(nowMs).map((figure) => [`${figure.from} ${figure.to}`, figure]))
    const [inbound, outbound, denied] = [this.#inbound, this.#outbound, this.#denied].map(by)
    const views = new Map<string, SidecarView>()
    for (const [key, { atMs, running }] of this.#heard) {
      if (nowMs - atMs > FIGURES_MS) this.#heard.delete(key)
      else {
        views.set(key, {
          ageMs: nowMs - atMs,
          running,
          inbound: figureAt(inbound!, key),
          outbound: figureAt(outbound!, key),
          denied: denied!.get(key)?.requests ?? 0,
        })
      }
    }
    return views
  }

  /** Who called whom by a sidecar, in the last five minutes: as those that were called have counted it. */
  calls(nowMs: number): readonly PairFigure[] {
    return this.#calls.list(nowMs)
  }
}

/**
 * The rows by which every call is counted once: where it arrived, and, of those that arrived nowhere, where it began.
 */
export function countedOnce({ rows }: ToldFigures): readonly CountedRow[] {
  return rows.flatMap((row) => {
    const counted = row.direction === 'inbound' ? row : lostOf(row)
    const { outcomes, buckets, sumMs } = counted
    const where = { plane: 'sidecar', route: '', service: '', instances: [] } as const
    return outcomes.length === 0 ? [] : [{ ...where, outcomes, buckets, sumMs }]
  })
}

/** Of how long they took nothing is told: what was answered is in the same buckets. */
function lostOf(row: TrafficRow): Pick<TrafficRow, 'outcomes' | 'buckets' | 'sumMs'> {
  const outcomes = row.outcomes.filter(([, reason]) => reason !== 'ok' && reason !== 'client_gone')
  return { outcomes, buckets: [], sumMs: 0 }
}

function deniedOf(outcomes: readonly OutcomeCount[]): number {
  return outcomes.reduce((sum, [status, reason, count]) => {
    return deniedKind('sidecar', status, reason) === null ? sum : sum + count
  }, 0)
}

function figureAt(figures: ReadonlyMap<string, PairFigure>, key: string): Figure | null {
  const figure = figures.get(key)
  if (figure === undefined) return null
  const { from: _from, to: _to, ...rest } = figure
  return rest
}
