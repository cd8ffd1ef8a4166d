// One plan together with what requests need to run on it; swapped whole when a new revision arrives.

import type { AuthContext } from '../auth/authenticate.ts'
import { isStatic, type Plan, type RoutePlan, type TargetService } from '../config/plan.ts'
import type { MeshUpstreams } from './mesh-upstreams.ts'
import type { RouteTable } from '../route/table.ts'
import { DEFAULT_RETRIES } from '../../sidecar/upstream/plan.ts'
import type { Services } from '../../sidecar/upstream/services.ts'
import type { Transport } from '../../sidecar/upstream/transport.ts'

export interface DataPlane {
  readonly plan: Plan
  /** Throws TypeError for a service of no plan. */
  transportTo(service: TargetService, route: RoutePlan): Transport
  readonly auth: AuthContext
  /** Lower-case request headers that some route makes of claims; stripped from clients on every route. */
  readonly identityHeaders: ReadonlySet<string>
  tableFor(listener: string): RouteTable<RoutePlan>
}

export function createDataPlane(
  plan: Plan,
  services: Services,
  mesh: MeshUpstreams,
  auth: AuthContext,
): DataPlane {
  const identityHeaders = new Set<string>()
  for (const route of plan.routes) {
    for (const { header } of route.auth?.forward ?? []) identityHeaders.add(header)
  }
  return {
    plan,
    transportTo: (service, { retries }) =>
      isStatic(service)
        ? services.get(service, retries)
        : mesh.transportTo(service.name, retries ?? DEFAULT_RETRIES),
    auth,
    identityHeaders,
    tableFor: (listener) => plan.tables.get(listener)!,
  }
}
