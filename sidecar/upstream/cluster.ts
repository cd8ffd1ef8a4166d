// A Transport over the endpoints of a service: in turn, passing over those that could not be connected to.

import type { Duplex } from 'node:stream'
import type { Clock } from '../runtime/clock.ts'
import { isUnsent, transportError } from './failure.ts'
import type { ServicePlan } from './plan.ts'
import { Pool } from './pool.ts'
import type {
  Dispatched,
  FlatHeaders,
  ResponseHandler,
  Transport,
  TransportError,
  TransportRequest,
} from './transport.ts'

/** An endpoint that fails to connect is passed over for 1 s, then 2 s, 4 s … at most 10 s. */
const FIRST_PENALTY_MS = 1000
const MAX_PENALTY_MS = 10_000

interface Member {
  readonly pool: Pool
  /** Connection failures in a row. */
  failures: number
  passedOverUntilMs: number
}

export class Cluster implements Transport {
  readonly #name: string
  readonly #clock: Clock
  readonly #members: readonly Member[]
  #turn = 0

  /** The plan has at least one endpoint. */
  constructor(plan: ServicePlan, clock: Clock) {
    this.#name = plan.name
    this.#clock = clock
    this.#members = plan.endpoints.map((endpoint) => ({
      pool: new Pool(endpoint, plan, clock),
      failures: 0,
      passedOverUntilMs: 0,
    }))
  }

  /** Throws TypeError where the request can not be written as it stands. */
  dispatch(request: TransportRequest, handler: ResponseHandler): Dispatched {
    const only = this.#members.length === 1 ? this.#members[0] : undefined
    if (only !== undefined) return only.pool.dispatch(request, handler)
    const attempt = new Attempt(request, handler, this.#name, this.#clock, (tried) =>
      this.#next(tried),
    )
    attempt.start()
    return attempt
  }

  /** As `Pool.retire`, for every endpoint. */
  async retire(): Promise<void> {
    await Promise.all(this.#members.map(({ pool }) => pool.retire()))
  }

  async close(): Promise<void> {
    await Promise.all(this.#members.map(({ pool }) => pool.close()))
  }

  /** The next endpoint in turn that is not passed over; failing that, the next that was not tried. */
  #next(tried: ReadonlySet<Member>): Member | null {
    const count = this.#members.length
    const nowMs = this.#clock.monotonicMs()
    let fallback: Member | null = null
    const first = this.#turn++ % count
    for (let i = 0; i < count; i++) {
      const member = this.#members[(first + i) % count]!
      if (tried.has(member)) continue
      if (nowMs >= member.passedOverUntilMs) return member
      fallback ??= member
    }
    return fallback
  }
}

/** One request on its way over one endpoint after the other, until one of them takes it. */
class Attempt implements Dispatched, ResponseHandler {
  readonly #request: TransportRequest
  readonly #handler: ResponseHandler
  readonly #service: string
  readonly #clock: Clock
  readonly #next: (tried: ReadonlySet<Member>) => Member | null
  readonly #tried = new Set<Member>()
  readonly #deadlineMs: number
  #member: Member | null = null
  #inner: Dispatched | null = null

  constructor(
    request: TransportRequest,
    handler: ResponseHandler,
    service: string,
    clock: Clock,
    next: (tried: ReadonlySet<Member>) => Member | null,
  ) {
    this.#request = request
    this.#handler = handler
    this.#service = service
    this.#clock = clock
    this.#next = next
    this.#deadlineMs = clock.monotonicMs() + request.responseTimeoutMs
  }

  get endpoint(): string {
    return this.#inner?.endpoint ?? ''
  }

  /** False where every endpoint was tried, or no time is left. */
  start(): boolean {
    const member = this.#next(this.#tried)
    const responseTimeoutMs = this.#deadlineMs - this.#clock.monotonicMs()
    if (member === null || (this.#tried.size > 0 && responseTimeoutMs <= 0)) return false
    const request = this.#tried.size === 0 ? this.#request : { ...this.#request, responseTimeoutMs }
    this.#tried.add(member)
    this.#member = member
    this.#inner = member.pool.dispatch(request, this)
    return true
  }

  resume(): void {
    this.#inner?.resume()
  }

  abort(): void {
    this.#inner?.abort()
  }

  onInformational(status: number, headers: FlatHeaders): void {
    this.#handler.onInformational(status, headers)
  }

  onHead(status: number, headers: FlatHeaders, bodyLength: number | null): void {
    this.#connected()
    this.#handler.onHead(status, headers, bodyLength)
  }

  onData(chunk: Buffer): boolean {
    return this.#handler.onData(chunk)
  }

  onWaiting(): void {
    this.#handler.onWaiting()
  }

  onEnd(trailers: FlatHeaders): void {
    this.#handler.onEnd(trailers)
  }

  onUpgrade(headers: FlatHeaders, socket: Duplex, head: Buffer): void {
    this.#connected()
    this.#handler.onUpgrade(headers, socket, head)
  }

  onError(error: TransportError): void {
    if (isUnsent(error)) {
      if (error.code !== 'upstream_overloaded') this.#penalise()
      if (this.start()) return
      if (this.#tried.size > 1) {
        this.#handler.onError(
          transportError(error.code, this.#service, 'no endpoint could be reached', error),
        )
        return
      }
    }
    this.#handler.onError(error)
  }

  #connected(): void {
    if (this.#member!.failures === 0) return
    this.#member!.failures = 0
    this.#member!.passedOverUntilMs = 0
  }

  #penalise(): void {
    const member = this.#member!
    const penaltyMs = Math.min(MAX_PENALTY_MS, FIRST_PENALTY_MS * 2 ** member.failures)
    member.failures++
    member.passedOverUntilMs = this.#clock.monotonicMs() + penaltyMs
  }
}
