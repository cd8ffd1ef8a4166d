// Strict incremental parser of HTTP/1.1 responses: bytes in, events out, no sockets and no clock.

import { ChunkedDecoder } from './chunked-decoder.ts'
import { DEFAULT_HEAD_LIMITS, FIELD_LINE, STATUS_LINE, parseResponseHead } from './response-head.ts'
import type { HeadLimits, ResponseHead } from './response-head.ts'
import type { FlatHeaders } from './transport.ts'

/** Hears one response: onInterim* → onHead → onData*, or onUpgrade instead of onHead. */
export interface ResponseSink {
  /** 1xx other than 101. */
  onInterim(status: number, headers: FlatHeaders): void
  /** `bodyLength`: 0 for no content, null for a length that is not known yet. */
  onHead(status: number, headers: FlatHeaders, bodyLength: number | null): void
  /** A view into the chunk that was fed; copy what has to last. */
  onData(data: Buffer): void
  /** The 101 that was asked for, and a view of the bytes behind its head. */
  onUpgrade(headers: FlatHeaders, rest: Buffer): void
}

/** `invalid` and `done` stand until the next `begin`. */
export type ParserStatus = 'more' | 'done' | 'invalid'

type Phase = 'head' | 'length' | 'chunked' | 'until-close' | 'done' | 'invalid'

const END_OF_HEAD = Buffer.from('\r\n\r\n')
const EMPTY = Buffer.alloc(0)
const STATUS_LINE_START = 'HTTP/1.'
const NO_TRAILERS: FlatHeaders = []
const LF = 0x0a

export class ResponseParser {
  readonly #sink: ResponseSink
  readonly #limits: HeadLimits
  #method = 'GET'
  #upgrade: string | null = null
  #phase: Phase = 'done'
  #started = false
  #fault = ''
  /** An incomplete head, never longer than maxHeadBytes, and where its first incomplete line starts. */
  #pending: Buffer = EMPTY
  #lineStart = 0
  #interim = 0
  #remaining = 0
  #chunked: ChunkedDecoder | null = null
  #keepAlive = false
  #keepAliveMs: number | null = null
  readonly #onChunkData: (data: Buffer) => void

  constructor(sink: ResponseSink, limits: HeadLimits = DEFAULT_HEAD_LIMITS) {
    this.#sink = sink
    this.#limits = limits
    this.#onChunkData = (data) => sink.onData(data)
  }

  /** Expects the response to a request of this method; `upgrade` is the protocol it asked for (lower case), or null. */
  begin(method: string, upgrade: string | null): void {
    this.#method = method
    this.#upgrade = upgrade
    this.#phase = 'head'
    this.#started = false
    this.#interim = 0
    this.#chunked = null
    this.#keepAlive = false
  }

  /** True once a byte of the response came. */
  get started(): boolean {
    return this.#started
  }

  /** Why the response is `invalid`. */
  get fault(): string {
    return this.#fault
  }

  /** After `done`: trailers without the fields that do not belong there. */
  get trailers(): FlatHeaders {
    return this.#chunked?.trailers ?? NO_TRAILERS
  }

  /** After `done`: the peer keeps the connection, and sent nothing behind the response. */
  get reusable(): boolean {
    return this.#keepAlive
  }

  /** After `done`: how long the peer says it keeps an idle connection, or null. */
  get keepAliveMs(): number | null {
    return this.#keepAliveMs
  }

