// A pool of connections to one configured endpoint.

import type { Clock } from '../runtime/clock.ts'
import { ConnectionPool } from './connection-pool.ts'
import type { EndpointPlan, PoolPlan, UpstreamTlsPlan } from './plan.ts'
import { StaticDialer } from './static-dialer.ts'

export class Pool extends ConnectionPool {
  /** Throws where the plan's certificates can not be used; `compileService` lets no such plan through. */
  constructor(
    endpoint: EndpointPlan,
    plan: PoolPlan & { readonly tls: UpstreamTlsPlan },
    clock: Clock,
    idleConnectionMs?: number,
  ) {
    super(endpoint.url, new StaticDialer(endpoint, plan.tls), plan, clock, idleConnectionMs)
  }
}
