// Wall clock and monotonic clock that a test moves together, or one without the other.

import type { Clock } from '../../../sidecar/runtime/clock.ts'

interface Timer {
  readonly dueMs: number
  readonly task: () => void
}

export class TwoClocks implements Clock {
  #wallMs: number
  #monotonicMs = 0
  readonly #timers = new Set<Timer>()

  constructor(wallMs: number) {
    this.#wallMs = wallMs
  }

  wallMs(): number {
    return this.#wallMs
  }

  monotonicMs(): number {
    return this.#monotonicMs
  }

  after(delayMs: number, task: () => void): () => void {
    const timer = { dueMs: this.#monotonicMs + delayMs, task }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Timers that were neither run nor cancelled. */
  get pending(): number {
    return this.#timers.size
  }

  /** Somebody sets the clock, or the host wakes after a sleep in which nothing ran. */
  jump(byMs: number): void {
    this.#wallMs += byMs
  }

  /** Time passes as usual; what falls due runs in order, with what it causes. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.#monotonicMs + ms
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.dueMs <= untilMs)
      const next = due.sort((a, b) => a.dueMs - b.dueMs)[0]
      if (next === undefined) break
      this.#timers.delete(next)
      this.#moveTo(Math.max(this.#monotonicMs, next.dueMs))
      next.task()
      await settled()
    }
    this.#moveTo(untilMs)
    await settled()
  }

  #moveTo(monotonicMs: number): void {
    this.#wallMs += monotonicMs - this.#monotonicMs
    this.#monotonicMs = monotonicMs
  }
}

/** Lets everything run that waits for nothing but its turn. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
