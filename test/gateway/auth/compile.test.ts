// What may be written under `issuers:` and `auth:`, what it means, and what is said about mistakes.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileAuth, compileIssuer } from '../../../gateway/auth/compile.ts'
import { AuthOptions, IssuerOptions } from '../../../gateway/auth/options.ts'
import { check } from '../../../sidecar/runtime/check.ts'
import type { Problem } from '../../../sidecar/runtime/problem.ts'
import { createTestCa } from '../../support/certificates.ts'
import { issuerPlan, rsaKey } from './fixture.ts'

const files: Record<string, string> = {
  './keys.json': JSON.stringify({ keys: [rsaKey.jwk, { kty: 'oct', k: 'AAAA' }] }),
  './empty.json': '{"keys":[]}',
  './broken.json': '{',
  './ca.pem': (await createTestCa('idp')).certPem,
  './bad.pem': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
}

function issuer(options: unknown, name = 'idp', production = false) {
  const problems: Problem[] = []
  const report = (problem: Problem) => problems.push(problem)
  const at = ['issuers', name]
  const sound = check(IssuerOptions, options, report, at)
  const plan = sound
    ? compileIssuer(
        name,
        options as IssuerOptions,
        at,
        report,
        (path) => files[path] ?? null,
        production,
      )
    : null
  return { plan, problems }
}

const issuers = new Map([
  ['idp', issuerPlan()],
  ['partner', issuerPlan({ name: 'partner', issuer: 'https://partner.test/' })],
  ['twin', issuerPlan({ name: 'twin' })],
])

function auth(options: unknown) {
  const problems: Problem[] = []
  const report = (problem: Problem) => problems.push(problem)
  const at = ['routes', 0, 'auth']
  const sound = check(AuthOptions, options, report, at)
  return {
    policy: sound ? compileAuth(options as AuthOptions, issuers, at, report) : null,
    problems,
  }
}

test('the short form of an issuer means discovery and the defaults', () => {
  const { plan, problems } = issuer('https://idp.example.com/')
  assert.deepEqual(problems, [])
  assert.deepEqual(plan, {
    name: 'idp',
    issuer: 'https://idp.example.com/',
    jwks: { kind: 'discovery' },
    algorithms: ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'],
    clockSkewMs: 60_000,
    maxLifetimeMs: null,
    type: null,
    caPem: null,
  })
})

test('the long form says everything', () => {
  const { plan, problems } = issuer({
    issuer: 'http://127.0.0.1:9000',
    jwks: 'http://127.0.0.1:9000/jwks',
    algorithms: ['ES256'],
    clockSkew: '5s',
    maxLifetime: '1h',
    type: 'at+jwt',
    ca: './ca.pem',
  })
  assert.deepEqual(problems, [])
  assert.deepEqual(plan?.jwks, { kind: 'url', url: 'http://127.0.0.1:9000/jwks' })
  assert.deepEqual(
    [plan?.algorithms, plan?.clockSkewMs, plan?.maxLifetimeMs, plan?.type],
    [['ES256'], 5000, 3_600_000, 'at+jwt'],
  )
  assert.match(plan?.caPem ?? '', /BEGIN CERTIFICATE/)
})

test('keys come from a file or from the configuration itself, without the unusable ones', () => {
  for (const jwks of [
    './keys.json',
    'file:./keys.json',
    { keys: [rsaKey.jwk, { kty: 'oct', k: 'AAAA' }] },
  ]) {
    const { plan, problems } = issuer({ issuer: 'https://idp.example.com/', jwks })
    assert.deepEqual(
      problems.map(({ severity, message }) => [severity, message]),
      [['warning', 'key 1 is not used: symmetric']],
    )
    assert.ok(plan?.jwks.kind === 'inline')
    assert.deepEqual(
      plan.jwks.jwks.keys.map((key) => key['kid']),
      [rsaKey.kid],
    )
  }
})

const good = 'https://idp.example.com/'
const badIssuers: readonly [string, unknown, string, RegExp][] = [
  ['plain http', 'http://idp.example.com/', 'issuers.idp', /not an https URL/],
  ['no URL', 'idp.example.com', 'issuers.idp', /not a URL/],
  ['credentials', 'https://u:p@idp.example.com/', 'issuers.idp', /password/],
  ['a query', { issuer: 'https://idp.example.com/?a' }, 'issuers.idp.issuer', /query/],
  [
    'keys over http',
    { issuer: good, jwks: 'http://idp.example.com/k' },
    'issuers.idp.jwks',
    /https/,
  ],
  ['no such key file', { issuer: good, jwks: './none.json' }, 'issuers.idp.jwks', /cannot be read/],
  [
    'a broken key file',
    { issuer: good, jwks: './broken.json' },
    'issuers.idp.jwks',
    /not a key set/,
  ],
  ['no keys', { issuer: good, jwks: './empty.json' }, 'issuers.idp.jwks', /no usable key/],
  ['HS256', { issuer: good, algorithms: ['HS256'] }, 'issuers.idp.algorithms.0', /shared secret/],
  [
    'none',
    { issuer: good, algorithms: ['ES256', 'none'] },
    'issuers.idp.algorithms.1',
    /without a signature/,
  ],
  [
    'a slip of the pen',
    { issuer: good, algorithms: ['RS265'] },
    'issuers.idp.algorithms.0',
    /RS265/,
  ],
  ['no algorithm', { issuer: good, algorithms: [] }, 'issuers.idp.algorithms', /empty/],
  ['a skew of hours', { issuer: good, clockSkew: '1h' }, 'issuers.idp.clockSkew', /expired tokens/],
  ['no lifetime', { issuer: good, maxLifetime: '0s' }, 'issuers.idp.maxLifetime', /lifetime/],
  ['no unit', { issuer: good, clockSkew: '60' }, 'issuers.idp.clockSkew', /duration/],
  ['a broken CA', { issuer: good, ca: './bad.pem' }, 'issuers.idp.ca', /no readable CA/],
  ['no CA', { issuer: good, ca: './none.pem' }, 'issuers.idp.ca', /no readable CA/],
  ['an unknown key', { issuer: good, jwksUri: 'x' }, 'issuers.idp.jwksUri', /unknown key/],
]
for (const [what, options, path, message] of badIssuers) {
  test(`issuer refused: ${what}`, () => {
    const { plan, problems } = issuer(options)
    assert.equal(plan, null)
    assert.equal(problems[0]?.path.join('.'), path)
    assert.match(problems[0].message, message)
    assert.notEqual(problems[0].fix, '')
  })
}

