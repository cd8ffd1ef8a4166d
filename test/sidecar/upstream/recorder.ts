// Dispatches requests in tests and writes down everything a handler is told.

import type { Duplex } from 'node:stream'
import { systemClock } from '../../../sidecar/runtime/clock.ts'
import { anonymousService } from '../../../sidecar/upstream/compile.ts'
import type { EndpointPlan, ServicePlan } from '../../../sidecar/upstream/plan.ts'
import { Pool } from '../../../sidecar/upstream/pool.ts'
import type {
  BodySink,
  BodySource,
  Dispatched,
  FlatHeaders,
  ResponseHandler,
  Transport,
  TransportError,
  TransportRequest,
} from '../../../sidecar/upstream/transport.ts'

export class Recorder implements ResponseHandler {
  interim: number[] = []
  status = 0
  headers: FlatHeaders = []
  bodyLength: number | null = null
  body = ''
  trailers: FlatHeaders | null = null
  error: TransportError | null = null
  upgraded: { socket: Duplex; head: Buffer; headers: FlatHeaders } | null = null
  dispatched: Dispatched | null = null
  /** Resolves when nothing more can come. */
  readonly over: Promise<this>
  readonly headed: Promise<this>
  #resolveOver: () => void = () => {}
  #resolveHeaded: () => void = () => {}

  constructor() {
    this.over = new Promise((resolve) => {
      this.#resolveOver = () => resolve(this)
    })
    this.headed = new Promise((resolve) => {
      this.#resolveHeaded = () => resolve(this)
    })
  }

  onWaiting(): void {}

  /** `complete`, `aborted` (cut short after the head) or the code of an error before the head. */
  get outcome(): string {
    if (this.error !== null) return this.status === 0 ? this.error.code : 'aborted'
    if (this.upgraded !== null) return 'upgraded'
    return this.trailers === null ? 'running' : 'complete'
  }

  get names(): string[] {
    return this.headers.filter((_, index) => index % 2 === 0)
  }

  values(name: string): string[] {
    return this.headers.filter((_, i) => i % 2 === 1 && this.headers[i - 1]!.toLowerCase() === name)
  }

  onInformational(status: number): void {
    this.interim.push(status)
  }

  onHead(status: number, headers: FlatHeaders, bodyLength: number | null): void {
    this.status = status
    this.headers = headers
    this.bodyLength = bodyLength
    this.#resolveHeaded()
  }

  onData(chunk: Buffer): boolean {
    this.body += chunk.toString('latin1')
    return true
  }

  onEnd(trailers: FlatHeaders): void {
    this.trailers = trailers
    this.#resolveOver()
  }

  onUpgrade(headers: FlatHeaders, socket: Duplex, head: Buffer): void {
    this.upgraded = { socket, head, headers }
    this.#resolveOver()
  }

  onError(error: TransportError): void {
    this.error = error
    this.#resolveOver()
  }
}

export function send(
  transport: Transport,
  request: Partial<TransportRequest> = {},
  recorder: Recorder = new Recorder(),
): Recorder {
  recorder.dispatched = transport.dispatch(
    {
      method: 'GET',
      target: '/',
      headers: ['host', 'api.example.com'],
      body: null,
      upgrade: null,
      responseTimeoutMs: 5000,
      ...request,
    },
    recorder,
  )
  return recorder
}

export function endpointAt(port: number, scheme = 'http', host = '127.0.0.1'): EndpointPlan {
  return { url: `${scheme}://${host}:${port}`, secure: scheme === 'https', host, port }
}

export function poolAt(port: number, plan: Partial<ServicePlan> = {}, idleMs?: number): Pool {
  const endpoint = endpointAt(port)
  return new Pool(endpoint, { ...anonymousService(endpoint), ...plan }, systemClock, idleMs)
}

/** A body that is delivered when it is asked for; `after` says what follows the chunks. */
export function bodyOf(
  chunks: readonly string[],
  length: number | null,
  after: 'end' | 'abort' | 'nothing' = 'end',
  trailers: FlatHeaders = [],
): BodySource {
  let next = 0
  let target: BodySink | null = null
  const deliver = (): void => {
    while (next < chunks.length) {
      if (target?.onData(Buffer.from(chunks[next++]!, 'latin1')) !== true) return
    }
    const sink = target
    target = null
    if (after === 'end') sink?.onEnd(trailers)
    if (after === 'abort') sink?.onAbort()
  }
  return {
    length,
    start(sink) {
      target = sink
      setImmediate(deliver)
    },
    resume: deliver,
  }
}
