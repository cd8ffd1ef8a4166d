// One dispatched request on its way: what it sends, who hears the answer, and who holds it right now.

import type { BodySender } from './body-sender.ts'
import { requestHead } from './request-head.ts'
import { transportError } from './failure.ts'
import type {
  Dispatched,
  FlatHeaders,
  ResponseHandler,
  TransportError,
  TransportRequest,
} from './transport.ts'

/** RFC 9110 section 9.2.2. */
export const IDEMPOTENT: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'OPTIONS',
  'PUT',
  'DELETE',
  'TRACE',
])

/** A queue or a connection: what resume and abort act on. */
export interface CallHolder {
  resume(call: Call): void
  abandon(call: Call): void
}

export class Call implements Dispatched {
  readonly request: TransportRequest
  readonly handler: ResponseHandler
  readonly endpoint: string
  /** The request head as it goes on the wire. */
  readonly head: string
  /** Monotonic time until which the response head must be here. */
  readonly deadlineMs: number
  holder: CallHolder
  /** Null until the body was started, and where there is none. */
  sender: BodySender | null = null
  #over = false

  /** Throws TypeError where the request can not be written as it stands. */
  constructor(
    request: TransportRequest,
    handler: ResponseHandler,
    endpoint: string,
    nowMs: number,
    holder: CallHolder,
  ) {
    this.request = request
    this.handler = handler
    this.endpoint = endpoint
    this.head = requestHead(request)
    this.deadlineMs = nowMs + request.responseTimeoutMs
    this.holder = holder
  }

  /** True once the handler must not be called any more. */
  get over(): boolean {
    return this.#over
  }

  /** Sending it a second time does no harm, and is possible (RFC 9112 section 9.3.1). */
  get repeatable(): boolean {
    return this.sender === null && IDEMPOTENT.has(this.request.method)
  }

  /** The socket is being handed over, or the response is complete and about to be told. */
  finish(): void {
    this.#over = true
  }

  /** Tells the handler of the end of the response; `finish` was called before. */
  end(trailers: FlatHeaders): void {
    try {
      this.handler.onEnd(trailers)
    } catch (error) {
      this.handler.onError(unhandled(this.endpoint, error))
    }
  }

  fail(error: TransportError): void {
    if (this.#over) return
    this.#over = true
    this.sender?.detach()
    this.handler.onError(error)
  }

  resume(): void {
    if (!this.#over) this.holder.resume(this)
  }

  abort(): void {
    if (this.#over) return
    this.#over = true
    this.sender?.detach()
    this.holder.abandon(this)
  }
}

/** A handler that throws over a strange response costs that response, not the process. */
export function unhandled(endpoint: string, cause: unknown): TransportError {
  return transportError(
    'upstream_invalid_response',
    endpoint,
    'the response could not be handled',
    cause,
  )
}
