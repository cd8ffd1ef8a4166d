import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_WAITING } from '../../../gateway/limit/lane.ts'
import { minutePlan as plan, setUp } from './limiter-setup.ts'
import { limitPlan, subject } from './plans.ts'

test('no limits admit everything, at once', () => {
  const { limiter } = setUp()
  const decision = limiter.decide([], subject())
  assert.ok(!(decision instanceof Promise))
  assert.equal(decision.verdict, 'allow')
})

test('a refusal names its limit, and when to come back', async () => {
  const { decide } = setUp()
  for (let i = 0; i < 10; i++) assert.equal((await decide([plan()])).decision.verdict, 'allow')
  const { decision } = await decide([plan({ name: 'tight' })])
  assert.deepEqual(
    [decision.verdict, decision.reason, decision.rule, decision.status],
    ['deny', 'rate_limited', 'tight', 429],
  )
  assert.ok(decision.retryAfterSeconds! >= 60 && decision.retryAfterSeconds! <= 62)
  assert.equal(decision.deciding?.remaining, 0)
})

test('what comes in one tick is asked in one batch, and one key in one item', async () => {
  const { time, store, limiter } = setUp()
  const asked = Array.from({ length: 40 }, (_, i) =>
    limiter.decide([plan()], subject(`192.0.2.${i % 4}`)),
  )
  await time.run(5)
  await Promise.all(asked.map(async (decision) => await decision))
  assert.deepEqual(
    store.batches.map((items) => items.length),
    [4],
  )
})

test('a known refusal is answered at once, without the store', async () => {
  const { time, store, limiter, decide } = setUp()
  for (let i = 0; i < 11; i++) await decide([plan()])
  const batches = store.batches.length
  const decision = limiter.decide([plan()], subject())
  assert.ok(!(decision instanceof Promise))
  assert.equal(decision.verdict, 'deny')
  assert.equal(store.batches.length, batches)
  await time.run(time.monotonicMs() + 62_000)
  assert.equal((await decide([plan()])).decision.verdict, 'allow')
})

test('a later refusal returns what earlier limits gave', async () => {
  const { decide } = setUp()
  const wide = plan({ id: 'wide', name: 'wide' })
  const narrow = plan({ id: 'narrow', name: 'narrow' }, 3)
  for (let i = 0; i < 3; i++) await decide([wide, narrow])
  for (let i = 0; i < 20; i++) {
    const { decision } = await decide([wide, narrow])
    assert.equal(decision.rule, 'narrow')
  }
  let admitted = 0
  for (let i = 0; i < 20; i++) {
    admitted += (await decide([wide])).decision.verdict === 'allow' ? 1 : 0
  }
  assert.equal(admitted, 7)
})

test('all limits of a request are listed, and the one with least left decides', async () => {
  const { decide } = setUp()
  const { decision } = await decide([
    plan({ id: 'a', name: 'a' }, 100),
    plan({ id: 'b', name: 'b' }),
  ])
  assert.deepEqual(
    decision.limits.map(({ name, limit, remaining }) => [name, limit, remaining]),
    [
      ['a', 100, 99],
      ['b', 10, 9],
    ],
  )
  assert.equal(decision.deciding?.name, 'b')
})

test('a caller is told of the limits it may know of, and of every refusal when to come back', async () => {
  const { decide } = setUp()
  const open = plan({ id: 'open', name: 'open' })
  const ours = plan({ id: 'ours', name: 'ours', headers: 'authenticated' }, 5)
  const hidden = plan({ id: 'hidden', name: 'hidden', headers: 'never' }, 2)
  const caller = { issuer: 'idp', subject: 'alice', claims: {} }
  const names = async (from: ReturnType<typeof subject>) => {
    const { decision } = await decide([open, ours, hidden], from)
    return [decision.limits.map(({ name }) => name), decision.deciding?.name]
  }
  assert.deepEqual(await names(subject()), [['open'], 'open'])
  assert.deepEqual(await names({ ...subject(), caller }), [['open', 'ours'], 'ours'])
  const { decision } = await decide([open, ours, hidden])
  assert.deepEqual(
    [decision.status, decision.rule, decision.deciding, decision.retryAfterSeconds! > 0],
    [429, 'hidden', null, true],
  )
})

test('a shadow limit refuses nothing, but tells what it would have refused', async () => {
  const { limiter, decide } = setUp()
  const shadow = plan({ name: 'trial', shadow: true }, 2)
  for (let i = 0; i < 2; i++) assert.deepEqual((await decide([shadow])).decision.shadowed, [])
  const { decision } = await decide([shadow])
  assert.equal(decision.verdict, 'allow')
  assert.deepEqual(decision.shadowed, ['trial'])
  assert.deepEqual(decision.limits, [], 'clients are not told of it')
  assert.equal(limiter.metrics().limits.get('trial')?.shadowed, 1)
  assert.equal(limiter.limited(1)[0]!.shadow, true)
})

test('requests that cost differently share one limit', async () => {
  const { decide } = setUp()
  assert.equal((await decide([plan({ cost: 8 })])).decision.verdict, 'allow')
  assert.equal((await decide([plan({ cost: 5 })])).decision.verdict, 'deny')
  assert.equal((await decide([plan({ cost: 2 })])).decision.verdict, 'allow')
  assert.equal((await decide([plan()])).decision.verdict, 'deny')
})

