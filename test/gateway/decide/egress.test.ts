// Who may reach what: the order of the steps, the reasons, the modes, and the second look at a tunnel's first bytes.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { canonicalHost, type CanonicalHost } from '../../../gateway/allow/canonical-host.ts'
import type { HelloResult } from '../../../gateway/allow/client-hello.ts'
import type { EgressOptions } from '../../../gateway/allow/options.ts'
import type { EgressPlan } from '../../../gateway/allow/plan.ts'
import {
  decideEgress,
  decideHello,
  type EgressDecision,
  type EgressFacts,
} from '../../../gateway/decide/egress.ts'
import { compiled, NOW_MS, planOf } from '../allow/plan-of.ts'

type Call = Partial<Omit<EgressFacts, 'host'>> & { readonly to?: string }

const PLAN = planOf({
  rules: [
    {
      name: 'payments',
      from: ['billing', 'team/billing'],
      allow: ['api.stripe.com', '*.example.com:8443', 'cidr:203.0.113.0/24:5432'],
    },
    { name: 'reports', from: ['reports'], allow: ['api.example.net', 'deep.a.example.com'] },
    {
      name: 'visible',
      from: ['reports'],
      allow: [
        { host: 'www.example.org', ports: [80], methods: ['GET'], paths: ['/v1/*', '/status'] },
        { host: 'git.example.org', ports: [22], protocol: 'tcp' },
        { host: 'tls.example.org', ports: [80], protocol: 'tls' },
        { host: 'http.example.org', ports: [80], protocol: 'http' },
      ],
    },
    { name: 'old', from: ['reports'], allow: ['old.example.net'], expires: '2030-07-15' },
    { name: 'all', from: ['*'], allow: ['time.example.net'] },
    {
      name: 'never',
      from: ['*'],
      deny: ['bad.example.com', '*.evil.example.com', 'x.example.com:25'],
    },
  ],
  network: { allow: ['203.0.113.0/24'] },
})

function decide(call: Call, plan: EgressPlan = PLAN, nowMs = NOW_MS): EgressDecision {
  const { to = 'api.stripe.com', ...facts } = call
  const form = facts.form ?? 'connect'
  const seen = form === 'connect' ? null : 'GET'
  return decideEgress(
    {
      caller: 'billing',
      form,
      host: canonicalHost(to),
      port: 443,
      method: seen,
      path: seen === null ? null : '/',
      ...facts,
    },
    plan,
    nowMs,
  )
}

function reasonOf(call: Call, plan?: EgressPlan, nowMs?: number): string {
  const { verdict, reason, rule } = decide(call, plan, nowMs)
  return `${verdict} ${reason}${rule === '' ? '' : ` ${rule}`}`
}

