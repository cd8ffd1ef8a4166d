// A request that has ended, as the edge knows it, for tests of what is kept and counted of it.

import type { Plan } from '../../../gateway/config/plan.ts'
import { decideArrival } from '../../../gateway/decide/edge.ts'
import type { RequestState } from '../../../gateway/edge/request-state.ts'
import { factsOf, type FactsOptions } from '../decide/plan-of.ts'

export function finishedRequest(
  plan: Plan,
  options: FactsOptions = {},
  given: Partial<RequestState> = {},
  id = 'id-1',
): RequestState {
  const facts = { ...factsOf(options), id }
  const arrival = decideArrival(facts, plan.tables.get('public')!)
  return {
    facts,
    arrival,
    plane: { plan },
    listener: plan.listeners[0],
    exchange: { bytesIn: 3, bytesOut: 5 },
    principal: null,
    limits: [],
    status: 200,
    reason: 'ok',
    rule: null,
    issuer: null,
    subject: null,
    service: 'one',
    endpoint: 'http://127.0.0.1:1',
    upstreamMs: 2,
    error: null,
    ...given,
  } as unknown as RequestState
}
