// Where the counters of limits are kept: the one contract of the embedded, the remote and the Redis store.

import type { TakeAnswer, TakeItem } from './take-item.ts'

/** Most items of one batch. */
export const MAX_BATCH = 64

/** Keys of one shard are taken from in one call; shards fail and recover each for itself. */
export interface LimitStore {
  readonly shards: number
  /**
   * Takes from the counters of `items` (1 to MAX_BATCH, all of one shard), one after the other and undisturbed by other
   * callers. Rejects where that is not known to have happened; the items must then not be sent again as they are, or a
   * credit could count twice. Settles within about 100 ms.
   */
  take(shard: number, items: readonly TakeItem[]): Promise<readonly TakeAnswer[]>
  /** Resolves where the shard would take at present; rejects otherwise. */
  probe(shard: number): Promise<void>
  /** Makes `instance` known for 15 s and resolves with the number of instances known: who shares the limits. */
  beat(instance: string): Promise<number>
  close(): void
}

/** An instance that has not been heard of for this long counts no more. */
export const INSTANCE_LIFE_MS = 15_000

/** The shard of a key that begins with eight hexadecimal digits of a hash. */
export function shardOf(key: string, shards: number): number {
  return shards === 1 ? 0 : Number.parseInt(key.slice(0, 8), 16) % shards
}
