// One keep-alive connection to an endpoint, one call at a time: connecting → (busy ⇄ idle) → closed.

import type { Socket } from 'node:net'
import type { Clock } from '../runtime/clock.ts'
import { BodySender } from './body-sender.ts'
import { unhandled } from './call.ts'
import type { Call, CallHolder } from './call.ts'
import type { Dialled, Dialer } from './dialer.ts'
import { transportError } from './failure.ts'
import { writeLate } from './late-writes.ts'
import type { LateWriter } from './late-writes.ts'
import { ResponseParser } from './response-parser.ts'
import type { ResponseSink } from './response-parser.ts'
import type { FlatHeaders, TransportError, TransportErrorCode } from './transport.ts'

export interface ConnectionTimes {
  readonly connectTimeoutMs: number
  readonly idleTimeoutMs: number
  /** How long a connection without a call is kept, unless the peer asks for less. */
  readonly idleConnectionMs: number
}

/** The pool, as a connection sees it. */
export interface ConnectionOwner {
  /** For messages. */
  readonly endpoint: string
  /** A connection that was opened for nobody in particular stands. */
  onConnected(connection: Connection): void
  /** It could not be opened, and is gone. */
  onDialFailed(connection: Connection, error: TransportError): void
  /** Ready for the next call. */
  onIdle(connection: Connection): void
  /** The head of an answer has come. */
  onAnswered(): void
  /** Gone, or given away by an upgrade. */
  onClosed(connection: Connection): void
  /** An upgraded connection belongs to somebody else now. */
  onGiven(socket: Socket): void
  /** Gone with a call unanswered; `stale`: it had served before, and not a byte of this answer came. */
  onFailed(connection: Connection, call: Call, error: TransportError, stale: boolean): void
}

type State =
  /** `call` null: for whoever waits first. */
  | { readonly kind: 'connecting'; readonly call: Call | null; readonly untilMs: number }
  | { readonly kind: 'busy'; readonly call: Call }
  | { readonly kind: 'idle'; readonly untilMs: number }
  | { readonly kind: 'closed' }

const CLOSED: State = { kind: 'closed' }
/** A connection the peer is about to close is not used in its last second. */
const KEEP_ALIVE_MARGIN_MS = 1000
export const SLOW_CONNECT = 'not connected in time'

export class Connection implements ResponseSink, CallHolder, LateWriter {
  readonly #owner: ConnectionOwner
  readonly #times: ConnectionTimes
  readonly #clock: Clock
  readonly #dialled: Dialled
  readonly #socket: Socket
  readonly #parser: ResponseParser
  #state: State
  #error: Error | undefined
  #tcpConnected = false
  /** It has been without a call: the peer may have closed it before the next one comes. */
  #rested = false
  #expired = false
  #headReceived = false
  #paused = false
  /** A head that is written at the end of this turn, or ''. */
  #unsent = ''
  /** Bytes moved when last looked at, and when that changed. */
  #moved = 0
  #movedAtMs = 0