test('a rate may come from a claim; a strange claim gets the default', async () => {
  const { decide } = setUp()
  const fallback = plan().rate
  if (fallback.kind !== 'fixed') throw new Error('not fixed')
  const rate = {
    kind: 'claim',
    claim: 'plan.rate',
    perMs: 60_000,
    burst: null,
    mode: null,
    fallback: fallback.params,
  } as const
  const claimed = plan({ rate, key: [{ kind: 'sub' }] })
  const admitted = async (name: string, value: unknown): Promise<number> => {
    const claims = { plan: { rate: value } }
    const from = { ...subject(), caller: { issuer: 'idp', subject: name, claims } }
    let count = 0
    while (count < 30 && (await decide([claimed], from)).decision.verdict === 'allow') count++
    return count
  }
  assert.equal(await admitted('a', '20/min'), 20)
  assert.equal(await admitted('b', 3), 3)
  assert.equal(await admitted('c', 0), 0)
  for (const [i, strange] of [undefined, null, -1, 1.5, '9/fortnight', {}, '∞/s'].entries()) {
    assert.equal(await admitted(`d${i}`, strange), 10, JSON.stringify(strange))
  }
})

test('leases serve busy keys without asking, and are given back when the traffic stops', async () => {
  const { time, store, limiter } = setUp()
  const leased = limitPlan({ count: 6000, perMs: 60_000 }, null, 'leased')
  let immediate = 0
  for (let ms = 0; ms < 3000; ms += 10) {
    await time.run(ms)
    if (!(limiter.decide([leased], subject()) instanceof Promise)) immediate += 1
  }
  assert.ok(immediate > 200, `${immediate} of 300 at once`)
  assert.ok(store.batches.length < 100, `${store.batches.length} batches`)
  await time.run(6000)
  const { held, granted, spent, returned, dropped } = limiter.metrics()
  assert.equal(held, 0)
  assert.equal(granted, spent + returned + dropped)
  assert.equal(spent, 300)
})

test('more than may wait are refused as overload, not as the fault of the client', async () => {
  const { time, limiter } = setUp()
  const asked = Array.from({ length: MAX_WAITING + 5 }, (_, i) =>
    limiter.decide([plan()], subject(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`)),
  )
  await time.run(1000)
  const decisions = await Promise.all(asked.map(async (decision) => await decision))
  const overloaded = decisions.filter(({ reason }) => reason === 'limit_overloaded')
  assert.equal(overloaded.length, 5)
  assert.equal(overloaded[0]!.status, 503)
  assert.equal(limiter.metrics().waiting, 0)
})

test('the number of keys remembered is bounded, and forgetting one loosens nothing', async () => {
  const { limiter, decide } = setUp(100)
  for (let i = 0; i < 10; i++) await decide([plan()])
  for (let i = 0; i < 300; i++) await decide([plan()], subject(`10.0.${i >> 8}.${i & 255}`))
  assert.equal(limiter.metrics().keys, 100)
  assert.equal((await decide([plan()])).decision.verdict, 'deny')
})

test('what every limit let through and refused is counted under its name', async () => {
  const { store, limiter, decide } = setUp()
  const wide = plan({ id: 'wide', name: 'wide' })
  const narrow = plan({ id: 'narrow', name: 'narrow' }, 3)
  const trial = plan({ id: 'trial', name: 'trial', shadow: true }, 1)
  for (let i = 0; i < 5; i++) await decide([wide, narrow, trial])
  const { limits } = limiter.metrics()
  assert.deepEqual(limits.get('wide'), { allowed: 3, limited: 0, shadowed: 0, degraded: 0 })
  assert.deepEqual(limits.get('narrow'), { allowed: 3, limited: 2, shadowed: 0, degraded: 0 })
  assert.deepEqual(limits.get('trial'), { allowed: 1, limited: 0, shadowed: 4, degraded: 0 })
  store.isDown = true
  for (let i = 0; i < 9; i++) await decide([wide])
  assert.deepEqual(limits.get('wide'), { allowed: 10, limited: 2, shadowed: 0, degraded: 9 })
})

test('of those who were limited the most refused come first', async () => {
  const { time, limiter, decide } = setUp()
  const none = plan({}, 0)
  for (const [caller, times] of [
    ['192.0.2.1', 2],
    ['192.0.2.2', 5],
    ['192.0.2.3', 1],
  ] as const) {
    for (let i = 0; i < times; i++) {
      await decide([none], subject(caller))
      await time.run(time.monotonicMs() + 10)
    }
  }
  const top = limiter.limited(2)
  assert.deepEqual(
    top.map(({ label, count, limit }) => [label, count, limit]),
    [
      ['ip 192.0.2.2', 5, 'test'],
      ['ip 192.0.2.1', 2, 'test'],
    ],
  )
  assert.ok(top[0]!.lastAtMs - top[0]!.firstAtMs >= 40)
})

test('who was limited is recorded without secrets, and the record is bounded', async () => {
  const { limiter, decide } = setUp()
  const none = plan({ key: [{ kind: 'header', name: 'x-api-key' }] }, 0)
  for (let i = 0; i < 1010; i++) {
    await decide([none], subject('192.0.2.1', ['x-api-key', `secret-${i}`]))
  }
  const record = limiter.limited(2000)
  assert.equal(record.length, 1000)
  assert.match(record[0]!.label, /^x-api-key sha256:[0-9a-f]{12}$/)
  assert.ok(!JSON.stringify(record).includes('secret-'))
})