describe('a call in enforce mode', () => {
  const CASES: readonly (readonly [what: string, call: Call, expected: string])[] = [
    ['to its host', {}, 'allow allowed payments'],
    ['in another spelling', { to: 'API.Stripe.com.' }, 'allow allowed payments'],
    ['of another namespace', { caller: 'team/billing' }, 'allow allowed payments'],
    ['of a like-named service', { caller: 'other/billing' }, 'deny no_rule'],
    ['in another case', { caller: 'Billing' }, 'deny no_rule'],
    ['of nobody known', { caller: 'anonymous' }, 'deny no_rule'],
    ['of another caller', { caller: 'reports' }, 'deny no_rule'],
    ['to a neighbour', { to: 'api.stripe.com.evil.com' }, 'deny no_rule'],
    ['to a suffix of the name', { to: 'notapi.stripe.com' }, 'deny no_rule'],
    ['to another port', { port: 8443 }, 'deny port_not_allowed payments'],
    ['below a wildcard', { to: 'a.example.com', port: 8443 }, 'allow allowed payments'],
    ['two labels below', { to: 'a.b.example.com', port: 8443 }, 'allow allowed payments'],
    ['to the apex of a wildcard', { to: 'example.com', port: 8443 }, 'deny no_rule'],
    ['to a name that ends alike', { to: 'badexample.com', port: 8443 }, 'deny no_rule'],
    ['to what everybody may', { to: 'time.example.net' }, 'allow allowed all'],
    ['anonymous to that', { caller: 'anonymous', to: 'time.example.net' }, 'allow allowed all'],
    ['to an address in its range', { to: '203.0.113.9', port: 5432 }, 'allow allowed payments'],
    ['to another port there', { to: '203.0.113.9' }, 'deny port_not_allowed payments'],
    ['to an address beside it', { to: '203.0.114.9', port: 5432 }, 'deny address_literal'],
    ['to a disguised address', { to: '0x7f.1' }, 'deny address_literal'],
    ['to no host at all', { to: 'user@host' }, 'deny malformed_host'],
    ['to a denied host', { to: 'bad.example.com', port: 8443 }, 'deny denied_by_rule never'],
    [
      'below a denied wildcard',
      { to: 'a.evil.example.com', port: 8443 },
      'deny denied_by_rule never',
    ],
    ['to a denied port', { to: 'x.example.com', port: 25 }, 'deny denied_by_rule never'],
    ['to another port of that host', { to: 'x.example.com', port: 8443 }, 'allow allowed payments'],
  ]
  for (const [what, call, expected] of CASES) {
    test(`${what}: ${expected}`, () => assert.equal(reasonOf(call), expected))
  }
})

describe('what can be seen of a call', () => {
  const CASES: readonly (readonly [what: string, call: Call, expected: string])[] = [
    ['the path', { path: '/v1/charges' }, 'allow allowed visible'],
    ['the path of a prefix itself', { path: '/v1' }, 'allow allowed visible'],
    ['a path that begins alike', { path: '/v11' }, 'deny path_not_allowed visible'],
    ['an exact path', { path: '/status' }, 'allow allowed visible'],
    ['a path below an exact one', { path: '/status/x' }, 'deny path_not_allowed visible'],
    ['HEAD where GET may', { method: 'HEAD', path: '/status' }, 'allow allowed visible'],
    ['another method', { method: 'POST', path: '/status' }, 'deny method_not_allowed visible'],
    [
      'nothing, in a tunnel',
      { form: 'connect', method: null, path: null },
      'deny protocol_not_allowed visible',
    ],
    ['the same by origination', { form: 'originate', path: '/status' }, 'allow allowed visible'],
  ]
  for (const [what, call, expected] of CASES) {
    test(`${what}: ${expected}`, () => {
      const facts: Call = {
        caller: 'reports',
        to: 'www.example.org',
        port: 80,
        form: 'absolute',
        ...call,
      }
      assert.equal(reasonOf(facts), expected)
    })
  }
})

describe('the protocol of an entry', () => {
  const CASES: readonly (readonly [to: string, form: EgressFacts['form'], expected: string])[] = [
    ['git.example.org', 'connect', 'allow allowed visible'],
    ['git.example.org', 'absolute', 'deny protocol_not_allowed visible'],
    ['git.example.org', 'originate', 'deny protocol_not_allowed visible'],
    ['tls.example.org', 'connect', 'allow allowed visible'],
    ['tls.example.org', 'originate', 'allow allowed visible'],
    ['tls.example.org', 'absolute', 'deny protocol_not_allowed visible'],
    ['http.example.org', 'connect', 'deny protocol_not_allowed visible'],
    ['http.example.org', 'absolute', 'allow allowed visible'],
    ['http.example.org', 'originate', 'allow allowed visible'],
  ]
  for (const [to, form, expected] of CASES) {
    test(`${form} to ${to}: ${expected}`, () => {
      const port = to === 'git.example.org' ? 22 : 80
      assert.equal(reasonOf({ caller: 'reports', to, form, port }), expected)
    })
  }

  test('only tunnels that are not tcp have their hello checked', () => {
    assert.equal(decide({ caller: 'reports', to: 'git.example.org', port: 22 }).checkHello, false)
    assert.equal(decide({ caller: 'reports', to: 'tls.example.org', port: 80 }).checkHello, true)
    assert.equal(decide({}).checkHello, true)
    assert.equal(decide({ form: 'absolute' }).checkHello, false)
  })
})

