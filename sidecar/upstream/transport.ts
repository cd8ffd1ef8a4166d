// The one way a request leaves a process. Pool, cluster, retry, breaker, mesh mTLS and egress tunnel are all Transports.

import type { Duplex } from 'node:stream'
import type { SallyportError } from '../runtime/errors.ts'

/** Header fields as they go on the wire: [name, value, name, value, …], latin1, already validated. */
export type FlatHeaders = readonly string[]

/** A request body: the transport pulls by `resume`, the source pushes by the sink it is given. */
export interface BodySource {
  /** Bytes announced by Content-Length, or null for a chunked body of unknown length. */
  readonly length: number | null
  /** Starts delivery. `onData` answering false asks the source to stop until `resume()`. Called at most once. */
  start(sink: BodySink): void
  /** Continues after an `onData` that answered false. */
  resume(): void
}

export interface BodySink {
  onData(chunk: Buffer): boolean
  /** All bytes were delivered; trailers (flat, may be empty) are already filtered. */
  onEnd(trailers: FlatHeaders): void
  /** The source broke: the request must be aborted towards the upstream, never ended cleanly. */
  onAbort(): void
}

export interface TransportRequest {
  readonly method: string
  /** Origin-form target: path and query as the upstream shall see them. */
  readonly target: string
  /** Complete but for framing and connection: the transport adds Content-Length / Transfer-Encoding / Connection itself. */
  readonly headers: FlatHeaders
  /** null: a request without a body. */
  readonly body: BodySource | null
  /** A protocol to upgrade to (`websocket`), or null. */
  readonly upgrade: string | null
  /** Time until the response head, from the moment the request was dispatched. */
  readonly responseTimeoutMs: number
}

/** Why no usable response came; `rescue` turns it into a status. */
export type TransportErrorCode =
  | 'upstream_connect_failed'
  | 'upstream_connect_timeout'
  | 'upstream_tls_failed'
  /** The endpoint did not prove to be who it should be; nothing was sent to it. */
  | 'identity_mismatch'
  | 'upstream_reset'
  | 'upstream_invalid_response'
  | 'upstream_timeout'
  | 'upstream_body_aborted'
  | 'upstream_overloaded'
  | 'upstream_unavailable'

export type TransportError = SallyportError & {
  readonly code: TransportErrorCode
  /** True where the connection broke before a byte of an answer came; the request may have been processed. */
  readonly unanswered: boolean
}

/**
 * Hears one response. Calls come in this order: onInformational* → onHead → onData* → onEnd, or onUpgrade instead of
 * onHead, or onError at any point and then nothing more. Nothing is called after `abort()`.
 */
export interface ResponseHandler {
  /** 1xx other than 101 (103 Early Hints, 102); 100 is consumed by the transport. */
  onInformational(status: number, headers: FlatHeaders): void
  /** `bodyLength`: bytes by Content-Length, 0 for none, null where unknown (chunked or until close). */
  onHead(status: number, headers: FlatHeaders, bodyLength: number | null): void
  /** false: stop reading from the upstream until `resume()`. */
  onData(chunk: Buffer): boolean
  /** Everything that has come was handed over, and the end has not: what was held back must go on now. */
  onWaiting(): void
  onEnd(trailers: FlatHeaders): void
  /** 101 to a request with `upgrade`: the raw socket, and the bytes that already came behind the head. */
  onUpgrade(headers: FlatHeaders, socket: Duplex, head: Buffer): void
  /** Before onHead: answer the caller with an error; after it: the response is cut short and must not look complete. */
  onError(error: TransportError): void
}

/** The caller's hand on a request in flight. */
export interface Dispatched {
  /** Name or address of the endpoint that was chosen, for the access record; '' until one is. */
  readonly endpoint: string
  /** Continues after an onData that answered false. */
  resume(): void
  /** The caller went away: drop the request and its connection. No handler call follows. */
  abort(): void
}

export interface Transport {
  dispatch(request: TransportRequest, handler: ResponseHandler): Dispatched
  /** Refuses new requests, lets running ones finish, then closes idle connections. */
  close(): Promise<void>
}
