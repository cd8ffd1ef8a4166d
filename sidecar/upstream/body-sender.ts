// Carries one request body from its source to the socket: framing, announced length, backpressure.

import type { Socket } from 'node:net'
import { errorMessage } from '../runtime/errors.ts'
import { fieldLines } from './request-head.ts'
import type { BodySink, BodySource, FlatHeaders } from './transport.ts'

/** `waiting` → `sending` ⇄ `stopped` → `sent`; `detached` from anywhere: what still comes is dropped. */
type Phase = 'waiting' | 'sending' | 'stopped' | 'sent' | 'detached'

export class BodySender implements BodySink {
  readonly #source: BodySource
  readonly #socket: Socket
  readonly #onBroken: (fault: string) => void
  /** Announced bytes still to come; null for chunked content. */
  #remaining: number | null
  #phase: Phase = 'waiting'

  /** `onBroken` is called at most once: the request can not be completed any more. */
  constructor(source: BodySource, socket: Socket, onBroken: (fault: string) => void) {
    this.#source = source
    this.#socket = socket
    this.#onBroken = onBroken
    this.#remaining = source.length
  }

  /** True once every byte was handed to the socket. */
  get sent(): boolean {
    return this.#phase === 'sent'
  }

  start(): void {
    this.#phase = this.#remaining === 0 ? 'sent' : 'sending'
    this.#source.start(this)
  }

  /** The socket took what it held: go on. */
  drained(): void {
    if (this.#phase !== 'stopped') return
    this.#phase = 'sending'
    this.#source.resume()
  }

  /** Nothing more may be written; the source runs on into the void so that it is not left half read. */
  detach(): void {
    const wasStopped = this.#phase === 'stopped'
    if (this.#phase !== 'sent') this.#phase = 'detached'
    if (wasStopped) this.#source.resume()
  }

  onData(chunk: Buffer): boolean {
    if (this.#phase === 'sent' && chunk.length > 0) this.#break('the body is longer than announced')
    if ((this.#phase !== 'sending' && this.#phase !== 'stopped') || chunk.length === 0) return true
    if (this.#remaining === null) this.#writeChunk(chunk)
    else if (chunk.length > this.#remaining) {
      this.#break('the body is longer than announced')
      return true
    } else {
      this.#remaining -= chunk.length
      this.#socket.write(chunk)
      if (this.#remaining === 0) {
        this.#phase = 'sent'
        return true
      }
    }
    if (!this.#socket.writableNeedDrain) return true
    this.#phase = 'stopped'
    return false
  }

  onEnd(trailers: FlatHeaders): void {
    if (this.#phase !== 'sending' && this.#phase !== 'stopped') return
    if (this.#remaining !== null) {
      this.#break('the body is shorter than announced')
      return
    }
    try {
      this.#socket.write(`0${fieldLines(trailers)}\r\n\r\n`, 'latin1')
      this.#phase = 'sent'
    } catch (error) {
      this.#break(errorMessage(error))
    }
  }

  onAbort(): void {
    if (this.#phase === 'sending' || this.#phase === 'stopped') this.#break('the body broke off')
  }

  #writeChunk(chunk: Buffer): void {
    const socket = this.#socket
    socket.cork()
    socket.write(`${chunk.length.toString(16)}\r\n`, 'latin1')
    socket.write(chunk)
    socket.write('\r\n', 'latin1')
    socket.uncork()
  }

  #break(fault: string): void {
    this.#phase = 'detached'
    // A source may break while it is being started: the caller does not hold its Dispatched yet.
    queueMicrotask(() => this.#onBroken(fault))
  }
}
