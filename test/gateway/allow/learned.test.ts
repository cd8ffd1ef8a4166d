// From calls that were let through to rules that would allow just these.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { canonicalHost, type CanonicalHost } from '../../../gateway/allow/canonical-host.ts'
import { proposeRules, WIDEN_FROM, type Proposal } from '../../../gateway/allow/learned.ts'
import {
  Observations,
  type Observation,
  type ObservedProtocol,
} from '../../../gateway/allow/observations.ts'
import { decideEgress } from '../../../gateway/decide/egress.ts'
import { NOW_MS, planOf, suffixKind } from './plan-of.ts'

function seen(
  caller: string,
  host: string,
  port = 443,
  protocol: ObservedProtocol = 'tls',
): Observation {
  const canonical = canonicalHost(host) as CanonicalHost
  return { caller, host: canonical, port, protocol, count: 1, firstMs: 10, lastMs: 20 }
}

function propose(observations: readonly Observation[], taken: string[] = []): readonly Proposal[] {
  return proposeRules(observations, { taken: new Set(taken), suffixKind })
}

function rulesOf(observations: readonly Observation[]): unknown[] {
  return propose(observations).map(({ rule }) => rule)
}

const siblings = (parent: string, count: number): Observation[] =>
  Array.from({ length: count }, (_, index) => seen('billing', `n${index}.${parent}`))

describe('proposed rules', () => {
  test('of nothing seen are none', () => assert.deepEqual(propose([]), []))

  test('name the host alone on port 443, and other ports as they were seen', () => {
    const observations = [
      seen('billing', 'api.example.com'),
      seen('billing', 'b.example.com', 8443),
      seen('billing', 'c.example.com', 443),
      seen('billing', 'c.example.com', 80, 'http'),
      seen('billing', 'd.example.com', 22, 'tcp'),
      seen('billing', '8.8.8.8', 53, 'tcp'),
      seen('billing', '[2606:4700::1]'),
    ]
    assert.deepEqual(rulesOf(observations), [
      {
        name: 'learned-billing',
        from: ['billing'],
        allow: [
          'api.example.com',
          'b.example.com:8443',
          { host: 'c.example.com', ports: [80, 443] },
          'cidr:2606:4700::1/128',
          { host: 'cidr:8.8.8.8/32', ports: [53], protocol: 'tcp' },
          { host: 'd.example.com', ports: [22], protocol: 'tcp' },
        ],
      },
    ])
  })

  test('are one for callers that reached the same', () => {
    const observations = ['b', 'a', 'c'].flatMap((caller) => [
      seen(caller, 'y.example.com'),
      seen(caller, 'x.example.com'),
    ])
    assert.deepEqual(rulesOf([...observations, seen('c', 'z.example.com')]), [
      { name: 'learned-b-and-1-more', from: ['a', 'b'], allow: ['x.example.com', 'y.example.com'] },
      {
        name: 'learned-c',
        from: ['c'],
        allow: ['x.example.com', 'y.example.com', 'z.example.com'],
      },
    ])
  })

  test('have names that no rule has', () => {
    const observations = [seen('a/b', 'x.example.com'), seen('a-b', 'y.example.com')]
    const names = propose(observations, ['learned-a-b']).map(({ rule }) => rule.name)
    assert.deepEqual(names, ['learned-a-b-2', 'learned-a-b-3'])
  })

  test('take many names below one parent for made-up ones', () => {
    assert.equal(
      propose(siblings('cdn.example.net', WIDEN_FROM - 1))[0]?.rule.allow?.length,
      WIDEN_FROM - 1,
    )
    const [proposal] = propose(siblings('cdn.example.net', 40))
    assert.deepEqual(proposal?.rule.allow, ['*.cdn.example.net'])
    const [evidence] = proposal?.evidence ?? []
    assert.deepEqual([evidence?.hosts, evidence?.calls, evidence?.examples.length], [40, 40, 10])
  })

  test('are never as wide as a suffix where strangers have names', () => {
    for (const parent of ['com', 'co.uk', 'github.io', 's3.amazonaws.com']) {
      assert.equal(propose(siblings(parent, 20))[0]?.rule.allow?.length, 20, parent)
    }
    const addresses = Array.from({ length: 20 }, (_, index) => seen('billing', `8.8.8.${index}`))
    assert.equal(propose(addresses)[0]?.rule.allow?.length, 20)
  })

  test('carry their evidence in the order of their entries', () => {
    const [proposal] = propose([
      { ...seen('b', 'x.example.com'), count: 3, firstMs: 5, lastMs: 6 },
      { ...seen('a', 'x.example.com'), count: 4, firstMs: 7, lastMs: 9 },
    ])
    assert.deepEqual(proposal?.evidence, [
      {
        entry: 'x.example.com',
        examples: ['x.example.com'],
        hosts: 1,
        calls: 7,
        firstMs: 5,
        lastMs: 9,
      },
    ])
  })

  test('compile without a word, and allow every call they came from', () => {
    const observations = [
      ...siblings('cdn.example.net', 25),
      seen('reports', 'x.example.com', 8443),
      seen('reports', 'xn--bcher-kva.example'),
      seen('reports', '8.8.8.8', 53, 'tcp'),
      seen('team/reports', 'x.example.com', 8443),
      seen('anonymous', 'y.example.com', 80, 'http'),
    ]
    const plan = planOf({ rules: propose(observations).map(({ rule }) => rule) })
    for (const { caller, host, port, protocol } of observations) {
      const form = protocol === 'http' ? 'absolute' : 'connect'
      const method = protocol === 'http' ? 'GET' : null
      const path = protocol === 'http' ? '/' : null
      const { reason } = decideEgress({ caller, form, host, port, method, path }, plan, NOW_MS)
      assert.equal(reason, 'allowed', JSON.stringify({ caller, host, port }))
    }
  })
})

describe('what is observed', () => {
  const { count: _count, firstMs: _first, lastMs: _last, ...call } = seen('a', 'x.example.com')

  test('is kept once, with how often and since when', () => {
    const observations = new Observations()
    observations.record(call, 5)
    observations.record(call, 9)
    observations.merge([{ ...call, count: 3, firstMs: 1, lastMs: 2 }])
    assert.deepEqual(observations.list(), [{ ...call, count: 5, firstMs: 1, lastMs: 9 }])
  })

  test('stays within bounds: what came first stays, the rest is counted', () => {
    const observations = new Observations({ total: 5, perCaller: 3 })
    for (let port = 1; port <= 10; port++) observations.record({ ...call, port }, port)
    for (let port = 1; port <= 10; port++) observations.record({ ...call, caller: 'b', port }, port)
    observations.record({ ...call, port: 1 }, 99)
    const shown = observations.list().map(({ caller, port, count }) => [caller, port, count])
    assert.deepEqual(shown, [
      ['a', 1, 2],
      ['a', 2, 1],
      ['a', 3, 1],
      ['b', 1, 1],
      ['b', 2, 1],
    ])
    assert.equal(observations.missed, 15)
  })

  test('is taken out by draining, and makes room again', () => {
    const observations = new Observations({ total: 1, perCaller: 1 })
    observations.record(call, 1)
    assert.equal(observations.drain().length, 1)
    observations.record({ ...call, port: 80 }, 2)
    assert.deepEqual([observations.list().length, observations.missed], [1, 0])
  })
})
