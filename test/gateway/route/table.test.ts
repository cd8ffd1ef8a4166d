// The route table: its order, what it answers, and that it is the same as looking at every route.

import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { compileMatch } from '../../../gateway/route/compile.ts'
import type { MatchOptions } from '../../../gateway/route/options.ts'
import {
  compileRouteTable,
  type RouteFound,
  type RouteTable,
  type RoutingFacts,
} from '../../../gateway/route/table.ts'
import { pick, randomFrom } from '../../sidecar/forward/seeded-random.ts'
import { methodFits, referenceFind, type PlainRoute } from './reference-matcher.ts'

function routeOf(options: MatchOptions, name: string): PlainRoute {
  const match = compileMatch(options, [], (problem) => assert.fail(problem.message))
  assert.ok(match)
  return { name, match }
}

function tableOf(matches: Readonly<Record<string, MatchOptions>>): RouteTable<PlainRoute> {
  const routes = Object.entries(matches).map(([name, options]) => routeOf(options, name))
  return compileRouteTable(routes, () => undefined)
}

function factsOf(text: string, extra: Partial<RoutingFacts> = {}): RoutingFacts {
  const [method = '', url = ''] = text.split(' ')
  const { hostname, pathname, search } = new URL(`http://${url}`)
  return { method, host: hostname, path: pathname, query: search.slice(1), headers: [], ...extra }
}

function nameOf(found: RouteFound<PlainRoute>): string {
  if (found.kind === 'route') return found.route.name
  if (found.kind === 'not_found') return found.kind
  return `${found.kind} ${found.route.name} ${[...found.allow].sort().join(',')}`
}

describe('the more specific route wins', () => {
  // In each line the left beats the right for the request, whichever comes first in the file.
  const CASES: readonly (readonly [
    rule: string,
    winner: MatchOptions,
    loser: MatchOptions,
    request: string,
    headers?: readonly string[],
  ])[] = [
    ['exact host over wildcard', 'a.b.c/*', '*.b.c/x', 'GET a.b.c/x'],
    ['wildcard over any host', '*.b.c/*', '/x', 'GET a.b.c/x'],
    ['exact host over any host', 'a.b.c/*', '/x', 'GET a.b.c/x'],
    ['literal over parameter', '/x/y', '/x/{id}', 'GET a/x/y'],
    ['literal over prefix', '/x/y', '/x/*', 'GET a/x/y'],
    ['parameter over prefix', '/x/{id}', '/x/*', 'GET a/x/y'],
    ['exact over its own prefix', '/x', '/x/*', 'GET a/x'],
    ['longer prefix', '/x/y/*', '/x/*', 'GET a/x/y/z'],
    ['an early literal over a late one', '/x/{id}/*', '/{any}/y/z', 'GET a/x/y/z'],
    ['prefix over the root prefix', '/x/*', '/*', 'GET a/x/y'],
    ['trailing slash literal over prefix', '/x/', '/x/*', 'GET a/x/'],
    ['a method list', { path: '/x', methods: ['GET'] }, { path: '/x' }, 'GET a/x'],
    [
      'a method list over headers',
      { path: '/x', methods: ['GET'] },
      { path: '/x', headers: { a: '1' } },
      'GET a/x',
      ['a', '1'],
    ],
    [
      'more headers',
      { headers: { a: '1', b: '2' } },
      { headers: { a: '1' }, query: { v: '1', w: '2' } },
      'GET a/x?v=1&w=2',
      ['a', '1', 'b', '2'],
    ],
    ['more query', { query: { v: '1' } }, {}, 'GET a/x?v=1'],
  ]
  for (const [rule, winner, loser, request, headers = []] of CASES) {
    test(rule, () => {
      const facts = factsOf(request, { headers })
      assert.equal(nameOf(tableOf({ winner, loser }).find(facts)), 'winner')
      assert.equal(nameOf(tableOf({ loser, winner }).find(facts)), 'winner')
      assert.equal(nameOf(tableOf({ loser }).find(facts)), 'loser')
    })
  }

  test('else the one earlier in the file', () => {
    assert.equal(nameOf(tableOf({ first: '/x', second: '/x' }).find(factsOf('GET a/x'))), 'first')
  })
})

