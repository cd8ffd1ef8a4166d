import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bucketParams, limitParams, shareOf, windowParams } from '../../../gateway/limit/params.ts'
import type { LimitParams } from '../../../gateway/limit/plan.ts'
import type { TakeItem } from '../../../gateway/limit/take-item.ts'
import { take, type TakeState } from '../../../gateway/limit/take.ts'

const SECOND_US = 1_000_000
const MINUTE_US = 60 * SECOND_US

/** One key with its state, and a clock in µs. */
class Counter {
  readonly #params: LimitParams
  #state: TakeState | undefined
  nowUs = 1_000 * MINUTE_US

  constructor(params: LimitParams) {
    this.#params = params
  }

  take(item: Partial<TakeItem>) {
    const nothing = {
      key: 'k',
      count: 0,
      cost: 1,
      want: 0,
      credit: 0,
      stamp: 0,
      settled: 0,
      lease: 0,
      debit: 0,
    }
    const { state, answer } = take(
      this.#state,
      { ...nothing, params: this.#params, ...item },
      this.nowUs,
    )
    this.#state = state
    return answer
  }
}

const perMinute = (count: number) => ({ count, perMs: 60_000 })

test('a window admits all of its requests at once and then none for the whole window', () => {
  const counter = new Counter(windowParams(perMinute(100), null))
  assert.equal(counter.take({ count: 400 }).granted, 100)
  counter.nowUs += MINUTE_US
  const refused = counter.take({ count: 1 })
  assert.equal(
    refused.granted,
    0,
    'the answer to a grant may come late, so the window is a little longer',
  )
  counter.nowUs += refused.retryUs
  assert.equal(counter.take({ count: 400 }).granted, 100, 'what was promised as retry holds')
})

test('a window is at most two hundredths longer than it says', () => {
  for (const perMs of [1000, 10_000, 60_000, 3_600_000]) {
    const { subUs, slots } = windowParams({ count: 100, perMs }, 'exact')
    const overUs = (slots + 1) * subUs - perMs * 1000
    assert.ok(overUs / (perMs * 1000) <= 0.021, `${perMs} ms: ${overUs} µs`)
  }
})

test('the oldest part of a window counts whole', () => {
  const params = windowParams(perMinute(100), null)
  const counter = new Counter(params)
  counter.nowUs = 1000 * params.subUs
  assert.equal(counter.take({ count: 60 }).granted, 60)
  counter.nowUs += params.subUs - 1
  assert.equal(counter.take({ count: 60 }).granted, 40)
  counter.nowUs = (1000 + params.slots) * params.subUs + params.subUs - 1
  assert.equal(counter.take({ count: 1 }).granted, 0)
  counter.nowUs += 1
  assert.equal(counter.take({ count: 200 }).granted, 100)
})

test('a bucket admits its burst at once and then its rate', () => {
  const counter = new Counter(bucketParams(perMinute(100), 20, null))
  assert.equal(counter.take({ count: 400 }).granted, 20)
  const { retryUs } = counter.take({ count: 1 })
  assert.equal(retryUs, 600_000)
  counter.nowUs += retryUs - 1
  assert.equal(counter.take({ count: 1 }).granted, 0)
  counter.nowUs += 1
  assert.equal(counter.take({ count: 2 }).granted, 1)
  counter.nowUs += 10 * 600_000
  assert.equal(counter.take({ count: 100 }).granted, 10)
})

test('a request that costs more is admitted whole or not at all', () => {
  for (const params of [windowParams(perMinute(10), null), bucketParams(perMinute(10), 10, null)]) {
    const counter = new Counter(params)
    const { granted, remaining } = counter.take({ count: 5, cost: 3 })
    assert.equal(granted, 3)
    assert.equal(remaining, 1)
    assert.equal(counter.take({ count: 1, cost: 2 }).granted, 0)
    assert.equal(counter.take({ count: 1, cost: 1 }).granted, 1)
  }
})

test('what is held in advance is at most half of what is left, and in a bucket at most its reserve', () => {
  const window = new Counter(windowParams(perMinute(100), 'leased'))
  assert.equal(window.take({ want: 80 }).held, 50)
  const bucket = new Counter(bucketParams(perMinute(6000), 100, 'leased'))
  assert.equal(bucket.take({ want: 80 }).held, 10)
  assert.equal(bucket.take({ want: 80 }).held, 0)
  bucket.nowUs += 2 * SECOND_US
  assert.equal(bucket.take({ want: 80 }).held, 10, 'leases of two lease times ago are over')
})

test('what is given back can be taken again, but not twice', () => {
  for (const params of [windowParams(perMinute(10), null), bucketParams(perMinute(10), 10, null)]) {
    const counter = new Counter(params)
    const { stamp } = counter.take({ count: 10 })
    assert.equal(counter.take({ credit: 4, stamp, count: 10 }).granted, 4)
    assert.equal(counter.take({ count: 1 }).granted, 0)
  }
})

test('what is given back after its time gives nothing', () => {
  const params = windowParams(perMinute(10), null)
  const window = new Counter(params)
  const { stamp } = window.take({ count: 10 })
  window.nowUs += 2 * MINUTE_US
  window.take({ count: 10 })
  assert.equal(window.take({ credit: 10, stamp, count: 10 }).granted, 0)
  const bucket = new Counter(bucketParams(perMinute(10), 10, null))
  const first = bucket.take({ count: 1 })
  bucket.nowUs += MINUTE_US
  assert.equal(bucket.take({ count: 10 }).granted, 10, 'the bucket had been full again')
  assert.equal(bucket.take({ credit: 1, stamp: first.stamp, count: 1 }).granted, 0)
})

test('what was spent without the store counts, but locks nobody out for longer than a full limit does', () => {
  for (const params of [windowParams(perMinute(10), null), bucketParams(perMinute(10), 10, null)]) {
    const counter = new Counter(params)
    assert.equal(counter.take({ debit: 4, count: 10 }).granted, 6)
    counter.nowUs += 3 * MINUTE_US
    assert.equal(counter.take({ debit: 1000, count: 1 }).granted, 0)
    counter.nowUs += 1.05 * MINUTE_US
    assert.equal(counter.take({ count: 20 }).granted, 10)
  }
})

test('what was spent without the store counts for the whole window, even beyond a full limit', () => {
  const counter = new Counter(windowParams(perMinute(10), null))
  counter.take({ count: 10 })
  counter.nowUs += MINUTE_US / 2
  counter.take({ debit: 6 })
  counter.nowUs += 0.53 * MINUTE_US
  assert.equal(counter.take({ count: 20 }).granted, 4, 'the ten are over, the six are not')
})

test('a clock that is set back neither frees anything nor locks anybody out for longer than a full limit does', () => {
  for (const params of [windowParams(perMinute(10), null), bucketParams(perMinute(10), 10, null)]) {
    const counter = new Counter(params)
    counter.take({ count: 10 })
    counter.nowUs -= 60 * MINUTE_US
    assert.equal(counter.take({ count: 1 }).granted, 0)
    counter.nowUs += 1.05 * MINUTE_US
    assert.equal(counter.take({ count: 20 }).granted, 10)
  }
})

test('a limit that is lowered holds at once', () => {
  for (const burst of [null, 100]) {
    let params = limitParams(perMinute(100), burst, 'exact')
    let state: TakeState | undefined
    const ask = (count: number): number => {
      const item = {
        key: 'k',
        params,
        count,
        cost: 1,
        want: 0,
        credit: 0,
        stamp: 0,
        settled: 0,
        lease: 0,
        debit: 0,
      }
      const taken = take(state, item, 1000 * MINUTE_US)
      state = taken.state
      return taken.answer.granted
    }
    assert.equal(ask(50), 50)
    params = limitParams(perMinute(10), burst === null ? null : 10, 'exact')
    // A bucket remembers how long it takes to fill: it was half a minute from full, and is so now.
    assert.equal(ask(50), burst === null ? 0 : 5)
  }
})

test('a rate of nothing admits nothing', () => {
  for (const burst of [null, 20]) {
    const counter = new Counter(limitParams(perMinute(0), burst, null))
    const { granted, retryUs } = counter.take({ count: 1 })
    assert.equal(granted, 0)
    assert.ok(retryUs > 0)
  }
})

test('limits are leased where a lease time carries ten requests, else exact', () => {
  const isLeased = (params: LimitParams): boolean => params.leaseMs > 0
  assert.equal(isLeased(windowParams(perMinute(100), null)), false)
  assert.equal(isLeased(windowParams(perMinute(600), null)), true)
  assert.equal(isLeased(windowParams({ count: 20, perMs: 1000 }, null)), false)
  assert.equal(isLeased(windowParams({ count: 1000, perMs: 1000 }, null)), true)
  assert.equal(isLeased(bucketParams(perMinute(100), 20, null)), false)
  assert.equal(isLeased(bucketParams({ count: 1000, perMs: 1000 }, 500, null)), true)
  assert.equal(isLeased(windowParams(perMinute(600), 'exact')), false)
})

test('shares of a limit are together no more than the limit, but each admits one', () => {
  assert.equal(shareOf(100, 8), 12)
  assert.equal(shareOf(100, 1), 100)
  assert.equal(shareOf(3, 8), 1)
  assert.equal(shareOf(0, 8), 0)
})
