// What routes and mesh rules say about each other: a route the edge may not follow is told when the file is read.

import { spiffeIdOf } from '../../sidecar/identity/spiffe-id.ts'
import type { ConfigPath, Report } from '../../sidecar/runtime/problem.ts'
import type { MeshOptions } from './mesh-options.ts'
import { canonicalService } from './mesh-rules.ts'
import type { MeshPlan } from './mesh.ts'
import { isStatic, type RoutePlan } from './plan.ts'

/** Services that mesh rules are about: no route needs to lead to them. */
export function namedInRules(mesh: MeshOptions | undefined): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { to, from } of mesh?.authorize ?? []) {
    names.add(canonicalService(to))
    if (from !== 'any') for (const name of from) names.add(canonicalService(name))
  }
  return names
}

/** Warns of routes to services of the mesh that no rule lets the edge call. */
export function checkMeshRoutes(
  routes: readonly { readonly plan: RoutePlan; readonly at: ConfigPath }[],
  mesh: MeshPlan,
  report: Report,
): void {
  const edge = spiffeIdOf(mesh.trustDomain, 'system/edge')
  for (const { plan, at } of routes) {
    for (const { service } of plan.to) {
      if (isStatic(service)) continue
      const rules = mesh.authorize.get(service.name) ?? []
      const isOpen = rules.some(
        ({ verdict, from }) => verdict === 'allow' && (from === null || from.includes(edge)),
      )
      if (isOpen) continue
      const message = `no rule of \`mesh.authorize\` lets the edge call \`${service.name}\``
      const fix = `add { to: ${service.name}, from: [edge] } there`
      report({ severity: 'warning', path: [...at, 'to'], message, fix })
    }
  }
}
