// A Transport to one external host for one caller: vetted addresses only, behind the breaker of that host.

import type { Duplex } from 'node:stream'
import { hostText, type CanonicalHost } from '../allow/canonical-host.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import { isEndpointFault, transportError } from '../../sidecar/upstream/failure.ts'
import {
  DEFAULT_RETRIES,
  type BreakerPlan,
  type PoolPlan,
  type UpstreamTlsPlan,
} from '../../sidecar/upstream/plan.ts'
import { ConnectionPool } from '../../sidecar/upstream/connection-pool.ts'
import { ATTEMPT_HEADER, retrying } from '../../sidecar/upstream/retry.ts'
import type {
  Dispatched,
  FlatHeaders,
  ResponseHandler,
  Transport,
  TransportError,
  TransportRequest,
} from '../../sidecar/upstream/transport.ts'
import type { Breakers, Trial } from './breakers.ts'
import type { Locator } from './locator.ts'
import { LocateError, VettedDialer } from './vetted-dialer.ts'

export interface DestinationPlan extends PoolPlan {
  readonly host: CanonicalHost
  readonly port: number
  /** null: cleartext. */
  readonly tls: UpstreamTlsPlan | null
  readonly breaker: BreakerPlan
  /** Further attempts after the first. */
  readonly retries: number
}

export interface DestinationDeps {
  readonly locator: Locator
  readonly breakers: Breakers
  readonly clock: Clock
  readonly random: () => number
}

const NOTHING: Dispatched = { endpoint: '', resume: () => {}, abort: () => {} }

export class Destination implements Transport {
  readonly #name: string
  readonly #plan: DestinationPlan
  readonly #breakers: Breakers
  readonly #dialer: VettedDialer
  readonly #pool: ConnectionPool
  readonly #transport: Transport
  #underWay = 0

  /** Throws where the plan's certificates can not be used, which no plan lets through. */
  constructor(plan: DestinationPlan, deps: DestinationDeps) {
    const { locator, breakers, clock, random } = deps
    this.#plan = plan
    this.#name = `${plan.tls === null ? 'http' : 'https'}://${hostText(plan.host)}:${plan.port}`
    this.#breakers = breakers
    this.#dialer = new VettedDialer(locator, plan.host, plan.port, plan.tls)
    this.#pool = new ConnectionPool(this.#name, this.#dialer, plan, clock)
    const once: Transport = {
      dispatch: (request, handler) => this.#send(request, handler),
      close: () => this.#pool.close(),
    }
    const retries = { ...DEFAULT_RETRIES, attempts: plan.retries }
    this.#transport = plan.retries === 0 ? once : retrying(once, retries, clock, random)
  }

  /** While a handler is told of an answer: the address it came from. */
  get speaking(): string | null {
    return this.#dialer.speaking
  }

  /** No request is under way. */
  get resting(): boolean {
    return this.#underWay === 0
  }

  /** Throws TypeError where the request can not be written as it stands. */
  dispatch(request: TransportRequest, handler: ResponseHandler): Dispatched {
    return this.#transport.dispatch(request, handler)
  }

  /** Serves what is under way and keeps no connection any more. */
  retire(): Promise<void> {
    return this.#pool.retire()
  }

  close(): Promise<void> {
    return this.#pool.close()
  }

  #send(request: TransportRequest, handler: ResponseHandler): Dispatched {
    const trial = this.#breakers.enter(this.#name, this.#plan.breaker)
    if (trial === null) {
      const error = transportError('upstream_unavailable', this.#name, 'it failed too often')
      queueMicrotask(() => handler.onError(error))
      return NOTHING
    }
    this.#underWay++
    const watch = new Watch(handler, trial, () => this.#underWay--)
    try {
      const headers = withoutAttempt(request.headers)
      return watch.follow(this.#pool.dispatch({ ...request, headers }, watch))
    } catch (error) {
      watch.abort()
      throw error
    }
  }
}

/** How often we have tried is nobody's business outside. */
function withoutAttempt(headers: FlatHeaders): FlatHeaders {
  return headers.at(-2) === ATTEMPT_HEADER ? headers.slice(0, -2) : headers
}

/** Passes everything on, and tells the breaker what it means. */
class Watch implements ResponseHandler, Dispatched {
  readonly #handler: ResponseHandler
  readonly #trial: Trial
  readonly #onOver: () => void
  #inner: Dispatched = NOTHING
  #told = false
  #over = false

  constructor(handler: ResponseHandler, trial: Trial, onOver: () => void) {
    this.#handler = handler
    this.#trial = trial
    this.#onOver = onOver
  }

  follow(inner: Dispatched): this {
    this.#inner = inner
    return this
  }

  get endpoint(): string {
    return this.#inner.endpoint
  }

  resume(): void {
    this.#inner.resume()
  }

  abort(): void {
    this.#inner.abort()
    this.#tell('givenUp')
    this.#leave()
  }

  onInformational(status: number, headers: FlatHeaders): void {
    this.#handler.onInformational(status, headers)
  }

  onHead(status: number, headers: FlatHeaders, bodyLength: number | null): void {
    // The host, or what stands before it, says itself that it can not answer.
    this.#tell(status >= 502 && status <= 504 ? 'failed' : 'succeeded')
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
    this.#tell('succeeded')
    this.#leave()
    this.#handler.onUpgrade(headers, socket, head)
  }

  onError(error: TransportError): void {
    const isItsFault = isEndpointFault(error) && !(error.cause instanceof LocateError)
    this.#tell(isItsFault ? 'failed' : 'givenUp')
    this.#leave()
    this.#handler.onError(error)
  }

  #tell(event: keyof Trial): void {
    if (this.#told) return
    this.#told = true
    this.#trial[event]()
  }

  #leave(): void {
    if (this.#over) return
    this.#over = true
    this.#onOver()
  }
}
