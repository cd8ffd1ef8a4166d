// Limits and limiters for tests.

import { limitParams } from '../../../gateway/limit/params.ts'
import { Limiter, type LimiterOptions } from '../../../gateway/limit/limiter.ts'
import type { LimitSubject } from '../../../gateway/limit/keys.ts'
import type { LimitMode, LimitPlan, Rate } from '../../../gateway/limit/plan.ts'
import type { LimitStore } from '../../../gateway/limit/store.ts'
import { systemClock } from '../../../sidecar/runtime/clock.ts'

/** A limit per address; `changes` override what it is otherwise. */
export function limitPlan(
  rate: Rate,
  burst: number | null,
  mode: LimitMode | null,
  changes: Partial<LimitPlan> = {},
): LimitPlan {
  return {
    id: 'test',
    name: 'test',
    rate: { kind: 'fixed', params: limitParams(rate, burst, mode) },
    key: [{ kind: 'ip' }],
    cost: 1,
    onStoreDown: 'local',
    shadow: false,
    stage: 'after_auth',
    ...changes,
  }
}

export function subject(clientIp = '192.0.2.1', headers: readonly string[] = []): LimitSubject {
  return { clientIp, route: 'orders', headers, caller: null }
}

let instances = 0

/** A limiter of real time. */
export function startLimiter(store: LimitStore, changes: Partial<LimiterOptions> = {}): Limiter {
  return new Limiter({
    store,
    clock: systemClock,
    random: Math.random,
    defer: setImmediate,
    instance: `test ${instances++}`,
    ...changes,
  })
}
