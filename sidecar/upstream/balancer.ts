// A Transport over members that may come and go: balances, passes over those that fail, tells them by what comes back.

import type { Clock } from '../runtime/clock.ts'
import { Attempt } from './attempt.ts'
import type { Chosen } from './attempt.ts'
import { afterEvent } from './breaker.ts'
import type { BreakerEvent } from './breaker.ts'
import type { Member } from './member.ts'
import type { Balance, BreakerPlan } from './plan.ts'
import { drawUp } from './roster.ts'
import type { Roster } from './roster.ts'
import type { Dispatched, ResponseHandler, Transport, TransportRequest } from './transport.ts'

export interface BalancerPlan {
  /** The service, for messages. */
  readonly name: string
  readonly balance: Balance
  readonly breaker: BreakerPlan
}

/** As requests of this process have shown it. */
export interface MemberStatus {
  readonly name: string
  readonly healthy: boolean
  readonly breaker: 'closed' | 'open' | 'half-open'
  readonly inFlight: number
  readonly latencyMs: number
  /** Gets no new request until an operator says otherwise. */
  readonly drained: boolean
}

const NOBODY: ReadonlySet<string> = new Set()

export class Balancer implements Transport {
  readonly #plan: BalancerPlan
  readonly #clock: Clock
  readonly #random: () => number
  #all: readonly Member[] = []
  /** Those that are not drained. */
  #members: readonly Member[] = []
  #drained: ReadonlySet<string> = NOBODY
  /** Null: to be drawn up anew. */
  #roster: Roster | null = null
  #turn = 0

  /** `random`: [0, 1). */
  constructor(plan: BalancerPlan, clock: Clock, random: () => number) {
    this.#plan = plan
    this.#clock = clock
    this.#random = random
  }

  get members(): readonly Member[] {
    return this.#members
  }

  /** Requests under way stay where they are; to be called as well when a member's health has changed. */
  setMembers(members: readonly Member[]): void {
    this.#all = members
    this.#pick()
  }

  /** By name, also of members that are not there (yet): they get no new request; complete each time. */
  setDrained(names: ReadonlySet<string>): void {
    this.#drained = names
    this.#pick()
  }

  /** Throws TypeError where the request can not be written as it stands. */
  dispatch(request: TransportRequest, handler: ResponseHandler): Dispatched {
    // With no choice there is nothing to measure, to pass over or to try instead.
    const only = this.#members.length === 1 ? this.#members[0] : undefined
    if (only !== undefined) return only.transport.dispatch(request, handler)
    const attempt = new Attempt(request, handler, this, this.#clock)
    attempt.start()
    return attempt
  }

  /** For metrics and the console; in the order of `setMembers`. */
  status(): MemberStatus[] {
    const nowMs = this.#clock.monotonicMs()
    return this.#all.map(({ name, healthy, breaker, inFlight, latency }) => ({
      name,
      healthy,
      breaker: breaker.kind,
      inFlight,
      latencyMs: latency.at(nowMs),
      drained: this.#drained.has(name),
    }))
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map(({ transport }) => transport.close()))
  }

  get name(): string {
    return this.#plan.name
  }

  /** Where a request goes that none of `tried` took; null: nowhere is left. */
  next(tried: readonly Member[], nowMs: number): Chosen | null {
    const roster = this.#currentRoster(nowMs)
    for (const member of roster.due) {
      if (tried.includes(member)) continue
      this.tell(member, 'trying', false)
      return { member, isTrial: true }
    }
    const { serving } = roster
    const candidates =
      tried.length === 0 ? serving : serving.filter((member) => !tried.includes(member))
    const member =
      candidates.length > 0
        ? this.#choose(candidates, nowMs)
        : roster.reserve.find((other) => !tried.includes(other))
    return member === undefined ? null : { member, isTrial: false }
  }

  /** What became of a request; while a member is being tried only the trial itself counts. */
  tell(member: Member, event: BreakerEvent, isTrial: boolean): void {
    const before = member.breaker
    if (before.kind === 'half-open' && !isTrial) return
    member.breaker = afterEvent(
      before,
      event,
      this.#plan.breaker,
      this.#clock.monotonicMs(),
      this.#random,
    )
    if (member.breaker.kind !== before.kind) this.#roster = null
  }

  #pick(): void {
    this.#members = this.#all.filter(({ name }) => !this.#drained.has(name))
    this.#roster = null
  }

  #currentRoster(nowMs: number): Roster {
    if (this.#roster === null || nowMs >= this.#roster.validUntilMs) {
      this.#roster = drawUp(this.#members, nowMs)
    }
    return this.#roster
  }

  /** `candidates` is not empty. */
  #choose(candidates: readonly Member[], nowMs: number): Member {
    const count = candidates.length
    if (count === 1) return candidates[0]!
    if (this.#plan.balance === 'round-robin') return candidates[this.#turn++ % count]!
    const first = Math.floor(this.#random() * count)
    const other = Math.floor(this.#random() * (count - 1))
    const a = candidates[first]!
    const b = candidates[other < first ? other : other + 1]!
    return b.load(nowMs) < a.load(nowMs) ? b : a
  }
}
