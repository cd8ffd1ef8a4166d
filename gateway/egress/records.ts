// Tells of every decision and every end: a line each for the record, and the inbox of what was refused.

import { classifyAddress } from '../allow/address-class.ts'
import { MAX_ADDRESSES, type Denial, type DenialInbox } from '../allow/denials.ts'
import type { Observations, ObservedProtocol } from '../allow/observations.ts'
import type { EgressDecision, EgressForm } from '../decide/egress.ts'
import type { EgressCall } from '../decide/egress-call.ts'
import type { RequestCounts } from '../decide/explain-counts.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import { formatEgressRecord } from '../../sidecar/telemetry/egress-record.ts'
import type { LineWriter } from '../../sidecar/telemetry/line-writer.ts'
import { hostOf, type Decided } from './asked.ts'
import type { Caller } from './callers.ts'
import type { Located } from './locator.ts'

/** What became of something that was decided on. */
export interface DecisionOutcome {
  readonly verdict: 'allow' | 'deny' | 'fault'
  readonly reason: string
  readonly status: number
  readonly serverName?: string | null
  readonly located?: Located | null
  readonly address?: string | null
  readonly connectMs?: number | null
  /** Of a tunnel whose first bytes were judged; default: the first decision. */
  readonly decision?: EgressDecision
}

/** Something that could not be read, so that no rule was asked. */
export interface Unreadable {
  readonly id: string
  readonly caller: Caller | null
  readonly client: string
  readonly form: EgressForm | null
  readonly requested: string
  readonly reason: string
  readonly status: number
}

export interface CloseOutcome {
  readonly reason: string
  readonly address: string | null
  readonly bytesIn: number
  readonly bytesOut: number
}

const NOTHING_CARRIED = {
  endpoint: null,
  upstreamMs: null,
  exchange: { bytesIn: 0, bytesOut: 0 },
} as const

export class Records {
  readonly #writer: Pick<LineWriter, 'write'>
  readonly #clock: Clock
  readonly #denials: DenialInbox
  readonly #observations: Observations
  readonly #counts: RequestCounts
  readonly #seen: (call: EgressCall) => void

  /** `seen`: for the live view. */
  constructor(
    writer: Pick<LineWriter, 'write'>,
    clock: Clock,
    denials: DenialInbox,
    observations: Observations,
    counts: RequestCounts,
    seen: (call: EgressCall) => void,
  ) {
    this.#writer = writer
    this.#clock = clock
    this.#denials = denials
    this.#observations = observations
    this.#counts = counts
    this.#seen = seen
  }

