import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import { spiffeIdOf } from '../../../sidecar/identity/spiffe-id.ts'
import type { Plan } from '../../../gateway/config/plan.ts'
import { runPolicyTests, type PolicyTest } from '../../../gateway/decide/policy-tests.ts'
import { planOf as egressPlanOf } from '../allow/plan-of.ts'
import { planOf } from './plan-of.ts'

const NOW_MS = Date.UTC(2030, 0, 1)

suite('policy tests', () => {
  let plan: Plan

  before(async () => {
    const edge = await planOf(`
  - { name: open, match: /open/*, to: one, auth: public, ip: { deny: [203.0.113.0/24] } }
  - { name: api, match: /api/*, to: one, auth: { issuer: idp, audience: web, scope: "read" } }
`)
    const from = [spiffeIdOf('example.internal', 'system/edge')]
    const rule = { name: 'r', verdict: 'allow', from, methods: ['GET'], paths: null } as const
    plan = {
      ...edge,
      egress: egressPlanOf({ rules: [{ name: 'pay', from: ['billing'], allow: ['a.example'] }] }),
      mesh: {
        trustDomain: 'example.internal',
        host: '127.0.0.1',
        port: 1,
        ca: { kind: 'development', ttlMs: 60_000 },
        authorize: new Map([['orders', [rule]]]),
        join: null,
      },
    }
  })

  function run(...tests: PolicyTest[]) {
    return runPolicyTests(tests, plan, NOW_MS, 'error')
  }

  test('that come out as they say are silent', () => {
    const url = 'http://api.example/api/x'
    const problems = run(
      {
        name: '1',
        request: { url },
        expect: { status: 401, reason: 'token_missing', route: 'api' },
      },
      {
        name: '2',
        request: { url, token: { issuer: 'idp', claims: { aud: 'web', scope: 'read' } } },
        expect: { verdict: 'allow', route: 'api' },
      },
      {
        name: '3',
        request: { url, token: { issuer: 'idp', claims: { aud: 'web' } } },
        expect: { status: 403, reason: 'insufficient_scope' },
      },
      {
        name: '4',
        request: { url: 'http://x/open/1', headers: { 'x-forwarded-for': '203.0.113.1' } },
        expect: { reason: 'ip_denied' },
      },
      { name: '5', egress: { from: 'billing', to: 'a.example' }, expect: { rule: 'pay' } },
      { name: '6', egress: { from: 'other', to: 'a.example' }, expect: { reason: 'no_rule' } },
      {
        name: '7',
        mesh: { from: 'edge', to: 'orders', path: '/x' },
        expect: { verdict: 'allow' },
      },
      {
        name: '8',
        mesh: { from: 'edge', to: 'orders', method: 'POST' },
        expect: { status: 403, reason: 'caller_method_not_allowed', rule: 'r' },
      },
    )
    assert.deepEqual(problems, [])
  })

  test('that do not name the expectation, what came instead, and why', () => {
    const [problem, ...more] = run(
      { name: 'fine', request: { url: 'http://x/open/1' }, expect: { route: 'open' } },
      {
        name: 'phones may',
        request: { url: 'http://x/api/1', token: { issuer: 'idp', claims: { aud: 'mobile' } } },
        expect: { verdict: 'allow' },
      },
    )
    assert.deepEqual(more, [])
    assert.deepEqual(problem?.path, ['tests', 1, 'expect', 'verdict'])
    assert.equal(
      problem?.message,
      'policy test `phones may` fails: verdict is deny, not allow (aud = `mobile` not in [`web`])',
    )
    assert.equal(problem?.severity, 'error')
  })

  test('that cannot be run fail, and never pass', () => {
    const messages = run(
      { name: 'a', expect: { status: 200 } },
      { name: 'b', request: { url: 'http://x/', listener: 'y' }, expect: { status: 404 } },
      { name: 'c', request: { url: 'http://x/', token: { issuer: 'z' } }, expect: { status: 404 } },
      {
        name: 'd',
        request: { url: 'http://x/api/1', headers: { authorization: 'Bearer x' } },
        expect: { status: 401 },
      },
    ).map(({ message }) => message)
    assert.equal(messages.length, 4)
    assert.match(
      messages.join('\n'),
      /neither `request:`[^]*no listener `y`[^]*no issuer named `z`[^]*say `token:/,
    )
  })
})