describe('what matches what', () => {
  const CASES: readonly (readonly [match: MatchOptions, request: string, fits: boolean])[] = [
    ['/x/*', 'GET a/x', true],
    ['/x/*', 'GET a/x/', true],
    ['/x/*', 'GET a/x/y/z', true],
    ['/x/*', 'GET a/xy', false],
    ['/x/*', 'GET a/', false],
    ['/*', 'GET a/', true],
    ['/', 'GET a/', true],
    ['/', 'GET a/x', false],
    ['/x', 'GET a/x/', false],
    ['/x/', 'GET a/x', false],
    ['/x', 'GET a/X', false],
    ['/x/{id}', 'GET a/x/', false],
    ['/x/{id}', 'GET a/x', false],
    ['/x/{id}', 'GET a/x/7/', false],
    ['/x/{id}/', 'GET a/x/7/', true],
    ['/{a}/*', 'GET a/', false],
    ['/{a}/*', 'GET a/b', true],
    ['*.b.c/x', 'GET a.b.c/x', true],
    ['*.b.c/x', 'GET b.c/x', false],
    ['*.b.c/x', 'GET z.a.b.c/x', false],
    ['b.c/x', 'GET a.b.c/x', false],
    ['127.0.0.1/x', 'GET 127.0.0.1/x', true],
    ['[::1]/x', 'GET [::1]/x', true],
    [{ methods: ['GET'] }, 'HEAD a/x', true],
    [{ methods: ['HEAD'] }, 'GET a/x', false],
    [{ methods: ['GET'] }, 'get a/x', false],
    [{ methods: ['GET'] }, 'OPTIONS a/x', false],
    [{ query: { v: '2' } }, 'GET a/x?u=1&v=2', true],
    [{ query: { v: '2' } }, 'GET a/x?%76=%32', true],
    [{ query: { v: '2' } }, 'GET a/x?v=2&v=3', false],
    [{ query: { v: '2' } }, 'GET a/x?v=2&v=2', false],
    [{ query: { v: '2' } }, 'GET a/x?V=2', false],
    [{ query: { v: 'a b' } }, 'GET a/x?v=a+b', true],
    [{ query: { v: '' } }, 'GET a/x?v', true],
    [{ query: { v: '' } }, 'GET a/x', false],
  ]
  for (const [match, request, fits] of CASES) {
    test(`${JSON.stringify(match)} ${fits ? 'fits' : 'does not fit'} ${request}`, () => {
      assert.equal(tableOf({ it: match }).find(factsOf(request)).kind === 'route', fits)
    })
  }

  test('a header condition wants the field exactly once with exactly its value', () => {
    const table = tableOf({ it: { headers: { 'x-tenant': 'acme' } } })
    const kind = (...headers: string[]) => table.find(factsOf('GET a/x', { headers })).kind
    assert.equal(kind('x-tenant', 'acme'), 'route')
    assert.equal(kind('other', 'x', 'x-tenant', 'acme'), 'route')
    assert.equal(kind('x-tenant', 'Acme'), 'not_found')
    assert.equal(kind('x-tenant', 'acme', 'x-tenant', 'acme'), 'not_found')
    assert.equal(kind('x-tenant', 'acme', 'x-tenant', 'evil'), 'not_found')
    assert.equal(kind('acme', 'x-tenant'), 'not_found')
    assert.equal(kind(), 'not_found')
  })
})

