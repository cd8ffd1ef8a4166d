// The ordered steps of the edge before a request is forwarded, as pure functions of facts and plan.
// The data plane, dry run, explain and policy tests all call these; nobody else decides.

import type { AuthPolicy } from '../auth/plan.ts'
import { authenticate, type AuthContext } from '../auth/authenticate.ts'
import type { AuthDecision } from '../auth/auth-decision.ts'
import type { RoutePlan } from '../config/plan.ts'
import { decideCors, originAllowedForUpgrade, type CorsDecision } from '../cors/decide.ts'
import { decideIp } from '../route/ip.ts'
import type { RouteTable } from '../route/table.ts'
import type { RequestFacts } from '../../sidecar/forward/facts.ts'
import { allow, deny, type Decision } from '../../sidecar/policy/decision.ts'

/** What is known before anybody was asked for a token. */
export interface Arrival {
  readonly route: RoutePlan | null
  readonly cors: CorsDecision
  /** The first step that said no, or null. */
  readonly refusal: Decision | null
  /** Methods for the `Allow` field of a 405, else empty. */
  readonly allowedMethods: readonly string[]
}

const NO_CORS: CorsDecision = { kind: 'none' }
const METHOD_REFUSED: CorsDecision = { kind: 'preflight_refused', reason: 'method_not_allowed' }
const NO_METHODS: readonly string[] = []

/** Route → IP rules → CORS → upgrade, in this order whatever the file's order. */
export function decideArrival(facts: RequestFacts, table: RouteTable<RoutePlan>): Arrival {
  const preflightMethod = preflightFor(facts)
  const found = table.find(facts, preflightMethod ?? undefined)
  if (found.kind === 'not_found') {
    const refusal = deny('route_not_found', '', { host: facts.host, path: facts.path })
    return { route: null, cors: NO_CORS, refusal, allowedMethods: NO_METHODS }
  }
  const { route } = found
  const ip = route.ip === null ? null : decideIp(facts.clientIp, route.ip)
  if (ip !== null && ip.verdict === 'deny') {
    return refuse(
      route,
      withRule(ip, route.name),
      route.cors === null ? NO_CORS : simple(facts, route),
    )
  }
  const cors = route.cors === null ? NO_CORS : decideCors(facts, route.cors)
  if (found.kind === 'method_not_allowed') {
    const refusal = deny('method_not_allowed', route.name, { allow: found.allow })
    // Also where `cors.methods` lists more than the route takes: nobody is told that they may, and then refused.
    if (preflightMethod !== null)
      return { route, cors: METHOD_REFUSED, refusal: null, allowedMethods: found.allow }
    return { route, cors, refusal, allowedMethods: found.allow }
  }
  if (facts.upgrade !== null) {
    const refusal = decideUpgrade(facts, facts.upgrade, route)
    if (refusal.verdict === 'deny') return refuse(route, refusal, cors)
  }
  return { route, cors, refusal: null, allowedMethods: NO_METHODS }
}

/** A route lets through only the upgrades it names, and a WebSocket only from origins it knows. */
export function decideUpgrade(facts: RequestFacts, token: string, route: RoutePlan): Decision {
  if (!route.upgrade.has(token)) return deny('upgrade_not_allowed', route.name, { upgrade: token })
  if (!originAllowedForUpgrade(facts, route.cors)) {
    return deny('origin_not_allowed', route.name, { origin: facts.origin })
  }
  return allow('upgrade_allowed', route.name, { upgrade: token })
}

/** Who is calling, and whether the route's `auth:` lets them: the answer is immediate for remembered tokens. */
export function decideCaller(
  facts: RequestFacts,
  policy: AuthPolicy,
  context: AuthContext,
): AuthDecision | Promise<AuthDecision> {
  const { authorization, cookie, query } = facts
  return authenticate({ authorization, authorizationCount: 1, cookie, query }, policy, context)
}

/** The method a true preflight asks about (Fetch standard: OPTIONS, Origin and Access-Control-Request-Method), or null. */
export function preflightFor(facts: RequestFacts): string | null {
  if (facts.method !== 'OPTIONS' || facts.origin === null) return null
  return facts.accessControlRequestMethod
}

/** A refused preflight must not be answered as an allowed one, but other refusals stay readable to the page. */
function simple(facts: RequestFacts, route: RoutePlan): CorsDecision {
  if (route.cors === null || preflightFor(facts) !== null) return NO_CORS
  return decideCors(facts, route.cors)
}

function refuse(route: RoutePlan, refusal: Decision, cors: CorsDecision): Arrival {
  return { route, cors, refusal, allowedMethods: NO_METHODS }
}

function withRule(decision: Decision, rule: string): Decision {
  return decision.rule === '' ? { ...decision, rule } : decision
}
