// Where every request enters: strict admission first, then the decisions that need no waiting.

import type { Duplex } from 'node:stream'
import type { ListenerPlan } from '../config/plan.ts'
import { decideArrival } from '../decide/edge.ts'
import { admit, type Refusal } from '../../sidecar/forward/admit.ts'
import type { Exchange } from '../../sidecar/forward/exchange.ts'
import { isAnsweredEarly } from '../../sidecar/forward/http1-exchange.ts'
import { Http2Exchange } from '../../sidecar/forward/http2-exchange.ts'
import { peerOf } from '../../sidecar/forward/peer.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import { answerProblem, rawProblem, statusOf } from './answers.ts'
import type { DataPlane } from './data-plane.ts'
import type { Records } from './records.ts'
import type { RequestState } from './request-state.ts'
import { responseOn } from './servers.ts'
import type { RequestSteps } from './steps.ts'

export interface ReceptionDeps {
  readonly clock: Clock
  readonly newId: () => string
  readonly records: Records
  readonly steps: RequestSteps
  /** The plan of this moment. */
  readonly plane: () => DataPlane
}

const NO_DECISIONS: RequestState['limits'] = []

export class Reception {
  readonly #deps: ReceptionDeps

  constructor(deps: ReceptionDeps) {
    this.#deps = deps
  }

  /** The state of a request that is to go on; null: it was answered here. */
  admit(exchange: Exchange, listener: ListenerPlan): RequestState | null {
    const { clock, newId, steps } = this.#deps
    const result = admit(exchange.head, exchange.peer, {
      trustedHops: listener.trustedHops,
      maxFieldBytes: listener.maxHeaderBytes,
      clock,
      newId,
    })
    if (result.kind === 'refused') {
      this.#refuse(exchange, result, listener)
      return null
    }
    if (result.kind === 'server-options') {
      this.#record(exchange, listener, 204, 'ok')
      exchange.writeHead(204, ['allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'])
      exchange.end()
      return null
    }
    const { facts } = result
    const plane = this.#deps.plane()
    const state: RequestState = {
      exchange,
      facts,
      listener,
      plane,
      arrival: decideArrival(facts, plane.tableFor(listener.name)),
      principal: null,
      limits: NO_DECISIONS,
      status: 0,
      reason: 'ok',
      rule: null,
      issuer: null,
      subject: null,
      service: null,
      endpoint: null,
      upstreamMs: null,
      error: null,
      stop: null,
      place: -1,
      finish: () => {},
      takenBytes: 0,
      takenAtMs: facts.receivedAtMs,
      bodyDeadlineMs: facts.receivedAtMs + listener.requestTimeoutMs,
      expiresAtMs: Infinity,
    }
    steps.begin(state)
    return state
  }

  /** Answers on a socket that has no request object: the parser gave up, or the method may not be forwarded. */
  refuseSocket(
    socket: Duplex,
    reason: string,
    listener: ListenerPlan,
    error: string | null = null,
  ): void {
    const status = statusOf(reason)
    if (socket.writable) socket.end(rawProblem(status, reason))
    setTimeout(() => socket.destroy(), 500).unref()
    this.#deps.records.unrouted(this.#deps.plane().plan.accessLog, {
      listener: listener.name,
      protocol: 'http/1.1',
      client: peerOf(socket as Parameters<typeof peerOf>[0]).address,
      method: '',
      status,
      reason,
      error,
    })
  }

  /** What llhttp refused. Nothing is answered where the client is gone or an answer is already under way. */
  parserError(error: NodeJS.ErrnoException, socket: Duplex, listener: ListenerPlan): void {
    if (
      error.code === 'ECONNRESET' ||
      !socket.writable ||
      isAnsweredEarly(socket) ||
      responseOn(socket)?.headersSent === true
    ) {
      socket.destroy()
      return
    }
    this.refuseSocket(socket, parserReason(error), listener, error.message)
  }

  #record(exchange: Exchange, listener: ListenerPlan, status: number, reason: string): void {
    const { head } = exchange
    this.#deps.records.unrouted(this.#deps.plane().plan.accessLog, {
      listener: listener.name,
      protocol: head.multiplexed ? 'h2' : `http/${head.version}`,
      client: exchange.peer.address,
      method: head.method,
      status,
      reason,
      error: null,
    })
  }

  #refuse(exchange: Exchange, refusal: Refusal, listener: ListenerPlan): void {
    const status = statusOf(refusal.reason)
    this.#record(exchange, listener, status, refusal.reason)
    // RFC 9113 section 8.1.1: a malformed HTTP/2 request is a stream error, not a conversation.
    if (exchange instanceof Http2Exchange && status === 400) {
      exchange.resetMalformed()
      return
    }
    exchange.closeAfter()
    const headers = refusal.reason === 'websocket_version' ? ['sec-websocket-version', '13'] : []
    if (status === 405) headers.push('allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS')
    answerProblem(exchange, { status, code: refusal.reason, requestId: '', headers })
  }
}

function parserReason(error: NodeJS.ErrnoException & { rawPacket?: Buffer }): string {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return 'head_too_large'
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 'request_timeout'
    case 'HPE_INVALID_VERSION':
      return otherVersion(error.rawPacket) ? 'version_not_supported' : 'malformed_request'
    case 'HPE_INVALID_METHOD':
      return unknownMethod(error.rawPacket) ? 'method_unknown' : 'malformed_request'
    default:
      return 'malformed_request'
  }
}

/** A method nobody implements is well formed (501); anything else in its place is not (400). */
function unknownMethod(packet: Buffer | undefined): boolean {
  return (
    packet !== undefined &&
    /^[A-Z]{1,32} \S+ HTTP\/1\.1\r\n/.test(packet.toString('latin1', 0, 8192))
  )
}

/** Another version of HTTP is merely not spoken here (505); a line that is none at all is malformed (400). */
function otherVersion(packet: Buffer | undefined): boolean {
  return (
    packet !== undefined && /^[A-Z]+ \S+ HTTP\/\d\.\d\r\n/.test(packet.toString('latin1', 0, 8192))
  )
}
