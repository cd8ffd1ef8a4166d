// A Transport over one endpoint: keep-alive connections, last used first; a bounded queue; one sweeper for all times.
// A request waits for whichever comes first: a connection that becomes free, or a new one.

import type { Socket } from 'node:net'
import type { Clock } from '../runtime/clock.ts'
import { errorMessage } from '../runtime/errors.ts'
import { Call } from './call.ts'
import type { CallHolder } from './call.ts'
import { Connection, SLOW_CONNECT } from './connection.ts'
import type { ConnectionOwner, ConnectionTimes } from './connection.ts'
import type { Dialer } from './dialer.ts'
import { isEndpointFault, transportError } from './failure.ts'
import type { PoolPlan } from './plan.ts'
import type {
  Dispatched,
  ResponseHandler,
  Transport,
  TransportError,
  TransportRequest,
} from './transport.ts'

/** Shorter than what common servers keep (5 s and more), so that we close first. */
const IDLE_CONNECTION_MS = 4000
const SWEEP_MS = 50
/**
 * TLS handshakes at a time, or twice as many as there are connections. Where CPU is short, more of them make each other
 * late, until none is done in time.
 */
const MIN_HANDSHAKES = 8

/** `retired`: serves on but keeps no connection; `closed`: refuses new requests as well. */
type Mode = 'open' | 'retired' | 'closed'

/** How an endpoint is, as far as requests have shown. */
export interface PoolStatus {
  /** Requests under way or waiting, and upgraded connections that are still open. */
  readonly inFlight: number
  /** Why the latest request got no answer; null where it got one, or there was none yet. */
  readonly fault: Fault | null
}

export interface Fault {
  /** For people: `connect ECONNREFUSED 127.0.0.1:9001`. */
  readonly text: string
  /** Monotonic. */
  readonly atMs: number
}

/**
 * At most `maxConnections` connections (upgraded ones are given away and not counted) and `maxQueued` waiting requests.
 * A request that met a connection the peer had just closed is sent once more on a new one, where that is harmless.
 */
export class ConnectionPool implements Transport, ConnectionOwner, CallHolder {
  readonly endpoint: string
  readonly #plan: PoolPlan
  readonly #times: ConnectionTimes
  readonly #clock: Clock
  readonly #dialer: Dialer
  readonly #connections = new Set<Connection>()
  readonly #idle: Connection[] = []
  /** Connecting for whoever waits first; those that connect for one certain call are not among them. */
  readonly #dialling = new Set<Connection>()
  readonly #queue: Call[] = []
  #mode: Mode = 'open'
  #sweeping = false
  #given = 0
  #fault: Fault | null = null
  #onDrained: (() => void)[] = []

  /** `endpoint`: its name, for access records and messages; `dialer` opens connections to it. */
  constructor(
    endpoint: string,
    dialer: Dialer,
    plan: PoolPlan,
    clock: Clock,
    idleConnectionMs: number = IDLE_CONNECTION_MS,
  ) {
    this.endpoint = endpoint
    this.#plan = plan
    this.#clock = clock
    this.#dialer = dialer
    const { connectTimeoutMs, idleTimeoutMs } = plan
    this.#times = { connectTimeoutMs, idleTimeoutMs, idleConnectionMs }
  }

  /** Open connections, connecting and idle ones included. */
  get size(): number {
    return this.#connections.size
  }

