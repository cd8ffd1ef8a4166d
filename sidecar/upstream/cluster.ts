// A Transport over the static endpoints of a service.

import type { Clock } from '../runtime/clock.ts'
import { Balancer } from './balancer.ts'
import type { MemberStatus } from './balancer.ts'
import { Member } from './member.ts'
import type { ServicePlan } from './plan.ts'
import { Pool } from './pool.ts'
import type { Dispatched, ResponseHandler, Transport, TransportRequest } from './transport.ts'

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

  status(): MemberStatus[] {
    return this.#balancer.status()
  }

  /** As `Pool.retire`, for every endpoint. */
  async retire(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.retire()))
  }

  close(): Promise<void> {
    return this.#balancer.close()
  }
}
