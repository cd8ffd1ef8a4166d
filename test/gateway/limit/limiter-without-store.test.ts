// What a limiter does while its store is slow, silent or away, and what it tells it afterwards.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WAIT_MS } from '../../../gateway/limit/lane.ts'
import { minutePlan as plan, setUp } from './limiter-setup.ts'
import { subject } from './plans.ts'

/** Later than any request waits. */
const LATE_MS = WAIT_MS + 20

test('one failure is waited out: the request is decided by the store', async () => {
  const { time, store, decide } = setUp()
  store.isDown = true
  time.after(5, () => (store.isDown = false))
  const { decision, tookMs } = await decide([plan()])
  assert.equal(decision.verdict, 'allow')
  assert.deepEqual(decision.degraded, [])
  assert.ok(tookMs < 50)
})

test('a silent store is given up within 250 ms, then decisions take no time', async () => {
  for (const onStoreDown of ['local', 'open', 'closed'] as const) {
    const { store, limiter, decide } = setUp()
    await decide([plan()])
    store.isSilent = true
    const limit = plan({ onStoreDown })
    const first = await decide([limit], subject('192.0.2.2'))
    assert.ok(first.tookMs <= WAIT_MS, `${first.tookMs} ms`)
    await decide([limit], subject('192.0.2.3'))
    assert.equal(limiter.metrics().state, 'degraded')
    let admitted = 0
    for (let i = 0; i < 30; i++) {
      const { decision, tookMs } = await decide([limit], subject('192.0.2.4'))
      assert.equal(tookMs, 0)
      assert.deepEqual(decision.degraded, ['test'])
      if (decision.verdict === 'allow') admitted += 1
      else assert.equal(decision.status, onStoreDown === 'closed' ? 503 : 429)
    }
    assert.equal(admitted, { local: 10, open: 30, closed: 0 }[onStoreDown])
  }
})

test('what was admitted without the store is reported when it is back', async () => {
  const { time, store, limiter, decide } = setUp()
  store.isDown = true
  for (let i = 0; i < 6; i++) assert.equal((await decide([plan()])).decision.verdict, 'allow')
  assert.equal(limiter.metrics().state, 'degraded')
  store.isDown = false
  await time.run(time.monotonicMs() + 1500)
  assert.equal(limiter.metrics().state, 'normal')
  let admitted = 0
  for (let i = 0; i < 20; i++) {
    admitted += (await decide([plan()])).decision.verdict === 'allow' ? 1 : 0
  }
  assert.equal(admitted, 4)
})

test('what the store granted before a stall is no part of the share during it', async () => {
  const { store, limiter, decide } = setUp()
  for (let i = 0; i < 6; i++) await decide([plan()])
  store.isDown = true
  let admitted = 0
  for (let i = 0; i < 20; i++) {
    admitted += (await decide([plan()])).decision.verdict === 'allow' ? 1 : 0
  }
  assert.equal(limiter.metrics().state, 'degraded')
  assert.equal(admitted, 4)
})

test('what another limit refused during a stall is no part of the share', async () => {
  const { store, decide } = setUp()
  store.isDown = true
  const none = plan({ id: 'none', name: 'none' }, 0)
  for (let i = 0; i < 20; i++) await decide([plan(), none])
  let admitted = 0
  for (let i = 0; i < 20; i++) {
    admitted += (await decide([plan()])).decision.verdict === 'allow' ? 1 : 0
  }
  assert.equal(admitted, 10)
})

test('one late answer makes a debt that is reported at once, and a trouble that is over then', async () => {
  const { time, store, limiter, decide, health } = setUp()
  store.delayMs = LATE_MS
  const { decision, tookMs } = await decide([plan()])
  assert.deepEqual([decision.verdict, decision.degraded, tookMs], ['allow', ['test'], WAIT_MS])
  store.delayMs = 1
  await time.run(500)
  const [debits, credits] = [store.sum('debit'), store.sum('credit')]
  assert.deepEqual(
    [debits, credits],
    [1, 1],
    'the store is told of both: the debt and its late grant',
  )
  assert.deepEqual([limiter.metrics().state, health], ['normal', ['suspect', 'recovery', 'normal']])
})

test('a debt is reported though the key is never asked for again', async () => {
  const { time, store, decide } = setUp()
  store.takeElsewhere(plan(), 10)
  store.delayMs = LATE_MS
  assert.deepEqual((await decide([plan()])).decision.degraded, ['test'])
  await time.run(500)
  assert.deepEqual([store.sum('debit'), store.sum('credit')], [1, 0])
})

test('a grant that did not know of a debt is given back, and asked for again', async () => {
  const { time, store, limiter } = setUp()
  store.delayMs = LATE_MS
  void limiter.decide([plan()], subject())
  await time.run(WAIT_MS - 10)
  store.delayMs = 20
  const asked = limiter.decide([plan()], subject())
  await time.run(300)
  assert.deepEqual((await asked).degraded, [])
  assert.deepEqual([store.sum('debit'), store.sum('credit')], [1, 2])
})

test('while a debt is on its way nothing else is asked for that key', async () => {
  const { time, store, limiter, decide } = setUp()
  store.isDown = true
  for (let i = 0; i < 3; i++) await decide([plan()])
  const before = store.batches.length
  store.isDown = false
  store.delayMs = 40
  const asked: Promise<unknown>[] = []
  const fromMs = time.monotonicMs()
  for (let ms = 0; ms < 1500; ms += 5) {
    await time.run(fromMs + ms)
    const decided = limiter.decide([plan()], subject())
    if (decided instanceof Promise) asked.push(decided)
  }
  await Promise.all(asked)
  const batches = store.batches.slice(before)
  const debtor = batches.findIndex((items) => items[0]!.debit > 0)
  assert.equal(debtor, 0)
  assert.ok(store.sentAtMs[before + 1]! - store.sentAtMs[before]! >= 40)
})

test('a store that is away is probed once at a time, at least every second', async () => {
  const { time, store, decide } = setUp()
  store.isDown = true
  await decide([plan()])
  const { probes } = store
  const fromMs = time.monotonicMs()
  await time.run(fromMs + 20_000)
  assert.ok(store.probes - probes >= 19 && store.probes - probes <= 45, `${store.probes - probes}`)
})

test('a limiter that is closed answers those who wait', async () => {
  const { time, store, limiter } = setUp()
  store.isSilent = true
  const asked = limiter.decide([plan()], subject())
  await time.run(1)
  limiter.close()
  assert.equal((await asked).verdict, 'allow')
})
