// The endpoints of this node's services: seen, and kept from new requests where an operator says so.

import type { Plan } from '../../config/plan.ts'
import type { LiveQuestion } from '../../decide/explain-messages.ts'
import type { EndpointReport } from '../../decide/live-state.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { ApiError } from '../admin/api-error.ts'
import type { Documents } from '../documents/documents.ts'
import type { InstanceView } from '../mesh/registry.ts'
import { Drains, type Drain } from './drains.ts'
import type { PairFigure } from './figures.ts'
import type { SidecarView } from './sidecars.ts'
import { Gather } from './gather.ts'
import { Probes, type Dial } from './probes.ts'
import { probeTargets, serviceViews, type EndpointView, type ServiceView } from './services.ts'

export interface EndpointsDeps {
  readonly clock: Clock
  readonly tellAll: (question: LiveQuestion) => void
  /** Of this node. */
  readonly workers: () => number
  readonly plan: () => Plan | null
  readonly figures: () => readonly PairFigure[]
  /** By `service instance`. */
  readonly sidecars: () => ReadonlyMap<string, SidecarView>
  /** Default: by TCP. */
  readonly dial?: Dial
}

/** The mesh as far as its instances are concerned. */
export interface MeshInstances {
  /** Of the whole fleet. */
  instances(): readonly InstanceView[]
  /** Those that get no new call, `service instance`; complete each time. */
  hold(held: ReadonlySet<string>): void
}

export interface SeenServices {
  readonly services: readonly ServiceView[]
  /** Workers that did not answer in time. */
  readonly missing: number
}

export interface DrainChange {
  readonly endpoint: EndpointView
  /** Others of the service that get requests. */
  readonly left: number
}

export class Endpoints {
  readonly #deps: EndpointsDeps
  readonly #gather: Gather<readonly EndpointReport[]>
  readonly #drains: Drains
  readonly #probes: Probes
  #mesh: MeshInstances | null = null

  constructor(deps: EndpointsDeps) {
    const { clock, tellAll, workers, dial } = deps
    this.#deps = deps
    this.#gather = new Gather(clock, workers)
    this.#drains = new Drains({ clock, tellAll, gather: this.#gather })
    this.#probes = new Probes(clock, dial)
  }

  /** Where what is drained is remembered. Rejects where that was damaged. */
  async open(documents: Documents): Promise<void> {
    await this.#drains.open(documents)
    this.#hold()
  }

  /** null: there is none (any more). */
  useMesh(mesh: MeshInstances | null): void {
    this.#mesh = mesh
    this.#hold()
  }

  hear(worker: number, ask: number, reports: readonly EndpointReport[]): void {
    this.#gather.hear(worker, ask, reports)
  }

  async seen(): Promise<SeenServices> {
    const { tellAll, plan } = this.#deps
    const now = plan()
    if (now === null) return { services: [], missing: 0 }
    const [{ parts, missing }] = await Promise.all([
      this.#gather.ask((ask) => tellAll({ kind: 'live-endpoints-ask', ask })),
      this.#probes.watch(probeTargets(now.services)),
    ])
    return { services: this.#views(now, parts.flat()), missing }
  }

  /**
   * No new request goes there until it is enabled. Throws ApiError: `not_found`, `conflict` where it is the last one and
   * `evenLast` is not said, `not_available` where a worker did not confirm.
   */
  async drain(wanted: Omit<Drain, 'atMs'>, evenLast: boolean): Promise<DrainChange> {
    const { service, endpoint } = wanted
    const left = this.#others(service, endpoint)
    if (left === 0 && !evenLast) {
      const message = `${endpoint} is the last one of ${service} that gets requests: without it they are answered 503`
      const hint = 'say `"evenLast": true` if that is wanted'
      throw new ApiError('conflict', message, [{ pointer: '/evenLast', detail: message, hint }])
    }
    const drain = { ...wanted, atMs: this.#deps.clock.wallMs() }
    const { parts, missing } = await this.#drains.add(drain)
    return this.#confirmed(service, endpoint, parts.flat(), missing, left)
  }

  /** Requests go there again. Throws as `drain`. */
  async enable(service: string, endpoint: string): Promise<DrainChange> {
    const left = this.#others(service, endpoint)
    const { parts, missing } = await this.#drains.remove({ service, endpoint })
    return this.#confirmed(service, endpoint, parts.flat(), missing, left)
  }

  close(): void {
    this.#drains.close()
    this.#probes.close()
    this.#gather.close()
  }

  #views(plan: Plan, reports: readonly EndpointReport[]): readonly ServiceView[] {
    const { clock, figures, sidecars } = this.#deps
    return serviceViews({
      plan,
      reports,
      checks: this.#probes.results,
      drains: this.#drains.list,
      instances: this.#mesh?.instances() ?? [],
      figures: figures(),
      sidecars: sidecars(),
      nowMs: clock.wallMs(),
    })
  }

  /** How many others get requests. Throws ApiError `not_found`. */
  #others(service: string, endpoint: string): number {
    const plan = this.#deps.plan()
    const views = plan === null ? [] : this.#views(plan, [])
    const found = views.find(({ name }) => name === service)
    if (found === undefined) throw new ApiError('not_found', `there is no service ${service}`)
    if (found.endpoints.some(({ name }) => name === endpoint)) {
      return found.endpoints.filter(({ name, drain }) => name !== endpoint && drain === null).length
    }
    const names = found.endpoints.slice(0, 10).map(({ name }) => name)
    const known = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`
    throw new ApiError('not_found', `${service} has no endpoint ${endpoint}: ${known}`)
  }

  #confirmed(
    service: string,
    endpoint: string,
    reports: readonly EndpointReport[],
    missing: number,
    left: number,
  ): DrainChange {
    this.#hold()
    if (missing > 0) {
      const message = `${missing} workers of this node did not confirm it in time; they are told again every second`
      throw new ApiError('not_available', message)
    }
    const views = this.#views(this.#deps.plan()!, reports)
    const view = views
      .find(({ name }) => name === service)
      ?.endpoints.find(({ name }) => name === endpoint)
    if (view === undefined) throw new ApiError('not_found', `${endpoint} has gone meanwhile`)
    return { endpoint: view, left }
  }

  #hold(): void {
    const held = this.#drains.list
      .filter(({ endpoint }) => endpoint.includes('@') && !endpoint.includes('://'))
      .map(({ service, endpoint }) => `${service} ${endpoint.slice(0, endpoint.indexOf('@'))}`)
    this.#mesh?.hold(new Set(held))
  }
}
