// What the edge knows of one request while it is under way; it lives on the raw request object and dies with it.

import type { IncomingMessage } from 'node:http'
import type { Principal } from '../auth/auth-decision.ts'
import type { ListenerPlan } from '../config/plan.ts'
import type { LimitDecision } from '../limit/decision.ts'
import type { Arrival } from '../decide/edge.ts'
import type { Exchange } from '../../sidecar/forward/exchange.ts'
import type { RequestFacts } from '../../sidecar/forward/facts.ts'
import type { DataPlane } from './data-plane.ts'

export interface RequestState {
  readonly exchange: Exchange
  readonly facts: RequestFacts
  readonly listener: ListenerPlan
  /** The plan and its tools that were current when the request arrived: a swap never changes a request under way. */
  readonly plane: DataPlane
  readonly arrival: Arrival
  principal: Principal | null
  /** What the limits of each stage said, as far as they were asked. */
  limits: readonly LimitDecision[]
  /** Set as the request goes along; read once by the access record. */
  status: number
  reason: string
  rule: string | null
  issuer: string | null
  /** `sub` of a verified token, also of one that was not enough. */
  subject: string | null
  /** Name of the service it was sent to; null: it was not sent on. */
  service: string | null
  endpoint: string | null
  upstreamMs: number | null
  error: string | null
  /** Ends a running forward from our side. */
  stop: ((reason: string) => void) | null
  /** Where ActiveRequests keeps it; -1 once it is over. */
  place: number
  /** Writes the access record, once; set when the request begins. */
  finish: () => void
  /** Answer bytes that the connection had taken when last looked at, and when that last changed. */
  takenBytes: number
  takenAtMs: number
  /** Monotonic moments after which the sweeper ends the request; Infinity for never. */
  bodyDeadlineMs: number
  /** Wall-clock moment the token expires; Infinity for none. */
  expiresAtMs: number
}

const STATE = Symbol('sallyport.request')

export function attachState(request: IncomingMessage, state: RequestState): void {
  ;(request as unknown as Record<symbol, RequestState>)[STATE] = state
}

export function stateOf(request: IncomingMessage): RequestState {
  return (request as unknown as Record<symbol, RequestState>)[STATE]!
}