  /** Takes the next bytes; `chunk` is not kept. After `done` and `invalid` nothing more is taken in. */
  feed(chunk: Buffer): ParserStatus {
    if (chunk.length > 0) this.#started = true
    let at = 0
    while (this.#phase === 'head' && at < chunk.length) at = this.#feedHead(chunk, at)
    switch (this.#phase) {
      case 'length':
        at = this.#feedLength(chunk, at)
        break
      case 'chunked':
        at = this.#feedChunked(this.#chunked!, chunk, at)
        break
      case 'until-close':
        if (at < chunk.length) this.#sink.onData(chunk.subarray(at))
        return 'more'
      case 'invalid':
        return 'invalid'
      case 'head':
      case 'done':
    }
    return this.#status(chunk.length - at)
  }

  /** The peer sent its last byte: `done` where that ends the response, `more` where the response is cut short. */
  finish(): ParserStatus {
    if (this.#phase === 'until-close') this.#phase = 'done'
    return this.#status(0)
  }

  #status(excess: number): ParserStatus {
    if (this.#phase === 'invalid') return 'invalid'
    if (this.#phase !== 'done') return 'more'
    // Bytes behind the end belong to no request of ours: whatever they are, nothing may follow them.
    if (excess > 0) this.#keepAlive = false
    return 'done'
  }

  #feedLength(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#remaining)
    this.#remaining -= end - at
    if (this.#remaining === 0) this.#phase = 'done'
    if (end > at) this.#sink.onData(chunk.subarray(at, end))
    return end
  }

  #feedChunked(decoder: ChunkedDecoder, chunk: Buffer, at: number): number {
    const end = decoder.feed(chunk, at, this.#onChunkData)
    if (decoder.phase === 'done') this.#phase = 'done'
    if (decoder.phase === 'invalid') this.#refuse(decoder.fault)
    return end
  }

  /** Answers the offset behind the head, or behind the chunk where the head is not complete. */
  #feedHead(chunk: Buffer, from: number): number {
    const held = this.#pending.length
    const bytes = held === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    const start = held === 0 ? from : 0
    // The end may lie across the border: look again at the last three bytes that are held.
    const found = bytes.indexOf(END_OF_HEAD, Math.max(start, held - 3))
    const end = found === -1 ? bytes.length : found + 4
    if (end - start > this.#limits.maxHeadBytes) {
      this.#refuse(`the head is longer than ${this.#limits.maxHeadBytes} bytes`)
      return chunk.length
    }
    if (found === -1) {
      this.#pending = held === 0 ? Buffer.from(bytes.subarray(start)) : bytes
      this.#checkPartialHead(held)
      return chunk.length
    }
    this.#pending = EMPTY
    this.#lineStart = 0
    const head = parseResponseHead(bytes.toString('latin1', start, end), this.#method, this.#limits)
    if (typeof head === 'string') {
      this.#refuse(head)
      return chunk.length
    }
    const next = held === 0 ? end : end - held
    this.#dispatch(head, chunk, next)
    // What follows 101 was handed over with it.
    return head.status === 101 ? chunk.length : next
  }

  /** Refuses at once what can no longer become a head, instead of waiting for an end that never comes. */
  #checkPartialHead(from: number): void {
    const bytes = this.#pending
    for (let lf = bytes.indexOf(LF, from); lf !== -1; lf = bytes.indexOf(LF, lf + 1)) {
      const line = bytes.toString('latin1', this.#lineStart, lf)
      const grammar = this.#lineStart === 0 ? STATUS_LINE : FIELD_LINE
      if (!line.endsWith('\r') || !grammar.test(line.slice(0, -1))) {
        this.#refuse(
          this.#lineStart === 0 ? 'the status line is malformed' : 'a field line is malformed',
        )
        return
      }
      this.#lineStart = lf + 1
    }
    if (this.#lineStart > 0) return
    const start = bytes.toString('latin1', 0, STATUS_LINE_START.length)
    if (!STATUS_LINE_START.startsWith(start)) this.#refuse('the status line is malformed')
  }

  #dispatch(head: ResponseHead, chunk: Buffer, next: number): void {
    if (head.status === 101) {
      this.#switchProtocols(head, chunk.subarray(next))
      return
    }
    if (head.status < 200) {
      if (++this.#interim > this.#limits.maxInterim) this.#refuse('too many interim responses')
      else this.#sink.onInterim(head.status, head.headers)
      return
    }
    this.#keepAlive = head.keepAlive
    this.#keepAliveMs = head.keepAliveMs
    this.#remaining = head.length
    this.#phase = head.framing === 'none' ? 'done' : head.framing
    if (head.framing === 'chunked') this.#chunked = new ChunkedDecoder(this.#limits)
    const known = head.framing === 'none' || head.framing === 'length'
    this.#sink.onHead(head.status, head.headers, known ? head.length : null)
  }

  #switchProtocols(head: ResponseHead, rest: Buffer): void {
    if (this.#upgrade === null) {
      this.#refuse('101 without being asked to switch protocols')
    } else if (head.upgrade !== this.#upgrade) {
      // RFC 9110 section 7.8: only to a protocol the request named.
      this.#refuse('101 to a protocol that was not asked for')
    } else {
      this.#phase = 'done'
      this.#sink.onUpgrade(head.headers, rest)
    }
  }

  #refuse(fault: string): void {
    this.#phase = 'invalid'
    this.#fault = fault
    this.#pending = EMPTY
    this.#lineStart = 0
  }
}
