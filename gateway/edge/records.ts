// Turns a finished request into its access record, and counts what was seen.

import type { AccessLogPlan } from '../config/plan.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import {
  formatRecord,
  isWorthALine,
  type AccessRecord,
} from '../../sidecar/telemetry/access-record.ts'
import type { LineWriter } from '../../sidecar/telemetry/line-writer.ts'
import type { LiveMember } from './live.ts'
import type { RequestState } from './request-state.ts'

export class Records {
  readonly #writer: LineWriter
  readonly #clock: Clock
  readonly #random: () => number
  readonly #live: Pick<LiveMember, 'finished' | 'unrouted'>

  constructor(
    writer: LineWriter,
    clock: Clock,
    random: () => number,
    live: Pick<LiveMember, 'finished' | 'unrouted'>,
  ) {
    this.#writer = writer
    this.#clock = clock
    this.#random = random
    this.#live = live
  }

  /** A request that reached routing. */
  finished(state: RequestState): void {
    const { facts, exchange, arrival, plane } = state
    const durationMs = round(this.#clock.monotonicMs() - facts.receivedAtMs)
    this.#live.finished(state, durationMs)
    const shadowed = shadowedBy(state)
    // What a shadow limit would do is asked for in order to be seen.
    const reason = shadowed === null ? state.reason : 'shadowed'
    if (!this.#wanted(plane.plan.accessLog, state.status, reason)) return
    this.#write({
      time: this.#now(),
      id: facts.id,
      listener: state.listener.name,
      protocol: facts.protocol,
      client: facts.clientIp,
      host: facts.host,
      method: facts.method,
      path: arrival.route?.match.path.template ?? null,
      route: arrival.route?.name ?? null,
      status: state.status,
      reason: state.reason,
      rule: state.rule,
      subject: state.subject,
      issuer: state.principal?.issuer ?? state.issuer,
      shadowed,
      endpoint: state.endpoint,
      bytesIn: exchange.bytesIn,
      bytesOut: exchange.bytesOut,
      durationMs,
      upstreamMs: state.upstreamMs === null ? null : round(state.upstreamMs),
      error: state.error,
    })
  }

  /** A request that never reached routing: refused before it could be read, or about the server as a whole. */
  unrouted(
    mode: AccessLogPlan,
    refusal: Pick<
      AccessRecord,
      'listener' | 'protocol' | 'client' | 'method' | 'status' | 'reason' | 'error'
    >,
  ): void {
    this.#live.unrouted(refusal.status, refusal.reason)
    if (!this.#wanted(mode, refusal.status, refusal.reason)) return
    this.#write({
      time: this.#now(),
      id: '',
      host: null,
      path: null,
      route: null,
      rule: null,
      subject: null,
      issuer: null,
      shadowed: null,
      endpoint: null,
      bytesIn: 0,
      bytesOut: 0,
      durationMs: 0,
      upstreamMs: null,
      ...refusal,
    })
  }

  #wanted(mode: AccessLogPlan, status: number, reason: string): boolean {
    return isWorthALine(mode, status, reason, this.#random)
  }

  #write(record: AccessRecord): void {
    this.#writer.write(formatRecord(record))
  }

  #now(): string {
    return new Date(this.#clock.wallMs()).toISOString()
  }
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

function shadowedBy({ limits }: RequestState): readonly string[] | null {
  if (limits.length === 0) return null
  const names = limits.flatMap(({ shadowed }) => shadowed)
  return names.length === 0 ? null : names
}
