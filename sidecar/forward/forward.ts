// Carries one exchange to a transport and the answer back: streaming, backpressure and aborts in both directions.

import type { Clock } from '../runtime/clock.ts'
import type { SallyportError } from '../runtime/errors.ts'
import type {
  BodySource,
  Dispatched,
  FlatHeaders,
  ResponseHandler,
  Transport,
  TransportError,
} from '../upstream/transport.ts'
import { collectBody, limitBody } from './body.ts'
import type { Exchange } from './exchange.ts'
import { splice } from './splice.ts'
import type { FrameLimits } from './websocket.ts'

/** What is to be sent, and by which limits. */
export interface ForwardRequest {
  readonly method: string
  readonly target: string
  /** Complete end-to-end fields for the upstream, lower-case names; framing is added by the transport. */
  readonly headers: FlatHeaders
  readonly upgrade: string | null
  readonly responseTimeoutMs: number
  readonly maxBodyBytes: number
  readonly frameLimits: FrameLimits
  readonly clock: Clock
}

/** How a forwarded request ended; `error` is null where the answer was complete. */
export interface ForwardOutcome {
  /** Status sent to the client; 0 where none was. */
  readonly status: number
  readonly endpoint: string
  /** Stable word: `ok`, `client_gone`, `body_too_large`, `token_expired`, or a TransportErrorCode. */
  readonly reason: string
  /** From dispatch to the response head, ms; null where none came. */
  readonly upstreamMs: number | null
  /** Why, for the log only. */
  readonly error: SallyportError | null
}

export interface ForwardHooks {
  /** The fields of the final answer, made from the upstream's. */
  responseHeaders(status: number, upstream: FlatHeaders): FlatHeaders
  /** Nothing was sent to the client yet: answer in our own words. */
  answerFault(reason: string, error: SallyportError | null): void
  /** Called exactly once. */
  onOutcome(outcome: ForwardOutcome): void
}

/** The caller's hand on a running forward. */
export interface Forwarding {
  /** Ends it from our side: `token_expired`, `shutting_down`, `request_timeout`. */
  stop(reason: string): void
}

/** RFC 9113 section 8.1.1: bodies up to this size are known whole before the upstream hears of the request. */
const HOLD_BYTES = 64 * 1024

export function forward(
  exchange: Exchange,
  request: ForwardRequest,
  transport: Transport,
  hooks: ForwardHooks,
): Forwarding {
  const run = new Run(exchange, request, hooks)
  const { body } = exchange
  if (body === null) run.start(transport, null)
  else if (body.length !== null && body.length > request.maxBodyBytes) run.refuseBody()
  else if (exchange.head.multiplexed && body.length !== null && body.length <= HOLD_BYTES) {
    // HTTP/2 finds out late that a body does not match its content-length; the upstream must never see such a request.
    collectBody(body, body.length, (held) => {
      if (held === null) run.abandon()
      else run.start(transport, held)
    })
  } else
    run.start(
      transport,
      limitBody(body, request.maxBodyBytes, () => run.refuseBody()),
    )
  return run
}

/** Phases: waiting for the head, head known but not yet written, streaming, over. */
type Phase = 'waiting' | 'head-held' | 'streaming' | 'upgraded' | 'over'

class Run implements ResponseHandler, Forwarding {
  readonly #exchange: Exchange
  readonly #request: ForwardRequest
  readonly #hooks: ForwardHooks
  readonly #startedMs: number
  #dispatched: Dispatched | null = null
  #phase: Phase = 'waiting'
  #status = 0
  #headers: FlatHeaders = []
  #bodyLength: number | null = null
  #held: Buffer | null = null
  #upstreamMs: number | null = null
  #listensForDrain = false
  #closeUpgraded: ((reason: string) => void) | null = null

