import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NO_LIMITS, type LimitState } from '../../../gateway/limit/decision.ts'
import { limitHeaders } from '../../../gateway/limit/headers.ts'

const state = (name: string): LimitState => ({
  name,
  limit: 100,
  windowSeconds: 60,
  remaining: 42,
  resetSeconds: 13,
})
const limits = [state('plan'), state('20/s per ip')]

test('limits are told in the fields of the draft', () => {
  assert.deepEqual(limitHeaders({ ...NO_LIMITS, limits, deciding: limits[0]! }), [
    'ratelimit-policy',
    '"plan";q=100;w=60, "20/s per ip";q=100;w=60',
    'ratelimit',
    '"plan";r=42;t=13',
  ])
})

test('a refusal says when to come back, even to those who are told nothing else', () => {
  const refused = { ...NO_LIMITS, limits, deciding: limits[0]!, retryAfterSeconds: 7 }
  assert.deepEqual(limitHeaders(refused).slice(-2), ['retry-after', '7'])
  const hidden = { ...refused, limits: [], deciding: null }
  assert.deepEqual(limitHeaders(hidden), ['retry-after', '7'])
})

test('no limit makes no field, and no name breaks one', () => {
  assert.deepEqual(limitHeaders(NO_LIMITS), [])
  const odd = [state('a"b\\c\r\né')]
  const [, policy] = limitHeaders({ ...NO_LIMITS, limits: odd })
  assert.equal(policy, '"a\\"b\\\\c???";q=100;w=60')
})
