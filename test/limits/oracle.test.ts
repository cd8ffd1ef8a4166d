// Limiters on a real redis-server, judged by the log of what they admitted.

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import type { LimitDecision } from '../../gateway/limit/decision.ts'
import type { Limiter } from '../../gateway/limit/limiter.ts'
import { closeRedis, connectRedis } from '../../gateway/limit/redis-client.ts'
import { RedisStore } from '../../gateway/limit/redis-store.ts'
import type { LimitPlan } from '../../gateway/limit/plan.ts'
import { systemClock } from '../../sidecar/runtime/clock.ts'
import { limitPlan, startLimiter, subject } from '../gateway/limit/plans.ts'
import { redisPlan, whenReady } from '../gateway/limit/redis-plan.ts'
import { startRedis } from '../support/redis.ts'
import { excess, type Admission } from './promise-check.ts'

const redis = await startRedis()
const closing: (() => void)[] = []
after(async () => {
  for (const close of closing) close()
  await redis.kill()
})

/** A node with its own connection. */
async function node(isReady = true): Promise<Limiter> {
  const client = connectRedis(redisPlan(redis.port), Math.random, () => undefined)
  if (isReady) await whenReady(client)
  const store = new RedisStore(client, 'oracle')
  const limiter = startLimiter(store)
  closing.push(() => {
    limiter.close()
    store.close()
  })
  return limiter
}

async function timed(limiter: Limiter, plan: LimitPlan, from = subject()) {
  const startMs = systemClock.monotonicMs()
  const decision = await limiter.decide([plan], from)
  return { decision, tookMs: systemClock.monotonicMs() - startMs }
}

const isAllowed = ({ verdict }: LimitDecision): boolean => verdict === 'allow'
const minute = { count: 100, perMs: 60_000 }

async function flood(
  limiters: readonly Limiter[],
  plan: LimitPlan,
  count: number,
  from = subject(),
) {
  const asked = Array.from({ length: count }, async (_, i) =>
    limiters[i % limiters.length]!.decide([plan], from),
  )
  return (await Promise.all(asked)).filter(isAllowed).length
}

describe('two nodes on one Redis', async () => {
  const nodes = [await node(), await node()]

  test('admit exactly 100 of 400 requests at once, exact', async () => {
    assert.equal(await flood(nodes, limitPlan(minute, null, 'exact', { id: 'exact' }), 400), 100)
  })

  test('admit 95 to 100 of 400 requests at once, leased', async () => {
    const admitted = await flood(nodes, limitPlan(minute, null, 'leased', { id: 'leased' }), 400)
    assert.ok(admitted >= 95 && admitted <= 100, `${admitted}`)
  })

  test('admit a burst of exactly 20', async () => {
    assert.equal(await flood(nodes, limitPlan(minute, 20, null, { id: 'burst' }), 400), 20)
  })

  test('admit exactly one of 100 where one is left', async () => {
    const plan = limitPlan(minute, null, null, { id: 'last' })
    assert.equal(await flood(nodes, plan, 99), 99)
    assert.equal(await flood(nodes, plan, 100), 1)
  })

  test('keep 50 callers apart', async () => {
    const plan = limitPlan({ count: 5, perMs: 60_000 }, null, null, { id: 'apart' })
    const all = await Promise.all(
      Array.from({ length: 50 }, (_, i) => flood(nodes, plan, 20, subject(`192.0.2.${i}`))),
    )
    assert.deepEqual(new Set(all), new Set([5]))
  })

  for (const mode of ['exact', 'leased'] as const) {
    for (const burst of [null, 40]) {
      const name = `${mode}, ${burst === null ? 'a window' : 'a bucket'}`
      test(`keep the promise under steady overload, and use 95 % of it, ${name}`, async () => {
        // What a starved machine does not ask for is lost to no limiter: the promise holds each time, its use once.
        let used = 0
        for (let run = 0; run < 3 && used < 0.95; run++) {
          used = await overload(nodes, burst, mode, run)
        }
        assert.ok(used >= 0.95, `${used}`)
      })
    }
  }
})

