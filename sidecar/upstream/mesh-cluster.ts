// A Transport over the instances of a mesh service, which come and go as the registry says.

import type { Clock } from '../runtime/clock.ts'
import type { MeshEndpoint } from '../snapshot/snapshot.ts'
import { ConnectionPool } from './connection-pool.ts'
import { Balancer } from './balancer.ts'
import type { EndpointStatus } from './cluster.ts'
import { Member } from './member.ts'
import type { MeshConnections, MeshTarget } from './mesh-connections.ts'
import { MeshDialer } from './mesh-dialer.ts'
import { DEFAULT_BREAKER } from './plan.ts'
import type { BreakerPlan, PoolPlan } from './plan.ts'
import type { Dispatched, ResponseHandler, Transport, TransportRequest } from './transport.ts'

export interface MeshClusterPlan extends PoolPlan {
  /** The service, for messages. */
  readonly name: string
  readonly breaker: BreakerPlan
}

/** Connecting is TCP and TLS together; addresses are never looked up. */
export function defaultMeshPlan(name: string): MeshClusterPlan {
  return {
    name,
    breaker: DEFAULT_BREAKER,
    connectTimeoutMs: 2000,
    idleTimeoutMs: 60_000,
    maxConnections: 256,
    maxQueued: 1024,
  }
}

interface Instance {
  readonly pool: ConnectionPool
  readonly member: Member
}

export class MeshCluster implements Transport {
  readonly #plan: MeshClusterPlan
  readonly #connections: MeshConnections
  readonly #clock: Clock
  readonly #balancer: Balancer
  readonly #unsubscribe: () => void
  /** By what makes a pool another pool: instance, address, port and id. */
  #instances: ReadonlyMap<string, Instance> = new Map()
  /** Pools of instances that are gone, until their last request has ended. */
  readonly #retiring = new Set<Promise<void>>()

  /** Without endpoints until `setEndpoints`. `random`: [0, 1). */
  constructor(
    plan: MeshClusterPlan,
    connections: MeshConnections,
    clock: Clock,
    random: () => number,
  ) {
    this.#plan = plan
    this.#connections = connections
    this.#clock = clock
    this.#balancer = new Balancer({ ...plan, balance: 'least-loaded' }, clock, random)
    this.#unsubscribe = connections.onRenewed(() => {
      for (const { pool } of this.#instances.values()) pool.renew()
    })
  }

  /**
   * From now on these instances serve, and each must prove `id`. Those that were there before keep their connections
   * and what is known of them; requests to those that are gone run to their end.
   */
  setEndpoints(id: string, endpoints: readonly MeshEndpoint[]): void {
    const before = this.#instances
    const after = new Map<string, Instance>()
    for (const endpoint of endpoints) {
      const key = JSON.stringify([id, endpoint.instance, endpoint.address, endpoint.port])
      const instance = before.get(key) ?? this.#createInstance(id, endpoint)
      instance.member.weight = endpoint.weight
      instance.member.healthy = endpoint.healthy
      after.set(key, instance)
    }
    this.#instances = after
    this.#balancer.setMembers([...after.values()].map(({ member }) => member))
    for (const [key, { pool }] of before) if (!after.has(key)) this.#retire(pool)
  }

  /** Throws TypeError where the request can not be written as it stands. */
  dispatch(request: TransportRequest, handler: ResponseHandler): Dispatched {
    return this.#balancer.dispatch(request, handler)
  }

  status(): EndpointStatus[] {
    const pools = [...this.#instances.values()].map(({ pool }) => pool)
    return this.#balancer.status().map((status, i) => ({ ...status, ...pools[i]!.status() }))
  }

  /** Serves whoever still holds it, but keeps no connection; resolves when no request is left. */
  async retire(): Promise<void> {
    this.#unsubscribe()
    const pools = [...this.#instances.values()].map(({ pool }) => pool.retire())
    await Promise.all([...pools, ...this.#retiring])
  }

  async close(): Promise<void> {
    this.#unsubscribe()
    await Promise.all([this.#balancer.close(), ...this.#retiring])
  }

  #createInstance(id: string, { instance, address, port }: MeshEndpoint): Instance {
    const host = address.includes(':') ? `[${address}]` : address
    const target: MeshTarget = { name: `${instance}@${host}:${port}`, address, port, id }
    const dialer = new MeshDialer(this.#connections, target)
    const pool = new ConnectionPool(target.name, dialer, this.#plan, this.#clock)
    return { pool, member: new Member(target.name, pool, this.#clock.monotonicMs()) }
  }

  #retire(pool: ConnectionPool): void {
    const gone = pool.retire().then(() => void this.#retiring.delete(gone))
    this.#retiring.add(gone)
  }
}
