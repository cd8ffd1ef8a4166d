// One plan together with what requests need to run on it; swapped whole when a new revision arrives.

import type { AuthContext } from '../auth/authenticate.ts'
import type { Plan, RoutePlan } from '../config/plan.ts'
import type { RouteTable } from '../route/table.ts'
import type { Services } from '../../sidecar/upstream/services.ts'

export interface DataPlane {
  readonly plan: Plan
  readonly services: Services
  readonly auth: AuthContext
  /** Lower-case request headers that some route makes of claims; stripped from clients on every route. */
  readonly identityHeaders: ReadonlySet<string>
  tableFor(listener: string): RouteTable<RoutePlan>
}

export function createDataPlane(plan: Plan, services: Services, auth: AuthContext): DataPlane {
  const identityHeaders = new Set<string>()
  for (const route of plan.routes) {
    for (const { header } of route.auth?.forward ?? []) identityHeaders.add(header)
  }
  return {
    plan,
    services,
    auth,
    identityHeaders,
    tableFor: (listener) => plan.tables.get(listener)!,
  }
}
