// How many requests of a service may be sent again: a share of those of the last seconds, and a few more.

import type { Clock } from '../runtime/clock.ts'

const WINDOW_S = 10
/** For services with so few requests that their share would be none. */
const RESERVE_PER_S = 3

export class RetryBudget {
  readonly #clock: Clock
  /** By second, modulo the window. */
  readonly #requests = new Uint32Array(WINDOW_S)
  readonly #retries = new Uint32Array(WINDOW_S)
  #second: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#second = this.#currentSecond()
  }

  /** One request, counted once however often it is sent. */
  count(): void {
    this.#advance()
    this.#requests[this.#second % WINDOW_S]! += 1
  }

  /** Takes the right to send a request again, where there is one. `share`: 0 to 1. */
  take(share: number): boolean {
    this.#advance()
    const allowed = share * sum(this.#requests) + RESERVE_PER_S * WINDOW_S
    if (sum(this.#retries) + 1 > allowed) return false
    this.#retries[this.#second % WINDOW_S]! += 1
    return true
  }

  #advance(): void {
    const now = this.#currentSecond()
    const steps = Math.min(WINDOW_S, now - this.#second)
    for (let step = 1; step <= steps; step++) {
      const slot = (now - steps + step) % WINDOW_S
      this.#requests[slot] = 0
      this.#retries[slot] = 0
    }
    this.#second = now
  }

  #currentSecond(): number {
    return Math.floor(this.#clock.monotonicMs() / 1000)
  }
}

function sum(counts: Uint32Array): number {
  let total = 0
  for (const count of counts) total += count
  return total
}
