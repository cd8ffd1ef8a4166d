// Walks one request through its steps after routing: refusal, caller, target, forward, answer, record.

import type { AuthDenied } from '../auth/auth-decision.ts'
import { decideCaller } from '../decide/edge.ts'
import { chooseTarget } from '../decide/target.ts'
import { NO_LIMITS, type LimitDecision } from '../limit/decision.ts'
import { forward, type ForwardOutcome } from '../../sidecar/forward/forward.ts'
import { deny, type Decision } from '../../sidecar/policy/decision.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import { errorMessage } from '../../sidecar/runtime/errors.ts'
import type { FlatHeaders } from '../../sidecar/upstream/transport.ts'
import type { ActiveRequests } from './active.ts'
import { announcedLimits, type Limits } from './limits.ts'
import { answerProblem, statusOf } from './answers.ts'
import type { Records } from './records.ts'
import { traceIdOf } from './trace-id.ts'
import type { RequestState } from './request-state.ts'
import { responseHeaders } from './response-headers.ts'
import { upstreamHead } from './upstream-headers.ts'

/** A WebSocket message may come in this many frames, and this many control frames may come in a second. */
const MAX_FRAGMENTS = 4096
const MAX_CONTROL_PER_SECOND = 100

const NO_HEADERS: FlatHeaders = []
const noHeaders = (): FlatHeaders => NO_HEADERS
const nothing = (): void => {}

export interface RequestStepsDeps {
  readonly clock: Clock
  readonly random: () => number
  /** A fresh request id. */
  readonly newId: () => string
  readonly records: Records
  readonly active: ActiveRequests
  readonly limits: Limits
}

export class RequestSteps {
  readonly #deps: RequestStepsDeps

  constructor(deps: RequestStepsDeps) {
    this.#deps = deps
  }

  /** Counts the request as under way and makes sure that it is recorded once, however it ends. */
  begin(state: RequestState): void {
    const { active, records } = this.#deps
    active.add(state)
    // @fastify/cors answers these by itself.
    if (state.arrival.cors.kind === 'preflight_allowed') state.status = 204
    let over = false
    const finish = (): void => {
      if (over) return
      over = true
      active.delete(state)
      records.finished(state)
    }
    state.exchange.onDone(finish)
    state.exchange.onGone(() => {
      if (state.reason === 'ok') state.reason = 'client_gone'
      // While it is being forwarded, the outcome knows more and ends the request.
      if (state.stop === null) finish()
    })
    state.finish = finish
  }

  /** All steps of a request that has no use for Fastify's plugins. */
  serve(state: RequestState): void {
    try {
      this.beforeForward(state, noHeaders, nothing, () => this.forward(state, NO_HEADERS))
    } catch (error) {
      this.failed(state, error)
    }
  }

