// Exchange over node:http: the only file that knows how an HTTP/1.1 request and answer look in Node.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { writeLate, type LateWriter } from '../upstream/late-writes.ts'
import type { BodySink, BodySource, FlatHeaders } from '../upstream/transport.ts'
import type { Exchange, PeerFacts, RequestHead } from './exchange.ts'
import { writeOrdinaryHead } from './ordinary-head.ts'
import { peerOf } from './peer.ts'
import { safeTrailers } from './trailers.ts'

/** Bytes read from a refused request's body before its connection is given up, and how long we wait for them. */
const LINGER_BYTES = 64 * 1024
const LINGER_MS = 2000

const ONE_WRITE_BYTES = 8 * 1024

/** Connections whose request was answered before its body was over: what still goes wrong there is no news to the client. */
const earlyAnswers = new WeakSet<Duplex>()

export function isAnsweredEarly(socket: Duplex): boolean {
  return earlyAnswers.has(socket)
}

export class Http1Exchange implements Exchange, LateWriter {
  readonly head: RequestHead
  readonly peer: PeerFacts
  readonly body: BodySource | null
  bytesIn = 0
  bytesOut = 0
  answered = false
  gone = false
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #upgradeHead: Buffer | null
  readonly #waitsForContinue: boolean
  readonly #isDraining: () => boolean
  #closing = false
  #taken = false
  /** A whole body that leaves with the head at the end of this turn, or ''. */
  #last = ''
  readonly #goneListeners: (() => void)[] = []
  #onDone: (() => void) | null = null

