// The newest requests of one worker, in a bounded ring each for those that went well and those that did not.

import { fits, hasFailed, type RequestFilter } from '../decide/explain-messages.ts'
import type { RecentRequest } from '../decide/explain-record.ts'

export interface RingBounds {
  readonly maxCount: number
  /** Estimated; the oldest go where there would be more. */
  readonly maxBytes: number
}

interface Entry {
  readonly request: RecentRequest
  readonly bytes: number
}

/** Forgets the oldest at either bound. */
export class Ring {
  readonly #bounds: RingBounds
  readonly #entries: (Entry | undefined)[] = []
  /** Where the next one goes. */
  #next = 0
  #size = 0
  #bytes = 0

  constructor(bounds: RingBounds) {
    this.#bounds = bounds
  }

  get size(): number {
    return this.#size
  }

  get bytes(): number {
    return this.#bytes
  }

  add(request: RecentRequest, bytes: number): void {
    const { maxCount, maxBytes } = this.#bounds
    if (bytes > maxBytes) return
    if (this.#size === maxCount) this.#forgetOldest()
    while (this.#bytes + bytes > maxBytes) this.#forgetOldest()
    this.#entries[this.#next] = { request, bytes }
    this.#next = (this.#next + 1) % maxCount
    this.#size++
    this.#bytes += bytes
  }

  *newestFirst(): Generator<RecentRequest> {
    const { maxCount } = this.#bounds
    for (let back = 1; back <= this.#size; back++) {
      const entry = this.#entries[(this.#next - back + maxCount) % maxCount]
      if (entry !== undefined) yield entry.request
    }
  }

  #forgetOldest(): void {
    const { maxCount } = this.#bounds
    const oldest = (this.#next - this.#size + maxCount) % maxCount
    this.#bytes -= this.#entries[oldest]?.bytes ?? 0
    this.#entries[oldest] = undefined
    this.#size--
  }
}

/** Per worker: 2,000 that went well and 2,000 that did not, 4 MiB of each. */
const BOUNDS: RingBounds = { maxCount: 2000, maxBytes: 4 * 1024 * 1024 }

/** Two rings, so that what went well never displaces a refusal. */
export class RecentRequests {
  readonly #well = new Ring(BOUNDS)
  readonly #failed = new Ring(BOUNDS)

  add(request: RecentRequest, bytes: number): void {
    const ring = hasFailed(request) ? this.#failed : this.#well
    ring.add(request, bytes)
  }

  /** Newest first. */
  find(filter: RequestFilter, limit: number): readonly RecentRequest[] {
    const found: RecentRequest[] = []
    const rings = filter.failed === true ? [this.#failed] : [this.#failed, this.#well]
    for (const ring of rings) {
      let count = 0
      for (const request of ring.newestFirst()) {
        if (count === limit) break
        if (!fits(request, filter)) continue
        found.push(request)
        count++
      }
    }
    return found.toSorted((a, b) => b.atMs - a.atMs).slice(0, limit)
  }
}
