// What calls what, as a picture of columns: clients, listeners, routes, services, endpoints; callers, egress, rules.

import { modeInForce } from '../../allow/mode.ts'
import { isStatic, type Plan, type RoutePlan } from '../../config/plan.ts'
import { together, type Figure, type Figures, type PairFigure } from './figures.ts'
import type { ServiceView } from './services.ts'

export const NODE_KINDS = [
  'clients',
  'listener',
  'route',
  'service',
  'endpoint',
  'caller',
  'egress',
  'destination',
] as const
export type NodeKind = (typeof NODE_KINDS)[number]

export interface TopologyNode {
  /** `route/orders`: the same for as long as the thing has its name. */
  readonly id: string
  readonly kind: NodeKind
  readonly name: string
  /** More to say: hosts and path, an address, what a rule allows. */
  readonly detail: string
  readonly state: 'well' | 'troubled' | 'drained' | 'unknown'
  /** Why it is troubled; or empty. */
  readonly reason: string
}

export interface TopologyEdge extends Figure {
  readonly from: string
  readonly to: string
  readonly tls: 'none' | 'tls' | 'mtls'
  /** The identity that the other side must prove; null: none. */
  readonly peer: string | null
  /** Query of the live tail that shows what goes along it; null: nothing does. */
  readonly tail: string | null
}

export interface Topology {
  readonly nodes: readonly TopologyNode[]
  readonly edges: readonly TopologyEdge[]
  /** Left out beyond the bound. */
  readonly omitted: number
}

const MAX_NODES = 5000
const NOTHING: Figure = { requests: 0, refused: 0, failed: 0, meanMs: 0, p95Ms: null }
const CLIENTS = 'clients/'
const EGRESS = 'egress/'

/**
 * In the order of the configuration, so that what is added comes last. `calls`: of services by services, as their
 * sidecars have counted them. `nowMs`: of the wall clock, for what is in force.
 */
export function topologyOf(
  plan: Plan,
  services: readonly ServiceView[],
  figures: Figures,
  calls: readonly PairFigure[],
  nowMs: number,
): Topology {
  const drawing = new Drawing()
  drawEdge(drawing, plan, figures)
  drawServices(drawing, plan, services, figures)
  drawCalls(drawing, services, calls)
  if (plan.egress !== null) drawEgress(drawing, plan.egress, figures.egress, nowMs)
  return drawing.topology()
}

class Drawing {
  readonly #nodes = new Map<string, TopologyNode>()
  readonly #edges: TopologyEdge[] = []
  #omitted = 0

