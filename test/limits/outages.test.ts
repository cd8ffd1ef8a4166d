// What Redis can do to a limiter besides dying: every one ends in a decision within 250 ms and is over within 2 s.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { connectRedis } from '../../gateway/limit/redis-client.ts'
import { RedisStore } from '../../gateway/limit/redis-store.ts'
import type { Limiter } from '../../gateway/limit/limiter.ts'
import type { RedisPlan, RedisTopology } from '../../gateway/limit/plan.ts'
import { systemClock } from '../../sidecar/runtime/clock.ts'
import { limitPlan, startLimiter, subject } from '../gateway/limit/plans.ts'
import { redisPlan, whenReady } from '../gateway/limit/redis-plan.ts'
import { startRedis } from '../support/redis.ts'

const redis = await startRedis()
const operator = new Redis({ port: redis.port, protocol: 2 })
const closing: (() => unknown)[] = [() => operator.disconnect(), () => redis.kill()]
after(async () => {
  for (const close of closing.toReversed()) await close()
})

async function startNode(plan: RedisPlan): Promise<Limiter> {
  const client = connectRedis(plan, Math.random, () => undefined)
  const store = new RedisStore(client, plan.prefix)
  closing.push(() => store.close())
  await whenReady(client)
  const limiter = startLimiter(store)
  closing.push(() => limiter.close())
  return limiter
}

const closed = limitPlan({ count: 1000, perMs: 60_000 }, null, 'exact', { onStoreDown: 'closed' })
const open = { ...closed, onStoreDown: 'open' } as const

async function until(what: string, isSo: () => boolean, timeoutMs = 2000): Promise<void> {
  const endMs = systemClock.monotonicMs() + timeoutMs
  while (!isSo()) {
    assert.ok(systemClock.monotonicMs() < endMs, `not ${what} in time`)
    await wait(5)
  }
}

interface Outage {
  readonly what: string
  readonly begin: () => Promise<unknown>
  readonly end: () => Promise<unknown>
}

const outages: readonly Outage[] = [
  {
    what: 'has become a replica',
    begin: () => operator.replicaof('127.0.0.1', 1),
    end: () => operator.replicaof('NO', 'ONE'),
  },
  {
    what: 'is out of memory',
    begin: () => operator.config('SET', 'maxmemory', '1'),
    end: () => operator.config('SET', 'maxmemory', '0'),
  },
  {
    what: 'wants another password',
    begin: async () => {
      await operator.config('SET', 'requirepass', 'changed')
      await operator.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    },
    end: () => operator.config('SET', 'requirepass', ''),
  },
]

for (const { what, begin, end } of outages) {
  test(`a Redis that ${what} costs no time, and is used again at once when that is over`, async () => {
    const limiter = await startNode(redisPlan(redis.port))
    assert.equal((await limiter.decide([closed], subject())).verdict, 'allow')
    await begin()
    try {
      const startMs = systemClock.monotonicMs()
      const refused = await limiter.decide([closed], subject())
      assert.equal(refused.reason, 'limit_store_down')
      const admitted = await limiter.decide([open], subject())
      assert.equal(admitted.verdict, 'allow')
      assert.ok(systemClock.monotonicMs() - startMs < 250)
    } finally {
      await end()
    }
    await until('used again', () => limiter.metrics().state === 'normal')
    assert.equal((await limiter.decide([closed], subject())).verdict, 'allow')
  })
}

test('a Redis that answers late is no worse than one that is away', async () => {
  const limiter = await startNode(redisPlan(redis.port))
  await limiter.decide([open], subject())
  const sleeping = operator.call('DEBUG', 'SLEEP', '1').catch(() => undefined)
  const startMs = systemClock.monotonicMs()
  while (systemClock.monotonicMs() - startMs < 900) {
    const askedMs = systemClock.monotonicMs()
    assert.equal((await limiter.decide([open], subject())).verdict, 'allow')
    assert.ok(systemClock.monotonicMs() - askedMs < 250)
    await wait(1)
  }
  await sleeping
  await until('used again', () => limiter.metrics().state === 'normal')
})

test('a Redis that forgets everything counts from nothing, and nothing breaks', async () => {
  const limiter = await startNode(redisPlan(redis.port))
  const few = limitPlan({ count: 3, perMs: 60_000 }, null, null, { id: 'few' })
  for (let i = 0; i < 3; i++) await limiter.decide([few], subject())
  await operator.flushall()
  await operator.script('FLUSH')
  // A refusal is believed for a second.
  await wait(1050)
  const { verdict, degraded } = await limiter.decide([few], subject())
  assert.deepEqual([verdict, degraded], ['allow', []])
})

async function admittedOf(limiter: Limiter, callers: number): Promise<number> {
  const few = limitPlan({ count: 5, perMs: 60_000 }, null, null, { id: 'topology' })
  const asked = Array.from({ length: callers * 10 }, (_, i) =>
    limiter.decide([few], subject(`192.0.2.${i % callers}`)),
  )
  const decisions = await Promise.all(asked.map(async (decision) => await decision))
  assert.deepEqual(
    decisions.flatMap(({ degraded }) => degraded),
    [],
  )
  return decisions.filter(({ verdict }) => verdict === 'allow').length
}

test('a cluster is used with one batch for each of its slots', async () => {
  const cluster = ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1']
  const server = await startRedis([...cluster, '--dir', temporaryFolder()])
  closing.push(() => server.kill())
  const admin = new Redis({ port: server.port, protocol: 2 })
  await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  let info = ''
  while (!info.includes('cluster_state:ok')) info = await admin.cluster('INFO')
  admin.disconnect()
  const endpoints = [{ host: '127.0.0.1', port: server.port }]
  const limiter = await startNode(planOf({ kind: 'cluster', endpoints }))
  assert.equal(await admittedOf(limiter, 40), 200)
})

test('sentinels tell where the primary is', async () => {
  const file = join(temporaryFolder(), 'sentinel.conf')
  writeFileSync(file, `sentinel monitor main 127.0.0.1 ${redis.port} 1\n`)
  const sentinel = await startRedis([], file)
  closing.push(() => sentinel.kill())
  const endpoints = [{ host: '127.0.0.1', port: sentinel.port }]
  const limiter = await startNode(planOf({ kind: 'sentinel', endpoints, name: 'main' }))
  assert.equal(await admittedOf(limiter, 4), 20)
})

test('an ACL user needs no more than its own keys and a few commands', async () => {
  await operator.call('ACL', 'SETUSER', 'limits', 'on', '>secret', '~own:*', ...COMMANDS)
  const plan = { ...redisPlan(redis.port), username: 'limits', password: 'secret', prefix: 'own' }
  const limiter = await startNode(plan)
  assert.equal(await admittedOf(limiter, 4), 20)
  await until('counted', () => limiter.metrics().instances >= 1)
})

const COMMANDS = [
  '-@all',
  '+evalsha +eval +get +set +del +time +zadd +zremrangebyscore +zcard +pexpire',
  '+info +ping +client|setname',
].flatMap((words) => words.split(' '))

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'limits-'))
  closing.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function planOf(topology: RedisTopology): RedisPlan {
  return { ...redisPlan(redis.port), topology }
}
