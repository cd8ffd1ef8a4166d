// The last five minutes of every route, egress rule and endpoint of one node: how many requests, and how they went.

import type { CountRow } from '../../decide/explain-messages.ts'
import type { ListenerCounts, RouteFailure } from '../../decide/live-state.ts'
import { quantileMs } from './quantile.ts'

const SLOT_MS = 10_000
const SLOTS = 30
export const FIGURES_MS = SLOT_MS * SLOTS

/** Pairs of route and service, rule and caller, service and endpoint, each; what is more is not told apart. */
const MAX_PAIRS = 3000
const OTHER = 'other'

export interface Figure {
  readonly requests: number
  /** Status 400 to 499. */
  readonly refused: number
  /** Status 500 and above, or none at all. */
  readonly failed: number
  readonly meanMs: number
  /** null where nothing is known of how times were spread. */
  readonly p95Ms: number | null
}

/** What came by one way and went by another. */
export interface PairFigure extends Figure {
  readonly from: string
  readonly to: string
}

interface Slot {
  at: number
  requests: number
  refused: number
  failed: number
  sumMs: number
  buckets: number[]
}

export type Added = Omit<Slot, 'at' | 'buckets'> & { readonly buckets: readonly number[] }

/** Of one kind of pair. */
export class Pairs {
  readonly #byFrom = new Map<string, Map<string, Slot[]>>()
  #size = 0

  add(from: string, to: string, added: Added, nowMs: number): void {
    const at = Math.floor(nowMs / SLOT_MS)
    const slots = this.#slots(from, to)
    const known = slots[at % SLOTS]
    if (known?.at !== at) {
      slots[at % SLOTS] = { at, ...added, buckets: [...added.buckets] }
      return
    }
    known.requests += added.requests
    known.refused += added.refused
    known.failed += added.failed
    known.sumMs += added.sumMs
    added.buckets.forEach((count, i) => {
      known.buckets[i] = (known.buckets[i] ?? 0) + count
    })
  }

  /** Those with a request in the last five minutes; what had none for so long is forgotten. */
  list(nowMs: number): readonly PairFigure[] {
    const oldest = Math.floor(nowMs / SLOT_MS) - SLOTS
    const figures: PairFigure[] = []
    for (const [from, byTo] of this.#byFrom) {
      for (const [to, slots] of byTo) {
        const live = slots.filter((slot) => slot !== undefined && slot.at > oldest)
        if (live.length > 0) figures.push({ from, to, ...figureOf(live) })
        else {
          byTo.delete(to)
          this.#size--
        }
      }
      if (byTo.size === 0) this.#byFrom.delete(from)
    }
    return figures
  }

  #slots(from: string, to: string): Slot[] {
    const known = this.#byFrom.get(from)?.get(to)
    if (known !== undefined) return known
    if (this.#size >= MAX_PAIRS && !(from === OTHER && to === OTHER)) {
      return this.#slots(OTHER, OTHER)
    }
    const slots: Slot[] = []
    const byTo = this.#byFrom.get(from) ?? new Map<string, Slot[]>()
    this.#byFrom.set(from, byTo)
    byTo.set(to, slots)
    this.#size++
    return slots
  }
}

export interface Figures {
  /** From listeners to routes; '' where no route matched. Of times nothing is known. */
  readonly listeners: readonly PairFigure[]
  /** From routes to services; '' where a request was sent to none. */
  readonly routes: readonly PairFigure[]
  /** From services to endpoints. */
  readonly endpoints: readonly PairFigure[]
  /** From callers to rules of egress; '' where no rule allowed it. */
  readonly egress: readonly PairFigure[]
}

/** Routes whose latest failure is kept: the one that failed longest ago goes first. */
const MAX_FAILURES = 2000

export class RecentFigures {
  readonly #listeners = new Pairs()
  readonly #routes = new Pairs()
  readonly #endpoints = new Pairs()
  readonly #egress = new Pairs()
  readonly #failures = new Map<string, RouteFailure>()

  /** `nowMs`: wall clock. */
  add(
    { plane, route, service, outcomes, buckets, sumMs, instances }: CountRow,
    nowMs: number,
  ): void {
    const added = addedOf(outcomes, sumMs, buckets)
    if (plane === 'egress') this.#egress.add(service, route, added, nowMs)
    else this.#routes.add(route, service, added, nowMs)
    for (const [endpoint, requests, failed, instanceMs] of instances) {
      const part = { requests, refused: 0, failed, sumMs: instanceMs, buckets: [] }
      this.#endpoints.add(service, endpoint, part, nowMs)
    }
  }

  addListeners(counts: readonly ListenerCounts[], nowMs: number): void {
    for (const { listener, route, ...counted } of counts) {
      this.#listeners.add(listener, route, { ...counted, sumMs: 0, buckets: [] }, nowMs)
    }
  }

  addFailures(failures: readonly RouteFailure[]): void {
    for (const failure of failures) {
      this.#failures.delete(failure.route)
      this.#failures.set(failure.route, failure)
      if (this.#failures.size > MAX_FAILURES) {
        const [oldest] = this.#failures.keys()
        this.#failures.delete(oldest!)
      }
    }
  }

  list(nowMs: number): Figures {
    return {
      listeners: this.#listeners.list(nowMs),
      routes: this.#routes.list(nowMs),
      endpoints: this.#endpoints.list(nowMs),
      egress: this.#egress.list(nowMs),
    }
  }

  /** By route. */
  get failures(): ReadonlyMap<string, RouteFailure> {
    return this.#failures
  }
}

export function addedOf(
  outcomes: CountRow['outcomes'],
  sumMs: number,
  buckets: readonly number[],
): Added {
  const added = { requests: 0, refused: 0, failed: 0, sumMs, buckets }
  for (const [status, , count] of outcomes) {
    added.requests += count
    if (status >= 400 && status < 500) added.refused += count
    if (status >= 500 || status === 0) added.failed += count
  }
  return added
}

/** Of several pairs together; the 95th percentile is the worst of them, as an average would hide it. */
export function together(figures: readonly Figure[]): Figure {
  const sum = { requests: 0, refused: 0, failed: 0, sumMs: 0 }
  let p95Ms: number | null = null
  for (const figure of figures) {
    sum.requests += figure.requests
    sum.refused += figure.refused
    sum.failed += figure.failed
    sum.sumMs += figure.meanMs * figure.requests
    if (figure.p95Ms !== null) p95Ms = Math.max(p95Ms ?? 0, figure.p95Ms)
  }
  const { sumMs, ...counts } = sum
  return { ...counts, meanMs: counts.requests === 0 ? 0 : sumMs / counts.requests, p95Ms }
}

function figureOf(slots: readonly Slot[]): Figure {
  const sum = { requests: 0, refused: 0, failed: 0, sumMs: 0 }
  const buckets: number[] = []
  for (const slot of slots) {
    sum.requests += slot.requests
    sum.refused += slot.refused
    sum.failed += slot.failed
    sum.sumMs += slot.sumMs
    slot.buckets.forEach((count, i) => {
      buckets[i] = (buckets[i] ?? 0) + count
    })
  }
  const { sumMs, ...counts } = sum
  const meanMs = counts.requests === 0 ? 0 : sumMs / counts.requests
  return { ...counts, meanMs, p95Ms: quantileMs(buckets, 0.95) }
}
