import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { LimitPromise } from '../../../../admin-ui/api/contract.ts'
import { limitFields, limitOf } from '../../../../admin-ui/pages/policies/limit-fields.ts'
import { curveOf, rowsOf, spanText } from '../../../../admin-ui/pages/policies/limit-steps.ts'

const PLAIN = { cost: 1, isFallback: false } as const

suite('the picture of a limit', () => {
  test('of a window has a step at the beginning of each', () => {
    const promise: LimitPromise = {
      kind: 'window',
      burst: 100,
      count: 100,
      perMs: 60_000,
      ...PLAIN,
    }
    const { spanMs, steps } = curveOf(promise)
    assert.equal(spanMs, 180_000)
    assert.deepEqual(steps, [
      { atMs: 0, most: 100 },
      { atMs: 60_000, most: 200 },
      { atMs: 120_000, most: 300 },
    ])
  })

  test('of a bucket begins at its burst and goes on at its rate, never above the promise', () => {
    const promise: LimitPromise = { kind: 'bucket', burst: 20, count: 10, perMs: 1000, ...PLAIN }
    const { spanMs, steps } = curveOf(promise)
    assert.equal(spanMs, 6000)
    assert.equal(steps[0]?.most, 20)
    assert.equal(steps.at(-1)?.most, 80)
    for (const { atMs, most } of steps) assert.ok(most <= 20 + (10 * atMs) / 1000 + 1e-6, `${atMs}`)
    assert.ok(steps.length <= 61)
  })

  test('counts requests where one takes several', () => {
    const promise: LimitPromise = {
      kind: 'window',
      burst: 10,
      count: 10,
      perMs: 1000,
      cost: 3,
      isFallback: false,
    }
    assert.equal(curveOf(promise).steps[0]?.most, 3)
  })

  test('as a table has first and last, and says times as people do', () => {
    const promise: LimitPromise = { kind: 'bucket', burst: 50, count: 1, perMs: 1000, ...PLAIN }
    const curve = curveOf(promise)
    const rows = rowsOf(curve)
    assert.equal(rows.length, 8)
    assert.deepEqual([rows[0], rows.at(-1)], [curve.steps[0], curve.steps.at(-1)])
    assert.deepEqual(
      [250, 4000, 150_000, 7_200_000].map((ms) => spanText(ms, [' ms', ' s', ' min', ' h'])),
      ['250 ms', '4 s', '2.5 min', '2 h'],
    )
  })
})

suite('the fields of a limit', () => {
  test('give back what they were made of', () => {
    for (const limit of [
      '100/min per sub',
      { rate: '10/s', burst: 20, key: ['ip'] },
      { name: 'plan', rate: '10/s', key: ['sub', 'route'], cost: 2, onStoreDown: 'closed' },
      { rate: { claim: 'plan', default: '60/min' }, key: ['sub'] },
    ]) {
      assert.deepEqual(limitOf(limitFields(limit)), limit)
    }
  })

  test('take full-width digits, and refuse a burst that is no number', () => {
    const fields = limitFields('10/s per ip')
    assert.deepEqual(limitOf({ ...fields, burst: '２０' }), {
      rate: '10/s',
      burst: 20,
      key: ['ip'],
    })
    assert.equal(limitOf({ ...fields, burst: 'many' }), null)
  })
})