  /** `upgradeHead`: bytes behind the head of an upgrade request, whose socket the parser has let go. */
  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    mode: { upgradeHead: Buffer | null; waitsForContinue: boolean; isDraining: () => boolean },
  ) {
    this.#request = request
    this.#response = response
    this.#upgradeHead = mode.upgradeHead
    this.#waitsForContinue = mode.waitsForContinue
    this.#isDraining = mode.isDraining
    this.head = {
      method: request.method ?? '',
      target: request.url ?? '',
      version: request.httpVersion,
      multiplexed: false,
      rawHeaders: request.rawHeaders,
      authority: null,
      scheme: null,
    }
    this.peer = peerOf(request.socket)
    const length = bodyLength(request)
    this.body = length === undefined ? null : new RequestBody(request, this, length)
    response.on('close', () => this.#closed())
    // The answer to an upgrade request is none of the server's: it closes with its connection only.
    if (mode.upgradeHead !== null) response.on('finish', () => this.#done())
  }

  get bodyPending(): boolean {
    return !this.#request.complete
  }

  get pendingOut(): number {
    return this.#response.writableLength
  }

  onGone(listener: () => void): void {
    this.#goneListeners.push(listener)
  }

  onDone(listener: () => void): void {
    this.#onDone = listener
  }

  #closed(): void {
    if (this.#taken) return
    if (this.#response.writableFinished) {
      this.#done()
      return
    }
    this.gone = true
    for (const listener of this.#goneListeners) listener()
  }

  #done(): void {
    const listener = this.#onDone
    this.#onDone = null
    listener?.()
  }

  continue(): void {
    if (this.#waitsForContinue && !this.answered) this.#response.writeContinue()
  }

  informational(status: number, headers: FlatHeaders): void {
    if (status !== 103 || this.answered || this.head.version === '1.0') return
    const links: string[] = []
    for (let i = 0; i < headers.length; i += 2) {
      if (headers[i]!.toLowerCase() === 'link') links.push(headers[i + 1]!)
    }
    if (links.length > 0) this.#response.writeEarlyHints({ link: links })
  }

  writeHead(status: number, headers: FlatHeaders): void {
    if (this.answered || this.gone) return
    this.answered = true
    if (this.#isDraining()) this.#response.shouldKeepAlive = false
    if (this.#closing || this.#upgradeHead !== null) {
      this.#response.writeHead(status, [...lengthLast(headers), 'connection', 'close'])
    } else if (!writeOrdinaryHead(this.#response, status, headers)) {
      this.#response.writeHead(status, lengthLast(headers))
    }
  }

  flush(): void {
    if (!this.gone) this.#response.flushHeaders()
  }

  write(chunk: Buffer): boolean {
    if (this.gone) return true
    this.bytesOut += chunk.length
    return this.#response.write(chunk)
  }

  onWritable(listener: () => void): void {
    this.#response.on('drain', listener)
  }

  end(chunk?: Buffer, trailers?: FlatHeaders): void {
    if (this.gone) return
    if (!this.#request.complete) this.#markEarly()
    if (trailers !== undefined && trailers.length > 0) this.#addTrailers(trailers)
    if (chunk === undefined) {
      this.#response.end()
      return
    }
    this.bytesOut += chunk.length
    // As text, head and body leave in one write of one string: half the cost of a gathered write for a short answer.
    if (chunk.length > ONE_WRITE_BYTES) this.#response.end(chunk)
    else {
      this.#last = chunk.toString('latin1')
      writeLate(this)
    }
  }

  writeNow(): void {
    if (!this.gone) this.#response.end(this.#last, 'latin1')
  }

  #markEarly(): void {
    const { socket } = this.#request
    earlyAnswers.add(socket)
    this.#request.once('end', () => earlyAnswers.delete(socket))
  }

  #addTrailers(trailers: FlatHeaders): void {
    const safe = safeTrailers(trailers)
    // Only a chunked answer can carry them; Node throws on any other (and would take the process with it).
    if (safe.length === 0 || !this.#response.chunkedEncoding) return
    const pairs: [string, string][] = []
    for (let i = 0; i < safe.length; i += 2) pairs.push([safe[i]!, safe[i + 1]!])
    this.#response.addTrailers(pairs)
  }

  abort(): void {
    if (this.gone) return
    this.gone = true
    this.#request.socket.destroy()
  }

  closeAfter(): void {
    this.#closing = true
    const { socket } = this.#request
    if (!this.#request.complete) socket.destroySoon = () => linger(socket)
  }

  takeSocket(): { socket: Duplex; head: Buffer } | null {
    if (this.#upgradeHead === null || this.answered || this.gone) return null
    this.#taken = true
    this.answered = true
    const { socket } = this.#request
    this.#response.detachSocket(socket)
    return { socket, head: this.#upgradeHead }
  }
}

/** Node reads the bytes of a Content-Disposition as UTF-8 where it knows a length by then, and writes or refuses others. */
function lengthLast(headers: FlatHeaders): string[] {
  const rest: string[] = []
  const lengths: string[] = []
  for (let i = 0; i < headers.length; i += 2) {
    const to = headers[i]!.toLowerCase() === 'content-length' ? lengths : rest
    to.push(headers[i]!, headers[i + 1]!)
  }
  return [...rest, ...lengths]
}

/**
 * The announced length of a request's body, null for one of unknown length, undefined where there is none (RFC 9112
 * section 6: it has one where a framing field says so). Reads the raw fields: building all of them costs more than this.
 */
function bodyLength(request: IncomingMessage): number | null | undefined {
  const { rawHeaders } = request
  let length: number | undefined
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!
    if (name.length === 17 && name.toLowerCase() === 'transfer-encoding') return null
    if (name.length === 14 && name.toLowerCase() === 'content-length') {
      length = Number(rawHeaders[i + 1])
    }
  }
  return length === 0 ? undefined : length
}

class RequestBody implements BodySource {
  readonly length: number | null
  readonly #request: IncomingMessage
  readonly #exchange: Http1Exchange

  constructor(request: IncomingMessage, exchange: Http1Exchange, length: number | null) {
    this.length = length
    this.#request = request
    this.#exchange = exchange
  }

  start(sink: BodySink): void {
    const request = this.#request
    let over = false
    this.#exchange.continue()
    request.on('data', (chunk: Buffer) => {
      this.#exchange.bytesIn += chunk.length
      if (!sink.onData(chunk)) request.pause()
    })
    request.once('end', () => {
      over = true
      sink.onEnd(safeTrailers(request.rawTrailers))
    })
    request.once('close', () => {
      if (!over) sink.onAbort()
    })
  }

  resume(): void {
    this.#request.resume()
  }
}

/** Closes our side at once and the connection soon: the answer must not be lost to a reset by unread request bytes. */
function linger(socket: Socket): void {
  let read = 0
  socket.end()
  const timer = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('close', () => clearTimeout(timer))
  socket.on('data', (chunk: Buffer) => {
    read += chunk.length
    if (read > LINGER_BYTES) socket.destroy()
  })
  socket.once('end', () => socket.destroy())
  socket.resume()
}
