// The requests under way: ended when their token or their time is over, counted while the edge drains.

import type { Clock } from '../../sidecar/runtime/clock.ts'
import type { RequestState } from './request-state.ts'

/** One coarse sweep instead of a timer for each request; deadlines are kept to within this. */
const SWEEP_MS = 100

export class ActiveRequests {
  readonly #clock: Clock
  // An array and not a Set: a Set that is added to and deleted from leaves old tables behind, and each of them keeps
  // finished requests alive until the next full collection.
  readonly #states: RequestState[] = []
  #cancelSweep: (() => void) | null = null
  #onEmpty: (() => void)[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    return this.#states.length
  }

  add(state: RequestState): void {
    state.place = this.#states.push(state) - 1
    this.#cancelSweep ??= this.#clock.after(SWEEP_MS, () => this.#sweep())
  }

  delete(state: RequestState): void {
    if (this.#states[state.place] !== state) return
    const last = this.#states.pop()!
    if (last !== state) {
      this.#states[state.place] = last
      last.place = state.place
    }
    state.place = -1
    if (this.#states.length > 0) return
    const listeners = this.#onEmpty
    this.#onEmpty = []
    for (const listener of listeners) listener()
  }

  /** Ends every upgraded connection and stream that would not end by itself. */
  stopAll(reason: string, which: (state: RequestState) => boolean): void {
    // A copy: what is stopped leaves the list.
    for (const state of this.#states.filter(which)) state.stop?.(reason)
  }

  /** Resolves once nothing is under way. */
  empty(): Promise<void> {
    if (this.#states.length === 0) return Promise.resolve()
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
    for (const state of this.#states.slice()) {
      const reason = overdue(state, wallMs, monotonicMs)
      if (reason !== null) end(state, reason)
    }
    this.#cancelSweep =
      this.#states.length === 0 ? null : this.#clock.after(SWEEP_MS, () => this.#sweep())
  }
}

/** Also where the upstream is long done and only the client is not. */
function end(state: RequestState, reason: string): void {
  if (state.stop !== null) state.stop(reason)
  else {
    state.reason = reason
    state.exchange.abort()
  }
}

/** Why a request must end now, or null. */
function overdue(state: RequestState, wallMs: number, monotonicMs: number): string | null {
  const { exchange, listener } = state
  if (wallMs > state.expiresAtMs) return 'token_expired'
  if (monotonicMs > state.bodyDeadlineMs && exchange.bodyPending) return 'request_timeout'
  const takenBytes = exchange.bytesOut - exchange.pendingOut
  if (exchange.pendingOut === 0 || takenBytes !== state.takenBytes) {
    state.takenBytes = takenBytes
    state.takenAtMs = monotonicMs
    return null
  }
  // On HTTP/2 the connection may be busy with others while this answer waits for a window that never opens.
  return monotonicMs - state.takenAtMs > listener.idleTimeoutMs ? 'client_stalled' : null
}
