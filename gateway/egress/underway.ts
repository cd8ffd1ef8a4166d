// Everything that was let through and is not over: ended when it is idle or old, or when the rules allow it no longer.

import type { Duplex } from 'node:stream'
import { vet, type VettingRules } from '../allow/vet.ts'
import type { EgressPlan } from '../allow/plan.ts'
import { decideEgress } from '../decide/egress.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import type { Decided } from './asked.ts'
import type { TokenCallers } from './callers.ts'

/** One look at everything instead of timers for each; limits are kept to within this. */
const SWEEP_MS = 1000
/**
 * How often the rules are asked again although they did not change: some expire, and a tunnel may have been about to
 * open when they changed. With the sweep, what is not allowed any more ends within 5 s.
 */
const RECHECK_MS = 4000

export interface Underway {
  readonly asked: Decided
  /** The caller's socket of a tunnel. */
  readonly client: Duplex | null
  /** Where it leads; null while that is not known. */
  address(): string | null
  /** Bytes so far, both ways; null where somebody else looks after its silence. */
  moved(): number | null
  stop(reason: string): void
}

/** What is allowed at this moment. */
export interface Standing {
  readonly plan: EgressPlan
  readonly vetting: VettingRules
  readonly tokens: TokenCallers
}

interface Watched {
  readonly startedMs: number
  moved: number
  movedAtMs: number
}

export class UnderwayList {
  readonly #clock: Clock
  readonly #standing: () => Standing
  readonly #entries = new Map<Underway, Watched>()
  #cancelSweep: (() => void) | null = null
  #checkedAtMs = 0
  #onEmpty: (() => void)[] = []

  constructor(clock: Clock, standing: () => Standing) {
    this.#clock = clock
    this.#standing = standing
  }

  get size(): number {
    return this.#entries.size
  }

  add(entry: Underway): void {
    const nowMs = this.#clock.monotonicMs()
    this.#entries.set(entry, { startedMs: nowMs, moved: 0, movedAtMs: nowMs })
    this.#cancelSweep ??= this.#clock.after(SWEEP_MS, () => this.#sweep())
  }

  delete(entry: Underway): void {
    if (!this.#entries.delete(entry) || this.#entries.size > 0) return
    this.#cancelSweep?.()
    this.#cancelSweep = null
    for (const resolve of this.#onEmpty.splice(0)) resolve()
  }

  /** Asks the rules of now about everything; what they refuse is ended. */
  recheck(): void {
    const standing = this.#standing()
    const nowMs = this.#clock.wallMs()
    this.#checkedAtMs = this.#clock.monotonicMs()
    // What is stopped leaves the list, which a walk over a Map takes well.
    for (const entry of this.#entries.keys()) {
      if (!isAllowed(entry, standing, nowMs)) entry.stop('rule_removed')
    }
  }

  /** Ends the tunnel of this caller's socket, if there is one. */
  stopOn(client: Duplex, reason: string): void {
    for (const entry of this.#entries.keys()) if (entry.client === client) entry.stop(reason)
  }

  stopAll(reason: string): void {
    for (const entry of this.#entries.keys()) entry.stop(reason)
  }

  /** Resolves once nothing is under way. */
  empty(): Promise<void> {
    if (this.#entries.size === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#onEmpty.push(resolve)
    })
  }

  #sweep(): void {
    const nowMs = this.#clock.monotonicMs()
    const { timeouts } = this.#standing().plan
    for (const [entry, watched] of this.#entries) {
      const moved = entry.moved()
      if (moved !== null && moved !== watched.moved) {
        watched.moved = moved
        watched.movedAtMs = nowMs
      }
      if (nowMs - watched.startedMs >= timeouts.tunnelMs) entry.stop('lifetime_over')
      else if (moved !== null && nowMs - watched.movedAtMs >= timeouts.idleMs) {
        entry.stop('idle_timeout')
      }
    }
    if (nowMs - this.#checkedAtMs >= RECHECK_MS) this.recheck()
    this.#cancelSweep =
      this.#entries.size === 0 ? null : this.#clock.after(SWEEP_MS, () => this.#sweep())
  }
}

function isAllowed(entry: Underway, standing: Standing, nowMs: number): boolean {
  const { asked } = entry
  const { caller, form, host, port, method, path } = asked
  if (!standing.tokens.stillKnows(caller)) return false
  const facts = { caller: caller.name, form, host, port, method, path }
  if (decideEgress(facts, standing.plan, nowMs).verdict === 'deny') return false
  const address = entry.address()
  return address === null || vet([address], standing.vetting, port).kind === 'ok'
}
