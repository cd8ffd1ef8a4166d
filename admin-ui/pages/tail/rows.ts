// The rows of the tail: requests and gaps, the newest first, bounded; while paused they wait, and what does not fit is counted.

import type { RecentRequest } from '../../api/contract.ts'
import type { StreamEvent } from '../../api/event-stream.ts'

export type Row =
  | { readonly kind: 'request'; readonly key: string; readonly request: RecentRequest }
  /** `missed` null: nobody knows how many. `forMs`: since the request before it; null where there was none. */
  | {
      readonly kind: 'gap'
      readonly key: string
      readonly missed: number | null
      readonly forMs: number | null
    }
  | { readonly kind: 'dropped'; readonly key: string; readonly count: number }

export const MAX_ROWS = 300
const MAX_WAITING = 2000
/** Rates are told over this time. */
const RATE_MS = 3000

export interface Rates {
  /** Per second. */
  readonly shown: number
  /** With those that were left out by the sampling. */
  readonly all: number
}

export class TailRows {
  #rows: readonly Row[] = []
  #waiting: Row[] = []
  #dropped = 0
  #lastKey = 0
  /** When the latest request that was heard of ended, by the gateway's wall clock. */
  #lastAtMs: number | null = null
  #arrivals: { readonly atMs: number; readonly shown: number; readonly skipped: number }[] = []

  get rows(): readonly Row[] {
    return this.#rows
  }

  /** Waiting for `flush`. */
  get waiting(): number {
    return this.#waiting.length + this.#dropped
  }

  /** `nowMs`: monotonic; `wallMs`: of the same moment. */
  hear({ name, data }: StreamEvent, nowMs: number, wallMs: number): void {
    const key = String(++this.#lastKey)
    if (name === 'request') {
      const request = data as RecentRequest
      this.#lastAtMs = request.atMs
      this.#wait({ kind: 'request', key, request })
      this.#arrivals.push({ atMs: nowMs, shown: 1, skipped: 0 })
    } else if (name === 'sampled') {
      this.#arrivals.push({ atMs: nowMs, shown: 0, skipped: (data as { skipped: number }).skipped })
    } else if (name === 'gap') {
      const forMs = this.#lastAtMs === null ? null : Math.max(0, wallMs - this.#lastAtMs)
      this.#wait({ kind: 'gap', key, missed: (data as { missed: number | null }).missed, forMs })
    }
  }

  /** Shows what waits. True where there was anything. */
  flush(): boolean {
    if (this.#waiting.length === 0) return false
    const dropped: Row[] =
      this.#dropped === 0
        ? []
        : [{ kind: 'dropped', key: `d${this.#lastKey}`, count: this.#dropped }]
    this.#rows = [...this.#waiting.toReversed(), ...dropped, ...this.#rows].slice(0, MAX_ROWS)
    this.#waiting = []
    this.#dropped = 0
    return true
  }

  clear(): void {
    this.#rows = []
    this.#waiting = []
    this.#dropped = 0
  }

  rates(nowMs: number): Rates {
    this.#arrivals = this.#arrivals.filter(({ atMs }) => nowMs - atMs < RATE_MS)
    const seconds = RATE_MS / 1000
    const shown = this.#arrivals.reduce((sum, arrival) => sum + arrival.shown, 0)
    const skipped = this.#arrivals.reduce((sum, arrival) => sum + arrival.skipped, 0)
    return { shown: shown / seconds, all: (shown + skipped) / seconds }
  }

  /** Each worker tells for itself: what ended earlier may come a moment later. */
  #placeOf(row: Row): number {
    let place = this.#waiting.length
    if (row.kind !== 'request') return place
    for (; place > 0; place--) {
      const before = this.#waiting[place - 1]!
      const isLater = before.kind === 'request' && before.request.atMs > row.request.atMs
      if (!isLater) break
    }
    return place
  }

  #wait(row: Row): void {
    this.#waiting.splice(this.#placeOf(row), 0, row)
    if (this.#waiting.length <= MAX_WAITING) return
    this.#waiting.shift()
    this.#dropped++
  }
}

/** What is shown as a file: a line of JSON for each request, the oldest first. */
export function linesOf(rows: readonly Row[]): string {
  return rows
    .flatMap((row) => (row.kind === 'request' ? [`${JSON.stringify(row.request)}\n`] : []))
    .toReversed()
    .join('')
}
