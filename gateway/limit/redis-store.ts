// Counters in Redis or Valkey: one script call for a batch, on the server's own clock.

import { createHash } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'
import { errorMessage } from '../../sidecar/runtime/errors.ts'
import { answerInTime } from './answer-in-time.ts'
import { closeRedis } from './redis-client.ts'
import { INSTANCE_LIFE_MS, shardOf, type LimitStore } from './store.ts'
import { decodeAnswers, encodeItems, TAKE_SCRIPT } from './take-script.ts'
import type { TakeAnswer, TakeItem } from './take-item.ts'

// A batch must stay within one slot of a cluster, so keys are spread over this many slots there.
const CLUSTER_SHARDS = 64
const PROBE_LIFE_MS = 1000

const BEAT_SCRIPT = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[2]))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('ZCARD', KEYS[1])
`

interface Script {
  readonly text: string
  readonly sha: string
}

const takeScript = script(TAKE_SCRIPT)
const beatScript = script(BEAT_SCRIPT)

export class RedisStore implements LimitStore {
  readonly shards: number
  readonly #client: Redis | Cluster
  readonly #prefix: string

  /** Takes over `client` (made by connectRedis) and closes it; `prefix` begins every key. */
  constructor(client: Redis | Cluster, prefix: string) {
    this.#client = client
    this.#prefix = prefix
    this.shards = client.isCluster ? CLUSTER_SHARDS : 1
  }

  async take(shard: number, items: readonly TakeItem[]): Promise<readonly TakeAnswer[]> {
    const keys = items.map(({ key }) => this.#key(shard, key))
    const reply = await this.#run(takeScript, keys, [encodeItems(items)])
    return decodeAnswers(reply, items.length)
  }

  /** Writes, since a server that only reads is of no use. */
  async probe(shard: number): Promise<void> {
    await answerInTime(this.#client.set(this.#key(shard, 'probe'), '1', 'PX', PROBE_LIFE_MS))
  }

  async beat(instance: string): Promise<number> {
    const args = [instance, String(INSTANCE_LIFE_MS)]
    return Number(await this.#run(beatScript, [this.#key(0, 'instances')], args))
  }

  /** The key has everything again, as if it had never been counted. */
  async forget(key: string): Promise<void> {
    await answerInTime(this.#client.del(this.nameOf(key)))
  }

  /** For how long Redis still keeps the counters of the key; null where it has none. */
  async lifeMs(key: string): Promise<number | null> {
    const lifeMs = await answerInTime(this.#client.pttl(this.nameOf(key)))
    return lifeMs < 0 ? null : lifeMs
  }

  /** Under which name Redis has the counters of the key. */
  nameOf(key: string): string {
    return this.#key(shardOf(key, this.shards), key)
  }

  close(): void {
    closeRedis(this.#client)
  }

  #key(shard: number, name: string): string {
    return `${this.#prefix}:{${shard}}:${name}`
  }

  async #run(
    { text, sha }: Script,
    keys: readonly string[],
    args: readonly (string | Buffer)[],
  ): Promise<unknown> {
    try {
      return await answerInTime(this.#client.evalsha(sha, keys.length, ...keys, ...args))
    } catch (error) {
      // Proof that nothing was executed, so this is no second time.
      if (!errorMessage(error).startsWith('NOSCRIPT')) throw error
      return answerInTime(this.#client.eval(text, keys.length, ...keys, ...args))
    }
  }
}

function script(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}
