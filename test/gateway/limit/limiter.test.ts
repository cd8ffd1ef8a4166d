import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LimitDecision } from '../../../gateway/limit/decision.ts'
import { EmbeddedStore } from '../../../gateway/limit/embedded-store.ts'
import { Limiter } from '../../../gateway/limit/limiter.ts'
import { MAX_WAITING } from '../../../gateway/limit/lane.ts'
import type { LimitPlan } from '../../../gateway/limit/plan.ts'
import type { LimitStore } from '../../../gateway/limit/store.ts'
import type { TakeAnswer, TakeItem } from '../../../gateway/limit/take-item.ts'
import { VirtualTime } from '../../limits/virtual-time.ts'
import { limitPlan, subject } from './plans.ts'

/** An embedded store whose answers the test can hold back or replace by failures, and that counts its calls. */
class TestStore implements LimitStore {
  readonly shards = 1
  readonly #inner: EmbeddedStore
  readonly #time: VirtualTime
  isDown = false
  isSilent = false
  delayMs = 0
  batches: (readonly TakeItem[])[] = []
  probes = 0

  constructor(time: VirtualTime) {
    this.#time = time
    this.#inner = new EmbeddedStore({ clock: time })
  }

  take(_shard: number, items: readonly TakeItem[]): Promise<readonly TakeAnswer[]> {
    this.batches.push(items)
    return this.#answer(items.map((item) => (this.isDown ? null : this.#inner.takeNow(item))))
  }

  async probe(): Promise<void> {
    this.probes += 1
    await this.#answer([])
  }

  beat(instance: string): Promise<number> {
    return this.isDown ? Promise.reject(new Error('down')) : this.#inner.beat(instance)
  }

  close(): void {}

  #answer(answers: readonly (TakeAnswer | null)[]): Promise<readonly TakeAnswer[]> {
    return new Promise((resolve, reject) => {
      if (this.isDown) return reject(new Error('down'))
      if (this.isSilent) return void this.#time.after(50, () => reject(new Error('timeout')))
      this.#time.after(this.delayMs, () => resolve(answers as readonly TakeAnswer[]))
    })
  }
}

interface Decided {
  readonly decision: LimitDecision
  /** In virtual time. */
  readonly tookMs: number
}

interface Setup {
  readonly time: VirtualTime
  readonly store: TestStore
  readonly limiter: Limiter
  readonly decide: (
    plans: readonly LimitPlan[],
    from?: ReturnType<typeof subject>,
  ) => Promise<Decided>
}

function setUp(maxKeys?: number): Setup {
  const time = new VirtualTime()
  const store = new TestStore(time)
  const limiter = new Limiter({
    store,
    clock: time,
    random: () => 0.5,
    defer: (task) => void time.after(0, task),
    instance: 'one',
    ...(maxKeys === undefined ? {} : { maxKeys }),
  })
  const decide: Setup['decide'] = async (plans, from = subject()) => {
    const startMs = time.monotonicMs()
    const found: Decided[] = []
    const decided = limiter.decide(plans, from)
    const note = (decision: LimitDecision): void => {
      found.push({ decision, tookMs: time.monotonicMs() - startMs })
    }
    if (decided instanceof Promise) void decided.then(note)
    else note(decided)
    for (let ms = 0; found.length === 0 && ms < 300; ms++) await time.run(startMs + ms)
    return found[0] ?? assert.fail('no decision')
  }
  return { time, store, limiter, decide }
}

const minute = { count: 10, perMs: 60_000 }
const plan = (changes: Partial<LimitPlan> = {}, count = 10): LimitPlan =>
  limitPlan({ count, perMs: 60_000 }, null, 'exact', changes)

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

test('a shadow limit refuses nothing, but tells what it would have refused', async () => {
  const { limiter, decide } = setUp()
  const shadow = plan({ name: 'trial', shadow: true }, 2)
  for (let i = 0; i < 2; i++) assert.deepEqual((await decide([shadow])).decision.shadowed, [])
  const { decision } = await decide([shadow])
  assert.equal(decision.verdict, 'allow')
  assert.deepEqual(decision.shadowed, ['trial'])
  assert.deepEqual(decision.limits, [], 'clients are not told of it')
  assert.equal(limiter.metrics().shadowed.get('trial'), 1)
  assert.equal(limiter.limited()[0]!.shadow, true)
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
    assert.ok(first.tookMs <= 200, `${first.tookMs} ms`)
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

test('a store that is away is probed once at a time, at least every second', async () => {
  const { time, store, decide } = setUp()
  store.isDown = true
  await decide([plan()])
  const { probes } = store
  const fromMs = time.monotonicMs()
  await time.run(fromMs + 20_000)
  assert.ok(store.probes - probes >= 19 && store.probes - probes <= 45, `${store.probes - probes}`)
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

test('who was limited is recorded without secrets, and the record is bounded', async () => {
  const { limiter, decide } = setUp()
  const none = plan({ key: [{ kind: 'header', name: 'x-api-key' }] }, 0)
  for (let i = 0; i < 1010; i++) {
    await decide([none], subject('192.0.2.1', ['x-api-key', `secret-${i}`]))
  }
  const record = limiter.limited()
  assert.equal(record.length, 1000)
  assert.match(record[0]!.label, /^x-api-key sha256:[0-9a-f]{12}$/)
  assert.ok(!JSON.stringify(record).includes('secret-'))
})

test('a limiter that is closed answers those who wait', async () => {
  const { time, store, limiter } = setUp()
  store.isSilent = true
  const asked = limiter.decide([limitPlan(minute, null, 'exact')], subject())
  await time.run(1)
  limiter.close()
  assert.equal((await asked).verdict, 'allow')
})
