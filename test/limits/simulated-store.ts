// A store behind a network that delays and loses, and that fails over, stops and goes away as real ones do.

import { ANSWER_MS } from '../../gateway/limit/answer-in-time.ts'
import { INSTANCE_LIFE_MS, type LimitStore } from '../../gateway/limit/store.ts'
import type { TakeAnswer, TakeItem } from '../../gateway/limit/take-item.ts'
import { take, type TakeState } from '../../gateway/limit/take.ts'
import type { VirtualTime } from './virtual-time.ts'

export interface NetworkFaults {
  /** Each way, 0 to this. */
  readonly delayMs: number
  /** Part of requests, and of answers, that are lost. */
  readonly lost: number
}

/** The counters themselves; one for the whole fleet. */
export class SimulatedServer {
  readonly time: VirtualTime
  readonly random: () => number
  #states = new Map<string, TakeState>()
  #snapshot: Map<string, TakeState> | null = null
  readonly #instances = new Map<string, number>()
  /** Until then nothing is answered. */
  pausedUntilMs = 0
  isDown = false
  /** Batches and items taken. */
  batches = 0
  items = 0

  constructor(time: VirtualTime, random: () => number) {
    this.time = time
    this.random = random
  }

  takeAll(items: readonly TakeItem[]): TakeAnswer[] {
    this.batches += 1
    this.items += items.length
    return items.map((item) => this.#take(item))
  }

  beat(instance: string): number {
    const nowMs = this.time.monotonicMs()
    this.#instances.set(instance, nowMs)
    for (const [name, seenMs] of this.#instances) {
      if (seenMs <= nowMs - INSTANCE_LIFE_MS) this.#instances.delete(name)
    }
    return this.#instances.size
  }

  /** What a replica has at this moment. */
  replicate(): void {
    this.#snapshot = structuredClone(this.#states)
  }

  /** The replica takes over: what was written since `replicate` is lost. */
  failOver(): void {
    this.#states = structuredClone(this.#snapshot ?? new Map<string, TakeState>())
  }

  #take(item: TakeItem): TakeAnswer {
    const nowUs = Math.floor((1_000_000 + this.time.monotonicMs()) * 1000)
    const { state, answer } = take(this.#states.get(item.key), item, nowUs)
    this.#states.set(item.key, state)
    return answer
  }
}

/** One node's way to the server. */
export class SimulatedStore implements LimitStore {
  readonly shards = 1
  readonly #server: SimulatedServer
  readonly #faults: NetworkFaults
  /** This node alone cannot reach the server. */
  isCutOff = false

  constructor(server: SimulatedServer, faults: NetworkFaults) {
    this.#server = server
    this.#faults = faults
  }

  take(_shard: number, items: readonly TakeItem[]): Promise<readonly TakeAnswer[]> {
    return this.#call(() => this.#server.takeAll(items))
  }

  async probe(_shard: number): Promise<void> {
    await this.#call(() => null)
  }

  beat(instance: string): Promise<number> {
    return this.#call(() => this.#server.beat(instance))
  }

  close(): void {}

  #call<T>(work: () => T): Promise<T> {
    const { time, random } = this.#server
    const { delayMs, lost } = this.#faults
    return new Promise<T>((resolve, reject) => {
      if (this.#server.isDown || this.isCutOff) return reject(new Error('refused'))
      const cancel = time.after(ANSWER_MS, () => reject(new Error('timeout')))
      if (random() < lost) return
      const arrive = (): void => {
        const waitMs = this.#server.pausedUntilMs - time.monotonicMs()
        if (waitMs > 0) return void time.after(waitMs, arrive)
        const result = work()
        if (random() < lost) return
        // Now and then an answer takes as long as it possibly can.
        const longMs = random() < 0.02 ? ANSWER_MS - 2 * delayMs : 0
        time.after(random() * delayMs + longMs, () => {
          cancel()
          resolve(result)
        })
      }
      time.after(random() * delayMs, arrive)
    })
  }
}
