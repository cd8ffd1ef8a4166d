// Authentication as a whole: what is allowed, refused, remembered, verified once and asked for.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authenticate } from '../../../gateway/auth/authenticate.ts'
import { MAX_CONCURRENT } from '../../../gateway/auth/verifier.ts'
import {
  authPolicy,
  bearer,
  createGateway,
  createKey,
  ecKey,
  issuerPlan,
  rsaKey,
  signToken,
} from './fixture.ts'
import { settled } from './manual-clock.ts'

test('a good token is allowed, with everything others need of it', async () => {
  const gateway = createGateway()
  const policy = authPolicy({
    scopes: ['orders:read'],
    claims: [{ claim: 'tenant', values: ['acme'] }],
    forward: [
      { header: 'x-user', claim: 'sub' },
      { header: 'x-roles', claim: 'realm.roles' },
      { header: 'x-absent', claim: 'absent' },
    ],
  })
  const claims = gateway.claims({
    scope: 'orders:read',
    tenant: 'acme',
    realm: { roles: ['a', 'b'] },
  })
  const decision = await gateway.decide(signToken(rsaKey, claims), policy)
  assert.ok(decision.verdict === 'allow')
  assert.deepEqual(decision.principal, {
    subject: 'alice',
    issuer: 'idp',
    claims,
    expiresAtMs: (claims['exp'] as number) * 1000 + 60_000,
    headers: ['x-user', 'alice', 'x-roles', 'a,b'],
  })
  assert.ok(Object.isFrozen(decision.principal.claims['realm']))
})

for (const algorithm of ['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA']) {
  test(`${algorithm} tokens are verified by jose`, async () => {
    const { SignJWT } = await import('jose')
    const key = createKey(algorithm, 'k')
    const gateway = createGateway({ keys: [key.jwk] })
    const policy = authPolicy({ issuers: [issuerPlan({ algorithms: [algorithm] })] })
    const token = await new SignJWT(gateway.claims())
      .setProtectedHeader({ alg: algorithm, kid: 'k' })
      .sign(key.privateKey)
    assert.equal((await gateway.decide(token, policy)).verdict, 'allow')
    const forged = `${token.slice(0, -8)}${token.endsWith('AAAAAAAA') ? 'BBBBBBBB' : 'AAAAAAAA'}`
    assert.equal((await gateway.decide(forged, policy)).reason, 'signature_invalid')
  })
}

test('the second request with a token is answered at once, as are refusals without cryptography', async () => {
  const gateway = createGateway()
  const policy = authPolicy()
  const token = signToken(rsaKey, gateway.claims())
  const first = authenticate(bearer(token), policy, gateway.context)
  assert.ok(first instanceof Promise)
  assert.equal((await first).verdict, 'allow')
  const second = authenticate(bearer(token), policy, gateway.context)
  assert.ok(!(second instanceof Promise) && second.verdict === 'allow')
  const refused = authenticate(bearer('a.b.c'), policy, gateway.context)
  assert.ok(!(refused instanceof Promise) && refused.verdict === 'deny')
})

test('what was remembered on one route is asked again about the next', async () => {
  const gateway = createGateway()
  const token = signToken(rsaKey, gateway.claims({ scope: 'a' }))
  assert.equal((await gateway.decide(token)).verdict, 'allow')
  assert.equal(
    (await gateway.decide(token, authPolicy({ audience: ['other'] }))).reason,
    'audience_mismatch',
  )
  assert.equal((await gateway.decide(token, authPolicy({ audience: null }))).verdict, 'allow')
  assert.equal(
    (await gateway.decide(token, authPolicy({ scopes: ['b'] }))).reason,
    'insufficient_scope',
  )
  const typed = authPolicy({ issuers: [issuerPlan({ type: 'at+jwt' })] })
  assert.equal((await gateway.decide(token, typed)).reason, 'type_mismatch')
})

test('a remembered token fails when it expires, is revoked, or its key goes', async () => {
  let revoked = false
  const gateway = createGateway({ revoked: () => revoked })
  const token = signToken(rsaKey, gateway.claims({ exp: gateway.clock.wallMs() / 1000 + 1 }))
  assert.equal((await gateway.decide(token)).verdict, 'allow')
  revoked = true
  assert.equal((await gateway.decide(token)).reason, 'token_revoked')
  revoked = false
  await gateway.clock.advance(60_999)
  assert.equal((await gateway.decide(token)).verdict, 'allow')
  await gateway.clock.advance(1)
  assert.equal((await gateway.decide(token)).reason, 'token_expired')
})