test('every problem of an issuer is reported at once', () => {
  const { problems } = issuer({
    issuer: 'http://x',
    jwks: './none.json',
    algorithms: ['none'],
    clockSkew: '1h',
  })
  assert.equal(problems.length, 4)
})

test('a name that could leave its folder cannot name an issuer', () => {
  assert.equal(issuer(good, '../idp').plan, null)
  assert.equal(issuer(good, 'idp.eu-1').problems.length, 0)
})

test('in production an issuer on loopback is worth a warning', () => {
  const { plan, problems } = issuer('http://localhost:9000/', 'idp', true)
  assert.ok(plan)
  assert.deepEqual(
    problems.map(({ severity }) => severity),
    ['warning'],
  )
})

test('a policy is compiled with its defaults', () => {
  const { policy, problems } = auth({ issuer: 'idp', audience: 'orders-api' })
  assert.deepEqual(problems, [])
  assert.deepEqual(policy, {
    issuers: [issuers.get('idp')],
    audience: ['orders-api'],
    scopes: [],
    claims: [],
    forward: [],
    sources: [{ kind: 'header' }],
    passToken: false,
  })
})

test('a policy may say everything', () => {
  const { policy, problems } = auth({
    issuer: ['idp', 'partner'],
    audience: '*',
    scope: ['orders:read'],
    claims: { tenant: ['acme', 7], email_verified: true },
    forward: { 'X-User': 'sub' },
    token: ['header', 'cookie:session', 'query:access_token'],
    passToken: true,
  })
  assert.deepEqual(problems, [])
  assert.equal(policy?.audience, null)
  assert.deepEqual(policy?.claims, [
    { claim: 'tenant', values: ['acme', '7'] },
    { claim: 'email_verified', values: ['true'] },
  ])
  assert.deepEqual(policy?.forward, [{ header: 'x-user', claim: 'sub' }])
  assert.deepEqual(policy?.sources, [
    { kind: 'header' },
    { kind: 'cookie', name: 'session' },
    { kind: 'query', name: 'access_token' },
  ])
})

const badPolicies: readonly [string, object, string, RegExp][] = [
  ['an unknown issuer', { issuer: 'ipd' }, 'issuer', /did you mean `idp`/],
  ['two issuers of one URL', { issuer: ['idp', 'twin'] }, 'issuer', /list one/],
  ['no audience', { audience: undefined }, 'audience', /audience/i],
  ['an empty audience', { audience: '' }, 'audience', /./],
  ['every audience and another', { audience: ['*', 'a'] }, 'audience', /alone/],
  ['scopes in one text', { scope: 'a b' }, 'scope', /list/],
  ['a scope that ends the challenge', { scope: 'a"' }, 'scope', /quotes/],
  ['a claim without values', { claims: { a: [] } }, 'claims.a', /./],
  ['a number too large to compare', { claims: { a: 2 ** 60 } }, 'claims', /quotes/],
  ['a reserved header', { forward: { Authorization: 'sub' } }, 'forward', /x-user/],
  ['a framing header', { forward: { 'Content-Length': 'sub' } }, 'forward', /x-user/],
  ['a forwarding header', { forward: { 'x-forwarded-for': 'sub' } }, 'forward', /x-user/],
  ['an underscore', { forward: { x_user: 'sub' } }, 'forward', /x-user/],
  ['a header twice', { forward: { 'x-a': 'sub', 'X-A': 'sub' } }, 'forward', /ignore case/],
  ['an unknown source', { token: ['body'] }, 'token.0', /./],
  ['an unknown key', { audiences: ['a'] }, 'audiences', /audience/],
]
for (const [what, change, path, fix] of badPolicies) {
  test(`policy refused: ${what}`, () => {
    const { policy, problems } = auth({ issuer: 'idp', audience: 'a', ...change })
    assert.equal(policy, null)
    assert.equal(problems[0]?.path.slice(2).join('.'), `auth.${path}`)
    assert.match(problems[0].fix, fix)
  })
}

test('every option is described', () => {
  const undescribed: string[] = []
  const visit = (schema: Record<string, unknown>, path: string): void => {
    for (const branch of (schema['anyOf'] ?? []) as Record<string, unknown>[]) visit(branch, path)
    for (const [key, member] of Object.entries(
      (schema['properties'] ?? {}) as Record<string, Record<string, unknown>>,
    )) {
      if (typeof member['description'] !== 'string') undescribed.push(`${path}.${key}`)
      visit(member, `${path}.${key}`)
    }
  }
  visit(IssuerOptions as unknown as Record<string, unknown>, 'issuer')
  visit(AuthOptions as unknown as Record<string, unknown>, 'auth')
  assert.deepEqual(undescribed, [])
})
