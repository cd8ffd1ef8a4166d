// How long and how many verified tokens are remembered.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  MAX_AGE_MS,
  MAX_ENTRIES,
  TokenCache,
  tokenDigest,
} from '../../../gateway/auth/token-cache.ts'
import { ManualClock } from './manual-clock.ts'

function createCache() {
  const clock = new ManualClock()
  const cache = new TokenCache(clock)
  const token = (validForMs = 3_600_000) => ({
    claims: Object.freeze({ sub: 'alice' }),
    validity: { fromMs: 0, untilMs: clock.wallMs() + validForMs },
    keySetVersion: 'v1',
  })
  return { clock, cache, token }
}

test('a token is remembered for a minute', async () => {
  const { clock, cache, token } = createCache()
  cache.add('digest', 'rules', token())
  assert.deepEqual(cache.get('digest', 'rules', 'v1')?.claims, { sub: 'alice' })
  await clock.advance(MAX_AGE_MS)
  assert.ok(cache.get('digest', 'rules', 'v1'))
  await clock.advance(1)
  assert.equal(cache.get('digest', 'rules', 'v1'), null)
  assert.equal(cache.size, 0)
})

test('a token is forgotten when it expires', async () => {
  const { clock, cache, token } = createCache()
  cache.add('digest', 'rules', token(5000))
  await clock.advance(4999)
  assert.ok(cache.get('digest', 'rules', 'v1'))
  await clock.advance(1)
  assert.equal(cache.get('digest', 'rules', 'v1'), null)
})

test('other keys or other rules know nothing of a token', () => {
  const { cache, token } = createCache()
  cache.add('digest', 'rules', token())
  assert.equal(cache.get('digest', 'other', 'v1'), null)
  assert.equal(cache.get('digest', 'rules', 'v2'), null)
  assert.equal(cache.get('digest', 'rules', 'v1'), null, 'what keys withdrew does not come back')
})

test('the number of entries is bounded, and one-hit tokens do not push out those in use', () => {
  const { cache, token } = createCache()
  for (let i = 0; i < 1000; i += 1) cache.add(`hot-${i}`, 'rules', token())
  for (let i = 0; i < 1000; i += 1) cache.get(`hot-${i}`, 'rules', 'v1')
  for (let i = 0; i < 3 * MAX_ENTRIES; i += 1) cache.add(`once-${i}`, 'rules', token())
  assert.ok(cache.size <= MAX_ENTRIES)
  for (let i = 0; i < 1000; i += 1) assert.ok(cache.get(`hot-${i}`, 'rules', 'v1'))
  for (let i = 0; i < 3 * MAX_ENTRIES; i += 1) {
    cache.add(`warm-${i}`, 'rules', token())
    cache.get(`warm-${i}`, 'rules', 'v1')
  }
  assert.equal(cache.size, MAX_ENTRIES)
})

test('the key is the whole digest of the token', () => {
  assert.equal(Buffer.from(tokenDigest('token'), 'base64').length, 32)
})