  decided(asked: Decided, outcome: DecisionOutcome): void {
    const located = outcome.located ?? null
    const decision = outcome.decision ?? asked.decision
    this.#count(decision.rule, asked.caller.name, outcome)
    this.#seen(callOf(asked, outcome, decision, this.#clock.monotonicMs()))
    this.#writer.write(
      formatEgressRecord({
        kind: 'egress_decision',
        time: this.#now(),
        id: asked.id,
        caller: asked.caller.name,
        serial: asked.caller.serial,
        client: asked.client,
        form: asked.form,
        requested: asked.host.kind === 'refused' ? asked.requested : null,
        host: asked.host.kind === 'refused' ? null : hostOf(asked),
        port: asked.host.kind === 'refused' ? null : asked.port,
        method: asked.method,
        path: asked.path,
        serverName: outcome.serverName ?? null,
        addresses: located === null || located.kind === 'failed' ? null : located.addresses,
        address: outcome.address ?? null,
        addressClass: located?.kind === 'forbidden' ? located.addressClass : null,
        rule: decision.rule === '' ? null : decision.rule,
        mode: decision.mode,
        verdict: outcome.verdict,
        wouldDeny: decision.wouldDeny,
        reason: outcome.reason,
        status: outcome.status,
        dnsMs: located === null ? null : round(located.dnsMs),
        connectMs: outcome.connectMs === undefined ? null : roundOrNull(outcome.connectMs),
      }),
    )
    const denied = outcome.verdict === 'deny'
    if (denied || decision.wouldDeny) this.#inbox(asked, outcome, decision, located, !denied)
  }

  unreadable(asked: Unreadable): void {
    this.#count('', asked.caller?.name ?? '', asked)
    this.#seen(unreadCall(asked))
    this.#writer.write(
      formatEgressRecord({
        kind: 'egress_decision',
        time: this.#now(),
        id: asked.id,
        caller: asked.caller?.name ?? null,
        serial: asked.caller?.serial ?? null,
        client: asked.client,
        form: asked.form,
        requested: asked.requested,
        host: null,
        port: null,
        method: null,
        path: null,
        serverName: null,
        addresses: null,
        address: null,
        addressClass: null,
        rule: null,
        mode: null,
        verdict: 'deny',
        wouldDeny: true,
        reason: asked.reason,
        status: asked.status,
        dnsMs: null,
        connectMs: null,
      }),
    )
  }

  closed(asked: Decided, outcome: CloseOutcome): void {
    const { bytesIn, bytesOut } = outcome
    this.#counts.countBytes(asked.decision.rule, asked.caller.name, bytesIn, bytesOut)
    this.#writer.write(
      formatEgressRecord({
        kind: 'egress_close',
        time: this.#now(),
        id: asked.id,
        caller: asked.caller.name,
        host: hostOf(asked),
        port: asked.port,
        address: outcome.address,
        rule: asked.decision.rule === '' ? null : asked.decision.rule,
        mode: asked.decision.mode,
        reason: outcome.reason,
        bytesIn: outcome.bytesIn,
        bytesOut: outcome.bytesOut,
        durationMs: round(this.#clock.monotonicMs() - asked.receivedAtMs),
      }),
    )
  }

  #count(
    rule: string,
    caller: string,
    { status, reason }: { readonly status: number; readonly reason: string },
  ): void {
    this.#counts.count(rule, caller, { ...NOTHING_CARRIED, status, reason }, 0)
  }

  /** Something was let through: noted where that is so only because rules are being learned. */
  learn(asked: Decided, protocol: ObservedProtocol): void {
    const { decision, caller, host, port } = asked
    if (!isLearning(decision) || host.kind === 'refused') return
    this.#observations.record({ caller: caller.name, host, port, protocol }, this.#clock.wallMs())
  }

  #inbox(
    asked: Decided,
    outcome: DecisionOutcome,
    decision: EgressDecision,
    located: Located | null,
    passed: boolean,
  ): void {
    const reason = passed ? decision.reason : outcome.reason
    const answer = answerClass(located, outcome)
    const denial: Omit<Denial, 'count' | 'firstMs' | 'lastMs'> = {
      caller: asked.caller.name,
      host: hostOf(asked),
      port: asked.port,
      reason,
      rule: decision.rule,
      answer,
      addresses: publicOf(located),
      serverName: outcome.serverName ?? null,
      passed,
    }
    this.#denials.record(denial, this.#clock.wallMs())
  }

  #now(): string {
    return new Date(this.#clock.wallMs()).toISOString()
  }
}

/** Let through for want of rules, which are to be made of what is seen. */
export function isLearning({ mode, wouldDeny, verdict }: EgressDecision): boolean {
  return mode === 'learn' && wouldDeny && verdict === 'allow'
}

function callOf(
  asked: Decided,
  { verdict, reason, status, address = null, connectMs = null }: DecisionOutcome,
  { rule, wouldDeny, reason: decided }: EgressDecision,
  nowMs: number,
): EgressCall {
  const { id, caller, client, method, port, path, receivedAtMs } = asked
  const isLetOut = verdict === 'allow'
  const whyNot = wouldDeny ? decided : 'ok'
  return {
    id,
    tookMs: nowMs - receivedAtMs,
    caller: caller.name,
    client,
    method,
    host: hostOf(asked),
    port,
    path,
    rule,
    isLetOut,
    reason: isLetOut && reason !== 'client_gone' ? whyNot : reason,
    status,
    address,
    connectMs,
  }
}

function unreadCall({ id, caller, client, requested, reason, status }: Unreadable): EgressCall {
  return {
    id,
    tookMs: 0,
    caller: caller?.name ?? '',
    client,
    method: null,
    host: requested,
    port: 0,
    path: null,
    rule: '',
    isLetOut: false,
    reason,
    status,
    address: null,
    connectMs: null,
  }
}

function answerClass(located: Located | null, outcome: DecisionOutcome): Denial['answer'] {
  if (located === null) return outcome.address == null ? 'not_asked' : 'public'
  if (located.kind === 'vetted') return 'public'
  return located.kind
}

/** Not those that `network.allow` opened. */
function publicOf(located: Located | null): readonly string[] {
  if (located?.kind !== 'vetted') return []
  const isPublic = (address: string): boolean => classifyAddress(address) === 'public'
  return located.addresses.filter(isPublic).slice(0, MAX_ADDRESSES)
}

function roundOrNull(ms: number | null): number | null {
  return ms === null ? null : round(ms)
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
