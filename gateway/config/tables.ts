// From all routes to the table of each listener, and to the routes no request can ever reach.

import { compileRouteTable, type RouteTable } from '../route/table.ts'
import type { ConfigPath, Report } from '../../sidecar/runtime/problem.ts'
import type { ListenerPlan, RoutePlan } from './plan.ts'
import type { PairProblem } from './problems.ts'

/** A route and where it stands in the file. */
export interface PlacedRoute {
  readonly plan: RoutePlan
  readonly at: ConfigPath
}

/** Reports a route as a warning where it is shadowed on every listener it serves. */
export function* compileTables(
  routes: readonly PlacedRoute[],
  listeners: readonly ListenerPlan[],
  report: Report,
): Generator<void, ReadonlyMap<string, RouteTable<RoutePlan>>> {
  const plans = routes.map((route) => route.plan)
  const tables = new Map<string, RouteTable<RoutePlan>>()
  const shadows = new Map<RoutePlan, RoutePlan[]>()
  const onShadow = (shadowed: RoutePlan, by: RoutePlan) => {
    shadows.set(shadowed, [...(shadows.get(shadowed) ?? []), by])
  }
  const isShared = plans.every((route) => route.listeners === null)
  if (isShared) {
    const table = compileRouteTable(plans, onShadow)
    for (const { name } of listeners) tables.set(name, table)
  } else {
    for (const { name } of listeners) {
      tables.set(name, compileRouteTable(servedBy(name, plans), onShadow))
      yield
    }
  }
  const placeOf = new Map(routes.map((route) => [route.plan, route.at]))
  for (const [shadowed, by] of shadows) {
    const tableCount = isShared ? 1 : (shadowed.listeners ?? listeners).length
    if (by.length < tableCount) continue
    const problem: PairProblem = {
      severity: 'warning',
      path: [...placeOf.get(shadowed)!, 'match'],
      message: `route \`${shadowed.name}\` is never reached: \`${by[0]!.name}\` gets all of its requests`,
      fix: 'remove it, or make its match more specific',
      related: [...placeOf.get(by[0]!)!, 'match'],
    }
    report(problem)
  }
  return tables
}

function servedBy(listener: string, routes: readonly RoutePlan[]): readonly RoutePlan[] {
  return routes.filter((route) => route.listeners?.includes(listener) ?? true)
}
