import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { keySourceId } from '../../../gateway/auth/issuer-id.ts'
import type { Plan } from '../../../gateway/config/plan.ts'
import { explainPast, fateOf, impactOf } from '../../../gateway/decide/explain-past.ts'
import {
  claimsNamedBy,
  withClaims,
  type KeptToken,
  type RecentRequest,
} from '../../../gateway/decide/explain-record.ts'
import { pick, randomFrom } from '../../sidecar/forward/seeded-random.ts'
import { planOf } from './plan-of.ts'
import { AT_MS, recentRequest } from './recent-request.ts'

const OPEN = '  - { name: open, match: /open/*, to: one, auth: public }'
const GUARDED = '  - { name: api, match: /api/*, to: one, auth: { issuer: idp, audience: [web] } }'

function tokenFor(plan: Plan, claims: object = {}, signature = true): KeptToken {
  return {
    kind: 'read',
    algorithm: 'RS256',
    keyId: 'k',
    type: null,
    claims: { iss: 'https://idp.example/', aud: 'web', exp: AT_MS / 1000 + 60, ...claims },
    withheld: [],
    keySource: keySourceId(plan.issuers[0]!),
    signature: signature ? { kind: 'good', revoked: false } : { kind: 'unchecked' },
  }
}

suite('a past request', () => {
  test('is decided again as of its own time', async () => {
    const plan = await planOf(GUARDED)
    const request = recentRequest('1', { target: '/api/x' }, {}, tokenFor(plan))
    assert.equal(explainPast(request, plan, false)?.verdict, 'allow')
    const late = { ...request, atMs: AT_MS + 3_600_000 }
    assert.equal(explainPast(late, plan, false)?.reason, 'token_expired')
  })

  test('that a limit refused stays refused while the limit is there', async () => {
    const limited = await planOf(`${OPEN.slice(0, -2)}, limits: [ 5/s per ip ] }`)
    const outcome = { status: 429, reason: 'rate_limited', rule: '5/s per ip', forwarded: false }
    const request = recentRequest('1', { target: '/open/x' }, outcome)
    assert.equal(explainPast(request, limited, false)?.status, 429)
    assert.deepEqual(fateOf(request, await planOf(OPEN)), {
      status: null,
      reason: 'ok',
      route: 'open',
    })
  })

  test('keeps only claims that decide, or that are no secrets', async () => {
    const plan = await planOf(
      '  - { name: r, match: /*, to: one, auth: { issuer: idp, audience: web, claims: { tenant: [acme] } } }',
    )
    const claims = { tenant: 'acme', email: 'a@b.example', sub: 'alice' }
    const request = recentRequest('1', {}, {}, tokenFor(plan, claims))
    const kept = withClaims(request, new Set(claimsNamedBy([plan])))
    const { token } = kept as RecentRequest & { token: { kind: 'read' } & KeptToken }
    assert.equal(token.kind, 'read')
    if (token.kind !== 'read') return
    assert.deepEqual(Object.keys(token.claims).toSorted(), ['aud', 'exp', 'iss', 'sub', 'tenant'])
    assert.deepEqual(token.withheld, ['email'])
  })
})

suite('the impact of a draft', () => {
  test('is what deciding every request again would give', async () => {
    const current = await planOf(`${OPEN}\n${GUARDED}`)
    const draft = await planOf(
      `${OPEN.replace('auth: public', 'auth: { issuer: idp, audience: web }')}\n${GUARDED.replace('[web]', '[mobile]')}`,
    )
    const random = randomFrom(5)
    const requests = Array.from({ length: 400 }, (_, index) => {
      const target = pick(random, ['/open/1', '/api/1', '/none'])
      const token = pick<KeptToken>(random, [
        { kind: 'none' },
        tokenFor(current),
        tokenFor(current, { aud: 'mobile' }),
        tokenFor(current, { exp: 1 }, false),
      ])
      return recentRequest(String(index), { target }, {}, token)
    })
    const impact = impactOf(requests, current, draft)
    const expected = new Map<string, number>()
    let unknown = 0
    for (const request of requests) {
      const before = explainPast(request, current, false)!
      const after = explainPast(request, draft, false)!
      if (before.verdict === 'unknown' || after.verdict === 'unknown') unknown++
      else if (before.status !== after.status || before.reason !== after.reason) {
        const key = `${before.status ?? 200} ${after.status ?? (before.status === null ? 200 : 'passed')}`
        expected.set(key, (expected.get(key) ?? 0) + 1)
      }
    }
    const counted = new Map<string, number>()
    for (const { from, to, count, samples, callers, otherCallers } of impact.changed) {
      const named = callers.reduce((sum, { count: times }) => sum + times, 0)
      assert.ok(otherCallers === 0 ? named === count : named < count)
      assert.ok(callers.length > 0 && callers.length <= 10)
      const key = `${from.status} ${to.status ?? 'passed'}`
      counted.set(key, (counted.get(key) ?? 0) + count)
      assert.ok(samples.length === Math.min(5, count))
    }
    assert.equal(impact.total, 400)
    assert.equal(impact.unknown, unknown)
    assert.ok(expected.size >= 1)
    assert.equal(
      [...counted.values()].reduce((sum, count) => sum + count, 0),
      [...expected.values()].reduce((sum, count) => sum + count, 0),
    )
    assert.ok(impact.changed.some(({ from, to }) => from.status === 200 && to.status === 401))
  })

  test('is nothing where the draft says the same', async () => {
    const requests = [recentRequest('1', { target: '/open/x' }), recentRequest('2')]
    const impact = impactOf(requests, await planOf(OPEN), await planOf(OPEN))
    assert.deepEqual(impact, { total: 2, unknown: 0, changed: [] })
  })

  test('counts what cannot be told apart from what does not change', async () => {
    const draft = await planOf(
      '  - { name: keyed, match: { path: /open/*, headers: { x-api-key: abc } }, to: one, auth: public }',
    )
    const plain = recentRequest('1', { target: '/open/x' })
    const masked = { ...plain, facts: { ...plain.facts, masked: ['header:x-api-key'] } }
    const { unknown, changed } = impactOf([plain, masked], await planOf(OPEN), draft)
    assert.equal(unknown, 1)
    assert.deepEqual(
      changed.map(({ from, to, count, samples }) => [from.status, to.status, count, samples]),
      [[200, 404, 1, ['1']]],
    )
  })

  test('keys of another issuer say nothing about a token', async () => {
    const current = await planOf(GUARDED)
    const request = recentRequest('1', { target: '/api/x' }, {}, tokenFor(current))
    const other = { ...request, token: { ...tokenFor(current), keySource: 'another' } as KeptToken }
    assert.equal(impactOf([request, other], current, current).unknown, 1)
  })
})
