// The requests under way in both directions: each is counted, ended when it must, and recorded once.

import type { Socket } from 'node:net'
import type { Clock } from './runtime/clock.ts'
import { admit, type Refusal } from './forward/admit.ts'
import type { Exchange } from './forward/exchange.ts'
import type { RequestFacts } from './forward/facts.ts'
import { forward, type ForwardOutcome, type Forwarding } from './forward/forward.ts'
import {
  formatRecord,
  isWorthALine,
  type AccessLogMode,
  type AccessRecord,
} from './telemetry/access-record.ts'
import type { LineWriter } from './telemetry/line-writer.ts'
import { METRICS } from './telemetry/metric-names.ts'
import type { Counter, Histogram, Metrics } from './telemetry/metrics.ts'
import { TrafficFigures, type Direction } from './telemetry/traffic-figures.ts'
import type { FlatHeaders, Transport } from './upstream/transport.ts'
import { answerProblem, statusOf, type ProblemAnswer } from './answers.ts'
import { MAX_HEAD_BYTES } from './http-front.ts'

export interface TrafficDeps {
  readonly clock: Clock
  readonly random: () => number
  readonly newId: () => string
  readonly metrics: Metrics
  readonly writer: Pick<LineWriter, 'write'>
  readonly accessLog: AccessLogMode
  /** Of this sidecar: `orders`. */
  readonly service: string
  readonly timeoutMs: number
}

/** One request from its admission to its record. */
export interface Running {
  readonly direction: Direction
  readonly exchange: Exchange
  readonly facts: RequestFacts
  /** The connection that it came by. */
  readonly socket: Socket
  /** Inbound: the caller; outbound: the service that is called. Names, or '' where there is none. */
  peer: string
  rule: string
  status: number
  reason: string
  endpoint: string
  upstreamMs: number | null
  error: string | null
  forwarding: Forwarding | null
  /** Where Traffic keeps it; -1 once it is over. */
  place: number
  finish: () => void
}

type Arrival = Pick<Running, 'direction' | 'exchange' | 'facts' | 'socket' | 'peer'>

/** What a refusal says beside its reason. */
export type Saying = Pick<ProblemAnswer, 'rule' | 'hint' | 'headers'>

/** A WebSocket message may be as long as the app takes; its bound is the app's business. */
const FRAME_LIMITS = {
  maxMessageBytes: Number.MAX_SAFE_INTEGER,
  maxFragments: Number.MAX_SAFE_INTEGER,
  maxControlPerSecond: 1000,
}
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'

/** The name of the edge in the mesh. */
export const EDGE = 'system/edge'

export class Traffic {
  /** What control is told every few seconds. */
  readonly figures = new TrafficFigures()
  readonly #deps: TrafficDeps
  readonly #requests: Counter
  readonly #seconds: Histogram
  // An array and not a Set: a Set that is added to and deleted from keeps what was finished alive for long.
  readonly #running: Running[] = []
  #onQuiet: (() => void)[] = []

