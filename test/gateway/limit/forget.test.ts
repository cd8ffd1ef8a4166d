// A key that is forgotten has everything again, in every store, and no other key has.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { EmbeddedStore } from '../../../gateway/limit/embedded-store.ts'
import { storeKeyOf } from '../../../gateway/limit/keys.ts'
import { limitParams } from '../../../gateway/limit/params.ts'
import type { RedisTopology } from '../../../gateway/limit/plan.ts'
import { connectRedis } from '../../../gateway/limit/redis-client.ts'
import { RedisStore } from '../../../gateway/limit/redis-store.ts'
import { shardOf, type LimitStore } from '../../../gateway/limit/store.ts'
import type { TakeItem } from '../../../gateway/limit/take-item.ts'
import { systemClock } from '../../../sidecar/runtime/clock.ts'
import { startRedisCluster } from '../../support/redis-cluster.ts'
import { startRedis } from '../../support/redis.ts'
import { until } from '../../support/until.ts'
import { redisPlan } from './redis-plan.ts'

type ForgettingStore = LimitStore & { forget(key: string): Promise<void> | void }

const KEYS = Array.from({ length: 12 }, (_, i) => storeKeyOf(`key ${i}`))
const FORMS = [
  limitParams({ count: 3, perMs: 60_000 }, null, 'exact'),
  limitParams({ count: 3, perMs: 3_600_000 }, 3, 'exact'),
]

async function check(store: ForgettingStore): Promise<void> {
  const take = async (key: string, form: number): Promise<number> => {
    const none = { want: 0, credit: 0, stamp: 0, settled: 0, lease: 0, debit: 0 }
    const item: TakeItem = { key, params: FORMS[form]!, count: 5, cost: 1, ...none }
    const [answer] = await store.take(shardOf(key, store.shards), [item])
    return answer!.granted
  }
  await until('a store that answers', async () => {
    return store.probe(0).then(
      () => true,
      () => false,
    )
  })
  for (const [i, key] of KEYS.entries()) assert.equal(await take(key, i % 2), 3)
  for (const [i, key] of KEYS.entries()) {
    if (i < 6) await store.forget(key)
  }
  for (const [i, key] of KEYS.entries()) assert.equal(await take(key, i % 2), i < 6 ? 3 : 0)
}

suite('a key is forgotten', () => {
  test('in memory', () => check(new EmbeddedStore({ clock: systemClock })))

  async function inRedis(topology: RedisTopology): Promise<void> {
    const client = connectRedis({ ...redisPlan(0), topology }, Math.random, () => undefined)
    const store = new RedisStore(client, 'test')
    try {
      await check(store)
      const [key] = KEYS
      assert.match(store.nameOf(key!), new RegExp(`^test:\\{\\d+\\}:${key}$`))
      assert.ok((await store.lifeMs(key!))! > 0)
      await store.forget(key!)
      assert.equal(await store.lifeMs(key!), null)
    } finally {
      store.close()
    }
  }

  test('in Redis', async () => {
    const redis = await startRedis()
    try {
      const endpoint = { host: '127.0.0.1', port: redis.port }
      await inRedis({ kind: 'single', endpoint, database: 0 })
    } finally {
      await redis.kill()
    }
  })

  test('in a cluster, wherever it is', async () => {
    const cluster = await startRedisCluster(2)
    try {
      const endpoints = cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port }))
      await inRedis({ kind: 'cluster', endpoints })
    } finally {
      await cluster.stop()
    }
  })
})
