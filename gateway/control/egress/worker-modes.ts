// In which mode the workers of this node really let calls out, asked of themselves and not of the configuration.

import type { EgressMode } from '../../allow/plan.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'

/** After this, what has come is the answer. */
const ANSWER_MS = 1000

export interface EgressAsk {
  readonly kind: 'egress-ask'
}

/** `mode` null: the worker has no egress. */
export interface EgressModeTold {
  readonly kind: 'egress-mode'
  readonly mode: EgressMode | null
}

export interface WorkerMode {
  readonly worker: number
  readonly mode: EgressMode | null
}

export interface ToldModes {
  readonly workers: readonly WorkerMode[]
  /** Workers that did not answer in time. */
  readonly missing: number
}

export class WorkerModes {
  /** Of this node. */
  workers = 1
  readonly #clock: Pick<Clock, 'after'>
  readonly #tellAll: (ask: EgressAsk) => void
  readonly #told = new Map<number, EgressMode | null>()
  /** Who asks while workers are being asked shares the answer. */
  #asking: Promise<ToldModes> | null = null
  #settle = (): void => {}

  constructor(clock: Pick<Clock, 'after'>, tellAll: (ask: EgressAsk) => void) {
    this.#clock = clock
    this.#tellAll = tellAll
  }

  /** Never rejects. */
  ask(): Promise<ToldModes> {
    this.#asking ??= new Promise((resolve) => {
      this.#told.clear()
      const cancel = this.#clock.after(ANSWER_MS, () => this.#settle())
      this.#settle = () => {
        cancel()
        this.#asking = null
        this.#settle = () => {}
        const workers = [...this.#told].map(([worker, mode]) => ({ worker, mode }))
        const missing = Math.max(0, this.workers - workers.length)
        resolve({ workers: workers.toSorted((a, b) => a.worker - b.worker), missing })
      }
      this.#tellAll({ kind: 'egress-ask' })
    })
    return this.#asking
  }

  hear(worker: number, { mode }: EgressModeTold): void {
    this.#told.set(worker, mode)
    if (this.#told.size >= this.workers) this.#settle()
  }

  close(): void {
    this.#settle()
  }
}
