// When a release ran into its guard rails.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeRails } from '../../../../gateway/control/releases/rails.ts'
import { BUCKETS } from '../../../../sidecar/telemetry/metrics.ts'

const RAILS = { maxErrorPoints: 5, maxP95Ms: 500, minRequests: 50 }
const OTHERS = { requests: 1000, failed: 10 }

function figures(requests: number, failed: number, slow = 0) {
  const buckets = Array.from({ length: BUCKETS.length + 1 }, () => 0)
  buckets[0] = requests - slow
  buckets[BUCKETS.length - 2] = slow
  return { requests, failed, buckets }
}

test('a target with more errors than the others, by so many points, has', () => {
  assert.equal(judgeRails(RAILS, figures(100, 6), OTHERS), null)
  assert.equal(judgeRails(RAILS, figures(100, 7), OTHERS), '5xx 7.0 % against 1.0 %')
  assert.equal(judgeRails({ ...RAILS, maxErrorPoints: null }, figures(100, 100), OTHERS), null)
})

test('a target that is too slow has', () => {
  assert.equal(judgeRails(RAILS, figures(100, 0, 4), OTHERS), null)
  assert.match(judgeRails(RAILS, figures(100, 0, 40), OTHERS)!, /^p95 \d+ ms, more than 500 ms$/)
  assert.equal(judgeRails({ ...RAILS, maxP95Ms: null }, figures(100, 0, 40), OTHERS), null)
})

test('a target with too few requests has not', () => {
  assert.equal(judgeRails(RAILS, figures(49, 49, 49), OTHERS), null)
  assert.notEqual(judgeRails(RAILS, figures(50, 50), OTHERS), null)
})
