// A clock that only moves when told to, so that minutes of a fleet pass in milliseconds and always the same way.

import type { Clock } from '../../sidecar/runtime/clock.ts'

interface Task {
  readonly atMs: number
  readonly order: number
  readonly run: () => void
  cancelled: boolean
}

export class VirtualTime implements Clock {
  // A binary heap: the earliest task first, of equals the one that was added first.
  readonly #heap: Task[] = []
  #nowMs = 0
  #order = 0

  monotonicMs(): number {
    return this.#nowMs
  }

  wallMs(): number {
    return 1_790_000_000_000 + this.#nowMs
  }

  after(delayMs: number, run: () => void): () => void {
    const atMs = this.#nowMs + Math.max(0, delayMs)
    const task = { atMs, order: this.#order++, run, cancelled: false }
    this.#push(task)
    return () => {
      task.cancelled = true
    }
  }

  /** Runs everything that is due until `untilMs`, and lets promises settle after every step. */
  async run(untilMs: number): Promise<void> {
    while (this.#heap[0] !== undefined && this.#heap[0].atMs <= untilMs) {
      const task = this.#pop()
      if (task.cancelled) continue
      this.#nowMs = task.atMs
      task.run()
      const isLastOfInstant = this.#heap[0] === undefined || this.#heap[0].atMs > this.#nowMs
      if (isLastOfInstant) await settled()
    }
    this.#nowMs = untilMs
  }

  #push(task: Task): void {
    const heap = this.#heap
    let at = heap.push(task) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(task, heap[parent]!)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = task
  }

  #pop(): Task {
    const heap = this.#heap
    const first = heap[0]!
    const last = heap.pop()!
    if (heap.length === 0) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1
      if (!isBefore(heap[child]!, last)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
    return first
  }
}

function isBefore(a: Task, b: Task): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
}

/** Promises settle in microtasks; the deepest chain in a limiter is shorter than this. */
async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve()
}