test('the same token at the same time is verified once, and only so many tokens at a time', async () => {
  const gateway = createGateway()
  const tokens = Array.from({ length: MAX_CONCURRENT + 1 }, (_, i) =>
    signToken(ecKey, gateway.claims({ sub: `user-${i}` })),
  )
  const same = Array.from({ length: 20 }, () => gateway.decide(tokens[0]!))
  const others = tokens.slice(1).map((token) => gateway.decide(token))
  const reasons = (await Promise.all([...same, ...others])).map(({ reason }) => reason)
  assert.equal(reasons.filter((reason) => reason === 'authorized').length, 20 + MAX_CONCURRENT - 1)
  const last = await others.at(-1)!
  assert.ok(last.verdict === 'deny')
  assert.deepEqual([last.status, last.reason, last.challenge], [503, 'auth_overloaded', null])
})

test('a token for keys nobody has is answered 503, and the supervisor is asked once', async () => {
  const gateway = createGateway({ keys: [], askRefresh: () => {} })
  const decision = gateway.decide(signToken(rsaKey, gateway.claims()))
  const another = gateway.decide(signToken(ecKey, gateway.claims()))
  await settled()
  assert.equal(gateway.asked.length, 1)
  await gateway.clock.advance(1000)
  for (const denied of await Promise.all([decision, another])) {
    assert.ok(denied.verdict === 'deny')
    assert.deepEqual(
      [denied.status, denied.reason, denied.challenge],
      [503, 'keys_unavailable', null],
    )
  }
})

test('a token without kid is tried against the keys of its algorithm', async () => {
  const first = createKey('ES256', 'a')
  const second = createKey('ES256', 'b')
  const gateway = createGateway({ keys: [first.jwk, second.jwk, rsaKey.jwk] })
  for (const key of [first, second]) {
    const decision = await gateway.decide(signToken(key, gateway.claims(), { kid: undefined }))
    assert.equal(decision.verdict, 'allow')
  }
})

test('a claim that cannot be a header refuses the token', async () => {
  const gateway = createGateway()
  const policy = authPolicy({ forward: [{ header: 'x-team', claim: 'team' }] })
  for (const team of [
    'a\r\nx-admin: 1',
    ' a',
    { a: 1 },
    ['a,b'],
    2 ** 53,
    'x'.repeat(4097),
    '\ud800',
  ]) {
    const decision = await gateway.decide(signToken(rsaKey, gateway.claims({ team })), policy)
    assert.equal(decision.reason, 'claim_not_a_header', JSON.stringify(team))
  }
  const accepted: readonly [unknown, string][] = [
    ['José', 'JosÃ©'],
    [7, '7'],
    [true, 'true'],
    [[], ''],
  ]
  for (const [team, header] of accepted) {
    const decision = await gateway.decide(signToken(rsaKey, gateway.claims({ team })), policy)
    assert.deepEqual(decision.verdict === 'allow' && decision.principal.headers, ['x-team', header])
  }
})

test('missing scope is answered 403 and says which it takes', async () => {
  const gateway = createGateway()
  const policy = authPolicy({ scopes: ['a', 'b'] })
  const decision = await gateway.decide(signToken(rsaKey, gateway.claims({ scope: 'a' })), policy)
  assert.ok(decision.verdict === 'deny')
  assert.deepEqual(
    [decision.status, decision.reason, decision.challenge],
    [403, 'insufficient_scope', 'Bearer error="insufficient_scope", scope="a b"'],
  )
})

test('a forged token never learns whether its scope would do', async () => {
  const gateway = createGateway()
  const forged = signToken(createKey('RS256', rsaKey.kid), gateway.claims({ scope: 'a' }))
  const decision = await gateway.decide(forged, authPolicy({ scopes: ['b'] }))
  assert.equal(decision.reason, 'signature_invalid')
})

test('the cost of a remembered token is printed', async (t) => {
  const gateway = createGateway()
  const policy = authPolicy({
    scopes: ['orders:read'],
    forward: [{ header: 'x-user', claim: 'sub' }],
  })
  const claims = gateway.claims({ scope: 'orders:read', pad: 'x'.repeat(400) })
  const presented = bearer(signToken(rsaKey, claims))
  await authenticate(presented, policy, gateway.context)
  const rounds = 20_000
  const start = process.cpuUsage()
  for (let round = 0; round < rounds; round += 1)
    void authenticate(presented, policy, gateway.context)
  const { user, system } = process.cpuUsage(start)
  t.diagnostic(`${((user + system) / rounds).toFixed(2)} µs of CPU for a cache hit`)
})
