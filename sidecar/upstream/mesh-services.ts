// The services of the mesh that a process may call now, each a Transport that outlives the snapshot it came with.

import type { Clock } from '../runtime/clock.ts'
import type { MeshService } from '../snapshot/snapshot.ts'
import type { EndpointStatus } from './cluster.ts'
import { MeshCluster, defaultMeshPlan } from './mesh-cluster.ts'
import type { MeshConnections } from './mesh-connections.ts'
import type { RetryPlan } from './plan.ts'
import { Retriable } from './retriable.ts'
import type { Transport } from './transport.ts'

export class MeshServices {
  readonly #connections: MeshConnections
  readonly #clock: Clock
  readonly #random: () => number
  #services = new Map<string, Retriable<MeshCluster>>()
  /** Clusters that no snapshot names any more, until their last request has ended. */
  readonly #retiring = new Set<MeshCluster>()

  /** `random`: [0, 1). */
  constructor(connections: MeshConnections, clock: Clock, random: () => number) {
    this.#connections = connections
    this.#clock = clock
    this.#random = random
  }

  /** Complete each time, by service name: what is not named cannot be called any more. */
  update(services: Readonly<Record<string, MeshService>>): void {
    const before = this.#services
    this.#services = new Map()
    for (const [name, { id, endpoints }] of Object.entries(services)) {
      const service = before.get(name) ?? this.#create(name)
      service.inner.setEndpoints(id, endpoints)
      this.#services.set(name, service)
    }
    for (const [name, { inner }] of before) if (!this.#services.has(name)) this.#retire(inner)
  }

  /** Sending again what `retries` says; null where it may not be called, or does not exist. */
  get(name: string, retries: RetryPlan | null): Transport | null {
    return this.#services.get(name)?.with(retries) ?? null
  }

  names(): IterableIterator<string> {
    return this.#services.keys()
  }

  /** By service name. */
  status(): ReadonlyMap<string, readonly EndpointStatus[]> {
    return new Map([...this.#services].map(([name, { inner }]) => [name, inner.status()]))
  }

  async close(): Promise<void> {
    const clusters = [...this.#services.values()].map(({ inner }) => inner)
    await Promise.all([...clusters, ...this.#retiring].map((cluster) => cluster.close()))
  }

  #create(name: string): Retriable<MeshCluster> {
    const plan = defaultMeshPlan(name)
    const cluster = new MeshCluster(plan, this.#connections, this.#clock, this.#random)
    return new Retriable(cluster, this.#clock, this.#random)
  }

  #retire(cluster: MeshCluster): void {
    this.#retiring.add(cluster)
    void cluster.retire().then(() => this.#retiring.delete(cluster))
  }
}
