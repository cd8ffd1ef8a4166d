// The table answers as a matcher that looks at every route, and a look-up costs the same among many routes as among few.

import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { MatchOptions } from '../../../gateway/route/options.ts'
import { compileRouteTable, type RoutingFacts } from '../../../gateway/route/table.ts'
import { pick, randomFrom } from '../../sidecar/forward/seeded-random.ts'
import { methodFits, referenceFind, type PlainRoute } from './reference-matcher.ts'
import { factsOf, nameOf, routeOf } from './table-of.ts'

const HOSTS = ['a.x.y', 'b.x.y', 'x.y', 'a.b.x.y', 'z']
const HOST_PATTERNS = ['a.x.y', 'b.x.y', 'x.y', '*.x.y', '*.b.x.y', '*']
const SEGMENTS = ['a', 'b', '{p}']

function randomMatch(random: () => number): MatchOptions {
  const depth = Math.floor(random() * 4)
  const segments = Array.from({ length: depth }, (_, index) =>
    pick(random, SEGMENTS).replace('p', `p${index}`),
  )
  const end = pick(random, ['', '', '/', '/*'])
  const methods = pick(random, [null, null, ['GET'], ['PUT', 'POST'], ['HEAD', 'GET']])
  const conditions = [{}, {}, { c: '1' }, { c: '2' }, { c: '1', d: '1' }]
  return {
    hosts: [...new Set([pick(random, HOST_PATTERNS), pick(random, HOST_PATTERNS)])],
    path: segments.map((segment) => `/${segment}`).join('') + end || '/',
    headers: pick(random, conditions),
    query: pick(random, conditions),
    ...(methods === null ? {} : { methods }),
  }
}

function randomFacts(random: () => number): RoutingFacts {
  const depth = Math.floor(random() * 4)
  const segments = Array.from({ length: depth }, () => pick(random, ['a', 'b', 'c']))
  return {
    host: pick(random, HOSTS),
    path: segments.map((segment) => `/${segment}`).join('') + pick(random, ['', '/']) || '/',
    method: pick(random, ['GET', 'HEAD', 'PUT', 'DELETE']),
    headers: pick(random, [[], ['c', '1'], ['c', '1', 'd', '1']]),
    query: pick(random, ['', 'c=1', 'd=1&c=2', 'c=1&d=1']),
  }
}

test('random tables answer as a matcher that looks at every route', () => {
  const random = randomFrom(4242)
  const kinds = new Map<string, number>()
  for (let round = 0; round < 400; round++) {
    const routes = Array.from({ length: 1 + Math.floor(random() * 40) }, (_, index) =>
      routeOf(randomMatch(random), `r${index}`),
    )
    const shadowed = new Set<string>()
    const table = compileRouteTable(routes, (route) => shadowed.add(route.name))
    for (let i = 0; i < 50; i++) {
      const facts = randomFacts(random)
      const found = table.find(facts)
      assert.equal(nameOf(found), referenceFind(routes, facts), JSON.stringify(facts))
      kinds.set(found.kind, (kinds.get(found.kind) ?? 0) + 1)
      if (found.kind !== 'route') continue
      assert.ok(methodFits(found.route.match, facts.method))
      assert.ok(!shadowed.has(found.route.name), `${found.route.name} was called shadowed and won`)
    }
  }
  for (const kind of ['route', 'method_not_allowed', 'not_found']) {
    assert.ok((kinds.get(kind) ?? 0) > 500, `${kind}: ${kinds.get(kind)}`)
  }
})

function manyRoutes(count: number): PlainRoute[] {
  return Array.from({ length: count }, (_, index) => {
    const hosts = pick(
      () => (index % 3) / 3,
      [[`h${index % 500}.example`], [`*.w${index % 500}.example`], ['*']],
    )
    return routeOf({ hosts, path: `/svc${index}/{id}/items/*`, methods: ['GET'] }, `r${index}`)
  })
}

function requestsTo(count: number): RoutingFacts[] {
  return Array.from({ length: 300 }, (_, i) => {
    const index = Math.floor((i / 300) * count)
    const host = [`h${index % 500}.example`, `a.w${index % 500}.example`, 'other'][index % 3]!
    return factsOf(`GET ${host}/svc${index}/7/items/x/y`)
  })
}

function stepsAmong(count: number): number {
  const table = compileRouteTable(manyRoutes(count), assert.fail)
  for (const facts of requestsTo(count)) assert.equal(table.find(facts).kind, 'route')
  return table.visits / 300
}

test('a look-up takes as many steps among 10,000 routes as among 30', () => {
  const few = stepsAmong(30)
  assert.ok(few > 4 && few < 10, `${few} steps`)
  assert.equal(stepsAmong(10_000), few)
})

test('10,000 routes compile and are looked up (printed, not judged)', (t: TestContext) => {
  const startedMs = performance.now()
  const routes = manyRoutes(10_000)
  const matchedMs = performance.now()
  const table = compileRouteTable(routes, assert.fail)
  const compiledMs = performance.now()
  const requests = requestsTo(10_000)
  for (let i = 0; i < 20; i++) for (const facts of requests) table.find(facts)
  const lookedUpMs = performance.now()
  for (let i = 0; i < 100; i++) for (const facts of requests) table.find(facts)
  const lookupNs = ((performance.now() - lookedUpMs) / (100 * requests.length)) * 1e6
  t.diagnostic(
    `match ${(matchedMs - startedMs).toFixed(1)} ms, table ${(compiledMs - matchedMs).toFixed(1)} ms, look-up ${lookupNs.toFixed(0)} ns`,
  )
})