  /** Starts connecting at once, for `call` or (null) for whoever waits first. */
  constructor(
    owner: ConnectionOwner,
    dialer: Dialer,
    times: ConnectionTimes,
    clock: Clock,
    call: Call | null,
  ) {
    this.#owner = owner
    this.#times = times
    this.#clock = clock
    this.#parser = new ResponseParser(this)
    this.#state = {
      kind: 'connecting',
      call,
      untilMs: clock.monotonicMs() + times.connectTimeoutMs,
    }
    if (call !== null) call.holder = this
    const isGivenAway = call !== null && call.request.upgrade !== null
    this.#dialled = dialer.dial(isGivenAway, (chunk) => this.#receive(chunk))
    this.#socket = this.#dialled.socket
    this.#socket
      .once('connect', () => {
        this.#tcpConnected = true
      })
      .once(this.#dialled.readyEvent, () => this.#connected())
      .on('drain', () => this.#drained())
      .on('end', () => this.#ended())
      .on('error', (error) => {
        this.#error ??= error
      })
      .on('close', () => this.#lost())
  }

  /** Whether an idle connection can still be given a call. */
  usable(nowMs: number): boolean {
    return this.#state.kind === 'idle' && nowMs < this.#state.untilMs && this.#socket.writable
  }

  /** Sends the call's request. Only where the connection is idle, or has just connected. */
  start(call: Call): void {
    this.#state = { kind: 'busy', call }
    this.#headReceived = false
    this.#paused = false
    call.holder = this
    this.#parser.begin(call.request.method, call.request.upgrade)
    const { body } = call.request
    if (body === null) {
      this.#unsent = call.head
      writeLate(this)
      return
    }
    // Body bytes that are already here leave in one piece with the head.
    this.#socket.cork()
    this.#socket.write(call.head, 'latin1')
    const sender = new BodySender(body, this.#socket, (fault) => this.#bodyBroken(call, fault))
    call.sender = sender
    sender.start()
    queueMicrotask(() => this.#socket.uncork())
  }

  /** The call it has is its last one. */
  expire(): void {
    this.#expired = true
  }

  /** Whether it was told to `expire`. */
  get expired(): boolean {
    return this.#expired
  }

  writeNow(): void {
    const head = this.#unsent
    this.#unsent = ''
    if (this.#state.kind === 'busy') this.#socket.write(head, 'latin1')
  }

  /** Closes the connection; only where it holds no call. */
  close(): void {
    this.#state = CLOSED
    this.#socket.destroy()
    this.#owner.onClosed(this)
  }

  /** Ends what has waited too long; to be called now and then while the connection lives. */
  checkTime(nowMs: number): void {
    const state = this.#state
    switch (state.kind) {
      case 'connecting':
        if (state.call !== null && nowMs >= state.call.deadlineMs)
          this.#fail('upstream_timeout', SLOW_CONNECT)
        else if (nowMs >= state.untilMs) this.#fail('upstream_connect_timeout', SLOW_CONNECT)
        return
      case 'busy':
        this.#checkBusy(state.call, nowMs)
        return
      case 'idle':
        if (nowMs >= state.untilMs) this.close()
        return
      case 'closed':
    }
  }

  resume(): void {
    this.#paused = false
    this.#socket.resume()
  }

  abandon(): void {
    this.close()
  }

  onInterim(status: number, headers: FlatHeaders): void {
    const call = this.#answering()
    if (call !== null && status !== 100) call.handler.onInformational(status, headers)
  }

  onHead(status: number, headers: FlatHeaders, bodyLength: number | null): void {
    this.#headReceived = true
    this.#owner.onAnswered()
    this.#answering()?.handler.onHead(status, headers, bodyLength)
  }

  onData(data: Buffer): void {
    const call = this.#answering()
    if (call === null) return
    if (!call.handler.onData(this.#dialled.borrowed ? Buffer.from(data) : data)) this.#paused = true
  }

  onUpgrade(headers: FlatHeaders, rest: Buffer): void {
    const call = this.#answering()
    if (call === null) return
    call.finish()
    this.#state = CLOSED
    this.#dialled.release()
    this.#owner.onAnswered()
    this.#owner.onGiven(this.#socket)
    this.#owner.onClosed(this)
    try {
      call.handler.onUpgrade(headers, this.#socket, rest)
    } catch (error) {
      this.#socket.destroy()
      call.handler.onError(unhandled(call.endpoint, error))
    }
  }

  #answering(): Call | null {
    return this.#state.kind === 'busy' ? this.#state.call : null
  }

  #connected(): void {
    const state = this.#state
    if (state.kind !== 'connecting') return
    const refusal = this.#dialled.refusal()
    if (refusal !== null) this.#fail(refusal.code, refusal.fault)
    else if (state.call !== null) this.start(state.call)
    else {
      this.#state = this.#idleFor(this.#times.idleConnectionMs)
      this.#owner.onConnected(this)
      this.#rested = this.#state.kind === 'idle'
    }
  }

  #idleFor(ms: number): State {
    return { kind: 'idle', untilMs: this.#clock.monotonicMs() + ms }
  }

  #drained(): void {
    if (this.#state.kind === 'busy') this.#state.call.sender?.drained()
  }

  #receive(chunk: Buffer): void {
    const state = this.#state
    if (state.kind !== 'busy') {
      // Nobody asked for these bytes; an answer to come must not be mistaken for the next request's.
      if (state.kind === 'idle') this.close()
      return
    }
    if (this.#unsent !== '') {
      // An answer to nothing: the request has yet to leave, and may do so on another connection.
      this.#fail('upstream_reset', 'bytes came before the request')
      return
    }
    let status
    try {
      status = this.#parser.feed(chunk)
    } catch (error) {
      this.#loseTo(unhandled(state.call.endpoint, error), false)
      return
    }
    if (this.#state !== state) return
    if (status === 'done') this.#complete(state.call)
    else if (status === 'invalid') this.#fail('upstream_invalid_response', this.#parser.fault)
    else {
      if (this.#headReceived) state.call.handler.onWaiting()
      if (this.#paused) this.#socket.pause()
    }
  }

  #complete(call: Call): void {
    const parser = this.#parser
    const { trailers } = parser
    call.finish()
    const idleMs = this.#idleMs()
    if (!parser.reusable || this.#expired || idleMs <= 0 || !this.#requestSent(call)) {
      call.sender?.detach()
      this.close()
    } else {
      this.#rested = true
      this.#state = this.#idleFor(idleMs)
      this.#owner.onIdle(this)
    }
    call.end(trailers)
  }

  /** An early answer leaves the peer waiting for the rest of the request: the connection has no future. */
  #requestSent(call: Call): boolean {
    return call.sender === null || (call.sender.sent && this.#socket.writableLength === 0)
  }

  #idleMs(): number {
    const peerMs = this.#parser.keepAliveMs
    const ownMs = this.#times.idleConnectionMs
    return peerMs === null ? ownMs : Math.min(ownMs, peerMs - KEEP_ALIVE_MARGIN_MS)
  }

  #checkBusy(call: Call, nowMs: number): void {
    if (!this.#headReceived) {
      this.#movedAtMs = nowMs
      if (nowMs >= call.deadlineMs) this.#fail('upstream_timeout', 'no response head in time')
      return
    }
    const moved = this.#socket.bytesRead + this.#socket.bytesWritten
    // While our own side does not read, silence is not the endpoint's fault.
    if (moved !== this.#moved || this.#paused) {
      this.#moved = moved
      this.#movedAtMs = nowMs
    } else if (nowMs - this.#movedAtMs >= this.#times.idleTimeoutMs) {
      this.#fail('upstream_timeout', 'silence in the middle of the response')
    }
  }

  #bodyBroken(call: Call, fault: string): void {
    if (this.#answering() === call) this.#fail('upstream_body_aborted', fault)
  }

  #ended(): void {
    const state = this.#state
    if (state.kind === 'idle') this.close()
    if (state.kind !== 'busy') return
    if (this.#parser.finish() === 'done') this.#complete(state.call)
    else this.#fail('upstream_reset', this.#cutShort())
  }

  #lost(): void {
    const { kind } = this.#state
    if (kind === 'idle') this.close()
    else if (kind === 'busy') this.#fail('upstream_reset', this.#cutShort(), this.#error)
    else if (kind === 'connecting') {
      if (this.#tcpConnected) this.#fail('upstream_tls_failed', 'TLS handshake failed', this.#error)
      else this.#fail('upstream_connect_failed', 'connection failed', this.#error)
    }
  }

  #cutShort(): string {
    return this.#headReceived
      ? 'connection closed in the middle of the response'
      : 'connection closed before a response'
  }

  #fail(code: TransportErrorCode, fault: string, cause?: unknown): void {
    const state = this.#state
    if (state.kind !== 'busy' && state.kind !== 'connecting') return
    const unanswered = code === 'upstream_reset' && state.kind === 'busy' && !this.#parser.started
    const error = transportError(code, this.#owner.endpoint, fault, cause, unanswered)
    this.#loseTo(error, unanswered && this.#rested)
  }

  #loseTo(error: TransportError, stale: boolean): void {
    const state = this.#state
    if (state.kind !== 'busy' && state.kind !== 'connecting') return
    this.#state = CLOSED
    this.#socket.destroy()
    if (state.call === null) this.#owner.onDialFailed(this, error)
    else this.#owner.onFailed(this, state.call, error, stale)
  }
}
