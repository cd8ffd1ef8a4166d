// Exchange over node:http2: the only file that knows how an HTTP/2 stream looks in Node.

import {
  constants,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Stream,
} from 'node:http2'
import type { Duplex } from 'node:stream'
import type { BodySink, BodySource, FlatHeaders } from '../upstream/transport.ts'
import type { Exchange, PeerFacts, RequestHead } from './exchange.ts'
import { peerOf } from './peer.ts'
import { safeTrailers } from './trailers.ts'

export class Http2Exchange implements Exchange {
  readonly head: RequestHead
  readonly body: BodySource | null
  bytesIn = 0
  bytesOut = 0
  answered = false
  gone = false
  readonly #stream: ServerHttp2Stream
  readonly #response: Http2ServerResponse
  readonly #waitsForContinue: boolean
  #trailers: string[] = []
  #ended = false

  constructor(
    request: Http2ServerRequest,
    response: Http2ServerResponse,
    waitsForContinue: boolean,
  ) {
    this.#stream = request.stream
    this.#response = response
    this.#waitsForContinue = waitsForContinue
    this.head = {
      method: request.method,
      target: request.url,
      version: '2.0',
      multiplexed: true,
      rawHeaders: withoutPseudo(request.rawHeaders),
      authority: request.headers[':authority'] ?? null,
      scheme: request.headers[':scheme'] ?? null,
    }
    this.body = this.#stream.endAfterHeaders ? null : new StreamBody(request, this)
  }

  get peer(): PeerFacts {
    const socket = this.#stream.session?.socket
    if (socket === undefined) {
      return { address: '', port: 0, secure: true, serverName: null, clientCertificate: null }
    }
    // The session guards its socket with a proxy; the facts may be read all the same.
    return peerOf(socket)
  }

  get bodyPending(): boolean {
    return this.body !== null && !this.#stream.readableEnded
  }

  get pendingOut(): number {
    return this.#stream.writableLength
  }

  onGone(listener: () => void): void {
    this.#stream.once('close', () => {
      if (this.#ended && this.#stream.writableFinished) return
      this.gone = true
      listener()
    })
  }

  onDone(listener: () => void): void {
    this.#stream.once('finish', () => {
      // Node ends a stream that the client reset: that is no answer of ours.
      if (this.#ended) listener()
    })
  }

  continue(): void {
    if (this.#waitsForContinue && !this.answered && !this.#isOver()) {
      this.#stream.additionalHeaders({ ':status': 100 })
    }
  }

  informational(status: number, headers: FlatHeaders): void {
    if (status !== 103 || this.answered || this.#isOver()) return
    for (let i = 0; i < headers.length; i += 2) {
      if (headers[i]!.toLowerCase() !== 'link') continue
      this.#stream.additionalHeaders({ ':status': 103, link: headers[i + 1]! })
    }
  }

  writeHead(status: number, headers: FlatHeaders): void {
    if (this.answered || this.#isOver()) return
    this.answered = true
    const fields: Record<string, string | string[] | number> = { ':status': status }
    for (let i = 0; i < headers.length; i += 2) {
      const name = headers[i]!.toLowerCase()
      const value = headers[i + 1]!
      const before = fields[name]
      if (before === undefined) fields[name] = value
      else if (name === 'set-cookie') {
        fields[name] = Array.isArray(before) ? [...before, value] : [String(before), value]
      } else fields[name] = `${String(before)}, ${value}`
    }
    // The compatibility response must know, or Fastify would believe that nothing was sent.
    this.#response.statusCode = status
    // An answer of known length has no trailers: its last DATA frame may end the stream.
    const waitForTrailers = fields['content-length'] === undefined
    if (waitForTrailers) {
      // The compatibility response would send its own first, which are none: ours would then throw.
      this.#stream.removeAllListeners('wantTrailers')
      this.#stream.once('wantTrailers', () => this.#sendTrailers())
    }
    this.#stream.respond(fields, { waitForTrailers })
  }

  #sendTrailers(): void {
    const fields: Record<string, string> = {}
    for (let i = 0; i < this.#trailers.length; i += 2) {
      fields[this.#trailers[i]!] = this.#trailers[i + 1]!
    }
    this.#stream.sendTrailers(fields)
  }

  /** A stream that was reset still exists for a moment, and throws at whoever writes to it. */
  #isOver(): boolean {
    return this.gone || this.#stream.closed || this.#stream.destroyed
  }

  flush(): void {
    // respond() puts the head on the wire by itself.
  }

  write(chunk: Buffer): boolean {
    if (this.#isOver()) return true
    this.bytesOut += chunk.length
    return this.#stream.write(chunk)
  }

  onWritable(listener: () => void): void {
    this.#stream.on('drain', listener)
  }

  end(chunk?: Buffer, trailers?: FlatHeaders): void {
    if (this.#isOver()) return
    this.#ended = true
    if (trailers !== undefined) this.#trailers = safeTrailers(trailers)
    if (chunk === undefined) this.#stream.end()
    else {
      this.bytesOut += chunk.length
      this.#stream.end(chunk)
    }
  }

  abort(): void {
    if (this.gone) return
    this.gone = true
    this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR)
  }

  /** Answers a request that broke the protocol: the stream is reset, as RFC 9113 section 8.1.1 asks. */
  resetMalformed(): void {
    this.gone = true
    this.#stream.close(constants.NGHTTP2_PROTOCOL_ERROR)
  }

  closeAfter(): void {
    // Streams are cheap to give up: an unread body ends with its stream.
  }

  takeSocket(): { socket: Duplex; head: Buffer } | null {
    return null
  }
}

function withoutPseudo(raw: readonly string[]): string[] {
  const fields: string[] = []
  for (let i = 0; i < raw.length; i += 2) {
    if (raw[i]!.charCodeAt(0) !== 0x3a) fields.push(raw[i]!, raw[i + 1]!)
  }
  return fields
}

class StreamBody implements BodySource {
  readonly length: number | null
  readonly #request: Http2ServerRequest
  readonly #exchange: Http2Exchange

  constructor(request: Http2ServerRequest, exchange: Http2Exchange) {
    const length = request.headers['content-length']
    this.length = length === undefined ? null : Number(length)
    this.#request = request
    this.#exchange = exchange
  }

  start(sink: BodySink): void {
    const { stream } = this.#request
    let over = false
    this.#exchange.continue()
    stream.on('data', (chunk: Buffer) => {
      this.#exchange.bytesIn += chunk.length
      if (!sink.onData(chunk)) stream.pause()
    })
    stream.once('end', () => {
      if (over) return
      over = true
      sink.onEnd(safeTrailers(this.#request.rawTrailers))
    })
    const abort = (): void => {
      if (over) return
      over = true
      sink.onAbort()
    }
    stream.once('aborted', abort)
    stream.once('close', abort)
  }

  resume(): void {
    this.#request.stream.resume()
  }
}
