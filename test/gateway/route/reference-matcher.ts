// The table's order said the plain way: look at every route, keep the best. Slow, and obviously right.

import type { HostPattern, PathPattern, RouteMatch } from '../../../gateway/route/plan.ts'
import type { RoutingFacts } from '../../../gateway/route/table.ts'

export interface PlainRoute {
  readonly name: string
  readonly match: RouteMatch
}

/** Name of the route that wins, or `method_not_allowed <name> <methods>`, or `not_found`. */
export function referenceFind(routes: readonly PlainRoute[], facts: RoutingFacts): string {
  const fitting = routes
    .flatMap((route, index) => {
      const host = route.match.hosts
        .filter((pattern) => hostFits(pattern, facts.host))
        .sort(byHost)[0]
      return host !== undefined && fitsBelowHost(route.match, facts) ? [{ route, index, host }] : []
    })
    .sort(
      (a, b) =>
        byHost(a.host, b.host) ||
        byPath(a.route.match.path, b.route.match.path) ||
        Number(a.route.match.methods === null) - Number(b.route.match.methods === null) ||
        b.route.match.headers.length - a.route.match.headers.length ||
        b.route.match.query.length - a.route.match.query.length ||
        a.index - b.index,
    )
    .map(({ route }) => route)
  const winner = fitting.find((route) => methodFits(route.match, facts.method))
  if (winner !== undefined) return winner.name
  if (fitting.length === 0) return 'not_found'
  const methods = new Set(fitting.flatMap(({ match }) => [...(match.methods ?? [])]))
  if (methods.has('GET')) methods.add('HEAD')
  return `method_not_allowed ${fitting[0]!.name} ${[...methods].sort().join(',')}`
}

export function methodFits({ methods }: RouteMatch, method: string): boolean {
  return methods === null || methods.has(method) || (method === 'HEAD' && methods.has('GET'))
}

function fitsBelowHost(match: RouteMatch, facts: RoutingFacts): boolean {
  const query = new URLSearchParams(facts.query)
  return (
    pathFits(match.path, facts.path) &&
    match.headers.every(({ name, value }) => {
      const at = facts.headers.indexOf(name)
      return at !== -1 && facts.headers[at + 1] === value
    }) &&
    match.query.every(({ name, value }) => query.get(name) === value)
  )
}

function hostFits(pattern: HostPattern, host: string): boolean {
  if (pattern.kind === 'any') return true
  if (pattern.kind === 'exact') return pattern.value === host
  return host.endsWith(pattern.value) && !host.slice(0, -pattern.value.length).includes('.')
}

function byHost(a: HostPattern, b: HostPattern): number {
  const ranks = { exact: 0, wildcard: 1, any: 2 }
  return ranks[a.kind] - ranks[b.kind] || b.value.length - a.value.length
}

function pathFits({ segments, prefix }: PathPattern, path: string): boolean {
  const pieces = path.slice(1).split('/')
  if (pieces.length < segments.length || (!prefix && pieces.length > segments.length)) return false
  return segments.every((segment, index) =>
    segment.kind === 'literal' ? segment.value === pieces[index] : pieces[index] !== '',
  )
}

/** Ranks of the segments one by one; two paths that fit the same request differ at the first difference. */
function byPath(a: PathPattern, b: PathPattern): number {
  for (let index = 0; ; index++) {
    const [left, right] = [rankAt(a, index), rankAt(b, index)]
    if (left !== right) return left - right
    if (left >= 2) return 0
  }
}

function rankAt({ segments, prefix }: PathPattern, index: number): number {
  const segment = segments[index]
  if (segment !== undefined) return segment.kind === 'literal' ? 0 : 1
  return prefix ? 3 : 2
}
