// Which published keys are used and which are refused.

import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { importKeySet, MAX_KEYS } from '../../../gateway/auth/key-set.ts'
import { hasRocaFingerprint } from '../../../gateway/auth/roca.ts'
import { createKey, ecKey, rsaKey } from './fixture.ts'

const verdict = (jwk: unknown) => {
  const imported = importKeySet({ keys: [jwk] })!
  return imported.refused[0]?.reason ?? imported.keySet.keys[0]?.algorithms.join(' ')
}
const ecPrivate = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  format: 'jwk',
})
const k1 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export({
  format: 'jwk',
})
const x25519 = generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' })

const keys: readonly [string, unknown, string][] = [
  ['an RSA key that names its algorithm', rsaKey.jwk, 'RS256'],
  [
    'an RSA key that names none',
    { ...rsaKey.jwk, alg: undefined },
    'RS256 RS384 RS512 PS256 PS384 PS512',
  ],
  ['a P-521 key', { ...createKey('ES512', 'k').jwk, alg: undefined }, 'ES512'],
  ['an Ed25519 key', { ...createKey('EdDSA', 'k').jwk, alg: undefined }, 'EdDSA Ed25519'],
  ['a key without kid and use', { ...ecKey.jwk, kid: undefined, use: undefined }, 'ES256'],
  ['a key for verifying', { ...ecKey.jwk, use: undefined, key_ops: ['verify'] }, 'ES256'],
  ['a key for encryption', { ...ecKey.jwk, use: 'enc' }, 'not_for_signatures'],
  ['a key for wrapping', { ...ecKey.jwk, key_ops: ['wrapKey'] }, 'not_for_signatures'],
  ['a private key', ecPrivate, 'private'],
  ['a private RSA key', { ...rsaKey.jwk, p: 'AA' }, 'private'],
  ['an algorithm of another curve', { ...ecKey.jwk, alg: 'ES384' }, 'unsupported_algorithm'],
  ['an algorithm of another type', { ...rsaKey.jwk, alg: 'HS256' }, 'unsupported_algorithm'],
  ['secp256k1', k1, 'unsupported_type'],
  ['X25519', x25519, 'unsupported_type'],
  ['a type from the future', { kty: 'AKP', alg: 'ML-DSA-44', pub: 'AA' }, 'unsupported_type'],
  ['a curve called like a method', { ...ecKey.jwk, crv: 'toString' }, 'unsupported_type'],
  ['an even exponent', { ...rsaKey.jwk, e: 'AQAC' }, 'rsa_bad_exponent'],
  ['exponent 3', { ...rsaKey.jwk, e: 'Aw' }, 'rsa_bad_exponent'],
  ['padding', { ...ecKey.jwk, x: `${ecKey.jwk.x}=` }, 'bad_encoding'],
  ['a number', { ...rsaKey.jwk, n: 5 }, 'bad_encoding'],
  ['a kid that is a number', { ...ecKey.jwk, kid: 1 }, 'bad_kid'],
  ['a point of the wrong length', { ...ecKey.jwk, x: 'AAAA' }, 'invalid_key'],
  ['null', null, 'not_a_key'],
  ['text', 'key', 'not_a_key'],
]
for (const [what, jwk, expected] of keys) {
  test(`${what}: ${expected}`, () =>
    assert.equal(verdict(JSON.parse(JSON.stringify(jwk))), expected))
}

test('what is no key set is told from one without keys', () => {
  for (const document of [null, [], 'x', {}, { keys: {} }])
    assert.equal(importKeySet(document), null)
  assert.equal(importKeySet({ keys: [] })!.keySet.keys.length, 0)
})

const version = (...jwks: object[]) => importKeySet({ keys: jwks })!.keySet.version

test('the version is that of the keys, not of their order or decoration', () => {
  assert.equal(version(rsaKey.jwk, ecKey.jwk), version({ ...ecKey.jwk, x5t: 'AA' }, rsaKey.jwk))
  assert.notEqual(version(rsaKey.jwk), version({ ...rsaKey.jwk, kid: 'other' }))
  assert.notEqual(version(rsaKey.jwk), version(rsaKey.jwk, ecKey.jwk))
})

test('the public document imports to the same set and holds nothing else', () => {
  const { document, keySet } = importKeySet({
    keys: [{ ...rsaKey.jwk, extra: 'secret' }, ecPrivate],
  })!
  assert.equal(importKeySet(document)!.keySet.version, keySet.version)
  assert.deepEqual(Object.keys(document.keys[0]!).toSorted(), ['alg', 'e', 'kid', 'kty', 'n'])
})

test('only so many keys are looked at', () => {
  const imported = importKeySet({ keys: Array.from({ length: 5 * MAX_KEYS }, () => ecKey.jwk) })!
  assert.equal(imported.keySet.keys.length, MAX_KEYS)
  assert.deepEqual(imported.refused, [
    { index: MAX_KEYS, keyId: ecKey.kid, reason: 'too_many_keys' },
  ])
})

test('random moduli do not carry the ROCA fingerprint', () => {
  for (let i = 0; i < 5; i += 1) {
    const { n } = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({
      format: 'jwk',
    })
    assert.equal(
      hasRocaFingerprint(BigInt(`0x${Buffer.from(n!, 'base64url').toString('hex')}`)),
      false,
    )
  }
  assert.equal(hasRocaFingerprint(65_537n ** 3n), true)
})
