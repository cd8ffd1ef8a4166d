// The edge's steps over one request, each with what it said: the same functions the data plane calls, in its order.

import type { Plan, RoutePlan } from '../config/plan.ts'
import { countedKey, countedParams } from '../limit/counted.ts'
import { labelOf, storeKeyOf, type LimitSubject } from '../limit/keys.ts'
import type { Measure } from '../limit/measures.ts'
import { promiseOf, scaledParams } from '../limit/params.ts'
import type { LimitPlan } from '../limit/plan.ts'
import type { ConfigPath } from '../../sidecar/runtime/problem.ts'
import { headerValue, type RequestFacts } from '../../sidecar/forward/facts.ts'
import { decideArrival, preflightFor, type Arrival } from './edge.ts'
import { lostRoutes } from './explain-routes.ts'
import { explainToken, skipToken, type TokenEvidence } from './explain-token.ts'
import { Trace, type Explanation } from './explain.ts'
import { statusOf } from './statuses.ts'
import { chooseTarget } from './target.ts'

export interface EdgeQuestion {
  readonly facts: RequestFacts
  /** Name of a listener of the plan. */
  readonly listener: string
  /** For the route that takes the request; not looked at where it is public. */
  readonly evidence: TokenEvidence
  /** A limit that refused the request when it was made; null: none did, or it is not known. */
  readonly limited: { readonly reason: string; readonly limit: string } | null
  /** What operators decided about a key of a limit and is in force now; absent: as it was then is not known. */
  readonly measureOf?: (key: string) => ExplainedMeasure | null
  /** When the request is, or was, made: wall clock, ms. */
  readonly nowMs: number
  /** Also why the other routes lost, which costs more. */
  readonly withLost: boolean
}

/** With who decided it, and why. */
export type ExplainedMeasure = Measure & { readonly by: string; readonly reason: string }

/** The route's `auth:`, for whoever must gather evidence; null: public, or no route. */
export function policyFor(facts: RequestFacts, listener: string, plan: Plan): RoutePlan['auth'] {
  const table = plan.tables.get(listener)
  return table === undefined ? null : (decideArrival(facts, table).route?.auth ?? null)
}

/** Pure. Throws TypeError for a listener that the plan does not have. */
export function explainEdge(question: EdgeQuestion, plan: Plan): Explanation {
  const { facts, listener } = question
  const table = plan.tables.get(listener)
  if (table === undefined) throw new TypeError(`no listener \`${listener}\` in this plan`)
  return new EdgeTrace(question, plan, decideArrival(facts, table)).explanation()
}

class EdgeTrace {
  readonly #question: EdgeQuestion
  readonly #plan: Plan
  readonly #arrival: Arrival
  readonly #trace = new Trace()
  readonly #at: ConfigPath
  #service: string | null = null

  constructor(question: EdgeQuestion, plan: Plan, arrival: Arrival) {
    this.#question = question
    this.#plan = plan
    this.#arrival = arrival
    const { route } = arrival
    this.#at = route === null ? ['routes'] : ['routes', plan.routes.indexOf(route)]
  }

