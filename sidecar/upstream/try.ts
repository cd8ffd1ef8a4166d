// One sending of a request that may be sent again: its answer is told to the caller, or not heard any more.

import type { Duplex } from 'node:stream'
import type { Dispatched, FlatHeaders, ResponseHandler, TransportError } from './transport.ts'

/** Who decides what becomes of an answer. */
export interface TryOwner {
  /** The caller. */
  readonly handler: ResponseHandler
  /** The caller was told something that can not be taken back. */
  informed(): void
  /** `drain`: nobody hears the answer, but its connection is to be kept; `drop`: nor that. */
  takeStatus(status: number, headers: FlatHeaders): 'tell' | 'drain' | 'drop'
  takeError(error: TransportError): 'tell' | 'drop'
}

/** A longer answer than that costs more to read than a new connection. */
const MAX_DRAIN_BYTES = 64 * 1024

/** `asking` (no head yet) → `telling`, or `silent`: whatever comes is dropped. */
type Phase = 'asking' | 'telling' | 'silent'

export class Try implements ResponseHandler {
  readonly #owner: TryOwner
  #phase: Phase = 'asking'
  dispatched: Dispatched | null = null

  constructor(owner: TryOwner) {
    this.#owner = owner
  }

  get endpoint(): string {
    return this.dispatched?.endpoint ?? ''
  }

  resume(): void {
    this.dispatched?.resume()
  }

  abort(): void {
    this.#phase = 'silent'
    this.dispatched?.abort()
  }

  onInformational(status: number, headers: FlatHeaders): void {
    this.#owner.informed()
    this.#owner.handler.onInformational(status, headers)
  }

  onHead(status: number, headers: FlatHeaders, bodyLength: number | null): void {
    const verdict = this.#owner.takeStatus(status, headers)
    if (verdict === 'tell') {
      this.#phase = 'telling'
      this.#owner.handler.onHead(status, headers, bodyLength)
      return
    }
    this.#phase = 'silent'
    const isLong = bodyLength === null || bodyLength > MAX_DRAIN_BYTES
    if (verdict === 'drop' || isLong) this.abort()
  }

  onData(chunk: Buffer): boolean {
    return this.#phase === 'silent' || this.#owner.handler.onData(chunk)
  }

  onWaiting(): void {
    if (this.#phase !== 'silent') this.#owner.handler.onWaiting()
  }

  onEnd(trailers: FlatHeaders): void {
    if (this.#phase !== 'silent') this.#owner.handler.onEnd(trailers)
  }

  onUpgrade(headers: FlatHeaders, socket: Duplex, head: Buffer): void {
    this.#owner.handler.onUpgrade(headers, socket, head)
  }

  onError(error: TransportError): void {
    if (this.#phase === 'silent') return
    const verdict = this.#phase === 'asking' ? this.#owner.takeError(error) : 'tell'
    if (verdict === 'tell') this.#owner.handler.onError(error)
    else this.#phase = 'silent'
  }
}