describe('what find answers', () => {
  test('parameters are the raw segments under their own names', () => {
    const table = tableOf({
      one: '/orders/{id}/items/{item}',
      two: { path: '/orders/{order}/*', methods: ['PUT'] },
    })
    const find = (text: string) => {
      const found = table.find(factsOf(text))
      return found.kind === 'route' ? found.parameters : found.kind
    }
    assert.deepEqual(find('GET a/orders/7/items/a%20b'), { id: '7', item: 'a%20b' })
    assert.deepEqual(find('PUT a/orders/7/x/y'), { order: '7' })
    assert.deepEqual(find('PUT a/orders/7'), { order: '7' })
  })

  test('no parameters make no object', () => {
    const table = tableOf({ it: '/*' })
    const [a, b] = [table.find(factsOf('GET a/x')), table.find(factsOf('GET a/y'))]
    assert.ok(a.kind === 'route' && b.kind === 'route')
    assert.equal(a.parameters, b.parameters)
  })

  test('a method that fits no route is told what would fit', () => {
    const table = tableOf({
      wide: { path: '/x/*', methods: ['PUT'] },
      narrow: { path: '/x/{id}', methods: ['GET', 'POST'] },
      conditional: { path: '/x/{id}', methods: ['PATCH'], headers: { a: '1' } },
    })
    assert.deepEqual(
      nameOf(table.find(factsOf('DELETE a/x/7'))),
      'method_not_allowed narrow GET,HEAD,POST,PUT',
    )
    assert.equal(nameOf(table.find(factsOf('PUT a/x/7'))), 'wide')
    assert.equal(nameOf(table.find(factsOf('PUT a/y'))), 'not_found')
  })

  test('a preflight is matched by the method it asks for', () => {
    const table = tableOf({
      read: { path: '/x', methods: ['GET'] },
      write: { path: '/x', methods: ['PUT'] },
    })
    const facts = factsOf('OPTIONS a/x')
    assert.equal(nameOf(table.find(facts)), 'method_not_allowed read GET,HEAD,PUT')
    assert.equal(nameOf(table.find(facts, 'PUT')), 'write')
    assert.equal(nameOf(table.find(facts, 'DELETE')), 'method_not_allowed read GET,HEAD,PUT')
  })

  test('a preflight meets header conditions by the names it asks for', () => {
    const table = tableOf({ it: { headers: { 'x-tenant': 'acme' } } })
    const ask = (...headers: string[]) =>
      table.find(factsOf('OPTIONS a/x', { headers }), 'GET').kind
    assert.equal(ask('access-control-request-headers', 'authorization, X-Tenant'), 'route')
    assert.equal(ask('access-control-request-headers', 'x-tenants'), 'not_found')
    assert.equal(ask('x-tenant', 'acme'), 'not_found')
  })

  test('a path of 8,000 segments goes to the deepest prefix', () => {
    const table = tableOf({ deep: `${'/a'.repeat(64)}/*`, root: '/*' })
    assert.equal(nameOf(table.find(factsOf('GET h/', { path: '/a'.repeat(8000) }))), 'deep')
    assert.equal(nameOf(table.find(factsOf('GET h/', { path: '/b'.repeat(8000) }))), 'root')
  })
})

describe('shadowed routes', () => {
  const CASES: readonly (readonly [
    name: string,
    matches: Readonly<Record<string, MatchOptions>>,
    shadows: readonly string[],
  ])[] = [
    ['none among different paths', { a: '/x', b: '/x/', c: '/x/*', d: '/{x}' }, []],
    ['the same match twice', { a: '/x', b: '/x' }, ['b by a']],
    ['parameters by another name', { a: '/{x}', b: '/{y}' }, ['b by a']],
    [
      'a later subset of methods',
      { a: { methods: ['GET', 'PUT'] }, b: { methods: ['PUT'] } },
      ['b by a'],
    ],
    [
      'an earlier subset of methods',
      { a: { methods: ['PUT'] }, b: { methods: ['GET', 'PUT'] } },
      [],
    ],
    ['HEAD under GET', { a: { methods: ['GET'] }, b: { methods: ['HEAD'] } }, ['b by a']],
    ['no list under a list', { a: { methods: ['GET'] }, b: {} }, []],
    [
      'methods of two routes together',
      { a: { methods: ['GET'] }, b: { methods: ['PUT'] }, c: { methods: ['GET', 'PUT'] } },
      ['c by a'],
    ],
    ['different conditions', { a: { headers: { a: '1' } }, b: { headers: { a: '2' } }, c: {} }, []],
    [
      'equal conditions',
      { a: { headers: { a: '1', b: '2' } }, b: { headers: { B: '2', A: '1' } } },
      ['b by a'],
    ],
    [
      'on every host',
      { a: { hosts: ['a.b', '*.c.d'] }, b: { hosts: ['*.c.d', 'a.b'] } },
      ['b by a'],
    ],
    ['on one of two hosts', { a: { hosts: ['a.b'] }, b: { hosts: ['a.b', 'c.d'] } }, []],
    ['three times the same', { a: '/x', b: '/x', c: '/x' }, ['b by a', 'c by a']],
  ]
  for (const [name, matches, shadows] of CASES) {
    test(name, () => {
      const heard: string[] = []
      const routes = Object.entries(matches).map(([name, options]) => routeOf(options, name))
      compileRouteTable(routes, (shadowed, by) => heard.push(`${shadowed.name} by ${by.name}`))
      assert.deepEqual(heard, shadows)
    })
  }
})

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

test('a look-up takes as many steps among 10,000 routes as among 30', () => {
  const stepsAmong = (count: number) => {
    const table = compileRouteTable(manyRoutes(count), assert.fail)
    for (const facts of requestsTo(count)) assert.equal(table.find(facts).kind, 'route')
    return table.visits / 300
  }
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
