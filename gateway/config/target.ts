// From a route's `to:` to weighted services.

import { anonymousService, compileEndpoint } from '../../sidecar/upstream/compile.ts'
import type { ServicePlan } from '../../sidecar/upstream/plan.ts'
import type { ConfigPath, Report } from '../../sidecar/runtime/problem.ts'
import { closest } from '../../sidecar/runtime/suggest.ts'
import type { RoutePlan, TargetService } from './plan.ts'
import type { RouteOptions } from './schema.ts'

export interface TargetContext {
  readonly report: Report
  readonly production: boolean
  /** null: defined, with problems of its own. */
  readonly services: ReadonlyMap<string, TargetService | null>
  /** Services behind URLs, by URL, so that routes to one URL share its connections; filled here. */
  readonly anonymous: Map<string, ServicePlan>
  /** Names of services that a route refers to; filled here. */
  readonly used: Set<string>
}

type Target = RoutePlan['to'][number]

const SHOWN_NAMES = 10

/** Null where a target does not exist or has problems of its own. */
export function compileTargets(
  to: RouteOptions['to'],
  at: ConfigPath,
  context: TargetContext,
): readonly Target[] | null {
  if (typeof to === 'string') {
    const isUrl = to.includes('://')
    const service = isUrl ? urlService(to, at, context) : namedService(to, at, context)
    return service && [{ service, weight: 1 }]
  }
  const targets: Target[] = []
  const seen = new Set<string>()
  for (const [index, entry] of to.entries()) {
    const path = [...at, index]
    const service =
      'url' in entry
        ? urlService(entry.url, [...path, 'url'], context)
        : namedService(entry.service, [...path, 'service'], context)
    if (service === null) continue
    if (seen.has(service.name)) {
      const message = `\`${service.name}\` is listed twice`
      context.report({
        severity: 'error',
        path,
        message,
        fix: 'remove one, and give the other its weight',
      })
    }
    seen.add(service.name)
    targets.push({ service, weight: entry.weight ?? 1 })
  }
  if (targets.length < to.length) return null
  if (targets.some(({ weight }) => weight > 0)) return targets
  const message = 'every weight is 0: no request would be served'
  context.report({ severity: 'error', path: at, message, fix: 'give one of them a weight above 0' })
  return null
}

function urlService(url: string, at: ConfigPath, context: TargetContext): ServicePlan | null {
  const endpoint = compileEndpoint(url, at, context.report, context.production)
  if (endpoint === null) return null
  const known = context.anonymous.get(endpoint.url)
  if (known !== undefined) return known
  const service = anonymousService(endpoint)
  context.anonymous.set(endpoint.url, service)
  return service
}

function namedService(name: string, at: ConfigPath, context: TargetContext): TargetService | null {
  const service = context.services.get(name)
  context.used.add(name)
  if (service !== undefined) return service
  const message = `there is no service named \`${name}\``
  context.report({ severity: 'error', path: at, message, fix: fixFor(name, context.services) })
  return null
}

function fixFor(name: string, services: TargetContext['services']): string {
  const near = closest(name, services.keys())
  if (near !== null) return `did you mean \`${near}\`?`
  if (/^[a-z0-9.-]+:\d+$/i.test(name))
    return `a URL begins with http:// or https://: http://${name}`
  const names = [...services.keys()].slice(0, SHOWN_NAMES).join(', ')
  return names === '' ? 'add it under `services:`, or write a URL' : `services are: ${names}`
}
