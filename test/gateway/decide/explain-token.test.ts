import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { AuthPolicy } from '../../../gateway/auth/plan.ts'
import { gatherEvidence } from '../../../gateway/decide/explain-evidence.ts'
import { explainToken, type TokenEvidence } from '../../../gateway/decide/explain-token.ts'
import { Trace } from '../../../gateway/decide/explain.ts'
import {
  authPolicy,
  bearer,
  createGateway,
  createKey,
  ecKey,
  issuerPlan,
  rsaKey,
  signToken,
  type Gateway,
} from '../auth/fixture.ts'

const AT = ['routes', 0, 'auth']

async function explained(gateway: Gateway, token: string, policy: AuthPolicy) {
  const evidence = await gatherEvidence(bearer(token), policy, gateway.context)
  const trace = new Trace()
  const outcome = explainToken(evidence, policy, AT, gateway.clock.wallMs(), trace)
  return { ...outcome, failed: trace.failed, steps: trace.steps }
}

suite('the explanation of a token', () => {
  test('names the value that failed and what would have been good', async () => {
    const gateway = createGateway()
    const token = signToken(rsaKey, gateway.claims({ aud: 'mobile' }))
    const { failed, status } = await explained(gateway, token, authPolicy({ audience: ['web'] }))
    assert.deepEqual(failed, {
      step: 'audience',
      verdict: 'fail',
      reason: 'audience_mismatch',
      rule: 'idp',
      detail: 'aud = `mobile` not in [`web`]',
      at: ['routes', 0, 'auth', 'audience'],
    })
    assert.equal(status, 401)
  })

  test('tells every step in its order, also those that were not reached', async () => {
    const gateway = createGateway()
    const good = await explained(gateway, signToken(rsaKey, gateway.claims()), authPolicy())
    const names = ['token', 'issuer', 'algorithm', 'claims', 'signature', 'audience', 'permission']
    assert.deepEqual(
      good.steps.map(({ step, verdict }) => [step, verdict]),
      names.map((name) => [name, 'pass']),
    )
    const none = await explained(gateway, '', authPolicy())
    assert.deepEqual(
      none.steps.map(({ step, verdict }) => [step, verdict]),
      names.map((name, index) => [name, index === 0 ? 'fail' : 'skip']),
    )
  })

  test('agrees with authentication about every kind of token', async () => {
    const gateway = createGateway()
    const { clock } = gateway
    const now = Math.floor(clock.wallMs() / 1000)
    const claims = [
      {},
      { aud: 'other' },
      { aud: ['x', 'orders-api'] },
      { iss: 'https://else.test/' },
      { exp: now - 3600 },
      { exp: 'soon' },
      { exp: undefined },
      { nbf: now + 3600 },
      { iat: now + 3600 },
      { sub: 'a\nb' },
      { scope: 'read write' },
      { scp: ['read'], tenant: 'acme' },
      { tenant: 'acme', scope: 'read' },
      { tenant: 'x\ty', scope: 'read' },
    ]
    const stranger = { ...ecKey, kid: 'unknown' }
    const forged = { ...createKey('RS256', rsaKey.kid), jwk: rsaKey.jwk }
    const policies = [
      authPolicy(),
      authPolicy({ audience: null, scopes: ['read'] }),
      authPolicy({ scopes: ['read'], claims: [{ claim: 'tenant', values: ['acme'] }] }),
      authPolicy({ forward: [{ header: 'x-tenant', claim: 'tenant' }] }),
      authPolicy({ issuers: [issuerPlan({ algorithms: ['ES256'], maxLifetimeMs: 60_000 })] }),
      authPolicy({ issuers: [issuerPlan({ type: 'at+jwt' })] }),
    ]
    let compared = 0
    for (const policy of policies) {
      for (const more of claims) {
        for (const key of [rsaKey, ecKey, stranger, forged]) {
          const token = signToken(key, gateway.claims(more))
          const decision = await gateway.decide(token, policy)
          const { status, failed, verdict } = await explained(gateway, token, policy)
          const said = JSON.stringify([more, key.kid, decision.reason])
          assert.equal(verdict, decision.verdict, said)
          if (decision.verdict === 'deny') {
            assert.deepEqual([status, failed?.reason], [decision.status, decision.reason], said)
          } else assert.equal(failed, null)
          compared++
        }
      }
    }
    assert.equal(compared, policies.length * claims.length * 4)
  })

  test('a token that nobody can check now is no fault of its sender', async () => {
    const gateway = createGateway({ keys: [] })
    const token = signToken(rsaKey, gateway.claims())
    const { status, failed } = await explained(gateway, token, authPolicy())
    assert.deepEqual([status, failed?.reason], [503, 'keys_unavailable'])
  })

  test('does not guess where what would decide is not kept', () => {
    const gateway = createGateway()
    const read: TokenEvidence = {
      kind: 'read',
      header: { algorithm: 'RS256', keyId: null, type: null },
      claims: gateway.claims(),
      withheld: new Set(['tenant']),
      signature: { kind: 'good', revoked: false },
    }
    const policy = authPolicy({ claims: [{ claim: 'tenant', values: ['acme'] }] })
    const verdictOf = (evidence: TokenEvidence) =>
      explainToken(evidence, policy, AT, gateway.clock.wallMs(), new Trace()).verdict
    assert.equal(verdictOf(read), 'unknown')
    assert.equal(verdictOf({ ...read, withheld: new Set() }), 'deny')
    assert.equal(verdictOf({ ...read, signature: { kind: 'unchecked' } }), 'unknown')
    assert.equal(verdictOf({ kind: 'not_kept' }), 'unknown')
  })
})
