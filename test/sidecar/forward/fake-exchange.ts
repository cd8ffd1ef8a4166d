// An exchange and a transport in memory: tests drive one end and look at the other.

import type { Exchange, PeerFacts, RequestHead } from '../../../sidecar/forward/exchange.ts'
import type {
  BodySink,
  BodySource,
  Dispatched,
  FlatHeaders,
  ResponseHandler,
  Transport,
  TransportRequest,
} from '../../../sidecar/upstream/transport.ts'

export const HEAD: RequestHead = {
  method: 'GET',
  target: '/',
  version: '1.1',
  multiplexed: false,
  rawHeaders: ['Host', 'api.example.com'],
  authority: null,
  scheme: null,
}

export const PEER: PeerFacts = {
  address: '192.0.2.1',
  port: 4711,
  secure: true,
  serverName: null,
  clientCertificate: null,
}

/** A body whose bytes the test sends. */
export class FakeBody implements BodySource {
  readonly length: number | null
  sink: BodySink | null = null
  resumed = 0

  constructor(length: number | null) {
    this.length = length
  }

  start(sink: BodySink): void {
    this.sink = sink
  }

  resume(): void {
    this.resumed += 1
  }

  send(...texts: string[]): void {
    for (const text of texts) this.sink!.onData(Buffer.from(text))
  }
}

export class FakeExchange implements Exchange {
  readonly head: RequestHead
  readonly peer = PEER
  readonly body: BodySource | null
  readonly bodyPending = false
  readonly pendingOut = 0
  gone = false
  answered = false
  bytesIn = 0
  bytesOut = 0
  /** What was written, in order: `200 a: b`, chunks, `flush`, `end`, `abort`, … */
  readonly written: string[] = []
  /** What `write` answers. */
  writable = true
  readonly drainListeners: (() => void)[] = []
  readonly #goneListeners: (() => void)[] = []

  constructor(body: BodySource | null = null, head: Partial<RequestHead> = {}) {
    this.body = body
    this.head = { ...HEAD, ...head }
  }

  leave(): void {
    this.gone = true
    for (const listener of this.#goneListeners) listener()
  }

  onGone(listener: () => void): void {
    this.#goneListeners.push(listener)
  }

  onDone(): void {}

  continue(): void {}

  informational(status: number): void {
    this.written.push(`informational ${status}`)
  }

  writeHead(status: number, headers: FlatHeaders): void {
    this.answered = true
    this.written.push([status, ...headers].join(' '))
  }

  flush(): void {
    this.written.push('flush')
  }

  write(chunk: Buffer): boolean {
    this.written.push(chunk.toString())
    return this.writable
  }

  onWritable(listener: () => void): void {
    this.drainListeners.push(listener)
  }

  end(chunk?: Buffer, trailers: FlatHeaders = []): void {
    this.written.push(['end', ...(chunk === undefined ? [] : [chunk]), ...trailers].join(' '))
  }

  abort(): void {
    this.gone = true
    this.written.push('abort')
  }

  closeAfter(): void {
    this.written.push('closeAfter')
  }

  takeSocket(): null {
    return null
  }
}

export class FakeTransport implements Transport {
  readonly requests: TransportRequest[] = []
  readonly endpoint = 'http://192.0.2.9'
  handler: ResponseHandler | null = null
  aborted = 0
  resumed = 0

  dispatch(request: TransportRequest, handler: ResponseHandler): Dispatched {
    this.requests.push(request)
    this.handler = handler
    return {
      endpoint: this.endpoint,
      abort: () => {
        this.aborted += 1
      },
      resume: () => {
        this.resumed += 1
      },
    }
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}
