// One suite for every store: embedded, remote over messages, and Redis.

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { EmbeddedStore } from '../../../gateway/limit/embedded-store.ts'
import { limitParams } from '../../../gateway/limit/params.ts'
import { connectRedis } from '../../../gateway/limit/redis-client.ts'
import { RedisStore } from '../../../gateway/limit/redis-store.ts'
import {
  answerLimitRequest,
  RemoteStore,
  type LimitRequest,
} from '../../../gateway/limit/remote-store.ts'
import type { LimitStore } from '../../../gateway/limit/store.ts'
import type { TakeItem } from '../../../gateway/limit/take-item.ts'
import { systemClock } from '../../../sidecar/runtime/clock.ts'
import { startRedis } from '../../support/redis.ts'
import { redisPlan, whenReady } from './redis-plan.ts'

const NOTHING = { count: 0, cost: 1, want: 0, credit: 0, stamp: 0, settled: 0, lease: 0, debit: 0 }
const window = limitParams({ count: 10, perMs: 60_000 }, null, 'exact')
const bucket = limitParams({ count: 10, perMs: 60_000 }, 10, 'exact')
const quick = limitParams({ count: 5, perMs: 1000 }, null, 'exact')

const redis = await startRedis()
after(() => redis.kill())

function remote(): LimitStore {
  const supervisor = new EmbeddedStore({ clock: systemClock })
  const store = new RemoteStore({
    clock: systemClock,
    send: (request) => {
      // Messages are copied on their way, as between processes.
      void answerLimitRequest(supervisor, structuredClone(request)).then((reply) =>
        store.receive(structuredClone(reply)),
      )
    },
  })
  return store
}

async function inRedis(): Promise<LimitStore> {
  const client = connectRedis(redisPlan(redis.port), Math.random, () => undefined)
  await whenReady(client)
  return new RedisStore(client, 'conformance')
}

const stores: readonly (readonly [string, () => LimitStore | Promise<LimitStore>])[] = [
  ['embedded', () => new EmbeddedStore({ clock: systemClock })],
  ['remote', remote],
  ['Redis', inRedis],
]

for (const [name, open] of stores) {
  describe(`the ${name} store`, async () => {
    const store = await open()
    after(() => store.close())
    let keys = 0
    const newKey = (): string => `${String(keys++).padStart(8, '0')}-${name}`
    const take = async (item: Partial<TakeItem> & Pick<TakeItem, 'key' | 'params'>) => {
      const [answer] = await store.take(0, [{ ...NOTHING, ...item }])
      return answer!
    }

    test('admits what the limit says, whoever asks at once', async () => {
      for (const params of [window, bucket]) {
        const key = newKey()
        const all = await Promise.all(
          Array.from({ length: 40 }, () => take({ key, params, count: 1 })),
        )
        assert.equal(all.filter(({ granted }) => granted === 1).length, 10)
      }
    })

    test('takes the items of a batch one after the other', async () => {
      const key = newKey()
      const item = { ...NOTHING, key, params: window, count: 4 }
      const answers = await store.take(0, [item, { ...item, cost: 2 }, item])
      assert.deepEqual(
        answers.map(({ granted }) => granted),
        [4, 3, 0],
      )
    })

    test('keeps keys apart', async () => {
      const [one, two] = [newKey(), newKey()]
      await take({ key: one, params: window, count: 10 })
      assert.equal((await take({ key: two, params: window, count: 10 })).granted, 10)
    })

    test('takes back what is given back', async () => {
      for (const params of [window, bucket]) {
        const key = newKey()
        const { stamp } = await take({ key, params, count: 10 })
        const { granted } = await take({ key, params, count: 10, credit: 3, stamp })
        assert.equal(granted, 3)
      }
    })

    test('admits again after the time it says', async () => {
      const key = newKey()
      await take({ key, params: quick, count: 5 })
      const { granted, retryUs } = await take({ key, params: quick, count: 1 })
      assert.equal(granted, 0)
      await wait(Math.ceil(retryUs / 1000) + 1)
      assert.equal((await take({ key, params: quick, count: 9 })).granted, 5)
    })

    test('knows how many share it', async () => {
      assert.equal(await store.beat('one'), 1)
      assert.equal(await store.beat('two'), 2)
      assert.equal(await store.beat('one'), 2)
    })

    test('says that it works', () => store.probe(0))
  })
}

describe('the embedded store', () => {
  test('forgets the key used longest ago beyond its bound', () => {
    const store = new EmbeddedStore({ clock: systemClock, maxKeys: 3 })
    const spend = (key: string): number =>
      store.takeNow({ ...NOTHING, key, params: window, count: 10 }).granted
    for (const key of ['a', 'b', 'c']) spend(key)
    assert.equal(spend('a'), 0)
    spend('d')
    assert.equal(store.size, 3)
    assert.equal(spend('a'), 0, 'used lately')
    assert.equal(spend('b'), 10, 'forgotten')
  })

  test('forgets keys whose time is over as others are used', () => {
    let nowMs = 0
    const clock = { ...systemClock, monotonicMs: () => nowMs }
    const store = new EmbeddedStore({ clock })
    for (let i = 0; i < 1000; i++) {
      store.takeNow({ ...NOTHING, key: `old ${i}`, params: window, count: 1 })
    }
    nowMs = 120_000
    for (let i = 0; i < 1000; i++) {
      store.takeNow({ ...NOTHING, key: `new ${i}`, params: window, count: 1 })
    }
    assert.equal(store.size, 1000)
  })
})

describe('the remote store', () => {
  const item = { ...NOTHING, key: 'k', params: window, count: 1 }

  test('gives up on an answer that does not come, and drops it when it does', async () => {
    const sent: LimitRequest[] = []
    const store = new RemoteStore({ clock: systemClock, send: (request) => sent.push(request) })
    await assert.rejects(store.take(0, [item]), { code: 'limit_store_timeout' })
    store.receive({ kind: 'limit-taken', id: sent[0]!.id, answers: [] })
  })

  test('has a bound on what is under way', async () => {
    const store = new RemoteStore({ clock: systemClock, send: () => undefined })
    const asked = Array.from({ length: 257 }, () => store.take(0, [item]))
    await assert.rejects(asked[256]!, { code: 'limit_store_busy' })
    store.close()
    await Promise.allSettled(asked)
  })

  test('rejects where the supervisor is gone', async () => {
    const send = (): never => {
      throw new Error('channel closed')
    }
    await assert.rejects(new RemoteStore({ clock: systemClock, send }).take(0, [item]))
  })
})

describe('the Redis store', () => {
  test('writes only keys under its prefix, of one slot, each with a time to live', async () => {
    const client = connectRedis(redisPlan(redis.port), Math.random, () => undefined)
    await whenReady(client)
    await client.flushall()
    const store = new RedisStore(client, 'under')
    await store.take(0, [{ ...NOTHING, key: 'k', params: window, count: 1 }])
    await store.probe(0)
    await store.beat('one')
    for (const key of await client.keys('*')) {
      assert.match(key, /^under:\{0\}:/)
      assert.ok((await client.pttl(key)) > 0, key)
    }
    store.close()
  })

  test('survives the loss of its scripts', async () => {
    const client = connectRedis(redisPlan(redis.port), Math.random, () => undefined)
    await whenReady(client)
    const store = new RedisStore(client, 'scripts')
    const item = { ...NOTHING, key: 'k', params: window, count: 6 }
    assert.equal((await store.take(0, [item]))[0]!.granted, 6)
    await client.script('FLUSH')
    assert.equal((await store.take(0, [item]))[0]!.granted, 4)
    store.close()
  })
})
