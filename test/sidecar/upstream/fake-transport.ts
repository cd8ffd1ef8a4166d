// A transport for tests that sends nothing: it keeps what it is given, and the test answers.

import { transportError } from '../../../sidecar/upstream/failure.ts'
import type {
  Dispatched,
  FlatHeaders,
  ResponseHandler,
  Transport,
  TransportErrorCode,
  TransportRequest,
} from '../../../sidecar/upstream/transport.ts'

/** One request that was dispatched. */
export class FakeCall implements Dispatched {
  readonly endpoint: string
  readonly request: TransportRequest
  readonly handler: ResponseHandler
  aborted = false
  resumed = 0

  constructor(endpoint: string, request: TransportRequest, handler: ResponseHandler) {
    this.endpoint = endpoint
    this.request = request
    this.handler = handler
  }

  resume(): void {
    this.resumed++
  }

  abort(): void {
    this.aborted = true
  }

  /** A whole answer without content. */
  answer(status = 200, headers: FlatHeaders = []): void {
    this.handler.onHead(status, headers, 0)
    if (!this.aborted) this.handler.onEnd([])
  }

  fail(code: TransportErrorCode, unanswered = false): void {
    this.handler.onError(transportError(code, this.endpoint, 'failed', undefined, unanswered))
  }
}

export class FakeTransport implements Transport {
  readonly name: string
  readonly calls: FakeCall[] = []
  /** Called with each request; where there is none the test answers from `calls`. */
  onCall: ((call: FakeCall) => void) | null = null
  closed = false

  constructor(name: string) {
    this.name = name
  }

  get last(): FakeCall {
    return this.calls.at(-1)!
  }

  dispatch(request: TransportRequest, handler: ResponseHandler): FakeCall {
    const call = new FakeCall(this.name, request, handler)
    this.calls.push(call)
    if (this.onCall !== null) queueMicrotask(() => this.onCall?.(call))
    return call
  }

  close(): Promise<void> {
    this.closed = true
    return Promise.resolve()
  }
}
