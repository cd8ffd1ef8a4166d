// What the targets of routes with several did of late: each second of the last five minutes, on this node.

import type { CountRow } from '../../decide/explain-messages.ts'
import { BUCKETS } from '../../../sidecar/telemetry/metrics.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'

/** How far back figures go. */
export const KEPT_MS = 300_000
const STEP_MS = 1000
const SLOTS = KEPT_MS / STEP_MS
/** Of one second; all slots full take about 10 MiB. What comes beyond is not counted. */
export const MAX_TARGETS = 200

export interface Figures {
  readonly requests: number
  /** Status 500 to 599. */
  readonly failed: number
  /** By duration: as of BUCKETS, and one more for what took longer. */
  readonly buckets: readonly number[]
}

interface Sum {
  requests: number
  failed: number
  readonly buckets: number[]
}

interface Slot {
  /** Number of the second, monotonic. */
  readonly second: number
  readonly byTarget: Map<string, Sum>
}

export class TargetFigures {
  readonly #clock: Clock
  readonly #slots: (Slot | undefined)[] = []
  #tracked: ReadonlySet<string> = new Set()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whose figures are kept from now on, by route and service; the first MAX_TARGETS of them. */
  track(targets: readonly (readonly [route: string, service: string])[]): void {
    const keys = targets.slice(0, MAX_TARGETS).map(([route, service]) => keyOf(route, service))
    this.#tracked = new Set(keys)
  }

  isTracked(route: string, service: string): boolean {
    return this.#tracked.has(keyOf(route, service))
  }

  /** What one worker counted since it told last. */
  heard(rows: readonly CountRow[]): void {
    for (const { plane, route, service, outcomes, buckets } of rows) {
      const key = keyOf(route, service)
      if (plane !== 'edge' || !this.#tracked.has(key)) continue
      const sum = this.#sum(key)
      for (const [status, , count] of outcomes) {
        sum.requests += count
        if (status >= 500) sum.failed += count
      }
      buckets.forEach((count, at) => {
        sum.buckets[at]! += count
      })
    }
  }

  /** Since `fromMs` (monotonic), to the second. */
  since(route: string, service: string, fromMs: number): Figures {
    const key = keyOf(route, service)
    const oldest = Math.max(Math.ceil(fromMs / STEP_MS), this.#now() - SLOTS + 1)
    const total = noFigures()
    if (!this.#tracked.has(key)) return total
    for (const slot of this.#slots) {
      if (slot === undefined || slot.second < oldest) continue
      add(total, slot.byTarget.get(key))
    }
    return total
  }

  #now(): number {
    return Math.floor(this.#clock.monotonicMs() / STEP_MS)
  }

  #sum(key: string): Sum {
    const second = this.#now()
    let slot = this.#slots[second % SLOTS]
    if (slot?.second !== second) {
      slot = { second, byTarget: new Map() }
      this.#slots[second % SLOTS] = slot
    }
    const known = slot.byTarget.get(key)
    if (known !== undefined) return known
    const sum = noFigures()
    slot.byTarget.set(key, sum)
    return sum
  }
}

/** Of several targets together. */
export function together(all: readonly Figures[]): Figures {
  const total = noFigures()
  for (const one of all) add(total, one)
  return total
}

function noFigures(): Sum {
  return { requests: 0, failed: 0, buckets: Array.from({ length: BUCKETS.length + 1 }, () => 0) }
}

function add(total: Sum, more: Figures | undefined): void {
  if (more === undefined) return
  total.requests += more.requests
  total.failed += more.failed
  more.buckets.forEach((count, at) => {
    total.buckets[at]! += count
  })
}

function keyOf(route: string, service: string): string {
  return `${route} ${service}`
}