  constructor(deps: TrafficDeps) {
    this.#deps = deps
    this.#requests = deps.metrics.counter(METRICS.requests)
    this.#seconds = deps.metrics.histogram(METRICS.requestSeconds)
    deps.metrics.gauge(METRICS.running, () => this.#running.length)
  }

  /** Every request of a direction that is under way. */
  running(direction: Direction): readonly Running[] {
    return this.#running.filter((request) => request.direction === direction)
  }

  /** Reads a request strictly; null where it was answered here. `peer`: the caller, as far as it is known. */
  admit(direction: Direction, exchange: Exchange, socket: Socket, peer: string): Running | null {
    const { clock, newId } = this.#deps
    // Both sides are known: the app of this machine, and peers that proved who they are.
    const result = admit(exchange.head, exchange.peer, {
      trustedHops: 1,
      maxFieldBytes: MAX_HEAD_BYTES,
      clock,
      newId,
    })
    if (result.kind === 'refused') this.#refuseHead(direction, exchange, result, peer)
    else if (result.kind === 'server-options') {
      exchange.writeHead(204, ['allow', METHODS])
      exchange.end()
    } else return this.#begin({ direction, exchange, facts: result.facts, socket, peer })
    return null
  }

  refuse(running: Running, reason: string, saying: Saying = {}): void {
    running.status = statusOf(reason)
    if (running.reason === 'ok') running.reason = reason
    running.rule = saying.rule ?? running.rule
    running.forwarding = null
    const { direction, facts, exchange, peer } = running
    const hop = this.hop(direction, peer)
    answerProblem(exchange, { reason, hop, requestId: facts.id, ...saying })
    if (exchange.gone) running.finish()
  }

  /** `headers`: complete, in lower-case names. `target`: as the next hop shall read it. */
  forward(running: Running, target: string, headers: FlatHeaders, transport: Transport): void {
    const { exchange, facts } = running
    const { clock, timeoutMs } = this.#deps
    running.forwarding = forward(
      exchange,
      {
        method: facts.method,
        target,
        headers,
        upgrade: facts.upgrade,
        responseTimeoutMs: timeoutMs,
        maxBodyBytes: Number.MAX_SAFE_INTEGER,
        frameLimits: FRAME_LIMITS,
        clock,
      },
      transport,
      {
        responseHeaders: (_status, upstream) => upstream,
        answerFault: (reason) => this.refuse(running, reason),
        onOutcome: (outcome) => this.#ended(running, outcome),
      },
    )
  }

  /** Ends requests that would otherwise go on: each hears `reason`. */
  stop(reason: string, which: (running: Running) => boolean): void {
    for (const running of this.#running.filter(which)) {
      if (running.forwarding !== null) running.forwarding.stop(reason)
      else {
        running.reason = reason
        running.exchange.abort()
      }
    }
  }

  /** Resolves once nothing of a direction is under way. */
  async quiet(direction: Direction): Promise<void> {
    while (this.running(direction).length > 0) {
      await new Promise<void>((resolve) => {
        this.#onQuiet.push(resolve)
      })
    }
  }

  /** A connection whose request could not even be read. */
  broken(direction: Direction, reason: string, client: string, peer: string, error: string): void {
    const status = statusOf(reason)
    this.#count(direction, peer, status, reason, null)
    const protocol = 'http/1.1'
    this.#record(direction, peer, { protocol, client, method: '', status, reason, error })
  }

  /** Who answers `peer`. '' for the edge: strangers read what it is told, and which services there are is not for them. */
  hop(direction: Direction, peer: string): string {
    return direction === 'inbound' && peer === EDGE ? '' : `${this.#deps.service} ${direction}`
  }

  #begin(arrival: Arrival): Running {
    const { exchange } = arrival
    const running: Running = {
      ...arrival,
      rule: '',
      status: 0,
      reason: 'ok',
      endpoint: '',
      upstreamMs: null,
      error: null,
      forwarding: null,
      place: -1,
      finish: () => {
        if (!this.#remove(running)) return
        this.#finished(running)
        for (const resolve of this.#onQuiet.splice(0)) resolve()
      },
    }
    running.place = this.#running.push(running) - 1
    exchange.onDone(() => running.finish())
    exchange.onGone(() => {
      if (running.reason === 'ok') running.reason = 'client_gone'
      // While it is being forwarded, the outcome knows more and ends the request.
      if (running.forwarding === null) running.finish()
    })
    return running
  }

  #remove(running: Running): boolean {
    if (this.#running[running.place] !== running) return false
    const last = this.#running.pop()!
    if (last !== running) {
      this.#running[running.place] = last
      last.place = running.place
    }
    running.place = -1
    return true
  }

  #ended(running: Running, outcome: ForwardOutcome): void {
    running.status = outcome.status
    running.reason = outcome.reason
    running.endpoint = outcome.endpoint
    running.upstreamMs = outcome.upstreamMs
    running.error = outcome.error?.message ?? null
    running.forwarding = null
    if (outcome.status === 101 || running.exchange.gone) running.finish()
  }

  #finished(running: Running): void {
    const { direction, facts, exchange, peer, status, reason } = running
    const durationMs = this.#deps.clock.monotonicMs() - facts.receivedAtMs
    this.#count(direction, peer, status, reason, durationMs)
    this.#record(direction, peer, {
      id: facts.id,
      protocol: facts.protocol,
      client: exchange.peer.address,
      host: facts.host,
      method: facts.method,
      status,
      reason,
      rule: running.rule === '' ? null : running.rule,
      endpoint: running.endpoint === '' ? null : running.endpoint,
      bytesIn: exchange.bytesIn,
      bytesOut: exchange.bytesOut,
      durationMs: rounded(durationMs),
      upstreamMs: running.upstreamMs === null ? null : rounded(running.upstreamMs),
      error: running.error,
    })
  }

  #refuseHead(direction: Direction, exchange: Exchange, refusal: Refusal, peer: string): void {
    const { reason } = refusal
    const { method, version } = exchange.head
    const status = statusOf(reason)
    const client = exchange.peer.address
    this.#count(direction, peer, status, reason, null)
    this.#record(direction, peer, { protocol: `http/${version}`, client, method, status, reason })
    exchange.closeAfter()
    const headers = reason === 'websocket_version' ? ['sec-websocket-version', '13'] : []
    if (status === 405) headers.push('allow', METHODS)
    answerProblem(exchange, { reason, hop: this.hop(direction, peer), requestId: '', headers })
  }

  #count(
    direction: Direction,
    peer: string,
    status: number,
    reason: string,
    durationMs: number | null,
  ): void {
    const { service } = this.#deps
    this.#requests.add([direction, service, peer, String(status), reason])
    this.figures.count(direction, peer, status, reason, durationMs ?? 0)
    if (durationMs === null) return
    this.#seconds.observeMs(durationMs, [direction, service, `${Math.floor(status / 100)}xx`])
  }

  /** `path` and `subject` stay empty: neither is bounded, and whom it is about stands under `route`. */
  #record(direction: Direction, peer: string, facts: RecordFacts): void {
    const { accessLog, random, writer, clock } = this.#deps
    if (!isWorthALine(accessLog, facts.status, facts.reason, random)) return
    const record: AccessRecord = {
      time: new Date(clock.wallMs()).toISOString(),
      id: facts.id ?? '',
      listener: direction,
      protocol: facts.protocol,
      client: facts.client,
      host: facts.host ?? null,
      method: facts.method,
      path: null,
      route: peer === '' ? null : peer,
      status: facts.status,
      reason: facts.reason,
      rule: facts.rule ?? null,
      subject: null,
      issuer: null,
      shadowed: null,
      endpoint: facts.endpoint ?? null,
      bytesIn: facts.bytesIn ?? 0,
      bytesOut: facts.bytesOut ?? 0,
      durationMs: facts.durationMs ?? 0,
      upstreamMs: facts.upstreamMs ?? null,
      error: facts.error ?? null,
    }
    writer.write(formatRecord(record))
  }
}

/** What is known of a request; the rest is empty. */
type RecordFacts = Partial<AccessRecord> &
  Pick<AccessRecord, 'protocol' | 'client' | 'method' | 'status' | 'reason'>

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
