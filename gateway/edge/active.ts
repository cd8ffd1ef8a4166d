// The requests under way: ended when their token or their time is over, counted while the edge drains.

import type { Clock } from '../../sidecar/runtime/clock.ts'
import type { RequestState } from './request-state.ts'

/** One coarse sweep instead of a timer for each request; deadlines are kept to within this. */
const SWEEP_MS = 100

export class ActiveRequests {
  readonly #clock: Clock
  readonly #states = new Set<RequestState>()
  #cancelSweep: (() => void) | null = null
  #onEmpty: (() => void)[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    return this.#states.size
  }

  add(state: RequestState): void {
    this.#states.add(state)
    this.#cancelSweep ??= this.#clock.after(SWEEP_MS, () => this.#sweep())
  }

  delete(state: RequestState): void {
    this.#states.delete(state)
    if (this.#states.size > 0) return
    const listeners = this.#onEmpty
    this.#onEmpty = []
    for (const listener of listeners) listener()
  }

  /** Ends every upgraded connection and stream that would not end by itself. */
  stopAll(reason: string, which: (state: RequestState) => boolean): void {
    for (const state of this.#states) {
      if (which(state)) state.stop?.(reason)
    }
  }

  /** Resolves once nothing is under way. */
  empty(): Promise<void> {
    if (this.#states.size === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#onEmpty.push(resolve)
    })
  }

  close(): void {
    this.#cancelSweep?.()
    this.#cancelSweep = null
  }

  #sweep(): void {
    const wallMs = this.#clock.wallMs()
    const monotonicMs = this.#clock.monotonicMs()
    for (const state of this.#states) {
      if (wallMs > state.expiresAtMs) state.stop?.('token_expired')
      else if (monotonicMs > state.bodyDeadlineMs && state.exchange.bodyPending)
        state.stop?.('request_timeout')
    }
    this.#cancelSweep =
      this.#states.size === 0 ? null : this.#clock.after(SWEEP_MS, () => this.#sweep())
  }
}
