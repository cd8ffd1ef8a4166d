// The store of a node without Redis, and the local share of one whose Redis is away: counters in memory.

import type { Clock } from '../../sidecar/runtime/clock.ts'
import { INSTANCE_LIFE_MS, type LimitStore } from './store.ts'
import type { TakeAnswer, TakeItem } from './take-item.ts'
import { take, type TakeState } from './take.ts'

/** About 500 bytes each where a window is busy, 150 where it is not. */
const DEFAULT_MAX_KEYS = 200_000
const MAX_INSTANCES = 4096

interface Entry {
  readonly state: TakeState
  /** From then on (µs) the state says no more than an absent one. */
  readonly endsUs: number
}

export interface EmbeddedStoreOptions {
  readonly clock: Clock
  /** Keys remembered, default 200,000. Beyond it the key used longest ago is forgotten, live or not. */
  readonly maxKeys?: number
}

export class EmbeddedStore implements LimitStore {
  readonly shards = 1
  readonly #clock: Clock
  readonly #maxKeys: number
  // Map order is age of last use, oldest first.
  readonly #entries = new Map<string, Entry>()
  readonly #instances = new Map<string, number>()

  constructor({ clock, maxKeys = DEFAULT_MAX_KEYS }: EmbeddedStoreOptions) {
    this.#clock = clock
    this.#maxKeys = maxKeys
  }

  get size(): number {
    return this.#entries.size
  }

  /** As `take`, for one item and at once. */
  takeNow(item: TakeItem): TakeAnswer {
    const nowUs = Math.floor(this.#clock.monotonicMs() * 1000)
    const known = this.#entries.get(item.key)
    const live = known !== undefined && known.endsUs > nowUs ? known.state : undefined
    const { state, answer, lifeUs } = take(live, item, nowUs)
    this.#entries.delete(item.key)
    this.#entries.set(item.key, { state, endsUs: nowUs + lifeUs })
    this.#trim(nowUs)
    return answer
  }

  take(_shard: number, items: readonly TakeItem[]): Promise<readonly TakeAnswer[]> {
    return Promise.resolve(items.map((item) => this.takeNow(item)))
  }

  /** The key has everything again, as if it had never been counted. */
  forget(key: string): void {
    this.#entries.delete(key)
  }

  probe(_shard: number): Promise<void> {
    return Promise.resolve()
  }

  beat(instance: string): Promise<number> {
    const nowMs = this.#clock.monotonicMs()
    this.#instances.delete(instance)
    this.#instances.set(instance, nowMs)
    for (const [name, seenMs] of this.#instances) {
      const isGone = seenMs <= nowMs - INSTANCE_LIFE_MS
      if (!isGone && this.#instances.size <= MAX_INSTANCES) break
      this.#instances.delete(name)
    }
    return Promise.resolve(this.#instances.size)
  }

  close(): void {
    this.#entries.clear()
    this.#instances.clear()
  }

  /** Two of the oldest go with every use where they have ended, so that a flood of keys is forgotten as fast as it came. */
  #trim(nowUs: number): void {
    let looked = 0
    for (const [key, { endsUs }] of this.#entries) {
      if (this.#entries.size <= this.#maxKeys && (endsUs > nowUs || looked === 2)) return
      this.#entries.delete(key)
      looked += 1
    }
  }
}