/** Asks for six times what is allowed; throws where more is admitted, answers the share of it that is. */
async function overload(
  nodes: readonly Limiter[],
  burst: number | null,
  mode: 'exact' | 'leased',
  run: number,
): Promise<number> {
  const id = `${mode} ${burst} ${run}`
  const plan = limitPlan({ count: 200, perMs: 1000 }, burst, mode, { id })
  if (plan.rate.kind !== 'fixed') throw new Error('not fixed')
  const log: Admission[] = []
  const ask = async (limiter: Limiter): Promise<void> => {
    const decision = await limiter.decide([plan], subject())
    if (isAllowed(decision)) log.push({ atMs: systemClock.monotonicMs(), cost: 1 })
  }
  const startMs = systemClock.monotonicMs()
  while (systemClock.monotonicMs() < startMs + 2100) {
    for (let i = 0; i < 6; i++) void ask(nodes[i % 2]!)
    await wait(5)
  }
  const { params } = plan.rate
  assert.ok(excess(log, params, params.lateMs) <= 0, `${log.length}`)
  // Whole windows only: what a part of one admits depends on where it lies.
  const allowed = burst === null ? 2 * 200 : burst + 2.1 * 200
  return log.length / allowed
}

describe('without their Redis, nodes', () => {
  const plans = {
    local: limitPlan(minute, null, null, { id: 'down local' }),
    open: limitPlan(minute, null, null, { id: 'down open', onStoreDown: 'open' }),
    closed: limitPlan(minute, null, null, { id: 'down closed', onStoreDown: 'closed' }),
  }

  test('lose nothing when Redis loses its scripts', async () => {
    const limiter = await node()
    const plan = limitPlan(minute, null, null, { id: 'scripts' })
    assert.equal(await flood([limiter], plan, 60), 60)
    const client = connectRedis(redisPlan(redis.port), Math.random, () => undefined)
    await whenReady(client)
    await client.script('FLUSH')
    closeRedis(client)
    assert.equal(await flood([limiter], plan, 60), 40)
  })

  test('decide within 250 ms while Redis hangs, and come back within 2 s', async () => {
    const limiter = await node()
    await limiter.decide([plans.local], subject())
    redis.pause()
    try {
      const first = await timed(limiter, plans.local)
      assert.ok(first.tookMs < 250, `${first.tookMs} ms`)
      assert.deepEqual(first.decision.degraded, ['test'])
      await untilState(limiter, 'degraded')
      const open = await timed(limiter, plans.open)
      assert.equal(open.decision.verdict, 'allow')
      const closed = await timed(limiter, plans.closed)
      assert.equal(closed.decision.status, 503)
      assert.equal(closed.decision.reason, 'limit_store_down')
      assert.ok(open.tookMs < 5 && closed.tookMs < 5)
    } finally {
      redis.resume()
    }
    const sinceMs = systemClock.monotonicMs()
    await untilState(limiter, 'normal')
    assert.ok(systemClock.monotonicMs() - sinceMs < 2000)
  })

  test('admit no more than their share while Redis is dead, and report it afterwards', async () => {
    const limiter = await node()
    await until(() => limiter.metrics().instances > 1)
    const share = Math.floor(100 / limiter.metrics().instances)
    await redis.kill()
    try {
      const { tookMs } = await timed(limiter, plans.local)
      assert.ok(tookMs < 250, `${tookMs} ms`)
      await untilState(limiter, 'degraded')
      const admitted = await flood([limiter], plans.local, 300)
      assert.equal(admitted, share - 1)
    } finally {
      await redis.restart()
    }
    await untilState(limiter, 'normal')
    assert.equal(await flood([limiter], plans.local, 100), 100 - share)
  })

  test('start while Redis is down, decide at once and find it when it comes', async () => {
    await redis.kill()
    const limiter = await node(false)
    try {
      const { decision, tookMs } = await timed(limiter, plans.local)
      assert.equal(decision.verdict, 'allow')
      assert.ok(tookMs < 250, `${tookMs} ms`)
    } finally {
      await redis.restart()
    }
    await untilState(limiter, 'normal')
  })
})

async function untilState(limiter: Limiter, state: string): Promise<void> {
  await until(() => limiter.metrics().state === state)
}

async function until(isSo: () => boolean): Promise<void> {
  const deadline = systemClock.monotonicMs() + 5000
  while (!isSo()) {
    assert.ok(systemClock.monotonicMs() < deadline, 'waited for 5 s')
    await wait(5)
  }
}
