// Keeps one cluster for each service across plan swaps, so that a reload neither drops a request nor a warm connection.

import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../runtime/clock.ts'
import { Cluster } from './cluster.ts'
import type { ServicePlan } from './plan.ts'
import type { Transport } from './transport.ts'

interface Kept {
  readonly plan: ServicePlan
  readonly cluster: Cluster
}

export class Services {
  readonly #clock: Clock
  /** Also finds clusters of plans that were replaced, for requests that began before; gone with the plan itself. */
  readonly #byPlan = new WeakMap<ServicePlan, Cluster>()
  #current: readonly Kept[] = []
  /** Replaced clusters that still have requests running. */
  readonly #retiring = new Set<Cluster>()

  constructor(clock: Clock) {
    this.#clock = clock
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
      const cluster = same?.cluster ?? new Cluster(plan, this.#clock)
      this.#byPlan.set(plan, cluster)
      return { plan, cluster }
    })
    const kept = new Set(this.#current.map(({ cluster }) => cluster))
    for (const { cluster } of before) if (!kept.has(cluster)) this.#retire(cluster)
  }

  /** The transport of a service of this plan or an earlier one. Throws TypeError for one `update` never saw. */
  get(service: ServicePlan): Transport {
    const cluster = this.#byPlan.get(service)
    if (cluster === undefined) throw new TypeError(`service ${service.name} is in no plan`)
    return cluster
  }

  /** Refuses new requests; resolves when the running ones have finished. */
  async close(): Promise<void> {
    const clusters = [...this.#current.map(({ cluster }) => cluster), ...this.#retiring]
    await Promise.all(clusters.map((cluster) => cluster.close()))
  }

  #retire(cluster: Cluster): void {
    this.#retiring.add(cluster)
    void cluster.retire().then(() => this.#retiring.delete(cluster))
  }
}
