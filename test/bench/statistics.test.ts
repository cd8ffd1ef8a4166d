import assert from 'node:assert/strict'
import { test } from 'node:test'
import { estimate, median, roundOrder, seededRandom } from './statistics.ts'

test('the median of an odd number of values is the middle one', () => {
  assert.equal(median([9, 1, 5]), 5)
})

test('the median of an even number of values lies between the two in the middle', () => {
  assert.equal(median([10, 1, 2, 3]), 2.5)
})

test('no values have no median', () => {
  assert.ok(Number.isNaN(median([])))
})

test('a median sorts numbers, not texts, and leaves its argument as it was', () => {
  const values = [100, 20, 3]
  assert.equal(median(values), 20)
  assert.deepEqual(values, [100, 20, 3])
})

test('the interval of a single value is that value', () => {
  assert.deepEqual(estimate([7], seededRandom(1)), { median: 7, low: 7, high: 7 })
})

test('the interval encloses the median and lies within the values', () => {
  const { low, median: middle, high } = estimate([5, 1, 4, 2, 3, 9, 8], seededRandom(1))
  assert.equal(middle, 4)
  assert.ok(low >= 1 && low < middle && high > middle && high <= 9)
})

test('one wild block among many moves neither the median nor the interval', () => {
  const { median: middle, high } = estimate(
    [10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 900],
    seededRandom(1),
  )
  assert.equal(middle, 10)
  assert.equal(high, 10)
})

test('the interval covers the true median about 95 times of 100', () => {
  const random = seededRandom(42)
  let covered = 0
  for (let run = 0; run < 100; run++) {
    const values = Array.from({ length: 11 }, random)
    const { low, high } = estimate(values, random)
    if (low <= 0.5 && high >= 0.5) covered++
  }
  assert.ok(covered >= 88, `covered ${covered} of 100`)
  assert.ok(covered < 100)
})

test('the same seed gives the same interval', () => {
  const values = [3, 1, 4, 1, 5, 9, 2, 6]
  assert.deepEqual(estimate(values, seededRandom(7)), estimate(values, seededRandom(7)))
})

test('seeded values are spread over [0, 1)', () => {
  const random = seededRandom(1)
  const values = Array.from({ length: 10_000 }, random)
  assert.ok(values.every((value) => value >= 0 && value < 1))
  assert.ok(Math.abs(median(values) - 0.5) < 0.02)
})

test('rounds go forwards and backwards in turn', () => {
  const arms = ['a', 'b', 'c']
  assert.deepEqual(roundOrder(arms, 0), ['a', 'b', 'c'])
  assert.deepEqual(roundOrder(arms, 1), ['c', 'b', 'a'])
  assert.deepEqual(arms, ['a', 'b', 'c'])
})