  constructor(exchange: Exchange, request: ForwardRequest, hooks: ForwardHooks) {
    this.#exchange = exchange
    this.#request = request
    this.#hooks = hooks
    this.#startedMs = request.clock.monotonicMs()
    exchange.onGone(() => this.#clientGone())
  }

  start(transport: Transport, body: BodySource | null): void {
    if (this.#phase === 'over') return
    if (this.#exchange.gone) {
      // It left before we listened, while its caller was being asked for.
      this.#clientGone()
      return
    }
    const { method, target, headers, upgrade, responseTimeoutMs } = this.#request
    this.#dispatched = transport.dispatch(
      { method, target, headers, body, upgrade, responseTimeoutMs },
      this,
    )
  }

  /** The client broke its own request: there is nobody to answer. */
  abandon(): void {
    this.#clientGone()
    this.#exchange.abort()
  }

  refuseBody(): void {
    if (this.#phase === 'over') return
    this.#dispatched?.abort()
    this.#fail('body_too_large', null)
  }

  stop(reason: string): void {
    if (this.#phase === 'over') return
    if (this.#closeUpgraded !== null) {
      this.#closeUpgraded(reason)
      return
    }
    this.#dispatched?.abort()
    this.#fail(reason, null)
  }

  onInformational(status: number, headers: FlatHeaders): void {
    this.#exchange.informational(status, headers)
  }

  onHead(status: number, headers: FlatHeaders, bodyLength: number | null): void {
    if (this.#phase !== 'waiting') return
    this.#upstreamMs = this.#request.clock.monotonicMs() - this.#startedMs
    this.#phase = 'head-held'
    this.#status = status
    this.#headers = this.#hooks.responseHeaders(status, headers)
    this.#bodyLength = bodyLength
  }

  /** A short answer arrives whole and leaves in one write; anything else must not wait for its end. */
  onWaiting(): void {
    this.#release()
  }

  onData(chunk: Buffer): boolean {
    if (this.#phase === 'head-held') {
      if (this.#held === null && chunk.length === this.#bodyLength) {
        this.#held = chunk
        return true
      }
      this.#release()
    }
    if (this.#phase !== 'streaming') return true
    return this.#write(chunk)
  }

  onEnd(trailers: FlatHeaders): void {
    if (this.#phase === 'head-held') {
      this.#phase = 'streaming'
      this.#exchange.writeHead(this.#status, this.#headers)
    }
    if (this.#phase !== 'streaming') return
    const held = this.#held
    this.#finish('ok', null)
    if (held === null) this.#exchange.end(undefined, trailers)
    else this.#exchange.end(held)
  }

  onUpgrade(
    headers: FlatHeaders,
    upstream: Parameters<ResponseHandler['onUpgrade']>[1],
    head: Buffer,
  ): void {
    const taken = this.#exchange.takeSocket()
    if (taken === null) {
      upstream.destroy()
      this.#fail('upstream_invalid_response', null)
      return
    }
    this.#phase = 'upgraded'
    this.#status = 101
    this.#upstreamMs = this.#request.clock.monotonicMs() - this.#startedMs
    const spliced = splice({
      client: taken.socket,
      clientHead: taken.head,
      upstream,
      upstreamHead: head,
      protocol: this.#request.upgrade ?? '',
      headers: this.#hooks.responseHeaders(101, headers),
      limits: this.#request.frameLimits,
      clock: this.#request.clock,
      onClosed: (reason, bytesIn, bytesOut) => {
        this.#exchange.bytesIn += bytesIn
        this.#exchange.bytesOut += bytesOut
        this.#finish(reason, null)
      },
    })
    this.#closeUpgraded = (reason) => spliced.close(reason)
  }

  onError(error: TransportError): void {
    this.#fail(error.code, error)
  }

  /** Writes what is held, because the rest of the answer did not come with it. */
  #release(): void {
    if (this.#phase !== 'head-held') return
    this.#phase = 'streaming'
    this.#exchange.writeHead(this.#status, this.#headers)
    const held = this.#held
    this.#held = null
    if (held === null) this.#exchange.flush()
    else this.#write(held)
  }

  #write(chunk: Buffer): boolean {
    const more = this.#exchange.write(chunk)
    if (!more && !this.#listensForDrain) {
      this.#listensForDrain = true
      this.#exchange.onWritable(() => this.#dispatched?.resume())
    }
    return more
  }

  #clientGone(): void {
    if (this.#phase === 'over') return
    this.#dispatched?.abort()
    this.#finish('client_gone', null)
  }

  #fail(reason: string, error: SallyportError | null): void {
    if (this.#phase === 'over') return
    const canAnswer = !this.#exchange.answered && this.#phase !== 'upgraded'
    if (canAnswer) this.#status = 0
    this.#finish(reason, error)
    if (canAnswer) this.#hooks.answerFault(reason, error)
    else this.#exchange.abort()
  }

  #finish(reason: string, error: SallyportError | null): void {
    if (this.#phase === 'over') return
    this.#phase = 'over'
    this.#closeUpgraded = null
    this.#hooks.onOutcome({
      status: this.#exchange.answered ? this.#status : 0,
      endpoint: this.#dispatched?.endpoint ?? '',
      reason,
      upstreamMs: this.#upstreamMs,
      error,
    })
  }
}
