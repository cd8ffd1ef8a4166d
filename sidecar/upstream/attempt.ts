// One request on its way over one member after the other, until one of them takes it.

import type { Duplex } from 'node:stream'
import type { Clock } from '../runtime/clock.ts'
import type { BreakerEvent } from './breaker.ts'
import { isEndpointFault, isUnreached, transportError } from './failure.ts'
import type { Member } from './member.ts'
import type {
  Dispatched,
  FlatHeaders,
  ResponseHandler,
  TransportError,
  TransportRequest,
} from './transport.ts'

export interface Chosen {
  readonly member: Member
  /** This request finds out whether the member works again. */
  readonly isTrial: boolean
}

/** The balancer, as one request sees it. */
export interface Choice {
  /** The service, for messages. */
  readonly name: string
  next(tried: readonly Member[], nowMs: number): Chosen | null
  tell(member: Member, event: BreakerEvent, isTrial: boolean): void
}

/** Beyond that a request does more harm than good: the service is down, not an endpoint. */
const MAX_MEMBERS_TRIED = 3
const NONE: readonly Member[] = []

/** Idle before `start` and where nothing is left; else a request is under way at a member, `headed` once it answers. */
type Phase = 'idle' | 'waiting' | 'headed'

export class Attempt implements Dispatched, ResponseHandler {
  readonly #request: TransportRequest
  readonly #handler: ResponseHandler
  readonly #choice: Choice
  readonly #clock: Clock
  readonly #deadlineMs: number
  #tried: readonly Member[] = NONE
  #chosen: Chosen | null = null
  #inner: Dispatched | null = null
  #phase: Phase = 'idle'
  #startedMs = 0
  #aborted = false

  constructor(request: TransportRequest, handler: ResponseHandler, choice: Choice, clock: Clock) {
    this.#request = request
    this.#handler = handler
    this.#choice = choice
    this.#clock = clock
    this.#startedMs = clock.monotonicMs()
    this.#deadlineMs = this.#startedMs + request.responseTimeoutMs
  }

  get endpoint(): string {
    return this.#inner?.endpoint ?? ''
  }

  /** Throws TypeError where the request can not be written as it stands. */
  start(): void {
    if (this.#tryNext(this.#startedMs)) return
    const error = transportError('upstream_unavailable', this.#choice.name, 'there is no endpoint')
    // The caller holds its Dispatched before it hears of the error.
    queueMicrotask(() => {
      if (!this.#aborted) this.#handler.onError(error)
    })
  }

  resume(): void {
    this.#inner?.resume()
  }

  abort(): void {
    this.#aborted = true
    this.#inner?.abort()
    if (this.#phase === 'waiting') {
      const nowMs = this.#clock.monotonicMs()
      this.#chosen!.member.latency.abandoned(nowMs - this.#startedMs, nowMs)
      this.#tell('given-up')
    }
    this.#leave()
  }

  onInformational(status: number, headers: FlatHeaders): void {
    this.#handler.onInformational(status, headers)
  }

  onHead(status: number, headers: FlatHeaders, bodyLength: number | null): void {
    this.#answered(isFailure(status))
    this.#handler.onHead(status, headers, bodyLength)
  }

  onData(chunk: Buffer): boolean {
    return this.#handler.onData(chunk)
  }

  onWaiting(): void {
    this.#handler.onWaiting()
  }

  onEnd(trailers: FlatHeaders): void {
    this.#leave()
    this.#handler.onEnd(trailers)
  }

  onUpgrade(headers: FlatHeaders, socket: Duplex, head: Buffer): void {
    this.#answered(false)
    this.#leave()
    this.#handler.onUpgrade(headers, socket, head)
  }

  onError(error: TransportError): void {
    const isFirstNews = this.#phase === 'waiting'
    this.#noteError(error, isFirstNews)
    this.#leave()
    const isUnsent = isUnreached(error) || error.code === 'upstream_overloaded'
    if (!isFirstNews || !isUnsent) return this.#handler.onError(error)
    if (this.#tryNext(this.#clock.monotonicMs())) return
    this.#handler.onError(
      this.#tried.length === 1
        ? error
        : transportError(error.code, this.#choice.name, 'no endpoint could be reached', error),
    )
  }

  /** False where enough members were tried, or all, or no time is left. */
  #tryNext(nowMs: number): boolean {
    const isFirst = this.#tried.length === 0
    const responseTimeoutMs = this.#deadlineMs - nowMs
    if (!isFirst && responseTimeoutMs <= 0) return false
    if (this.#tried.length >= MAX_MEMBERS_TRIED) return false
    const chosen = this.#choice.next(this.#tried, nowMs)
    if (chosen === null) return false
    this.#chosen = chosen
    this.#tried = isFirst ? [chosen.member] : [...this.#tried, chosen.member]
    this.#startedMs = nowMs
    this.#phase = 'waiting'
    chosen.member.inFlight++
    const request = isFirst ? this.#request : { ...this.#request, responseTimeoutMs }
    try {
      this.#inner = chosen.member.transport.dispatch(request, this)
    } catch (error) {
      this.#tell('given-up')
      this.#leave()
      throw error
    }
    return true
  }

  #answered(failed: boolean): void {
    const nowMs = this.#clock.monotonicMs()
    const { latency } = this.#chosen!.member
    const tookMs = nowMs - this.#startedMs
    this.#phase = 'headed'
    if (failed) latency.failed(tookMs, nowMs)
    else latency.answered(tookMs, nowMs)
    this.#tell(failed ? 'failed' : 'succeeded')
  }

  #noteError(error: TransportError, isFirstNews: boolean): void {
    if (!isEndpointFault(error)) {
      if (isFirstNews) this.#tell('given-up')
      return
    }
    if (isFirstNews) {
      const nowMs = this.#clock.monotonicMs()
      this.#chosen!.member.latency.failed(nowMs - this.#startedMs, nowMs)
    }
    this.#tell(isUnreached(error) ? 'unreached' : 'failed')
  }

  #tell(event: BreakerEvent): void {
    const { member, isTrial } = this.#chosen!
    this.#choice.tell(member, event, isTrial)
  }

  #leave(): void {
    if (this.#phase === 'idle') return
    this.#phase = 'idle'
    this.#chosen!.member.inFlight--
  }
}

/** The endpoint, or what stands before it, says itself that it can not answer. */
function isFailure(status: number): boolean {
  return status === 502 || status === 503 || status === 504
}