  node(
    kind: NodeKind,
    name: string,
    more: Partial<Pick<TopologyNode, 'detail' | 'state' | 'reason'>> & { key?: string } = {},
  ): string {
    const { key = name, ...rest } = more
    const id = `${kind}/${key}`
    if (this.#nodes.has(id)) return id
    if (this.#nodes.size >= MAX_NODES) this.#omitted++
    else this.#nodes.set(id, { id, kind, name, detail: '', state: 'unknown', reason: '', ...rest })
    return id
  }

  edge(edge: Omit<TopologyEdge, keyof Figure | 'peer'> & { peer?: string | null }, figure: Figure) {
    const { requests, refused, failed, meanMs, p95Ms } = figure
    if (!this.#nodes.has(edge.from) || !this.#nodes.has(edge.to)) return
    this.#edges.push({ peer: null, ...edge, requests, refused, failed, meanMs, p95Ms })
  }

  topology(): Topology {
    return { nodes: [...this.#nodes.values()], edges: this.#edges, omitted: this.#omitted }
  }
}

function drawEdge(drawing: Drawing, plan: Plan, { listeners, routes }: Figures): void {
  drawing.node('clients', '')
  const byRoute = Map.groupBy(routes, ({ from }) => from)
  const byListener = Map.groupBy(listeners, ({ from }) => from)
  for (const { name, host, port } of plan.listeners) {
    drawing.node('listener', name, { detail: `${host}:${port}` })
  }
  for (const { name, tls } of plan.listeners) {
    const own = byListener.get(name) ?? []
    const id = `listener/${name}`
    const kind = tls === null ? 'none' : tlsOf(tls.clientAuth !== 'none')
    drawing.edge({ from: CLIENTS, to: id, tls: kind, tail: '' }, together(own))
    const isOnly = plan.listeners.length === 1
    const counted = new Map(own.map((pair) => [pair.to, pair]))
    for (const route of plan.routes.filter((one) => isServedBy(one, name))) {
      drawing.node('route', route.name, { detail: matchText(route) })
      // Of times only routes know; where there is one door only, they are the door's as well.
      const { p95Ms } = isOnly ? together(byRoute.get(route.name) ?? []) : NOTHING
      const figure = { ...(counted.get(route.name) ?? NOTHING), p95Ms }
      const tail = query({ route: route.name })
      drawing.edge({ from: id, to: `route/${route.name}`, tls: 'none', tail }, figure)
    }
  }
}

function isServedBy({ listeners }: RoutePlan, listener: string): boolean {
  return listeners === null || listeners.includes(listener)
}

function drawServices(
  drawing: Drawing,
  plan: Plan,
  services: readonly ServiceView[],
  figures: Figures,
): void {
  const pairs = new Map(figures.routes.map((pair) => [`${pair.from} ${pair.to}`, pair]))
  const called = new Map(figures.endpoints.map((pair) => [`${pair.from} ${pair.to}`, pair]))
  for (const { name, kind, endpoints } of services) {
    const troubled = endpoints.filter(({ isTroubled }) => isTroubled)
    const service = drawing.node('service', name, { detail: kind, ...stateOfAll(endpoints) })
    for (const { name: endpoint, state, reason, isTroubled, peer } of endpoints) {
      const to = drawing.node('endpoint', endpoint, {
        key: `${name} ${endpoint}`,
        state: isTroubled
          ? 'troubled'
          : state === 'well' || state === 'drained'
            ? state
            : 'unknown',
        reason: troubled.length > 0 ? reason : '',
      })
      const tls = kind === 'mesh' ? 'mtls' : tlsOf(false, peer !== null)
      const tail = query({ service: name })
      drawing.edge(
        { from: service, to, tls, peer, tail },
        called.get(`${name} ${endpoint}`) ?? NOTHING,
      )
    }
  }
  for (const route of plan.routes) {
    for (const { service } of route.to) {
      const figure = pairs.get(`${route.name} ${service.name}`) ?? NOTHING
      const tls = isStatic(service) ? 'none' : 'mtls'
      const tail = query({ route: route.name, service: service.name })
      const edge = {
        from: `route/${route.name}`,
        to: `service/${service.name}`,
        tls,
        tail,
      } as const
      drawing.edge(edge, figure)
    }
  }
}

function drawCalls(
  drawing: Drawing,
  services: readonly ServiceView[],
  calls: readonly PairFigure[],
): void {
  const peers = new Map(services.map(({ name, endpoints }) => [name, endpoints[0]?.peer ?? null]))
  for (const call of calls) {
    const from = drawing.node('service', call.from, { detail: 'mesh' })
    const to = drawing.node('service', call.to, { detail: 'mesh' })
    const peer = peers.get(call.to) ?? null
    // The live view follows requests through the doors of the gateway, not from sidecar to sidecar.
    drawing.edge({ from, to, tls: 'mtls', peer, tail: null }, call)
  }
}

function stateOfAll(endpoints: ServiceView['endpoints']): Pick<TopologyNode, 'state' | 'reason'> {
  const troubled = endpoints.filter(({ isTroubled }) => isTroubled)
  const [first] = troubled
  if (first !== undefined) {
    const reason = `${troubled.length}/${endpoints.length}: ${first.name} ${first.reason}`.trim()
    return { state: 'troubled', reason }
  }
  return { state: endpoints.some(({ state }) => state === 'well') ? 'well' : 'unknown', reason: '' }
}

function drawEgress(
  drawing: Drawing,
  egress: NonNullable<Plan['egress']>,
  figures: readonly PairFigure[],
  nowMs: number,
): void {
  drawing.node('egress', 'egress', { key: '', detail: modeInForce(egress, nowMs) })
  const configured = egress.rules.flatMap(({ from }) => from ?? [])
  for (const caller of new Set([...configured, ...figures.map(({ from }) => from)])) {
    if (caller === '') continue
    const own = figures.filter(({ from }) => from === caller)
    const tls = egress.mesh !== null && egress.plain === null ? 'mtls' : 'none'
    const from = drawing.node('caller', caller)
    const tail = query({ plane: 'egress', subject: caller })
    drawing.edge({ from, to: EGRESS, tls, tail }, together(own))
  }
  for (const { name, allow } of egress.rules) {
    const detail = allow
      .slice(0, 5)
      .map(({ text }) => text)
      .join(', ')
    const to = drawing.node('destination', name, { detail })
    const own = figures.filter((figure) => figure.to === name)
    const tail = query({ plane: 'egress', rule: name })
    drawing.edge({ from: EGRESS, to, tls: 'none', tail }, together(own))
  }
}

function tlsOf(isMutual: boolean, isSecure = true): TopologyEdge['tls'] {
  if (isMutual) return 'mtls'
  return isSecure ? 'tls' : 'none'
}

function matchText({ match: { hosts, path } }: RoutePlan): string {
  const names = hosts.flatMap(({ kind, value }) => {
    if (kind === 'any') return []
    return kind === 'wildcard' ? [`*${value}`] : [value]
  })
  return `${names.join(', ')}${path.template}`
}

function query(fields: Readonly<Record<string, string>>): string {
  return new URLSearchParams(fields).toString()
}
