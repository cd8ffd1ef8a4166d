// What operators decided about single keys of limits, as one limiter obeys it; in virtual time.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { countedKey, countedParams } from '../../../gateway/limit/counted.ts'
import { storeKeyOf } from '../../../gateway/limit/keys.ts'
import { Limiter } from '../../../gateway/limit/limiter.ts'
import { Measures, type Measure } from '../../../gateway/limit/measures.ts'
import { limitParams, promiseOf, scaledParams } from '../../../gateway/limit/params.ts'
import type { LimitPlan } from '../../../gateway/limit/plan.ts'
import { Refusals } from '../../../gateway/limit/refusals.ts'
import { VirtualTime } from '../../limits/virtual-time.ts'
import { minutePlan, TestStore } from './limiter-setup.ts'
import { limitPlan, subject } from './plans.ts'

const PLAN = minutePlan({ name: 'plan' }, 4)

function keyOf(plan: LimitPlan, from = subject()): string {
  return storeKeyOf(countedKey(plan, countedParams(plan, from), from))
}

function start() {
  const time = new VirtualTime()
  const store = new TestStore(time)
  const measures = new Measures()
  const refusals = new Refusals()
  const limiter = new Limiter({
    store,
    clock: time,
    random: () => 0.5,
    defer: (task) => void time.after(0, task),
    instance: 'one',
    measures,
    refusals,
  })
  const decide = async (plan = PLAN, from = subject()) => {
    const deciding = limiter.decide([plan], from)
    // Longer than any decision takes; what was decided at once took no time.
    if (deciding instanceof Promise) await time.run(time.monotonicMs() + 250)
    return deciding
  }
  const admitted = async (count: number, plan = PLAN): Promise<number> => {
    let sum = 0
    for (let i = 0; i < count; i++) if ((await decide(plan)).verdict === 'allow') sum += 1
    return sum
  }
  const until = (inMs: number) => ({ key: keyOf(PLAN), untilMs: time.wallMs() + inMs })
  return { time, store, measures, refusals, limiter, decide, admitted, until }
}

suite('a block', () => {
  test('refuses its key alone, says until when, and ends by itself', async () => {
    const { time, measures, decide, until } = start()
    assert.equal((await decide()).verdict, 'allow')
    measures.use([{ kind: 'block', ...until(30_000) }])
    const { reason, rule, status, retryAfterSeconds } = await decide()
    assert.deepEqual([reason, rule, status, retryAfterSeconds], ['limit_blocked', 'plan', 429, 30])
    assert.equal((await decide(PLAN, subject('192.0.2.2'))).verdict, 'allow')
    await time.run(time.monotonicMs() + 30_000)
    assert.equal((await decide()).verdict, 'allow')
  })

  test('takes nothing from what the limit has left', async () => {
    const { measures, admitted, until } = start()
    measures.use([{ kind: 'block', ...until(30_000) }])
    assert.equal(await admitted(20), 0)
    measures.use([])
    assert.equal(await admitted(20), 4)
  })

  test('holds while the store is away, even where the limit is open then', async () => {
    const { store, measures, decide } = start()
    const open = minutePlan({ name: 'open', onStoreDown: 'open' }, 4)
    store.isDown = true
    assert.equal((await decide(open)).verdict, 'allow')
    measures.use([{ kind: 'block', key: keyOf(open), untilMs: Infinity }])
    assert.equal((await decide(open)).reason, 'limit_blocked')
  })

  test('of a shadow limit is only recorded', async () => {
    const { measures, decide } = start()
    const shadow = minutePlan({ name: 'shadow', shadow: true }, 4)
    measures.use([{ kind: 'block', key: keyOf(shadow), untilMs: Infinity }])
    const { verdict, shadowed } = await decide(shadow)
    assert.deepEqual([verdict, shadowed], ['allow', ['shadow']])
  })

  test('is told apart from what the limit itself refused', async () => {
    const { measures, refusals, admitted, until } = start()
    await admitted(5)
    assert.equal(refusals.top(1)[0]?.isBlocked, false)
    measures.use([{ kind: 'block', ...until(30_000) }])
    await admitted(1)
    assert.equal(refusals.top(1)[0]?.isBlocked, true)
  })
})

