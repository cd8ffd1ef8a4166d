// Routes, tables and requests for tests, written as in a configuration file and on a command line.

import assert from 'node:assert/strict'
import { compileMatch } from '../../../gateway/route/compile.ts'
import type { MatchOptions } from '../../../gateway/route/options.ts'
import {
  compileRouteTable,
  type RouteFound,
  type RouteTable,
  type RoutingFacts,
} from '../../../gateway/route/table.ts'
import type { PlainRoute } from './reference-matcher.ts'

export function routeOf(options: MatchOptions, name: string): PlainRoute {
  const match = compileMatch(options, [], (problem) => assert.fail(problem.message))
  assert.ok(match)
  return { name, match }
}

export function tableOf(matches: Readonly<Record<string, MatchOptions>>): RouteTable<PlainRoute> {
  const routes = Object.entries(matches).map(([name, options]) => routeOf(options, name))
  return compileRouteTable(routes, () => undefined)
}

export function factsOf(text: string, extra: Partial<RoutingFacts> = {}): RoutingFacts {
  const [method = '', url = ''] = text.split(' ')
  const { hostname, pathname, search } = new URL(`http://${url}`)
  return { method, host: hostname, path: pathname, query: search.slice(1), headers: [], ...extra }
}

export function nameOf(found: RouteFound<PlainRoute>): string {
  if (found.kind === 'route') return found.route.name
  if (found.kind === 'not_found') return found.kind
  return `${found.kind} ${found.route.name} ${[...found.allow].sort().join(',')}`
}
