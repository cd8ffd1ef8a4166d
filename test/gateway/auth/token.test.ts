// The strict reading of JSON and of tokens.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_JSON_DEPTH, parseStrictJson } from '../../../gateway/auth/strict-json.ts'
import { MAX_KID_LENGTH, MAX_TOKEN_LENGTH, parseToken } from '../../../gateway/auth/token.ts'
import { encode } from './fixture.ts'

const reading = (text: string | Buffer) => {
  const read = parseStrictJson(Buffer.from(text))
  return read.kind === 'object' ? read.value : read.reason
}

const readable = [
  '{}',
  ' {\n"a" :\t1 } ',
  '{"a":{"b":1},"b":{"b":2}}',
  '{"a":"{\\"a\\":1,\\"a\\":2}"}',
  '{"a":["a","a",{"a":1}]}',
  '{"\\u0061b":1,"a":":"}',
  '{"é":"😀"}',
]
for (const text of readable) {
  test(`read: ${JSON.stringify(text)}`, () => assert.deepEqual(reading(text), JSON.parse(text)))
}

const refused: readonly [string | Buffer, string][] = [
  ['', 'json'],
  ['null', 'json'],
  ['[]', 'json'],
  ['"a"', 'json'],
  ['{"a":1', 'json'],
  ['{"a":1}}', 'json'],
  ['{"a":1}{"b":2}', 'json'],
  ['{"a":"\\', 'json'],
  ['{"\\x":1}', 'json'],
  ["{'a':1}", 'json'],
  ['\ufeff{}', 'json'],
  [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'json'],
  [Buffer.from('{"a":"\ud800"}', 'utf16le'), 'json'],
  ['{"a":1,"a":1}', 'duplicate_member'],
  ['{"a":1,"\\u0061":2}', 'duplicate_member'],
  ['{"x":[{"a":1,"a" :2}]}', 'duplicate_member'],
  ['{"a":{"__proto__":1}}', 'forbidden_member'],
  ['{"constructor":1}', 'forbidden_member'],
  ['{"\\u0070rototype":1}', 'forbidden_member'],
  [`${'{"a":'.repeat(MAX_JSON_DEPTH + 1)}1${'}'.repeat(MAX_JSON_DEPTH + 1)}`, 'too_deep'],
]
for (const [text, reason] of refused) {
  test(`${reason}: ${JSON.stringify(text.toString()).slice(0, 40)}`, () =>
    assert.equal(reading(text), reason))
}

test('nesting is read up to its bound', () => {
  const text = `${'{"a":'.repeat(MAX_JSON_DEPTH)}1${'}'.repeat(MAX_JSON_DEPTH)}`
  assert.equal(typeof reading(text), 'object')
})

test('header and claims are read, frozen to their depths', () => {
  const token = `${encode({ alg: 'RS256', kid: 'k', typ: 'JWT' })}.${encode({ a: { b: [1] } })}.AAAA`
  const parsed = parseToken(token)
  assert.ok(parsed.kind === 'parsed')
  assert.deepEqual(parsed.header, { algorithm: 'RS256', keyId: 'k', type: 'JWT' })
  const inner = parsed.claims['a'] as { b: number[] }
  assert.ok(Object.isFrozen(inner) && Object.isFrozen(inner.b))
})

const tokenOf = (length: number) => `${encode({ alg: 'RS256' })}.${encode({})}.`.padEnd(length, 'A')

test('size is bounded to the character', () => {
  assert.equal(parseToken(tokenOf(MAX_TOKEN_LENGTH)).kind, 'parsed')
  assert.deepEqual(parseToken(tokenOf(MAX_TOKEN_LENGTH + 4)), {
    kind: 'refused',
    reason: 'token_too_large',
  })
})

const headers: readonly [object, string][] = [
  [{ alg: 5 }, 'token_alg'],
  [{ alg: 'RS256', kid: 'k'.repeat(MAX_KID_LENGTH + 1) }, 'token_kid'],
  [{ alg: 'RS256', kid: { a: 1 } }, 'token_kid'],
  [{ alg: 'RS256', typ: 1 }, 'token_type'],
  [{ alg: 'RS256', cty: 'application/jwt' }, 'token_nested'],
  [{ alg: 'RS256', crit: null }, 'token_crit'],
  [{ alg: 'RS256', b64: true }, 'token_extension'],
]
for (const [header, reason] of headers) {
  test(`${reason}: ${JSON.stringify(header).slice(0, 40)}`, () => {
    assert.deepEqual(
      parseToken(`${encode(header as Record<string, unknown>)}.${encode({})}.AAAA`),
      {
        kind: 'refused',
        reason,
      },
    )
  })
}
