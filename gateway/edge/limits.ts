// The limits of one worker: what counts per node, what all nodes share, and how the edge asks both.

import type { RoutePlan } from '../config/plan.ts'
import type { LimitDecision, LimitState } from '../limit/decision.ts'
import { limitHeaders } from '../limit/headers.ts'
import type { Health } from '../limit/health.ts'
import type { LimitSubject } from '../limit/keys.ts'
import { Limiter } from '../limit/limiter.ts'
import { Measures, type MeasuresTold } from '../limit/measures.ts'
import type { StorePlan } from '../limit/plan.ts'
import { connectRedis } from '../limit/redis-client.ts'
import { RedisStore } from '../limit/redis-store.ts'
import { RemoteStore, type LimitReply, type LimitRequest } from '../limit/remote-store.ts'
import { Refusals } from '../limit/refusals.ts'
import type { LimitStore } from '../limit/store.ts'
import { Tallies } from '../limit/tallies.ts'
import type { RequestFacts } from '../../sidecar/forward/facts.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import { errorMessage } from '../../sidecar/runtime/errors.ts'
import type { Log } from '../../sidecar/telemetry/log.ts'

export interface LimitsDeps {
  readonly clock: Clock
  readonly log: Log
  readonly random: () => number
  /** Asks the supervisor's counters. */
  readonly send: (request: LimitRequest) => void
  /** Unique among all workers of all nodes. */
  readonly instance: string
}

type Principal = NonNullable<LimitSubject['caller']>

/** Two limiters where the store is shared; one where this node is alone. */
export class Limits {
  /** What the limits did since the start, for metrics and the console; both outlive a change of the store. */
  readonly tallies = new Tallies()
  readonly refusals = new Refusals()
  readonly #measures = new Measures()
  readonly #deps: LimitsDeps
  readonly #remote: RemoteStore
  /** Counts per node: limits before authentication, always. */
  readonly #node: Limiter
  /** Counts for all nodes. */
  #shared: { readonly plan: string; readonly limiter: Limiter; readonly store: LimitStore } | null =
    null

  constructor(deps: LimitsDeps) {
    this.#deps = deps
    this.#remote = new RemoteStore({ clock: deps.clock, send: deps.send })
    this.#node = this.#limiter(this.#remote, 'node', 1)
  }

  /** How the shared store is; null where this node is alone. */
  get sharedState(): Health['kind'] | null {
    return this.#shared?.limiter.metrics().state ?? null
  }

  /** An answer of the supervisor's counters has come. */
  receive(reply: LimitReply): void {
    this.#remote.receive(reply)
  }

  /**
   * Connects to another store; counters of the one before stay there. `workers` of this node share it at least: until the
   * store has said how many there are in all, each of them may admit no more than its share.
   */
  use(plan: StorePlan, workers: number): void {
    const wanted = plan.kind === 'embedded' ? null : JSON.stringify(plan)
    if ((this.#shared?.plan ?? null) === wanted) return
    this.#closeShared()
    if (plan.kind === 'embedded' || wanted === null) return
    const { log, random } = this.#deps
    const client = connectRedis(plan, random, (error) => {
      log.warn('the limit store reports an error', { error: errorMessage(error) })
    })
    const store = new RedisStore(client, plan.prefix)
    this.#shared = { plan: wanted, store, limiter: this.#limiter(store, 'shared', workers) }
  }

  /** From now on these measures hold, and nothing is held or believed any more of the keys to be forgotten. */
  obey({ measures, forget }: MeasuresTold): void {
    this.#measures.use(measures)
    for (const key of forget) {
      this.#node.forget(key)
      this.#shared?.limiter.forget(key)
      this.refusals.lift(key)
    }
  }

  /** Before anybody was asked for a token. */
  beforeAuth(route: RoutePlan, facts: RequestFacts): LimitDecision | Promise<LimitDecision> {
    return this.#node.decide(route.limits.beforeAuth, subjectOf(route, facts, null))
  }

  /** For a caller that is known, or on a public route. */
  afterAuth(
    route: RoutePlan,
    facts: RequestFacts,
    caller: Principal | null,
  ): LimitDecision | Promise<LimitDecision> {
    const limiter = this.#shared?.limiter ?? this.#node
    return limiter.decide(route.limits.afterAuth, subjectOf(route, facts, caller))
  }

  close(): void {
    this.#closeShared()
    this.#node.close()
    this.#remote.close()
  }

  #closeShared(): void {
    this.#shared?.limiter.close()
    this.#shared?.store.close()
    this.#shared = null
  }

  #limiter(store: LimitStore, scope: string, instances: number): Limiter {
    const { clock, random, instance, log } = this.#deps
    return new Limiter({
      store,
      clock,
      random,
      instance,
      instances,
      tallies: this.tallies,
      refusals: this.refusals,
      measures: this.#measures,
      defer: setImmediate,
      onHealth: (shard, state, error) => {
        const fields = { scope, shard, state, error: error === null ? '' : errorMessage(error) }
        if (state === 'normal') log.info('the limit store answers', fields)
        else log.warn('the limit store is in trouble', fields)
      },
    })
  }
}

function subjectOf(route: RoutePlan, facts: RequestFacts, caller: Principal | null): LimitSubject {
  return { clientIp: facts.clientIp, route: route.name, headers: facts.headers, caller }
}

const NOTHING: readonly string[] = []

/** What a caller is told of the limits of all stages: every policy, and the state that says most. */
export function announcedLimits(decisions: readonly LimitDecision[]): readonly string[] {
  const last = decisions.at(-1)
  if (last === undefined) return NOTHING
  if (decisions.length === 1) return limitHeaders(last)
  const limits = decisions.flatMap((decision) => decision.limits)
  const states = decisions.flatMap(({ deciding }) => (deciding === null ? [] : [deciding]))
  const deciding = last.verdict === 'deny' ? last.deciding : scarcest(states)
  return limitHeaders({ ...last, limits, deciding })
}

function scarcest(states: readonly LimitState[]): LimitState | null {
  let least: LimitState | null = null
  for (const state of states) {
    if (least === null || state.remaining / state.limit < least.remaining / least.limit)
      least = state
  }
  return least
}
