// The check that judges the logs of overload finds what is beyond a promise, and nothing else.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bucketExcess, windowExcess } from './interval-check.ts'

/** Decided at these moments, each known to a millisecond on either side. */
const logOf = (moments: readonly number[]) =>
  moments.map((atMs) => ({ sentMs: atMs - 1, answeredMs: atMs + 1 }))

test('a window is exceeded where one interval holds more, wherever it lies', () => {
  const edges = [0, 10, 20, 980, 990, 1010, 1020, 1100]
  assert.equal(windowExcess(logOf(edges), 4, 1000), 1)
  assert.equal(windowExcess(logOf(edges), 5, 1000), 0)
  assert.equal(windowExcess(logOf([0, 0, 1002, 1002]), 2, 1000), 0)
})

test('a bucket is exceeded by one burst, and by two bursts too near to each other', () => {
  const perMs = 0.01
  assert.ok(bucketExcess(logOf([0, 0, 0, 0]), 3, perMs) > 0.9)
  assert.ok(bucketExcess(logOf([0, 0, 0, 100, 200, 300]), 3, perMs) <= 0)
  assert.ok(bucketExcess(logOf([0, 0, 0, 100, 100, 100]), 3, perMs) > 0.9)
})

test('a decision that may have been made outside of an interval does not count in it', () => {
  const vague = [
    { sentMs: 0, answeredMs: 1500 },
    { sentMs: 900, answeredMs: 950 },
  ]
  assert.equal(windowExcess(vague, 1, 1000), 0)
})
