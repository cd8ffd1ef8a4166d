// Public vectors for JSON Web Signatures and Keys, through our own import, reading and verification.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ASYMMETRIC_ALGORITHMS, importKeySet, type KeySet } from '../../../gateway/auth/key-set.ts'
import { parseStrictJson } from '../../../gateway/auth/strict-json.ts'
import { parseToken } from '../../../gateway/auth/token.ts'
import { Verifier } from '../../../gateway/auth/verifier.ts'

type Jwk = Record<string, unknown>

interface Vector {
  readonly tcId: number
  readonly comment: string
  readonly jws: string | object
  readonly result: 'valid' | 'invalid'
}

interface Group {
  readonly public?: Jwk
  readonly private?: Jwk
  readonly comment: string
  readonly tests: readonly Vector[]
}

const FOLDER = new URL('../../../../shared/corpora/', import.meta.url)

function read(name: string): readonly Group[] | null {
  const url = new URL(name, FOLDER)
  if (!existsSync(url)) return null
  return (JSON.parse(readFileSync(url, 'utf8')) as { testGroups: readonly Group[] }).testGroups
}

/** Whether the signature path of the gateway takes the token; what it says is not looked at. */
async function accepts(jws: string, keySet: KeySet): Promise<boolean> {
  const segments = jws.split('.')
  const header = parseStrictJson(Buffer.from(segments[0]!, 'base64url'))
  const parsed = parseToken(jws)
  // The vectors sign texts, where tokens carry claims; everything but that refusal counts.
  if (parsed.kind === 'refused' && parsed.reason !== 'token_json') return false
  if (header.kind === 'refused') return false
  const { alg, kid } = header.value
  if (!ASYMMETRIC_ALGORITHMS.includes(alg as string)) return false
  const keys = keySet.keys.filter(
    (key) =>
      key.algorithms.includes(alg as string) &&
      (kid === undefined || key.keyId === null || key.keyId === kid),
  )
  return (await new Verifier().verify(jws, jws, alg as string, keys)) === true
}

test('no forged signature of the public vectors is accepted, and good ones are', async (t) => {
  const groups = read('wycheproof_json_web_signature.json')
  if (groups === null) return t.skip('the vectors are not here')
  const falselyAccepted: number[] = []
  const falselyRefused: number[] = []
  let accepted = 0
  for (const group of groups) {
    const jwk = { ...(group.public ?? group.private) }
    // The vectors call the P-521 algorithm by the name of its curve.
    if (jwk['alg'] === 'ES521') jwk['alg'] = 'ES512'
    const { keySet } = importKeySet({ keys: [jwk] })!
    for (const vector of group.tests) {
      const good = typeof vector.jws === 'string' && (await accepts(vector.jws, keySet))
      if (good) accepted += 1
      const shared = jwk['kty'] === 'oct'
      if (good && vector.result === 'invalid') falselyAccepted.push(vector.tcId)
      if (!good && vector.result === 'valid' && !shared) falselyRefused.push(vector.tcId)
    }
  }
  assert.deepEqual(falselyAccepted, [])
  // 346 and 350 are PS384 tokens under keys that say PS256: a key that names its algorithm is used for no other.
  assert.deepEqual(falselyRefused, [346, 350])
  assert.ok(accepted > 30, `${accepted} accepted`)
})

test('no unsafe key of the public vectors is accepted, and good ones are', async (t) => {
  const groups = read('wycheproof_json_web_key.json')
  if (groups === null) return t.skip('the vectors are not here')
  const wrong: string[] = []
  for (const group of groups) {
    const document = group.public ?? group.private
    const { keySet } = importKeySet(document)!
    const shared = (document!['keys'] as Jwk[]).every((key) => key['kty'] === 'oct')
    for (const vector of group.tests) {
      const expected = vector.result === 'valid' && !shared
      const good = await accepts(vector.jws as string, keySet)
      if (good !== expected) wrong.push(`${vector.tcId} ${vector.comment}`)
    }
  }
  assert.deepEqual(wrong, [])
})