suite('another limit', () => {
  test('lets so many more pass, and after its time no more than the configured one', async () => {
    const { time, measures, admitted, until } = start()
    assert.equal(await admitted(10), 4)
    measures.use([{ kind: 'override', factor: 3, ...until(30_000) }])
    assert.equal(await admitted(20), 8)
    await time.run(time.monotonicMs() + 30_000)
    assert.equal(await admitted(20), 0)
    await time.run(time.monotonicMs() + 62_000)
    assert.equal(await admitted(20), 4)
  })

  test('is never more than was said, whatever the form of the limit', () => {
    for (const mode of ['exact', 'leased'] as const) {
      for (const factor of [0.1, 0.5, 1.7, 2, 99.9]) {
        const window = scaledParams(limitParams({ count: 100, perMs: 60_000 }, null, mode), factor)
        assert.ok(window.kind === 'window' && window.max <= 100 * factor)
        const rate = { count: 100, perMs: 60_000 }
        const bucket = scaledParams(limitParams(rate, 50, mode), factor)
        assert.ok(bucket.kind === 'bucket')
        assert.ok(bucket.size + bucket.outstanding <= 50 * factor)
        assert.ok(1000 / bucket.tokenUs <= (100 * factor) / 60_000)
      }
    }
  })

  test('leaves a limit of nothing at nothing, and of a small one at least one', () => {
    const none = limitParams({ count: 0, perMs: 60_000 }, 5, 'exact')
    assert.equal(scaledParams(none, 100).kind === 'bucket' && none.kind === 'bucket', true)
    const scaled = scaledParams(none, 100)
    assert.equal(scaled.kind === 'bucket' ? scaled.size : 1, 0)
    const one = scaledParams(limitParams({ count: 1, perMs: 60_000 }, null, 'exact'), 0.1)
    assert.equal(promiseOf(one), 'at most 1 in any 60 s')
  })

  test('of another key changes nothing', async () => {
    const { measures, admitted } = start()
    const other: Measure = { kind: 'override', factor: 9, key: '0'.repeat(32), untilMs: Infinity }
    measures.use([other])
    assert.equal(await admitted(20), 4)
  })
})

suite('what is forgotten of a key', () => {
  test('is the refusal that was believed: the store is asked again at once', async () => {
    const { store, limiter, admitted, decide } = start()
    await admitted(5)
    const batches = store.batches.length
    await decide()
    assert.equal(store.batches.length, batches)
    limiter.forget(keyOf(PLAN))
    await decide()
    assert.equal(store.batches.length, batches + 1)
  })

  test('is all that was held, which is neither spent nor given back afterwards', async () => {
    const { time, store, limiter, decide } = start()
    const leased = limitPlan({ count: 1000, perMs: 60_000 }, null, 'leased', { name: 'leased' })
    for (let i = 0; i < 200; i++) await decide(leased)
    assert.ok(limiter.metrics().held > 0)
    const told = store.sum('credit')
    limiter.forget(keyOf(leased))
    assert.equal(limiter.metrics().held, 0)
    await time.run(time.monotonicMs() + 5000)
    assert.equal(store.sum('credit'), told)
  })

  test('is what a request took that another limit refused: it does not come back twice', async () => {
    const { time, store, limiter } = start()
    const other = minutePlan({ id: 'other', name: 'other' }, 1)
    store.takeElsewhere(other, 1)
    store.delayMs = 20
    const deciding = Promise.resolve(limiter.decide([PLAN, other], subject()))
    await time.run(time.monotonicMs() + 5)
    limiter.forget(keyOf(PLAN))
    await time.run(time.monotonicMs() + 300)
    assert.equal((await deciding).rule, 'other')
    assert.equal(store.sum('credit'), 0)
  })

  test('is no debt to the counters that began anew', async () => {
    const { time, store, limiter, decide, admitted } = start()
    await decide()
    store.isDown = true
    await time.run(time.monotonicMs() + 2000)
    await admitted(3)
    limiter.forget(keyOf(PLAN))
    store.isDown = false
    await time.run(time.monotonicMs() + 3000)
    assert.equal(store.sum('debit'), 0)
  })
})
