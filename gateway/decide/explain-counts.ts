// What one worker counts of its requests, until it tells control: one entry for each route (or egress rule) and service.

import { isFailure } from '../../sidecar/telemetry/access-record.ts'
import { OutcomeCounts } from '../../sidecar/telemetry/outcome-counts.ts'
import type { LimitTally } from '../limit/tallies.ts'
import type { CountRow, LimitCounts } from './explain-messages.ts'

/** Entries between two tellings; requests beyond are counted under `other`. */
const MAX_ENTRIES = 500
/** Instances of one entry. */
const MAX_INSTANCES = 100
const OTHER = 'other'

/** Of a request that has ended. */
export interface Counted {
  /** 0: none was sent. */
  readonly status: number
  /** `ok`, or the word of its record. */
  readonly reason: string
  /** null: it was not sent on. */
  readonly endpoint: string | null
  readonly upstreamMs: number | null
  readonly exchange: { readonly bytesIn: number; readonly bytesOut: number }
}

interface Instance {
  requests: number
  failures: number
  sumMs: number
}

class Entry {
  readonly #plane: CountRow['plane']
  readonly #route: string
  readonly #service: string
  readonly #counts = new OutcomeCounts()
  readonly #instances = new Map<string, Instance>()
  #bytesIn = 0
  #bytesOut = 0

  constructor(plane: CountRow['plane'], route: string, service: string) {
    this.#plane = plane
    this.#route = route
    this.#service = service
  }

  count(counted: Counted, durationMs: number): void {
    const { status, reason, exchange, endpoint } = counted
    this.#counts.count(status, reason, durationMs)
    this.#bytesIn += exchange.bytesIn
    this.#bytesOut += exchange.bytesOut
    if (endpoint === null) return
    const instance = this.#instance(endpoint)
    instance.requests++
    if (isFailure(status, reason) && (status >= 500 || status === 0)) instance.failures++
    instance.sumMs += counted.upstreamMs ?? 0
  }

  countUnrouted(status: number, reason: string): void {
    this.#counts.count(status, reason, 0)
  }

  countBytes(bytesIn: number, bytesOut: number): void {
    this.#bytesIn += bytesIn
    this.#bytesOut += bytesOut
  }

  row(): CountRow {
    const { outcomes, buckets, sumMs } = this.#counts
    return {
      plane: this.#plane,
      route: this.#route,
      service: this.#service,
      outcomes,
      buckets,
      sumMs,
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      instances: [...this.#instances].map(
        ([endpoint, { requests, failures, sumMs }]) =>
          [endpoint, requests, failures, sumMs] as const,
      ),
    }
  }

  #instance(endpoint: string): Instance {
    const isKnown = this.#instances.has(endpoint) || this.#instances.size < MAX_INSTANCES
    const name = isKnown ? endpoint : OTHER
    let instance = this.#instances.get(name)
    if (instance === undefined) {
      instance = { requests: 0, failures: 0, sumMs: 0 }
      this.#instances.set(name, instance)
    }
    return instance
  }
}

export class RequestCounts {
  readonly #plane: CountRow['plane']
  /** By route, then by service. */
  #entries = new Map<string, Map<string, Entry>>()
  #size = 0

  constructor(plane: CountRow['plane']) {
    this.#plane = plane
  }

  /** `route`: or rule; `service`: or caller. '' for none. */
  count(route: string, service: string, counted: Counted, durationMs: number): void {
    this.#entry(route, service).count(counted, durationMs)
  }

  /** A request that was refused before any route was looked for. */
  countUnrouted(status: number, reason: string): void {
    this.#entry('', '').countUnrouted(status, reason)
  }

  /** Of something that was counted before and has ended now. */
  countBytes(route: string, service: string, bytesIn: number, bytesOut: number): void {
    this.#entry(route, service).countBytes(bytesIn, bytesOut)
  }

  /** Since the last call. */
  take(): readonly CountRow[] {
    const rows = [...this.#entries.values()].flatMap((byService) =>
      [...byService.values()].map((entry) => entry.row()),
    )
    this.#entries = new Map()
    this.#size = 0
    return rows
  }

  #entry(route: string, service: string): Entry {
    const known = this.#entries.get(route)?.get(service)
    if (known !== undefined) return known
    if (this.#size >= MAX_ENTRIES && !(route === OTHER && service === OTHER))
      return this.#entry(OTHER, OTHER)
    const entry = new Entry(this.#plane, route, service)
    const byService = this.#entries.get(route) ?? new Map<string, Entry>()
    this.#entries.set(route, byService)
    byService.set(service, entry)
    this.#size++
    return entry
  }
}

export class LimitDifferences {
  readonly #told = new Map<string, LimitTally>()

  /** What limits did since the last call; `tallies` count from the start. */
  take(tallies: ReadonlyMap<string, Readonly<LimitTally>>): readonly LimitCounts[] {
    const counts: LimitCounts[] = []
    for (const [limit, tally] of tallies) {
      const before = this.#told.get(limit)
      const told = {
        limit,
        allowed: tally.allowed - (before?.allowed ?? 0),
        limited: tally.limited - (before?.limited ?? 0),
        shadowed: tally.shadowed - (before?.shadowed ?? 0),
        degraded: tally.degraded - (before?.degraded ?? 0),
      }
      if (told.allowed + told.limited + told.shadowed + told.degraded === 0) continue
      counts.push(told)
      this.#told.set(limit, { ...tally })
    }
    return counts
  }
}
