// Keeps one cluster for each service across plan swaps, so that a reload neither drops a request nor a warm connection.

import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../runtime/clock.ts'
import { Cluster, type EndpointStatus } from './cluster.ts'
import type { RetryPlan, ServicePlan } from './plan.ts'
import { Retriable } from './retriable.ts'
import type { Transport } from './transport.ts'

interface Kept {
  readonly plan: ServicePlan
  readonly service: Retriable<Cluster>
}

/** URLs of endpoints that get no new request, by service name. */
export type Drained = ReadonlyMap<string, ReadonlySet<string>>

const NOBODY: ReadonlySet<string> = new Set()

export class Services {
  readonly #clock: Clock
  readonly #random: () => number
  /** Also finds clusters of plans that were replaced, for requests that began before; gone with the plan itself. */
  readonly #byPlan = new WeakMap<ServicePlan, Kept>()
  #current: readonly Kept[] = []
  #drained: Drained = new Map()
  /** Replaced clusters that still have requests running. */
  readonly #retiring = new Set<Cluster>()

  /** `random`: [0, 1). */
  constructor(clock: Clock, random: () => number = Math.random) {
    this.#clock = clock
    this.#random = random
  }

  /**
   * Makes `services` the current ones. A service whose plan is equal to one before keeps its connections; the others
   * start with none. Clusters that are not named any more finish what they have, and keep no connection.
   */
  update(services: readonly ServicePlan[]): void {
    const before = this.#current
    const byName = Map.groupBy(before, ({ plan }) => plan.name)
    this.#current = services.map((plan) => {
      const same = byName.get(plan.name)?.find((kept) => isDeepStrictEqual(kept.plan, plan))
      const kept = { ...(same ?? this.#create(plan)), plan }
      this.#byPlan.set(plan, kept)
      return kept
    })
    const kept = new Set(this.#current.map(({ service }) => service))
    for (const { service } of before) if (!kept.has(service)) this.#retire(service.inner)
  }

  /**
   * The transport of a service of this plan or an earlier one, sending again what `retries` says.
   * Throws TypeError for a service `update` never saw.
   */
  get(service: ServicePlan, retries: RetryPlan | null = null): Transport {
    const kept = this.#byPlan.get(service)
    if (kept === undefined) throw new TypeError(`service ${service.name} is in no plan`)
    return kept.service.with(retries)
  }

  /** Complete each time; also holds for services and endpoints of plans to come. */
  setDrained(drained: Drained): void {
    this.#drained = drained
    for (const { plan, service } of this.#current) {
      service.inner.setDrained(drained.get(plan.name) ?? NOBODY)
    }
  }

  /** Those of the current plan, by service name. */
  status(): ReadonlyMap<string, readonly EndpointStatus[]> {
    return new Map(this.#current.map(({ plan, service }) => [plan.name, service.inner.status()]))
  }

  /** Refuses new requests; resolves when the running ones have finished. */
  async close(): Promise<void> {
    const clusters = [...this.#current.map(({ service }) => service.inner), ...this.#retiring]
    await Promise.all(clusters.map((cluster) => cluster.close()))
  }

  #create(plan: ServicePlan): Kept {
    const cluster = new Cluster(plan, this.#clock, this.#random)
    cluster.setDrained(this.#drained.get(plan.name) ?? NOBODY)
    return { plan, service: new Retriable(cluster, this.#clock, this.#random) }
  }

  #retire(cluster: Cluster): void {
    this.#retiring.add(cluster)
    void cluster.retire().then(() => this.#retiring.delete(cluster))
  }
}
