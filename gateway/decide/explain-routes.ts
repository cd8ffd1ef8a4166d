// Why the other routes did not get a request: the first condition of each that did not fit, found by the real matcher.

import type { RoutePlan } from '../config/plan.ts'
import type { RouteMatch } from '../route/plan.ts'
import { compileRouteTable } from '../route/table.ts'
import type { ConfigPath } from '../../sidecar/runtime/problem.ts'
import type { RequestFacts } from '../../sidecar/forward/facts.ts'
import { preflightFor } from './edge.ts'
import type { LostRoute } from './explain.ts'

export interface Contest {
  readonly facts: RequestFacts
  readonly listener: string
  /** In the order of the file. */
  readonly routes: readonly RoutePlan[]
  /** null: none. */
  readonly winner: RoutePlan | null
}

/** Nearest to winning first. */
const NEARNESS: readonly LostRoute['why'][] = [
  'less_specific',
  'method',
  'query',
  'header',
  'path',
  'host',
  'listener',
]
const MAX_LOST = 20
const ANY_PATH: RouteMatch['path'] = { template: '/*', segments: [], prefix: true }

/** At most 20. The cost grows with the number of routes: for people who ask, not for every request. */
export function lostRoutes({ facts, listener, routes, winner }: Contest): readonly LostRoute[] {
  const lost: LostRoute[] = []
  for (const [index, route] of routes.entries()) {
    if (route === winner) continue
    lost.push(whyLost(route, ['routes', index], facts, listener, winner))
  }
  return lost
    .toSorted((a, b) => NEARNESS.indexOf(a.why) - NEARNESS.indexOf(b.why))
    .slice(0, MAX_LOST)
}

function whyLost(
  { name, listeners, match }: RoutePlan,
  at: ConfigPath,
  facts: RequestFacts,
  listener: string,
  winner: RoutePlan | null,
): LostRoute {
  const because = (why: LostRoute['why'], detail: string, key: string): LostRoute => {
    return {
      route: name,
      why,
      detail,
      at: why === 'listener' ? [...at, key] : [...at, 'match', key],
    }
  }
  if (listeners !== null && !listeners.includes(listener)) {
    return because('listener', `serves ${listeners.join(', ')}, not ${listener}`, 'listener')
  }
  const bare = { ...match, methods: null, headers: [], query: [] }
  if (!fits({ ...bare, path: ANY_PATH }, facts)) {
    return because('host', `${facts.host} is not ${hostsOf(match)}`, 'hosts')
  }
  if (!fits(bare, facts)) {
    return because('path', `${facts.path} is not ${match.path.template}`, 'path')
  }
  const header = match.headers.find((one) => !fits({ ...bare, headers: [one] }, facts))
  // The wanted value may be a secret.
  if (header !== undefined)
    return because('header', `${header.name} is not as it must be`, 'headers')
  const query = match.query.find((one) => !fits({ ...bare, query: [one] }, facts))
  if (query !== undefined) return because('query', `${query.name} is not as it must be`, 'query')
  if (match.methods !== null && !fits({ ...bare, methods: match.methods }, facts)) {
    const method = preflightFor(facts) ?? facts.method
    return because('method', `${method} is not ${[...match.methods].join(', ')}`, 'methods')
  }
  const by = winner === null ? '' : `${winner.name} is more specific, or earlier in the file`
  return because('less_specific', by, 'path')
}

function fits(match: RouteMatch, facts: RequestFacts): boolean {
  const table = compileRouteTable([{ name: '', match }], () => {})
  return table.find(facts, preflightFor(facts) ?? undefined).kind === 'route'
}

function hostsOf({ hosts }: RouteMatch): string {
  const texts = hosts.map(({ kind, value }) => (kind === 'wildcard' ? `*${value}` : value || '*'))
  return texts.length > 5 ? `${texts.slice(0, 5).join(', ')}, …` : texts.join(', ')
}
