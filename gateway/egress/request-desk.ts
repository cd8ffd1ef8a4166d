// Answers plain HTTP: absolute-form requests, and requests to `external` hosts, which leave as TLS with a credential.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { admit } from '../../sidecar/forward/admit.ts'
import type { RequestFacts } from '../../sidecar/forward/facts.ts'
import { forward, type Forwarding, type ForwardRequest } from '../../sidecar/forward/forward.ts'
import type { Http1Exchange } from '../../sidecar/forward/http1-exchange.ts'
import { errorMessage } from '../../sidecar/runtime/errors.ts'
import {
  canonicalHost,
  hostText,
  parseAbsoluteForm,
  type CanonicalHost,
} from '../allow/canonical-host.ts'
import type { EgressTimeouts, ExternalPlan } from '../allow/plan.ts'
import { decideEgress, type EgressForm } from '../decide/egress.ts'
import { answerOf } from './answers.ts'
import { detailOf, type Asked, type Decided } from './asked.ts'
import type { Caller } from './callers.ts'
import type { Place } from './caps.ts'
import type { Desk, Ways } from './desk.ts'
import { inboundHeaders, outboundHeaders } from './outbound-headers.ts'
import { faultReason, RequestRecord, type RequestFault } from './request-record.ts'
import type { Underway } from './underway.ts'

/** The parser's own bound on a request head. */
export const MAX_HEAD_BYTES = 16 * 1024
const HTTP_PORT = 80
const HTTPS_PORT = 443
/** The body belongs to the caller and its destination: only their pace is bounded. */
const MAX_BODY_BYTES = Number.MAX_SAFE_INTEGER
const FRAME_LIMITS = {
  maxMessageBytes: Number.MAX_SAFE_INTEGER,
  maxFragments: Number.MAX_SAFE_INTEGER,
  maxControlPerSecond: Number.MAX_SAFE_INTEGER,
}

/** One request with the means to answer it. */
export interface Arrived {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly exchange: Http1Exchange
  /** null: a proxy token that is not good. */
  readonly caller: Caller | null
}

/** A request on its way out. */
export interface Leaving extends Arrived {
  readonly asked: Decided
  readonly facts: RequestFacts
  readonly external: ExternalPlan | null
  readonly place: Place
}

interface Where {
  readonly form: Exclude<EgressForm, 'connect'>
  readonly host: CanonicalHost
  readonly port: number
  readonly external: ExternalPlan | null
}

export class RequestDesk {
  readonly #desk: Desk

  constructor(desk: Desk) {
    this.#desk = desk
  }

  handle(arrived: Arrived): void {
    const { exchange, caller } = arrived
    const { clock, newId, ways } = this.#desk
    const requested = exchange.head.target
    if (caller === null) {
      this.#unreadable(arrived, newId(), 'proxy_token_invalid', false)
      return
    }
    const absolute = requested.startsWith('/') ? null : parseAbsoluteForm(requested)
    if (absolute?.kind === 'refused' && absolute.reason !== 'bad_scheme') {
      const asked = this.#asked(arrived, caller, newId(), 'absolute', absolute, 0, null)
      const decision = decideEgress({ ...asked, caller: caller.name }, ways().plan, clock.wallMs())
      this.#refuse(arrived, { ...asked, decision }, 'deny', decision.reason)
      return
    }
    const admitted = admit(exchange.head, exchange.peer, {
      trustedHops: 0,
      maxFieldBytes: MAX_HEAD_BYTES,
      clock,
      newId,
    })
    const fault = admissionFault(admitted, absolute)
    if (fault !== null || admitted.kind !== 'admitted') {
      this.#unreadable(arrived, newId(), fault ?? 'target_not_absolute', true)
      return
    }
    const { facts } = admitted
    const where = whereTo(
      facts,
      absolute?.kind === 'authority' ? absolute : null,
      ways().plan.external,
    )
    if (where === null) this.#unreadable(arrived, facts.id, 'target_not_absolute', true)
    else this.#decide(arrived, caller, facts, where)
  }

  #decide(arrived: Arrived, caller: Caller, facts: RequestFacts, where: Where): void {
    const { clock, ways } = this.#desk
    const { form, host, port, external } = where
    const asked = this.#asked(arrived, caller, facts.id, form, host, port, facts.path)
    const decision = decideEgress({ ...asked, caller: caller.name }, ways().plan, clock.wallMs())
    const decided = { ...asked, decision }
    if (decision.verdict === 'deny') this.#refuse(arrived, decided, 'deny', decision.reason)
    else if (this.#desk.draining()) this.#refuse(arrived, decided, 'fault', 'shutting_down')
    else {
      const destination = `${hostText(host)}:${port}`
      const place = this.#desk.caps.take(caller.name, destination, ways().plan.caps)
      if (typeof place === 'string') this.#refuse(arrived, decided, 'fault', place)
      else this.#forward({ ...arrived, asked: decided, facts, external, place }, host, ways())
    }
  }

