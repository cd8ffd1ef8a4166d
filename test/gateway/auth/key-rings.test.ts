// The keys of a worker and its questions to the supervisor.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keySourceId } from '../../../gateway/auth/issuer-id.ts'
import {
  ANSWER_TIMEOUT_MS,
  KeyRings,
  MAX_WAITERS,
  QUIET_MS,
} from '../../../gateway/auth/key-rings.ts'
import { importKeySet } from '../../../gateway/auth/key-set.ts'
import { createKey, ecKey, issuerPlan, rsaKey } from './fixture.ts'
import { ManualClock } from './manual-clock.ts'

const issuer = issuerPlan()
const sourceId = keySourceId(issuer)
const header = { algorithm: 'ES256', keyId: 'ec-1', type: null }

function createRings() {
  const clock = new ManualClock()
  const asked: (string | null)[] = []
  const rings = new KeyRings(clock, (_, keyId) => asked.push(keyId))
  const tell = (...jwks: object[]) => {
    const { document, keySet } = importKeySet({ keys: jwks })!
    rings.update(sourceId, document, keySet.version)
  }
  return { clock, rings, asked, tell }
}

test('a key is found by kid and algorithm', () => {
  const { rings, tell } = createRings()
  assert.equal(rings.find(issuer, header).kind, 'keys_unavailable')
  tell(rsaKey.jwk)
  assert.equal(rings.find(issuer, header).kind, 'unknown_key')
  tell(rsaKey.jwk, ecKey.jwk)
  assert.equal(rings.find(issuer, header).kind, 'found')
  assert.equal(rings.find(issuer, { ...header, algorithm: 'RS256' }).kind, 'wrong_algorithm')
  assert.equal(rings.find(issuer, { ...header, algorithm: 'RS256', keyId: null }).kind, 'found')
  rings.update(sourceId, null, '')
  assert.equal(rings.find(issuer, header).kind, 'keys_unavailable')
})

test('without a kid at most four keys are tried', () => {
  const { rings, tell } = createRings()
  tell(...Array.from({ length: 6 }, (_, i) => createKey('ES256', `k${i}`).jwk))
  const lookup = rings.find(issuer, { ...header, keyId: null })
  assert.equal(lookup.kind === 'found' && lookup.keys.length, 4)
})

test('keys of an issuer are not those of its name under another URL', () => {
  const { rings, tell } = createRings()
  tell(ecKey.jwk)
  assert.equal(rings.keySet(issuerPlan({ issuer: 'https://other.test/' })), null)
  assert.ok(rings.keySet(issuerPlan({ clockSkewMs: 5 })))
})

test('many who wait cause one question, and its answer lets all go', async () => {
  const { rings, asked, tell } = createRings()
  const waiting = Array.from({ length: 50 }, () => rings.ask(issuer, 'ec-1'))
  assert.deepEqual(asked, ['ec-1'])
  tell(ecKey.jwk)
  await Promise.all(waiting)
  assert.equal(rings.find(issuer, header).kind, 'found')
})

test('after an answer there is no question for a second', async () => {
  const { clock, rings } = createRings()
  rings.settle(sourceId)
  assert.equal(rings.mayAsk(issuer), 'no')
  await clock.advance(QUIET_MS)
  assert.equal(rings.mayAsk(issuer), 'ask')
})

test('without an answer the wait ends after a second, and the next one asks again', async () => {
  const { clock, rings, asked } = createRings()
  const first = rings.ask(issuer, 'a')
  await clock.advance(ANSWER_TIMEOUT_MS / 2)
  const second = rings.ask(issuer, 'b')
  await clock.advance(ANSWER_TIMEOUT_MS / 2)
  await first
  const third = rings.ask(issuer, 'c')
  assert.deepEqual(asked, ['a', 'c'])
  await clock.advance(ANSWER_TIMEOUT_MS)
  await Promise.all([second, third])
  assert.equal(clock.pending, 0)
})

test('only so many may wait', async () => {
  const { clock, rings } = createRings()
  const waiting = Array.from({ length: MAX_WAITERS }, () => rings.ask(issuer, 'x'))
  assert.equal(rings.mayAsk(issuer), 'full')
  await clock.advance(ANSWER_TIMEOUT_MS)
  await Promise.all(waiting)
  assert.equal(rings.mayAsk(issuer), 'ask')
})

test('sources that no issuer uses any more are forgotten, with those who wait for them', async () => {
  const { rings, tell } = createRings()
  tell(ecKey.jwk)
  rings.retain([issuer])
  assert.ok(rings.keySet(issuer))
  const waiting = rings.ask(issuer, 'x')
  rings.retain([])
  await waiting
  assert.equal(rings.keySet(issuer), null)
})

test('inline keys need no supervisor', () => {
  const { rings } = createRings()
  const inline = issuerPlan({
    jwks: { kind: 'inline', jwks: { keys: [{ ...ecKey.jwk }] } },
  })
  assert.equal(rings.find(inline, header).kind, 'found')
  assert.equal(rings.mayAsk(inline), 'no')
})