describe('a rule that expires', () => {
  const call: Call = { caller: 'reports', to: 'old.example.net' }
  const expiresMs = Date.parse('2030-07-15T00:00:00Z')

  test('allows until the millisecond before', () => {
    assert.equal(reasonOf(call, PLAN, expiresMs - 1), 'allow allowed old')
    assert.equal(reasonOf(call, PLAN, expiresMs), 'deny rule_expired old')
  })
})

describe('modes', () => {
  const modes = (node: EgressOptions['mode'], rule?: EgressOptions['mode']): EgressPlan =>
    planOf({
      mode: node ?? 'enforce',
      rules: [
        {
          name: 'one',
          from: ['billing'],
          allow: ['api.stripe.com'],
          ...(rule ? { mode: rule } : {}),
        },
        { name: 'two', from: ['reports'], allow: ['api.example.net'] },
        { name: 'never', from: ['*'], deny: ['bad.example.com'] },
      ],
    })

  for (const mode of ['report', 'learn'] as const) {
    test(`${mode} of the node lets through and says what would be refused`, () => {
      const decision = decide({ to: 'x.example.net' }, modes(mode))
      const { verdict, reason, wouldDeny } = decision
      assert.deepEqual(
        [verdict, reason, decision.mode, wouldDeny],
        ['allow', 'no_rule', mode, true],
      )
      assert.equal(decision.checkHello, false)
    })

    test(`${mode} of a rule is for its callers only`, () => {
      const plan = modes('enforce', mode)
      assert.equal(reasonOf({ to: 'x.example.net' }, plan), 'allow no_rule')
      assert.equal(reasonOf({ port: 80 }, plan), 'allow port_not_allowed one')
      assert.equal(reasonOf({ to: 'x.example.net', caller: 'reports' }, plan), 'deny no_rule')
    })

    test(`${mode} softens neither what is denied nor what cannot be read`, () => {
      const plan = modes(mode, mode)
      assert.equal(reasonOf({ to: 'bad.example.com' }, plan), 'deny denied_by_rule never')
      assert.equal(reasonOf({ to: 'user@host' }, plan), 'deny malformed_host')
      assert.equal(reasonOf({ to: '0177.0.0.1' }, plan), 'deny address_literal')
      assert.equal(reasonOf({ to: '8.8.8.8' }, plan), 'allow address_literal')
    })
  }

  test('enforce of a rule stands in a node that reports', () => {
    const plan = modes('report', 'enforce')
    assert.equal(reasonOf({ to: 'x.example.net' }, plan), 'deny no_rule')
    assert.equal(reasonOf({ to: 'x.example.net', caller: 'reports' }, plan), 'allow no_rule')
  })

  test('of several rules of a caller the strictest counts', () => {
    const plan = planOf({
      rules: [
        { name: 'one', from: ['billing'], allow: ['a.example.net'], mode: 'report' },
        { name: 'two', from: ['*'], allow: ['b.example.net'], mode: 'enforce' },
      ],
    })
    assert.equal(reasonOf({ to: 'x.example.net' }, plan), 'deny no_rule')
    assert.equal(reasonOf({ to: 'a.example.net', port: 80 }, plan), 'allow port_not_allowed one')
  })

  test('a rule that expired has no mode any more', () => {
    const plan = planOf({
      rules: [
        {
          name: 'one',
          from: ['billing'],
          allow: ['a.example.net'],
          mode: 'report',
          expires: '2030-07-15',
        },
      ],
    })
    const laterMs = Date.parse('2030-07-16T00:00:00Z')
    assert.equal(reasonOf({ to: 'x.example.net' }, plan), 'allow no_rule')
    assert.equal(reasonOf({ to: 'x.example.net' }, plan, laterMs), 'deny no_rule')
  })

  test('a rule that expired lets nothing through by its own mode', () => {
    const { plan } = compiled({
      mode: 'enforce',
      rules: [
        {
          name: 'old',
          from: ['billing'],
          allow: ['old.example.net'],
          mode: 'learn',
          expires: '2030-07-15',
        },
      ],
    })
    const afterMs = Date.parse('2030-07-15T00:00:00Z')
    for (const port of [443, 8443]) {
      const { verdict, mode } = decide({ to: 'old.example.net', port }, plan!, afterMs)
      assert.deepEqual([verdict, mode], ['deny', 'enforce'])
    }
  })

  test('no mode lends a credential to a caller without a rule', () => {
    const { plan } = compiled({
      mode: 'report',
      rules: [{ name: 'one', from: ['billing'], allow: ['api.stripe.com', 'plain.example.net'] }],
      external: [
        { host: 'api.stripe.com', headers: { authorization: 'Bearer secret' } },
        { host: 'plain.example.net' },
      ],
    })
    assert.ok(plan)
    const call: Call = { caller: 'reports', form: 'originate' }
    assert.equal(reasonOf(call, plan), 'deny no_rule')
    assert.equal(reasonOf({ ...call, caller: 'billing' }, plan), 'allow allowed one')
    assert.equal(reasonOf({ ...call, to: 'plain.example.net' }, plan), 'allow no_rule')
  })
})

