import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import type { Plan } from '../../../gateway/config/plan.ts'
import { decideArrival } from '../../../gateway/decide/edge.ts'
import { explainEdge, type EdgeQuestion } from '../../../gateway/decide/explain-edge.ts'
import type { TokenEvidence } from '../../../gateway/decide/explain-token.ts'
import type { Explanation } from '../../../gateway/decide/explain.ts'
import { statusOf } from '../../../gateway/decide/statuses.ts'
import { randomFrom, pick } from '../../sidecar/forward/seeded-random.ts'
import { factsOf, planOf, type FactsOptions } from './plan-of.ts'

const ORIGIN = 'https://a.com'
const NOW_MS = Date.UTC(2030, 0, 1)
const ROUTES = `
  - { name: open, match: /open/*, to: one, auth: public, cors: { origins: ["${ORIGIN}"], methods: [GET, PUT] } }
  - { name: get, match: { path: /get, methods: [GET] }, to: one, auth: public, cors: "${ORIGIN}" }
  - { name: barred, match: /barred, to: one, auth: public, ip: { deny: [192.0.2.0/24] } }
  - { name: still, match: /still, to: one, auth: public, upgrade: none }
  - { name: acme, match: { path: /t/*, headers: { x-tenant: acme }, query: { v: "2" } }, to: one, auth: public }
  - { name: split, match: /split/*, to: [ { service: one, weight: 1 }, { service: two, weight: 3 } ], sticky: "header:x-user", auth: public }
  - { name: guarded, match: { hosts: [api.example.com], path: /guarded/* }, to: two, auth: { issuer: idp, audience: web }, limits: [ 5/s per ip, 9/min per sub ] }
`

const NONE: TokenEvidence = { kind: 'none' }
const GOOD: TokenEvidence = {
  kind: 'read',
  header: { algorithm: 'RS256', keyId: 'k', type: null },
  claims: { iss: 'https://idp.example/', aud: 'web', sub: 'alice', exp: NOW_MS / 1000 + 60 },
  withheld: new Set(),
  signature: { kind: 'good', revoked: false },
}

