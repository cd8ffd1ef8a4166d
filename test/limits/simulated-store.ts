// A store behind a network that delays and loses, with the faults of real ones and the mistakes a limiter could make.

import { INSTANCE_LIFE_MS, type LimitStore } from '../../gateway/limit/store.ts'
import { take, type TakeAnswer, type TakeItem, type TakeState } from '../../gateway/limit/take.ts'
import type { VirtualTime } from './virtual-time.ts'

/** A mistake planted on purpose: the check of the promise must find each of them. */
export type Mutant =
  | 'none'
  | 'credit applied twice'
  | 'credit sent again after a lost answer'
  | 'credit without regard to its grant'
  | 'no cap on what is held'
  | 'leases that never end'
  | 'window without the time of leases'
  | 'oldest part of the window not counted'
  | 'late answers acted on'

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
  readonly mutant: Mutant
  #states = new Map<string, TakeState>()
  #snapshot: Map<string, TakeState> | null = null
  readonly #instances = new Map<string, number>()
  /** Until then nothing is answered. */
  pausedUntilMs = 0
  isDown = false
  /** Batches and items taken. */
  batches = 0
  items = 0

  constructor(time: VirtualTime, random: () => number, mutant: Mutant = 'none') {
    this.time = time
    this.random = random
    this.mutant = mutant
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
    const mutated = this.#mutated(item)
    const { state, answer } = take(this.#states.get(item.key), mutated, nowUs)
    this.#states.set(item.key, state)
    if (this.mutant === 'credit applied twice' && item.credit > 0) this.creditOnly(item)
    return answer
  }

  creditOnly(item: TakeItem): void {
    const nowUs = Math.floor((1_000_000 + this.time.monotonicMs()) * 1000)
    const again = { ...this.#mutated(item), count: 0, want: 0, debit: 0 }
    this.#states.set(item.key, take(this.#states.get(item.key), again, nowUs).state)
  }

  #mutated(item: TakeItem): TakeItem {
    const { params } = item
    if (this.mutant === 'no cap on what is held' && params.kind === 'bucket') {
      return { ...item, params: { ...params, outstanding: 1e6 } }
    }
    if (this.mutant === 'oldest part of the window not counted' && params.kind === 'window') {
      return { ...item, params: { ...params, slots: params.slots - 1 } }
    }
    if (this.mutant === 'window without the time of leases' && params.kind === 'window') {
      const subUs = Math.ceil((params.windowMs * 1000) / params.slots)
      return { ...item, params: { ...params, subUs } }
    }
    if (this.mutant === 'credit without regard to its grant' && item.credit > 0) {
      const state = this.#states.get(item.key)
      if (state?.kind === 'bucket') {
        state.headroomUs = Number.MAX_SAFE_INTEGER
        return { ...item, stamp: state.generation }
      }
      return { ...item, stamp: state?.indexes.at(-1) ?? item.stamp }
    }
    return item
  }
}

/** One node's way to the server. */
export class SimulatedStore implements LimitStore {
  readonly shards = 1
  readonly #server: SimulatedServer
  readonly #faults: NetworkFaults

  constructor(server: SimulatedServer, faults: NetworkFaults) {
    this.#server = server
    this.#faults = faults
  }

  take(_shard: number, items: readonly TakeItem[]): Promise<readonly TakeAnswer[]> {
    const onLost = (): void => {
      if (this.#server.mutant !== 'credit sent again after a lost answer') return
      for (const item of items) if (item.credit > 0) this.#server.creditOnly(item)
    }
    return this.#call(() => this.#server.takeAll(items), onLost)
  }

  async probe(_shard: number): Promise<void> {
    await this.#call(
      () => null,
      () => undefined,
    )
  }

  beat(instance: string): Promise<number> {
    return this.#call(
      () => this.#server.beat(instance),
      () => undefined,
    )
  }

  close(): void {}

  #call<T>(work: () => T, onLost: () => void): Promise<T> {
    const { time, random, mutant } = this.#server
    const { delayMs, lost } = this.#faults
    return new Promise<T>((resolve, reject) => {
      if (this.#server.isDown) return reject(new Error('refused'))
      const patienceMs = mutant === 'late answers acted on' ? 10_000 : 50
      time.after(patienceMs, () => reject(new Error('timeout')))
      if (random() < lost) return
      const arrive = (): void => {
        const waitMs = this.#server.pausedUntilMs - time.monotonicMs()
        if (waitMs > 0) return void time.after(waitMs, arrive)
        const result = work()
        if (random() < lost) return onLost()
        // Now and then an answer takes as long as it possibly can.
        const longMs = random() < 0.02 ? 48 - delayMs : 0
        const slowMs = mutant === 'late answers acted on' && random() < 0.1 ? 100 : longMs
        time.after(random() * delayMs + slowMs, () => resolve(result))
      }
      time.after(random() * delayMs, arrive)
    })
  }
}
