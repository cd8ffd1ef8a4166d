// What CORS makes of requests: preflights, ordinary requests and upgrades.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  decideCors,
  isOriginAllowed,
  originAllowedForUpgrade,
  type CorsFacts,
} from '../../../gateway/cors/decide.ts'
import { policyOf } from './policy-of.ts'

const ORIGIN = 'https://app.example.com'

function factsOf(facts: Partial<CorsFacts>): CorsFacts {
  return {
    method: 'GET',
    origin: ORIGIN,
    accessControlRequestMethod: null,
    accessControlRequestHeaders: null,
    headers: [],
    ...facts,
  }
}

function preflight(method: string, headers: string | null, extra: Partial<CorsFacts> = {}) {
  return factsOf({
    method: 'OPTIONS',
    accessControlRequestMethod: method,
    accessControlRequestHeaders: headers,
    ...extra,
  })
}

const LISTED = policyOf({ origins: ORIGIN, methods: ['GET', 'PUT'], headers: ['x-a', 'x-b'] })
const ANY = policyOf({ origins: '*', headers: '*' })
const ANY_AND_AUTHORIZATION = policyOf({ origins: '*', headers: ['*', 'Authorization'] })

const refused = (reason: string) => ({ kind: 'preflight_refused', reason })

describe('decisions', () => {
  const CASES: readonly (readonly [
    name: string,
    facts: CorsFacts,
    policy: typeof LISTED | null,
    decision: unknown,
  ])[] = [
    ['no origin', factsOf({ origin: null }), LISTED, { kind: 'none' }],
    ['no policy', factsOf({}), null, { kind: 'none' }],
    ['no policy, preflight', preflight('GET', null), null, { kind: 'none' }],
    [
      'an OPTIONS without origin',
      preflight('GET', null, { origin: null }),
      LISTED,
      { kind: 'none' },
    ],
    ['a listed origin', factsOf({}), LISTED, { kind: 'simple_allowed' }],
    ['a foreign origin', factsOf({ origin: 'https://x.y' }), LISTED, { kind: 'simple_foreign' }],
    ['any origin', factsOf({ origin: 'https://x.y' }), ANY, { kind: 'simple_allowed' }],
    [
      'an OPTIONS that asks for no method',
      factsOf({ method: 'OPTIONS' }),
      LISTED,
      { kind: 'simple_allowed' },
    ],
    [
      'a GET that carries preflight fields',
      factsOf({ accessControlRequestMethod: 'DELETE' }),
      LISTED,
      { kind: 'simple_allowed' },
    ],
    ['a preflight', preflight('PUT', null), LISTED, { kind: 'preflight_allowed' }],
    [
      'a preflight for listed headers',
      preflight('PUT', 'x-a,X-B , '),
      LISTED,
      { kind: 'preflight_allowed' },
    ],
    ['a preflight for no headers', preflight('PUT', ''), LISTED, { kind: 'preflight_allowed' }],
    [
      'a foreign preflight',
      preflight('PUT', null, { origin: 'https://x.y' }),
      LISTED,
      refused('origin_not_allowed'),
    ],
    [
      'a method that is not listed',
      preflight('DELETE', null),
      LISTED,
      refused('method_not_allowed'),
    ],
    ['a method in another case', preflight('put', null), LISTED, refused('method_not_allowed')],
    ['an empty method', preflight('', null), LISTED, refused('method_not_allowed')],
    [
      'a header that is not listed',
      preflight('PUT', 'x-a,x-c'),
      LISTED,
      refused('header_not_allowed'),
    ],
    [
      'a header that holds a listed one',
      preflight('PUT', 'x-a x-b'),
      LISTED,
      refused('header_not_allowed'),
    ],
    ['a literal * among headers', preflight('PUT', '*'), LISTED, refused('header_not_allowed')],
    ['any header under *', preflight('PUT', 'x-a,x-z'), ANY, { kind: 'preflight_allowed' }],
    [
      'authorization under *',
      preflight('PUT', 'Authorization'),
      ANY,
      refused('header_not_allowed'),
    ],
    [
      'authorization beside *',
      preflight('PUT', 'Authorization'),
      ANY_AND_AUTHORIZATION,
      { kind: 'preflight_allowed' },
    ],
    [
      'a private network preflight',
      preflight('PUT', null, { headers: ['access-control-request-private-network', 'true'] }),
      LISTED,
      refused('private_network_not_allowed'),
    ],
  ]
  for (const [name, facts, policy, decision] of CASES) {
    test(name, () => assert.deepEqual(decideCors(facts, policy), decision))
  }

  test('the default policy lets pages send JSON with a token', () => {
    const facts = preflight('POST', 'authorization,content-type')
    assert.deepEqual(decideCors(facts, policyOf(ORIGIN)), { kind: 'preflight_allowed' })
  })
})