  explanation(): Explanation {
    const { facts, listener, withLost } = this.#question
    const { route } = this.#arrival
    const status = this.#walk()
    const { failed } = this.#trace
    const verdict = failed !== null ? 'deny' : status === 'unknown' ? 'unknown' : 'allow'
    return {
      plane: 'edge',
      verdict,
      status: status === 'unknown' ? null : status,
      reason: failed?.reason ?? (verdict === 'unknown' ? 'not_known' : 'ok'),
      rule: failed?.rule ?? '',
      route: route?.name ?? null,
      service: this.#service,
      steps: this.#trace.steps,
      lost: withLost
        ? lostRoutes({ facts, listener, routes: this.#plan.routes, winner: route })
        : [],
    }
  }

  /** The status of an answer of our own; null where the upstream answers. */
  #walk(): number | null | 'unknown' {
    const { facts } = this.#question
    const { route, refusal } = this.#arrival
    const place = `${facts.method} ${facts.host}${facts.path}`
    if (route === null) {
      const detail = `no route takes ${place}`
      this.#trace.fail('route', { reason: 'route_not_found', detail, at: ['routes'] })
      return statusOf('route_not_found')
    }
    const rule = route.name
    this.#trace.pass('route', { rule, detail: place, at: [...this.#at, 'match'] })
    const reason = refusal?.reason ?? ''
    this.#ip(route, reason)
    const answered = this.#cors(route)
    this.#method(route, reason)
    this.#upgrade(route, reason)
    if (answered === 204) return 204
    const { failed } = this.#trace
    if (failed !== null) return statusOf(failed.reason)
    return this.#afterArrival(route)
  }

  #afterArrival(route: RoutePlan): number | null | 'unknown' {
    const { facts, evidence, nowMs } = this.#question
    this.#limits('limits_before_auth', route, route.limits.beforeAuth, null)
    let denied: number | null = null
    let isKnown = true
    if (this.#trace.failed !== null || route.auth === null)
      skipToken(this.#trace, [...this.#at, 'auth'])
    else {
      const at = [...this.#at, 'auth']
      const outcome = explainToken(evidence, route.auth, at, nowMs, this.#trace)
      denied = outcome.status
      isKnown = outcome.verdict !== 'unknown'
    }
    this.#limits('limits', route, route.limits.afterAuth, callerOf(evidence, route))
    this.#body(facts)
    this.#target(route)
    const { failed } = this.#trace
    if (!isKnown) return 'unknown'
    if (failed === null) return null
    return denied ?? statusOf(failed.reason)
  }

  #ip({ name: rule, ip }: RoutePlan, reason: string): void {
    const detail = this.#question.facts.clientIp
    const at = [...this.#at, 'ip', reason === 'ip_denied' ? 'deny' : 'allow']
    if (ip === null) this.#trace.skip('ip', { detail })
    else if (reason.startsWith('ip_')) this.#trace.fail('ip', { reason, rule, detail, at })
    else this.#trace.pass('ip', { rule, detail, at })
  }

  /** 204: a preflight that is answered here. */
  #cors({ name: rule }: RoutePlan): 204 | null {
    const { facts } = this.#question
    const { cors } = this.#arrival
    const at = [...this.#at, 'cors']
    const detail = `origin ${facts.origin ?? '(none)'}`
    switch (cors.kind) {
      case 'none':
        this.#trace.skip('cors', { detail })
        return null
      case 'simple_allowed':
        this.#trace.pass('cors', { rule, detail, at })
        return null
      case 'simple_foreign': {
        const told = `${detail} is not listed: the page may not read the answer`
        this.#trace.pass('cors', { reason: 'foreign', rule, detail: told, at })
        return null
      }
      case 'preflight_allowed': {
        const told = `${detail} asks for ${preflightFor(facts) ?? ''}; answered here`
        this.#trace.pass('cors', { reason: 'preflight_allowed', rule, detail: told, at })
        this.#trace.end()
        return 204
      }
      case 'preflight_refused': {
        const asks = `${detail} asks for ${preflightFor(facts) ?? ''} with fields ${facts.accessControlRequestHeaders ?? '(none)'}`
        this.#trace.fail('cors', { reason: `cors_${cors.reason}`, rule, detail: asks, at })
        return null
      }
    }
  }

  #method({ name: rule, match }: RoutePlan, reason: string): void {
    const { method } = this.#question.facts
    const at = [...this.#at, 'match', 'methods']
    const { allowedMethods } = this.#arrival
    if (reason === 'method_not_allowed') {
      const detail = `${method} is not ${allowedMethods.join(', ')}`
      this.#trace.fail('method', { reason, rule, detail, at })
    } else if (match.methods === null) this.#trace.skip('method', { detail: method })
    else this.#trace.pass('method', { rule, detail: method, at })
  }

  #upgrade({ name: rule }: RoutePlan, reason: string): void {
    const { upgrade, origin } = this.#question.facts
    if (upgrade === null) {
      this.#trace.skip('upgrade')
      return
    }
    const isRefused = reason === 'upgrade_not_allowed' || reason === 'origin_not_allowed'
    const at = [...this.#at, reason === 'origin_not_allowed' ? 'cors' : 'upgrade']
    const detail = `${upgrade}, origin ${origin ?? '(none)'}`
    if (isRefused) this.#trace.fail('upgrade', { reason, rule, detail, at })
    else this.#trace.pass('upgrade', { rule, detail, at })
  }

  #limits(
    step: string,
    route: RoutePlan,
    limits: readonly LimitPlan[],
    caller: LimitSubject['caller'],
  ): void {
    const { facts, limited } = this.#question
    if (limits.length === 0) {
      this.#trace.skip(step)
      return
    }
    const { clientIp, headers } = facts
    const subject = { clientIp, route: route.name, headers, caller }
    const { measureOf = () => null } = this.#question
    const counted = limits.map((plan) => countedAs(plan, subject, measureOf))
    const detail = `counted as ${counted.map(({ text }) => text).join('; ')}`
    const at = [...this.#at, 'limits']
    const refused = limits.find(({ name }) => name === limited?.limit)
    const blocked = limits.find(({ shadow }, i) => !shadow && counted[i]!.isBlocked)
    if (refused !== undefined) {
      this.#trace.fail(step, { reason: limited!.reason, rule: refused.name, detail, at })
    } else if (blocked !== undefined) {
      this.#trace.fail(step, { reason: 'limit_blocked', rule: blocked.name, detail, at })
    } else this.#trace.skip(step, { reason: 'not_counted', detail, at })
  }

  #body({ contentLength }: RequestFacts): void {
    const index = this.#plan.listeners.findIndex(({ name }) => name === this.#question.listener)
    const { maxBodyBytes } = this.#plan.listeners[index]!
    const at = ['listeners', index, 'sizes', 'body']
    const detail = `${contentLength ?? 'unknown'} of at most ${maxBodyBytes} bytes`
    if (contentLength === 0) this.#trace.skip('body')
    else if (contentLength === null || contentLength <= maxBodyBytes) {
      this.#trace.pass('body', { detail, at })
    } else this.#trace.fail('body', { reason: 'body_too_large', detail, at })
  }

  #target(route: RoutePlan): void {
    const at = [...this.#at, 'to']
    const { facts } = this.#question
    this.#service = this.#trace.isOver ? null : certainTarget(route, facts)
    const all = route.to.map(({ service, weight }) => `${service.name} ${weight}`).join(', ')
    const detail = this.#service ?? `one of ${all}`
    this.#trace.pass('target', { rule: route.name, detail, at })
  }
}

function certainTarget(route: RoutePlan, facts: RequestFacts): string | null {
  const { sticky } = route
  const isKept = sticky.kind === 'header' && headerValue(facts, sticky.name) !== null
  if (route.to.length > 1 && !isKept) return null
  return chooseTarget(route, facts, () => 0).service.name
}

function callerOf(evidence: TokenEvidence, { auth }: RoutePlan): LimitSubject['caller'] {
  if (auth === null || evidence.kind !== 'read') return null
  const { claims } = evidence
  const issuer = auth.issuers.find((candidate) => candidate.issuer === claims['iss'])
  if (issuer === undefined) return null
  const { sub } = claims
  return { issuer: issuer.name, subject: typeof sub === 'string' ? sub : null, claims }
}

/** Whom a limit counts and how many it lets through, with what an operator decided about that key. */
function countedAs(
  plan: LimitPlan,
  subject: LimitSubject,
  measureOf: NonNullable<EdgeQuestion['measureOf']>,
): { readonly text: string; readonly isBlocked: boolean } {
  const params = countedParams(plan, subject)
  const measure = measureOf(storeKeyOf(countedKey(plan, params, subject)))
  const who = labelOf(plan, subject) || 'everybody'
  const counted = measure?.kind === 'override' ? scaledParams(params, measure.factor) : params
  const text = `${plan.name}: ${who} (${promiseOf(counted)})`
  if (measure === null) return { text, isBlocked: false }
  const { kind, by, reason, untilMs } = measure
  const what = kind === 'block' ? 'blocked' : `the limit × ${measure.factor}`
  const until = new Date(untilMs).toISOString()
  return {
    text: `${text}, ${what} by ${by} until ${until}: ${reason}`,
    isBlocked: kind === 'block',
  }
}
