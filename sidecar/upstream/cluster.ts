// A Transport over the static endpoints of a service.

import type { Clock } from '../runtime/clock.ts'
import { Balancer } from './balancer.ts'
import type { MemberStatus } from './balancer.ts'
import { Member } from './member.ts'
import type { ServicePlan } from './plan.ts'
import type { PoolStatus } from './connection-pool.ts'
import { Pool } from './pool.ts'
import type { Dispatched, ResponseHandler, Transport, TransportRequest } from './transport.ts'

/** One endpoint: as balancing sees it, and as its connections do. */
export type EndpointStatus = MemberStatus & PoolStatus

export class Cluster implements Transport {
  readonly #balancer: Balancer
  readonly #pools: readonly Pool[]

  /** The plan has at least one endpoint. `random`: [0, 1). */
  constructor(plan: ServicePlan, clock: Clock, random: () => number = Math.random) {
    this.#pools = plan.endpoints.map((endpoint) => new Pool(endpoint, plan, clock))
    this.#balancer = new Balancer(plan, clock, random)
    const nowMs = clock.monotonicMs()
    this.#balancer.setMembers(
      this.#pools.map((pool, i) => new Member(plan.endpoints[i]!.url, pool, nowMs)),
    )
  }

  /** Throws TypeError where the request can not be written as it stands. */
  dispatch(request: TransportRequest, handler: ResponseHandler): Dispatched {
    return this.#balancer.dispatch(request, handler)
  }

  /** In the order of the plan. */
  status(): EndpointStatus[] {
    return this.#balancer.status().map((status, i) => ({ ...status, ...this.#pools[i]!.status() }))
  }

  /** As `Balancer.setDrained`, by URL. */
  setDrained(urls: ReadonlySet<string>): void {
    this.#balancer.setDrained(urls)
  }

  /** As `Pool.retire`, for every endpoint. */
  async retire(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.retire()))
  }

  close(): Promise<void> {
    return this.#balancer.close()
  }
}