describe('wildcard origins', () => {
  const policy = policyOf(['https://*.a.com', 'http://*.b.com:8080'])
  const CASES: readonly (readonly [origin: string, allowed: boolean])[] = [
    ['https://x.a.com', true],
    ['https://x-1_y.a.com', true],
    ['https://xn--bcher-kva.a.com', true],
    ['http://x.b.com:8080', true],
    ['https://a.com', false],
    ['https://.a.com', false],
    ['https://x.y.a.com', false],
    ['http://x.a.com', false],
    ['https://x.a.com:8443', false],
    ['https://x.a.com.', false],
    ['https://X.a.com', false],
    ['https://x.A.com', false],
    ['https://xa.com', false],
    ['https://x.a.com.evil.com', false],
    ['https://evil.com/.a.com', false],
    ['https://evil.com?.a.com', false],
    ['https://u@x.a.com', false],
    ['https://*.a.com', false],
    ['http://x.b.com', false],
    ['https://', false],
    ['', false],
    ['null', false],
  ]
  for (const [origin, allowed] of CASES) {
    test(`${JSON.stringify(origin)} is ${allowed ? 'allowed' : 'foreign'}`, () => {
      assert.equal(isOriginAllowed(policy, origin), allowed)
    })
  }
})

describe('the origin of a WebSocket upgrade', () => {
  const here = { secure: true, host: 'a.com', port: null }
  const CASES: readonly (readonly [
    name: string,
    facts: Parameters<typeof originAllowedForUpgrade>[0],
    policy: typeof LISTED | null,
    allowed: boolean,
  ])[] = [
    ['none: no browser', { ...here, origin: null }, null, true],
    ['our own', { ...here, origin: 'https://a.com' }, null, true],
    ['our own, default port said', { ...here, port: 443, origin: 'https://a.com' }, null, true],
    ['our own, other port', { ...here, port: 8443, origin: 'https://a.com:8443' }, null, true],
    [
      'our own, plaintext',
      { ...here, secure: false, port: 80, origin: 'http://a.com' },
      null,
      true,
    ],
    ['our host, other scheme', { ...here, origin: 'http://a.com' }, null, false],
    ['our host, other port', { ...here, origin: 'https://a.com:8443' }, null, false],
    ['our host, port 80 over TLS', { ...here, port: 80, origin: 'https://a.com' }, null, false],
    ['listed', { ...here, origin: ORIGIN }, LISTED, true],
    ['foreign without policy', { ...here, origin: ORIGIN }, null, false],
    ['foreign', { ...here, origin: 'https://evil.example' }, LISTED, false],
    ['null', { ...here, origin: 'null' }, LISTED, false],
    ['empty', { ...here, origin: '' }, LISTED, false],
    ['foreign under *', { ...here, origin: 'https://evil.example' }, ANY, false],
  ]
  for (const [name, facts, policy, allowed] of CASES) {
    test(name, () => assert.equal(originAllowedForUpgrade(facts, policy), allowed))
  }
})