suite('the explanation of a request', () => {
  let plan: Plan

  before(async () => {
    plan = await planOf(ROUTES)
  })

  function explain(options: FactsOptions, more: Partial<EdgeQuestion> = {}): Explanation {
    return explainEdge(
      {
        facts: factsOf(options),
        listener: 'public',
        evidence: NONE,
        limited: null,
        nowMs: NOW_MS,
        withLost: true,
        ...more,
      },
      plan,
    )
  }

  function verdicts({ steps }: Explanation): string {
    return steps.map(({ step, verdict }) => `${step}:${verdict}`).join(' ')
  }

  test('goes through all steps in the order of the data plane', () => {
    const found = explain({ target: '/guarded/1' }, { evidence: GOOD })
    assert.equal(
      verdicts(found),
      'route:pass ip:skip cors:skip method:skip upgrade:skip limits_before_auth:skip ' +
        'token:pass issuer:pass algorithm:pass claims:pass signature:pass audience:pass ' +
        'permission:pass limits:skip body:skip target:pass',
    )
    assert.deepEqual(
      [found.verdict, found.status, found.reason, found.route, found.service],
      ['allow', null, 'ok', 'guarded', 'two'],
    )
    const limits = found.steps.find(({ step }) => step === 'limits')
    assert.match(limits?.detail ?? '', /counted as 9\/min per sub: sub alice/)
    assert.deepEqual(limits?.at, ['routes', 6, 'limits'])
  })

  test('ends at the step that refuses, and names its place', () => {
    const cases: [FactsOptions, number, string, readonly (string | number)[]][] = [
      [{ target: '/nowhere' }, 404, 'route_not_found', ['routes']],
      [
        { target: '/get', method: 'PUT' },
        405,
        'method_not_allowed',
        ['routes', 1, 'match', 'methods'],
      ],
      [{ target: '/barred' }, 403, 'ip_denied', ['routes', 2, 'ip', 'deny']],
      [{ target: '/guarded/1' }, 401, 'token_missing', ['routes', 6, 'auth']],
    ]
    for (const [options, status, reason, at] of cases) {
      const found = explain(options)
      assert.deepEqual([found.verdict, found.status, found.reason], ['deny', status, reason])
      const failed = found.steps.filter(({ verdict }) => verdict === 'fail')
      assert.deepEqual(
        failed.map((step) => step.at),
        [at],
      )
      const after = found.steps.slice(found.steps.indexOf(failed[0]!) + 1)
      assert.ok(
        after.every((step) => step.reason === 'not_reached'),
        verdicts(found),
      )
    }
  })

  test('a preflight ends at CORS, allowed or not', () => {
    const preflight = (method: string) => ({
      method: 'OPTIONS',
      target: '/open/x',
      fields: ['Origin', ORIGIN, 'Access-Control-Request-Method', method],
    })
    const allowed = explain(preflight('PUT'))
    assert.deepEqual([allowed.verdict, allowed.status], ['allow', 204])
    const refused = explain(preflight('DELETE'))
    assert.deepEqual([refused.status, refused.reason], [403, 'cors_method_not_allowed'])
  })

  test('a limit that refused then is the step that fails', () => {
    const limited = { reason: 'rate_limited', limit: '9/min per sub' }
    const found = explain({ target: '/guarded/1' }, { evidence: GOOD, limited })
    assert.deepEqual([found.status, found.reason, found.rule], [429, 'rate_limited', limited.limit])
    const first = explain(
      { target: '/guarded/1' },
      { limited: { ...limited, limit: '5/s per ip' } },
    )
    assert.deepEqual([first.status, first.steps[5]?.verdict], [429, 'fail'])
  })

  test('a body that is announced too long is refused after everything else', () => {
    const fields = ['Content-Length', String(11 * 1024 * 1024)]
    const found = explain({ target: '/open/x', method: 'POST', fields })
    assert.deepEqual([found.status, found.reason], [413, 'body_too_large'])
  })

  test('names the service where neither chance nor a cookie chooses', () => {
    assert.equal(explain({ target: '/split/x' }).service, null)
    const kept = explain({ target: '/split/x', fields: ['X-User', 'alice'] })
    assert.ok(['one', 'two'].includes(kept.service ?? ''))
  })

  test('says of every other route why it lost, nearest first', () => {
    const { lost } = explain({ target: '/t/1?v=3', fields: ['X-Tenant', 'acme'] })
    assert.deepEqual(lost[0], {
      route: 'acme',
      why: 'query',
      detail: 'v is not as it must be',
      at: ['routes', 4, 'match', 'query'],
    })
    assert.ok(lost.slice(1).every(({ why }) => why === 'path'))
    const other = explain({ target: '/t/1?v=2', host: 'other.example' })
    assert.deepEqual(
      other.lost.filter(({ why }) => why !== 'path').map(({ route, why }) => [route, why]),
      [
        ['acme', 'header'],
        ['guarded', 'host'],
      ],
    )
    const wrongMethod = explain({ target: '/get', method: 'PUT' })
    assert.ok(wrongMethod.lost.every(({ route }) => route !== 'get'))
  })

  test('agrees with the decisions about generated arrivals', () => {
    const random = randomFrom(3)
    const seen = new Set<string>()
    for (let round = 0; round < 500; round++) {
      const fields: string[] = []
      if (random() < 0.5) fields.push('Origin', pick(random, [ORIGIN, 'https://b.com']))
      if (random() < 0.4)
        fields.push('Access-Control-Request-Method', pick(random, ['GET', 'DELETE']))
      if (random() < 0.3) fields.push('X-Tenant', 'acme')
      const method = pick(random, ['GET', 'PUT', 'OPTIONS'])
      const paths = ['/open/1', '/get', '/barred', '/still', '/t/1?v=2', '/split/1', '/none']
      const options = { method, target: pick(random, paths), fields }
      const { refusal, cors, route } = decideArrival(factsOf(options), plan.tables.get('public')!)
      const found = explain(options, { withLost: false })
      const refused = cors.kind === 'preflight_refused' ? `cors_${cors.reason}` : refusal?.reason
      seen.add(refused ?? cors.kind)
      assert.equal(found.route, route?.name ?? null)
      assert.equal(found.reason, refused ?? 'ok')
      const answered = cors.kind === 'preflight_allowed' ? 204 : null
      assert.equal(found.status, refused === undefined ? answered : statusOf(refused))
    }
    assert.ok(seen.size >= 7, [...seen].join(' '))
  })
})
