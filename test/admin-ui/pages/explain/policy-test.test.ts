import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { PlacedExplanation } from '../../../../admin-ui/api/contract.ts'
import { parseConfig } from '../../../../admin-ui/config-text/parse.ts'
import {
  savedTests,
  testOf,
  type Question,
} from '../../../../admin-ui/pages/explain/policy-test.ts'
import { faultsByTest } from '../../../../admin-ui/pages/explain/test-run.ts'
import { decodeToken, maskedToken } from '../../../../admin-ui/pages/explain/token.ts'

const CONFIG = parseConfig(`issuers: { idp: https://idp.test/ }
tests:
  - { name: strangers stay out, request: { url: "https://a.test/x", method: POST }, expect: { status: 401 } }
  - { name: calls, mesh: { from: a, to: b }, expect: { verdict: deny } }
`)
const DENIED: PlacedExplanation = {
  plane: 'edge',
  verdict: 'deny',
  status: 401,
  reason: 'token_missing',
  rule: '',
  route: 'orders',
  service: null,
  steps: [],
  lost: [],
  recorded: null,
  isOther: false,
}

function tokenOf(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'RS256', typ: 'at+jwt', kid: 'k' })}.${part(claims)}.c2lnbmF0dXJl`
}

function asked(headers: Readonly<Record<string, string>> = {}): Question {
  const list = Object.entries(headers).map(([name, value]) => ({ name, value }))
  return { http: { url: 'https://a.test/x', method: 'GET', headers: list, http2: false } }
}

suite('a case that is saved', () => {
  test('keeps address, listener and length of a request that was filled in', () => {
    const question: Question = {
      http: {
        url: 'https://a.test/x',
        method: 'POST',
        headers: [],
        http2: false,
        bodyBytes: 7,
        clientIp: '192.0.2.1',
        listener: 'public',
      },
    }
    const made = testOf(
      'too long',
      question,
      { ...DENIED, status: 413, reason: 'body_too_large' },
      CONFIG,
    )
    assert.ok(made.kind === 'test')
    assert.deepEqual(made.test['request'], {
      url: 'https://a.test/x',
      method: 'POST',
      headers: { 'content-length': '7' },
      from: '192.0.2.1',
      listener: 'public',
    })
  })

  test('says what was asked and what came of it', () => {
    const made = testOf('closed', asked({ 'x-tenant': 'acme', 'User-Agent': 'x' }), DENIED, CONFIG)
    assert.deepEqual(made, {
      kind: 'test',
      test: {
        name: 'closed',
        request: { url: 'https://a.test/x', headers: { 'x-tenant': 'acme' } },
        expect: { verdict: 'deny', reason: 'token_missing', status: 401, route: 'orders' },
      },
    })
  })

  test('holds the claims of a token, never the token', () => {
    const token = tokenOf({
      iss: 'https://idp.test/',
      sub: 'alice',
      aud: 'web',
      exp: 9_999_999_999,
    })
    const question = asked({ authorization: `Bearer ${token}` })
    const made = testOf('x', question, { ...DENIED, reason: 'audience' }, CONFIG)
    assert.ok(made.kind === 'test')
    assert.deepEqual((made.test['request'] as Record<string, unknown>)['token'], {
      issuer: 'idp',
      claims: { sub: 'alice', aud: 'web' },
      algorithm: 'RS256',
      type: 'at+jwt',
    })
    assert.doesNotMatch(JSON.stringify(made), /c2lnbmF0dXJl|Bearer/)
  })

  test('is none where no test could say it', () => {
    const why = (answer: Partial<PlacedExplanation>, question = asked()): string => {
      const made = testOf('x', question, { ...DENIED, ...answer }, CONFIG)
      return made.kind === 'unsavable' ? made.why : 'test'
    }
    assert.equal(why({ verdict: 'unknown' }), 'unknown')
    assert.equal(why({ reason: 'rate_limited' }), 'limit')
    assert.equal(why({ reason: 'signature_invalid' }), 'signature')
    assert.equal(why({}, { request: 'some-id' }), 'past')
    const foreign = tokenOf({ iss: 'https://other.test/' })
    assert.equal(why({}, asked({ authorization: `Bearer ${foreign}` })), 'issuer')
  })
})

suite('saved cases', () => {
  test('are listed with what they ask and expect', () => {
    assert.deepEqual(savedTests(CONFIG), [
      {
        index: 0,
        name: 'strangers stay out',
        kind: 'request',
        asks: 'POST https://a.test/x',
        expects: 'status 401',
      },
      { index: 1, name: 'calls', kind: 'mesh', asks: 'a → b', expects: 'verdict deny' },
    ])
  })

  test('have the faults that name them', () => {
    const at = (pointer: string) => ({ pointer, detail: pointer, hint: '' })
    const faults = faultsByTest([at('/tests/1/expect/status'), at('/tests/1'), at('/routes/1')])
    assert.deepEqual([...faults], [[1, ['/tests/1/expect/status', '/tests/1']]])
  })
})

test('a masked token is of no use', () => {
  const token = tokenOf({ sub: 'alice' })
  const masked = maskedToken(`Bearer ${token}`)
  assert.equal(decodeToken(masked), null)
  assert.ok(masked.length < 20)
})