  status(): PoolStatus {
    return { inFlight: this.#busy + this.#queue.length + this.#given, fault: this.#fault }
  }

  /** Throws TypeError where the request can not be written as it stands. */
  dispatch(request: TransportRequest, handler: ResponseHandler): Dispatched {
    const nowMs = this.#clock.monotonicMs()
    const call = new Call(request, handler, this.endpoint, nowMs, this)
    if (this.#mode === 'closed') this.#refuse(call, 'upstream_unavailable', 'closed')
    else if (request.upgrade === null) this.#place(call, nowMs)
    else this.#placeUpgrade(call)
    return call
  }

  /** Replaces the connections there are: idle ones close at once, the others after the request they have. */
  renew(): void {
    for (const connection of this.#connections) connection.expire()
    for (const connection of this.#idle.slice()) connection.close()
  }

  /** Keeps no connection from now on, but serves whoever still holds this pool; resolves when none is left. */
  retire(): Promise<void> {
    if (this.#mode === 'open') this.#mode = 'retired'
    for (const connection of this.#idle.slice()) connection.close()
    return new Promise((resolve) => {
      this.#onDrained.push(resolve)
      this.#checkDrained()
    })
  }

  close(): Promise<void> {
    this.#mode = 'closed'
    return this.retire()
  }

  onIdle(connection: Connection): void {
    const next = this.#queue[0]
    if (next !== undefined && next.request.upgrade === null) {
      this.#queue.shift()
      connection.start(next)
    } else if (next !== undefined || this.#mode !== 'open' || connection.expired) connection.close()
    else this.#idle.push(connection)
  }

  onConnected(connection: Connection): void {
    this.#dialling.delete(connection)
    this.onIdle(connection)
    // There may be more handshakes now.
    this.#serveQueue()
  }

  onDialFailed(connection: Connection, error: TransportError): void {
    this.#remove(connection)
    this.#noteFault(error)
    const next = this.#queue[0]
    if (next !== undefined && this.#isLostWith(next, error)) {
      this.#queue.shift()
      next.fail(error)
    }
    this.#serveQueue()
  }

  onAnswered(): void {
    this.#fault = null
  }

  onGiven(socket: Socket): void {
    this.#given++
    socket.once('close', () => this.#given--)
  }

  onClosed(connection: Connection): void {
    this.#remove(connection)
    this.#serveQueue()
  }

  onFailed(connection: Connection, call: Call, error: TransportError, stale: boolean): void {
    this.#remove(connection)
    if (stale && call.repeatable) {
      // A new connection is never stale, so this happens once at most.
      this.#openFor(call)
      return
    }
    this.#noteFault(error)
    call.fail(error)
    this.#serveQueue()
  }

  /** A queued call has nothing to resume. */
  resume(): void {}

  /** A queued call was aborted. The connection it waited for may serve the next. */
  abandon(call: Call): void {
    const at = this.#queue.indexOf(call)
    if (at !== -1) this.#queue.splice(at, 1)
    this.#checkDrained()
  }

  /** Connections with a call, or connecting for one certain call. */
  get #busy(): number {
    return this.#connections.size - this.#idle.length - this.#dialling.size
  }

  #place(call: Call, nowMs: number): void {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (idle.usable(nowMs)) {
        idle.start(call)
        return
      }
      idle.close()
    }
    this.#enqueue(call)
  }

  /** An upgraded connection is given away, so it is always a new one. */
  #placeUpgrade(call: Call): void {
    if (this.#connections.size >= this.#plan.maxConnections) this.#idle[0]?.close()
    if (this.#connections.size < this.#plan.maxConnections) this.#openFor(call)
    else this.#enqueue(call)
  }

  #enqueue(call: Call): void {
    const { maxConnections, maxQueued } = this.#plan
    if (this.#busy + this.#queue.length >= maxConnections + maxQueued) {
      const fault = 'all connections are busy and the queue is full'
      this.#refuse(call, 'upstream_overloaded', fault)
      return
    }
    this.#queue.push(call)
    this.#armSweep()
    this.#serveQueue()
  }

  #openFor(call: Call): void {
    this.#connections.add(new Connection(this, this.#dialer, this.#times, this.#clock, call))
    this.#armSweep()
  }

  /** Connects for those that wait: never for more than there are. */
  #serveQueue(): void {
    while (this.#queue.length > 0 && this.#connections.size < this.#plan.maxConnections) {
      if (this.#queue[0]!.request.upgrade !== null) this.#openFor(this.#queue.shift()!)
      else if (this.#dialling.size < Math.min(this.#queue.length, this.#mostDials)) {
        const connection = new Connection(this, this.#dialer, this.#times, this.#clock, null)
        this.#connections.add(connection)
        this.#dialling.add(connection)
      } else break
    }
    this.#checkDrained()
  }

  get #mostDials(): number {
    if (!this.#dialer.isSecure) return Infinity
    return Math.max(MIN_HANDSHAKES, 2 * (this.#connections.size - this.#dialling.size))
  }

  /** Every dial that fails costs one call, but one that was merely slow costs none that others may still serve. */
  #isLostWith(call: Call, error: TransportError): boolean {
    if (error.code !== 'upstream_connect_timeout' || !this.#isConnected) return true
    return this.#hasWaited(call, this.#clock.monotonicMs())
  }

  /** Connections that stand, or that one certain call waits for. */
  get #isConnected(): boolean {
    return this.#connections.size > this.#dialling.size
  }

  /** As long as connecting may take. */
  #hasWaited({ deadlineMs, request }: Call, nowMs: number): boolean {
    return nowMs - (deadlineMs - request.responseTimeoutMs) >= this.#plan.connectTimeoutMs
  }

  #noteFault(error: TransportError): void {
    if (!isEndpointFault(error)) return
    // What the system says names the address; our own words name what was waited for.
    const text = errorMessage(error.cause ?? error)
    this.#fault = { text, atMs: this.#clock.monotonicMs() }
  }

  #remove(connection: Connection): void {
    this.#connections.delete(connection)
    this.#dialling.delete(connection)
    const at = this.#idle.indexOf(connection)
    if (at !== -1) this.#idle.splice(at, 1)
  }

  #refuse(call: Call, code: 'upstream_unavailable' | 'upstream_overloaded', fault: string): void {
    const error = transportError(code, this.endpoint, fault)
    // The caller holds its Dispatched before it hears of the error.
    queueMicrotask(() => call.fail(error))
  }

  #armSweep(): void {
    if (this.#sweeping) return
    this.#sweeping = true
    this.#clock.after(SWEEP_MS, () => {
      this.#sweeping = false
      this.#sweep(this.#clock.monotonicMs())
      if (this.#connections.size > 0) this.#armSweep()
    })
  }

  #sweep(nowMs: number): void {
    for (const call of this.#queue.slice()) this.#checkQueued(call, nowMs)
    for (const connection of this.#connections) connection.checkTime(nowMs)
  }

  #checkQueued(call: Call, nowMs: number): void {
    let error
    if (nowMs >= call.deadlineMs)
      error = transportError('upstream_timeout', this.endpoint, 'no connection was free in time')
    else if (!this.#isConnected && this.#hasWaited(call, nowMs))
      error = transportError('upstream_connect_timeout', this.endpoint, SLOW_CONNECT)
    else return
    const at = this.#queue.indexOf(call)
    if (at === -1) return
    this.#queue.splice(at, 1)
    this.#noteFault(error)
    call.fail(error)
  }

  #checkDrained(): void {
    if (this.#onDrained.length === 0 || this.#queue.length > 0) return
    // Nobody will come for them any more.
    for (const connection of this.#dialling) connection.close()
    if (this.#connections.size > 0) return
    for (const resolve of this.#onDrained.splice(0)) resolve()
  }
}
