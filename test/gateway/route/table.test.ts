// The route table: its order, what matches what, and what it answers.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MatchOptions } from '../../../gateway/route/options.ts'
import { factsOf, nameOf, tableOf } from './table-of.ts'

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
