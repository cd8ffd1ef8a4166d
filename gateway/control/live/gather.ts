// Asks every worker of this node the same and puts the answers together; one that is gone is not waited for.

import type { Clock } from '../../../sidecar/runtime/clock.ts'

/** After this, what has come is the answer. */
const ANSWER_MS = 1000
/** Questions under way; more are answered with nothing. */
const MAX_PENDING = 64

export interface Gathered<Part> {
  readonly parts: readonly Part[]
  /** Workers that did not answer in time. */
  readonly missing: number
}

interface Pending<Part> {
  readonly byWorker: Map<number, Part>
  readonly settle: () => void
}

export class Gather<Part> {
  readonly #clock: Clock
  readonly #workers: () => number
  readonly #pending = new Map<number, Pending<Part>>()
  #lastAsk = 0

  /** `workers`: of this node. */
  constructor(clock: Clock, workers: () => number) {
    this.#clock = clock
    this.#workers = workers
  }

  /** `send` tells all workers the number of the question. Never rejects. */
  ask(send: (ask: number) => void): Promise<Gathered<Part>> {
    const workers = this.#workers()
    if (this.#pending.size >= MAX_PENDING) return Promise.resolve({ parts: [], missing: workers })
    const ask = ++this.#lastAsk
    return new Promise((resolve) => {
      const byWorker = new Map<number, Part>()
      const settle = (): void => {
        cancel()
        this.#pending.delete(ask)
        resolve({ parts: [...byWorker.values()], missing: Math.max(0, workers - byWorker.size) })
      }
      const cancel = this.#clock.after(ANSWER_MS, settle)
      this.#pending.set(ask, { byWorker, settle })
      send(ask)
    })
  }

  hear(worker: number, ask: number, part: Part): void {
    const pending = this.#pending.get(ask)
    if (pending === undefined) return
    pending.byWorker.set(worker, part)
    if (pending.byWorker.size >= this.#workers()) pending.settle()
  }

  close(): void {
    for (const { settle } of this.#pending.values()) settle()
  }
}
