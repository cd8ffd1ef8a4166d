// Every service with its endpoints as this node sees them: its workers' requests, a look of its own, and the registry.

import type { EndpointReport } from '../../decide/live-state.ts'
import { isStatic, type Plan, type TargetService } from '../../config/plan.ts'
import type { ServicePlan } from '../../../sidecar/upstream/plan.ts'
import type { InstanceView } from '../mesh/registry.ts'
import type { Drain } from './drains.ts'
import { endpointState, type EndpointState } from './endpoint-state.ts'
import type { PairFigure } from './figures.ts'
import type { ProbeResult } from './probes.ts'
import type { SidecarView } from './sidecars.ts'

export interface EndpointView {
  /** URL, or `instance@address:port` of the mesh. */
  readonly name: string
  readonly state: EndpointState
  /** Why it is so, in the words of the system; or empty. */
  readonly reason: string
  /** Whether somebody should look at it. */
  readonly isTroubled: boolean
  /** Of the worker that trusts it least. */
  readonly breaker: 'closed' | 'open' | 'half-open'
  /** Workers that pass it over, or try it. */
  readonly ejectedBy: number
  /** Of all workers of this node; null where that cannot be seen from here. */
  readonly inFlight: number | null
  /** In the last five minutes. */
  readonly requests: number
  readonly failed: number
  /** Mean of the last five minutes; null without a request. */
  readonly meanMs: number | null
  /** The last look at it, when and how long it took; null: none was taken. */
  readonly check: ProbeResult | null
  /** The SPIFFE id that it must prove, or the name of its certificate; null: it is called in cleartext. */
  readonly peer: string | null
  readonly drain: Omit<Drain, 'service' | 'endpoint'> | null
  readonly version: string | null
  readonly zone: string | null
  readonly weight: number | null
  /** What its own sidecar has counted; null: it has none, or it reports to another node. */
  readonly sidecar: SidecarView | null
}

export interface ServiceView {
  readonly name: string
  /** `url`: a route names it by its address alone. */
  readonly kind: 'static' | 'url' | 'mesh'
  readonly balance: string
  /** Names of routes. */
  readonly usedBy: readonly string[]
  readonly endpoints: readonly EndpointView[]
}

export interface Seen {
  readonly plan: Plan
  readonly reports: readonly EndpointReport[]
  readonly checks: ReadonlyMap<string, ProbeResult>
  readonly drains: readonly Drain[]
  readonly instances: readonly InstanceView[]
  readonly figures: readonly PairFigure[]
  /** By `service instance`. */
  readonly sidecars: ReadonlyMap<string, SidecarView>
  /** Wall clock. */
  readonly nowMs: number
}

/** By name; those of the mesh that no route names are there, too. */
export function serviceViews(seen: Seen): readonly ServiceView[] {
  const index = indexOf(seen)
  const targets = targetsOf(seen.plan)
  for (const { service } of seen.instances) {
    if (!targets.has(service)) targets.set(service, { mesh: true, name: service })
  }
  return [...targets.values()]
    .map((target) => viewOf(target, seen, index))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function targetsOf(plan: Plan): Map<string, TargetService> {
  const targets = new Map<string, TargetService>()
  for (const service of plan.services) targets.set(service.name, service)
  for (const { to } of plan.routes) {
    for (const { service } of to) targets.set(service.name, service)
  }
  return targets
}

/** So that a thousand services do not look through each other's facts. */
interface Index {
  readonly usedBy: ReadonlyMap<string, readonly string[]>
  readonly reports: ReadonlyMap<string, readonly EndpointReport[]>
  readonly drains: ReadonlyMap<string, Drain>
  readonly figures: ReadonlyMap<string, PairFigure>
  readonly instances: ReadonlyMap<string, readonly InstanceView[]>
}

function keyOf(service: string, endpoint: string): string {
  return `${service} ${endpoint}`
}

function indexOf({ plan, reports, drains, figures, instances }: Seen): Index {
  const usedBy = new Map<string, string[]>()
  for (const { name, to } of plan.routes) {
    for (const { service } of to) {
      const names = usedBy.get(service.name) ?? []
      usedBy.set(service.name, names)
      names.push(name)
    }
  }
  return {
    usedBy,
    reports: Map.groupBy(reports, ({ service, endpoint }) => keyOf(service, endpoint)),
    drains: new Map(drains.map((drain) => [keyOf(drain.service, drain.endpoint), drain])),
    figures: new Map(figures.map((figure) => [keyOf(figure.from, figure.to), figure])),
    instances: Map.groupBy(instances, ({ service }) => service),
  }
}

function viewOf(target: TargetService, seen: Seen, index: Index): ServiceView {
  const { name } = target
  const usedBy = index.usedBy.get(name) ?? []
  if (!isStatic(target)) {
    const endpoints = (index.instances.get(name) ?? []).map((instance) =>
      endpointOf(name, meshName(instance), seen, index, instance, instance.id),
    )
    return { name, kind: 'mesh', balance: 'least-loaded', usedBy, endpoints: sorted(endpoints) }
  }
  const endpoints = target.endpoints.map(({ url, secure, host }) =>
    endpointOf(name, url, seen, index, null, secure ? (target.tls.serverName ?? host) : null),
  )
  const kind = name.includes('://') ? 'url' : 'static'
  return { name, kind, balance: target.balance, usedBy, endpoints }
}

function endpointOf(
  service: string,
  name: string,
  seen: Seen,
  index: Index,
  instance: InstanceView | null,
  peer: string | null,
): EndpointView {
  const key = keyOf(service, name)
  const reports = index.reports.get(key) ?? []
  const drain = index.drains.get(key) ?? null
  const figure = index.figures.get(key)
  const check = seen.checks.get(name) ?? null
  const breakers = reports.map(({ breaker }) => breaker)
  const breaker = (['open', 'half-open'] as const).find((kind) => breakers.includes(kind))
  const { state, reason } = endpointState({
    isDrained: drain !== null,
    reports,
    check,
    instance,
    requests: figure?.requests ?? 0,
    failed: figure?.failed ?? 0,
    nowMs: seen.nowMs,
  })
  return {
    name,
    state,
    reason,
    isTroubled: !['well', 'unknown', 'drained', 'starting'].includes(state),
    breaker: breaker ?? 'closed',
    ejectedBy: breakers.filter((kind) => kind !== 'closed').length,
    // Of what is drained workers tell only as long as they have something under way there.
    inFlight:
      reports.length === 0 && drain === null
        ? null
        : reports.reduce((sum, one) => sum + one.inFlight, 0),
    requests: figure?.requests ?? 0,
    failed: figure?.failed ?? 0,
    meanMs: figure === undefined ? null : figure.meanMs,
    check,
    peer,
    drain: drain === null ? null : { by: drain.by, atMs: drain.atMs, reason: drain.reason },
    version: instance?.version ?? null,
    zone: instance?.zone ?? null,
    weight: instance?.weight ?? null,
    sidecar:
      instance === null ? null : (seen.sidecars.get(`${service} ${instance.instance}`) ?? null),
  }
}

/** As the balancing of the edge calls it. */
export function meshName({ instance, address, port }: InstanceView): string {
  return `${instance}@${address.includes(':') ? `[${address}]` : address}:${port}`
}

function sorted(endpoints: readonly EndpointView[]): readonly EndpointView[] {
  return endpoints.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** What can be looked at from here: not those of the mesh, whose sidecars tell themselves. */
export function probeTargets(services: readonly ServicePlan[]) {
  return services.flatMap(({ endpoints }) =>
    endpoints.map(({ url, host, port }) => ({ url, host, port })),
  )
}
