// Routes that can never win are found and named with the one that wins instead.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MatchOptions } from '../../../gateway/route/options.ts'
import { compileRouteTable } from '../../../gateway/route/table.ts'
import { routeOf } from './table-of.ts'

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
    ['methods that overlap', { a: { methods: ['GET'] }, b: { methods: ['GET', 'PUT'] } }, []],
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
