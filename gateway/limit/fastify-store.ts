// The limiter behind the Store contract of @fastify/rate-limit: several limits of a request as one decision.

import type { LimitDecision } from './decision.ts'
import type { LimitSubject } from './keys.ts'
import type { Limiter } from './limiter.ts'
import type { LimitPlan } from './plan.ts'
import { windowParams } from './params.ts'

/**
 * What a `keyGenerator` of `createRateLimit` returns in place of a string: the limits of the request and whom they count.
 * The plugin hands it to the store as it is, and gives it back as `key` of its answer with the decision in it.
 */
export class LimitTicket {
  readonly plans: readonly LimitPlan[]
  readonly subject: LimitSubject
  /** null until the store has decided. */
  decision: LimitDecision | null = null

  constructor(plans: readonly LimitPlan[], subject: LimitSubject) {
    this.plans = plans
    this.subject = subject
  }
}

type Callback = (error: Error | null, result?: { current: number; ttl: number }) => void

/** The part of the plugin's Store contract that `createRateLimit` and its hooks use. */
export interface PluginStore {
  /** `key` is a LimitTicket, or text that is counted as `max` in any `timeWindow` (ms). */
  incr(key: string | LimitTicket, callback: Callback, timeWindow: number, max: number): void
  child(routeOptions: object): PluginStore
}

/** The class for the plugin's `store` option; it makes the store itself, with options that are of no use here. */
export function pluginStore(limiter: Limiter): new (options: object) => PluginStore {
  return class LimiterStore implements PluginStore {
    incr(key: string | LimitTicket, callback: Callback, timeWindow: number, max: number): void {
      const ticket = typeof key === 'string' ? textTicket(key, timeWindow, max) : key
      const answer = (decision: LimitDecision): void => {
        ticket.decision = decision
        callback(null, asCount(decision, max))
      }
      const decision = limiter.decide(ticket.plans, ticket.subject)
      if (decision instanceof Promise) void decision.then(answer)
      else answer(decision)
    }

    // What is special about a route is in its tickets.
    child(_routeOptions: object): PluginStore {
      return this
    }
  }
}

/** The plugin refuses where `current` is more than `max`, and computes what remains from both. */
function asCount(
  { verdict, deciding, retryAfterSeconds }: LimitDecision,
  max: number,
): { current: number; ttl: number } {
  if (verdict === 'deny') return { current: max + 1, ttl: (retryAfterSeconds ?? 1) * 1000 }
  const current = Math.max(0, max - (deciding?.remaining ?? max))
  return { current, ttl: (deciding?.resetSeconds ?? 0) * 1000 }
}

function textTicket(text: string, timeWindowMs: number, max: number): LimitTicket {
  const rate = { count: max, perMs: timeWindowMs }
  const plan: LimitPlan = {
    id: `plugin ${max}/${timeWindowMs}`,
    name: `${max} in ${timeWindowMs} ms`,
    rate: { kind: 'fixed', params: windowParams(rate, null) },
    key: [{ kind: 'header', name: 'key' }],
    cost: 1,
    onStoreDown: 'local',
    shadow: false,
    stage: 'after_auth',
  }
  return new LimitTicket([plan], { clientIp: '', route: '', headers: ['key', text], caller: null })
}