  /**
   * After CORS: refuses what an earlier step refused, then asks who is calling. `done` goes on to the forwarding; before
   * any answer of our own, `takeOver` is called.
   */
  beforeForward(
    state: RequestState,
    corsHeaders: () => FlatHeaders,
    takeOver: () => void,
    done: () => void,
  ): void {
    const { arrival, facts, plane } = state
    if (arrival.refusal !== null) {
      takeOver()
      this.#refuse(state, arrival.refusal, corsHeaders())
      return
    }
    if (arrival.cors.kind === 'preflight_refused') {
      takeOver()
      // The reasons of CORS are a family of their own: `method_not_allowed` alone means 405.
      const refusal = deny(`cors_${arrival.cors.reason}`, arrival.route?.name ?? '')
      this.#refuse(state, refusal, corsHeaders())
      return
    }
    const route = arrival.route!
    const { limits } = this.#deps
    const forwardOrRefuse = (): void => {
      const decision = limits.afterAuth(route, facts, state.principal)
      this.#limited(state, decision, corsHeaders, takeOver, done)
    }
    const askCaller = (): void => {
      if (route.auth === null) forwardOrRefuse()
      else {
        const decision = decideCaller(facts, route.auth, plane.auth)
        this.#whenKnown(state, decision, takeOver, (answer) => {
          if (answer.verdict === 'allow') {
            state.principal = answer.principal
            state.subject = answer.principal.subject
            state.expiresAtMs = answer.principal.expiresAtMs
            forwardOrRefuse()
          } else {
            takeOver()
            this.#refuseCaller(state, answer, corsHeaders())
          }
        })
      }
    }
    this.#limited(state, limits.beforeAuth(route, facts), corsHeaders, takeOver, askCaller)
  }

  /** Goes on where the limits allow it. */
  #limited(
    state: RequestState,
    decision: LimitDecision | Promise<LimitDecision>,
    corsHeaders: () => FlatHeaders,
    takeOver: () => void,
    next: () => void,
  ): void {
    if (decision === NO_LIMITS) {
      next()
      return
    }
    this.#whenKnown(state, decision, takeOver, (answer) => {
      state.limits = [...state.limits, answer]
      if (answer.verdict === 'allow') next()
      else {
        takeOver()
        this.#refuse(state, answer, corsHeaders())
      }
    })
  }

  /** Hands on a value that may still be on its way; a fault on that way ends the request. */
  #whenKnown<Value>(
    state: RequestState,
    value: Value | Promise<Value>,
    takeOver: () => void,
    proceed: (value: Value) => void,
  ): void {
    if (!(value instanceof Promise)) {
      proceed(value)
      return
    }
    value.then(proceed).catch((error: unknown) => {
      takeOver()
      this.failed(state, error)
    })
  }

  /** Sends an admitted, authorized request to its service. */
  forward(state: RequestState, corsHeaders: FlatHeaders): void {
    const { facts, plane, exchange, listener } = state
    const route = state.arrival.route!
    const target = chooseTarget(route, facts, this.#deps.random)
    state.service = target.service.name
    const traceId = traceIdOf(state, this.#deps.newId)
    const head = upstreamHead({
      facts,
      route,
      service: target.service,
      principal: state.principal,
      identityHeaders: plane.identityHeaders,
      traceId,
      spanId: traceId.slice(16),
    })
    const running = forward(
      exchange,
      {
        method: facts.method,
        target: head.target,
        headers: head.headers,
        upgrade: facts.upgrade,
        responseTimeoutMs: route.timeoutMs,
        maxBodyBytes: listener.maxBodyBytes,
        frameLimits: {
          maxMessageBytes: listener.maxMessageBytes,
          maxFragments: MAX_FRAGMENTS,
          maxControlPerSecond: MAX_CONTROL_PER_SECOND,
        },
        clock: this.#deps.clock,
      },
      plane.transportTo(target.service, route),
      {
        responseHeaders: (_status, upstream) =>
          responseHeaders(upstream, {
            requestId: facts.id,
            cors: route.cors,
            corsHeaders,
            limitHeaders: state.limits.length === 0 ? null : announcedLimits(state.limits),
            rules: route.responseHeaders,
            setCookie: target.setCookie,
          }),
        answerFault: (reason) => this.#answer(state, statusOf(reason), reason, corsHeaders),
        onOutcome: (outcome) => this.#ended(state, outcome),
      },
    )
    state.stop = (reason) => running.stop(reason)
  }

  /** A fault of our own: logged in full, answered with nothing but a code. */
  failed(state: RequestState, error: unknown): void {
    state.reason = 'internal_error'
    state.error = errorMessage(error)
    if (state.exchange.answered) state.exchange.abort()
    else this.#answer(state, 500, 'internal_error', [])
  }

  #ended(state: RequestState, outcome: ForwardOutcome): void {
    state.status = outcome.status
    state.reason = outcome.reason
    state.endpoint = outcome.endpoint === '' ? null : outcome.endpoint
    state.upstreamMs = outcome.upstreamMs
    state.error = outcome.error === null ? null : outcome.error.message
    state.stop = null
    if (outcome.status === 101 || state.exchange.gone) state.finish()
  }

  #refuse(state: RequestState, refusal: Decision, corsHeaders: FlatHeaders): void {
    state.rule = refusal.rule === '' ? null : refusal.rule
    const status = statusOf(refusal.reason)
    const headers = [...corsHeaders, ...announcedLimits(state.limits)]
    if (status === 405) headers.push('allow', state.arrival.allowedMethods.join(', '))
    state.reason = refusal.reason
    this.#answer(state, status, refusal.reason, headers)
  }

  #refuseCaller(state: RequestState, refusal: AuthDenied, corsHeaders: FlatHeaders): void {
    state.rule = state.arrival.route!.name
    state.issuer = refusal.rule === '' ? null : refusal.rule
    state.subject = refusal.subject ?? null
    state.reason = refusal.reason
    const headers = [...corsHeaders, ...announcedLimits(state.limits)]
    if (refusal.challenge !== null) headers.push('www-authenticate', refusal.challenge)
    if (refusal.status === 503) headers.push('retry-after', '5')
    this.#answer(state, refusal.status, clientCode(refusal), headers)
  }

  /** `code` is what the client reads; the record keeps the reason that was set before, if any. */
  #answer(state: RequestState, status: number, code: string, headers: FlatHeaders): void {
    state.status = status
    if (state.reason === 'ok') state.reason = code
    state.stop = null
    answerProblem(state.exchange, { status, code, requestId: state.facts.id, headers })
  }
}

/** RFC 6750 section 3.1: a client learns the class of the fault, never which check failed. */
function clientCode(refusal: AuthDenied): string {
  if (refusal.status === 503) return 'auth_unavailable'
  if (refusal.status === 403) return 'insufficient_scope'
  return refusal.reason === 'token_missing' ? 'token_missing' : 'invalid_token'
}
