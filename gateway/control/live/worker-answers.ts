// Asks every worker of this node about its requests and puts the answers together; one that is gone is not waited for.

import type { LiveAnswer, LiveQuestion, RequestFilter } from '../../decide/explain-messages.ts'
import type { RecentRequest } from '../../decide/explain-record.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'

/** After this, what has come is the answer. */
const ANSWER_MS = 1000
/** Questions under way; more are answered with nothing. */
const MAX_PENDING = 64

export interface Found {
  /** Newest first. */
  readonly requests: readonly RecentRequest[]
  /** Workers that did not answer in time. */
  readonly missing: number
}

interface Pending {
  readonly limit: number
  readonly onlyOne: boolean
  readonly requests: RecentRequest[]
  readonly answered: Set<number>
  readonly settle: () => void
}

export class WorkerAnswers {
  /** Of this node. */
  workers = 1
  readonly #clock: Clock
  readonly #tellAll: (question: LiveQuestion) => void
  readonly #pending = new Map<number, Pending>()
  #lastAsk = 0

  constructor(clock: Clock, tellAll: (question: LiveQuestion) => void) {
    this.#clock = clock
    this.#tellAll = tellAll
  }

  /** `claims`: names of those whose values are wanted. Never rejects. */
  ask(filter: RequestFilter, limit: number, claims: readonly string[]): Promise<Found> {
    if (this.#pending.size >= MAX_PENDING) {
      return Promise.resolve({ requests: [], missing: this.workers })
    }
    const ask = ++this.#lastAsk
    return new Promise((resolve) => {
      const pending: Pending = {
        limit,
        onlyOne: filter.id !== undefined,
        requests: [],
        answered: new Set(),
        settle: () => {
          cancel()
          this.#pending.delete(ask)
          const newest = pending.requests.toSorted((a, b) => b.atMs - a.atMs).slice(0, limit)
          resolve({ requests: newest, missing: Math.max(0, this.workers - pending.answered.size) })
        },
      }
      const cancel = this.#clock.after(ANSWER_MS, pending.settle)
      this.#pending.set(ask, pending)
      this.#tellAll({ kind: 'live-ask', ask, filter, limit, claims })
    })
  }

  hear(
    worker: number,
    { ask, requests, isLast }: Extract<LiveAnswer, { kind: 'live-found' }>,
  ): void {
    const pending = this.#pending.get(ask)
    if (pending === undefined) return
    if (isLast) pending.answered.add(worker)
    pending.requests.push(...requests)
    const isFound = pending.onlyOne && pending.requests.length > 0
    if (isFound || pending.answered.size >= this.workers) pending.settle()
  }

  close(): void {
    for (const pending of this.#pending.values()) pending.settle()
  }
}
