// Signature checks shared and bounded.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { importKeySet } from '../../../gateway/auth/key-set.ts'
import { MAX_CONCURRENT, Verifier } from '../../../gateway/auth/verifier.ts'
import { ecKey, rsaKey, signToken } from './fixture.ts'

const { keys } = importKeySet({ keys: [ecKey.jwk] })!.keySet
const token = signToken(ecKey, { sub: 'alice' })

test('a check under way is shared, one that is over is not', async () => {
  const verifier = new Verifier()
  const first = verifier.verify('id', token, 'ES256', keys)
  assert.equal(verifier.verify('id', token, 'ES256', keys), first)
  assert.equal(await first, true)
  assert.notEqual(verifier.verify('id', token, 'ES256', keys), first)
})

test('beyond the bound a check is refused until another is over', async () => {
  const verifier = new Verifier()
  const ids = Array.from({ length: MAX_CONCURRENT }, (_, i) => `id-${i}`)
  const checks = ids.map((id) => verifier.verify(id, token, 'ES256', keys)!)
  assert.equal(verifier.verify('more', token, 'ES256', keys), null)
  await Promise.all(checks)
  assert.equal(await verifier.verify('more', token, 'ES256', keys), true)
})

test('a key that does not fit is a refusal, never an error', async () => {
  const rsa = importKeySet({ keys: [rsaKey.jwk] })!.keySet.keys
  assert.equal(await new Verifier().verify('id', token, 'ES256', rsa), false)
  assert.equal(await new Verifier().verify('id', 'no token', 'ES256', keys), false)
  assert.equal(await new Verifier().verify('id', token, 'ES256', []), false)
})