describe('a tunnel’s first bytes', () => {
  const host = canonicalHost('api.stripe.com') as CanonicalHost
  const hello = (serverName: string | null, hasEch = false): HelloResult => ({
    kind: 'hello',
    serverName,
    hasEch,
  })
  const reason = (bytes: HelloResult, to = host): string => {
    const { verdict, reason } = decideHello(bytes, to, decide({}))
    return `${verdict} ${reason}`
  }

  test('that ask for the very host change nothing', () => {
    const first = decide({})
    assert.equal(decideHello(hello('api.stripe.com'), host, first), first)
    assert.equal(decideHello(hello('api.stripe.com', true), host, first), first)
  })

  test('that ask for another are refused', () => {
    assert.equal(reason(hello('evil.com')), 'deny sni_mismatch')
    assert.equal(reason(hello('stripe.com')), 'deny sni_mismatch')
    assert.equal(reason(hello('127.0.0.1')), 'deny sni_mismatch')
    assert.equal(reason(hello('cloudflare-ech.com', true)), 'deny sni_mismatch')
    assert.equal(reason(hello(null)), 'deny sni_missing')
  })

  test('that are no hello are refused', () => {
    assert.equal(reason({ kind: 'not_tls' }), 'deny not_tls')
    assert.equal(reason({ kind: 'malformed' }), 'deny hello_malformed')
    assert.equal(reason({ kind: 'too_long' }), 'deny hello_too_long')
  })

  test('to an address must name nobody', () => {
    const address = canonicalHost('203.0.113.9') as CanonicalHost
    assert.equal(reason(hello(null), address), 'allow allowed')
    assert.equal(reason(hello('example.com'), address), 'deny sni_mismatch')
  })

  test('a mode that reports lets them through and says so', () => {
    const plan = planOf({
      mode: 'report',
      rules: [{ name: 'one', from: ['billing'], allow: ['api.stripe.com'] }],
    })
    const decision = decideHello(hello('evil.com'), host, decide({}, plan))
    assert.deepEqual(
      [decision.verdict, decision.reason, decision.rule, decision.wouldDeny],
      ['allow', 'sni_mismatch', 'one', true],
    )
  })
})