  #forward(leaving: Leaving, host: CanonicalHost, { plan }: Ways): void {
    const { asked, facts, external, exchange } = leaving
    const { destinations, underway } = this.#desk
    const destination = destinations.get(asked.caller.name, host, asked.port, external)
    const record = new RequestRecord(this.#desk, leaving, destination)
    let running: Forwarding | null = null
    const entry: Underway = {
      asked,
      client: null,
      address: () => record.address,
      moved: () => null,
      stop: (reason) => running?.stop(reason),
    }
    const finish = (): void => {
      underway.delete(entry)
      leaving.place.release()
      record.close()
    }
    exchange.onDone(finish)
    exchange.onGone(finish)
    underway.add(entry)
    if (facts.upgrade !== null) this.#watchSilence(leaving, entry)
    try {
      running = forward(exchange, this.#requestOf(leaving, host, plan.timeouts), destination, {
        responseHeaders: (status, upstream) => {
          record.answered(status)
          return inboundHeaders(upstream, facts.id)
        },
        answerFault: (code, error) => this.#answerFault(leaving, record, faultReason(code, error)),
        onOutcome: (outcome) => {
          record.over(outcome)
          if (outcome.status === 101 || exchange.gone) finish()
        },
      })
    } catch (error) {
      this.#desk.log.error('fault while a request was sent out', { error: errorMessage(error) })
      this.#answerFault(leaving, record, { reason: 'internal_error', located: null })
    }
    // Of a caller who left before we listened nobody tells.
    if (exchange.gone) finish()
  }

  /** What an upgraded connection carries passes through the caller's socket, both ways. */
  #watchSilence({ request }: Leaving, entry: Underway): void {
    request.socket.removeAllListeners('timeout')
    request.socket.setTimeout(this.#desk.ways().plan.timeouts.idleMs, () => {
      entry.stop('idle_timeout')
    })
  }

  #requestOf(
    { asked, facts, external }: Leaving,
    host: CanonicalHost,
    timeouts: EgressTimeouts,
  ): ForwardRequest {
    const usual = external === null ? HTTP_PORT : HTTPS_PORT
    const authority = asked.port === usual ? hostText(host) : `${hostText(host)}:${asked.port}`
    return {
      method: facts.method,
      target: facts.query === '' ? facts.path : `${facts.path}?${facts.query}`,
      headers: outboundHeaders(facts.headers, authority, external),
      upgrade: facts.upgrade,
      responseTimeoutMs: external?.timeoutMs ?? timeouts.idleMs,
      maxBodyBytes: MAX_BODY_BYTES,
      frameLimits: FRAME_LIMITS,
      clock: this.#desk.clock,
    }
  }

  #answerFault(leaving: Leaving, record: RequestRecord, fault: RequestFault): void {
    const { asked } = leaving
    const { reason } = fault
    record.failed(fault, this.#answer(leaving, asked.id, reason, detailOf(asked, reason), false))
  }

  #refuse(arrived: Arrived, asked: Decided, verdict: 'deny' | 'fault', reason: string): void {
    const status = this.#answer(arrived, asked.id, reason, detailOf(asked, reason), false)
    this.#desk.records.decided(asked, { verdict, reason, status })
  }

  #unreadable(arrived: Arrived, id: string, reason: string, unreadable: boolean): void {
    const { exchange, caller } = arrived
    exchange.closeAfter()
    const status = this.#answer(arrived, id, reason, '', unreadable)
    const requested = exchange.head.target
    const client = exchange.peer.address
    this.#desk.records.unreadable({ id, caller, client, form: null, requested, reason, status })
  }

  #answer(
    { exchange, response }: Arrived,
    requestId: string,
    reason: string,
    detail: string,
    unreadable: boolean,
  ): number {
    const answer = answerOf({ reason, unreadable, detail, requestId })
    if (exchange.answered || exchange.gone) return 0
    if (exchange.body !== null) exchange.closeAfter()
    response.statusMessage = answer.phrase
    exchange.writeHead(answer.status, answer.headers)
    exchange.end(exchange.head.method === 'HEAD' ? undefined : answer.body)
    return answer.status
  }

  #asked(
    { exchange }: Arrived,
    caller: Caller,
    id: string,
    form: EgressForm,
    host: Asked['host'],
    port: number,
    path: string | null,
  ): Asked {
    return {
      id,
      receivedAtMs: this.#desk.clock.monotonicMs(),
      caller,
      client: exchange.peer.address,
      form,
      requested: exchange.head.target,
      host,
      port,
      method: exchange.head.method,
      path,
    }
  }
}

/** Why a request can not be carried on, or null; the target of a proxy request is http alone. */
function admissionFault(
  admitted: ReturnType<typeof admit>,
  absolute: ReturnType<typeof parseAbsoluteForm> | null,
): string | null {
  if (absolute?.kind === 'refused') return 'scheme_not_http'
  if (admitted.kind === 'refused') return admitted.reason
  if (admitted.kind === 'server-options') return 'target_not_absolute'
  const { upgrade } = admitted.facts
  // Any other protocol could carry requests that no rule has seen, HTTP/2 first of all.
  return upgrade === null || upgrade === 'websocket' ? null : 'upgrade_not_allowed'
}

/** Where a request is meant to go; null where it names no place outside. */
function whereTo(
  facts: RequestFacts,
  absolute: { readonly host: CanonicalHost; readonly port: number } | null,
  externals: ReadonlyMap<string, ExternalPlan>,
): Where | null {
  const host = absolute?.host ?? canonicalHost(facts.host)
  const port = absolute?.port ?? facts.port ?? HTTP_PORT
  if (host.kind === 'refused') return null
  const external = host.kind === 'name' ? (externals.get(host.name) ?? null) : null
  if (external !== null && (port === HTTP_PORT || port === external.port)) {
    return { form: 'originate', host, port: external.port, external }
  }
  return absolute === null ? null : { form: 'absolute', host, port, external: null }
}
