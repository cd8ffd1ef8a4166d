// The limits of one process: decides from what it holds or knows, asks the store where it must, and does without it where
// that is away.

import type { Clock } from '../../sidecar/runtime/clock.ts'
import {
  isRefusal,
  isWithoutStore,
  refuses,
  type Charge,
  type Outcome,
  type Refusal,
} from './charge.ts'
import { conclude } from './conclude.ts'
import { newCounters, type LimitCounters } from './counters.ts'
import { NO_LIMITS, type LimitDecision } from './decision.ts'
import type { Health } from './health.ts'
import { claimedRate, countedKey } from './counted.ts'
import { storeKeyOf, type LimitSubject } from './keys.ts'
import { Instances } from './instances.ts'
import { Lane } from './lane.ts'
import { LocalBucket } from './local-bucket.ts'
import { Measures } from './measures.ts'
import { limitParams } from './params.ts'
import type { LimitParams, LimitPlan } from './plan.ts'
import { Refusals, type RefusedEntry } from './refusals.ts'
import { shardOf, type LimitStore } from './store.ts'
import { Tallies, type LimitTally } from './tallies.ts'

const DEFAULT_MAX_KEYS = 50_000
const MAX_RATES = 1000
/** Shorter than the part of the shortest lease in which it is given back. */
const SWEEP_MS = 5
const BEAT_MS = 5000
const EARLY_BEAT_MS = 500
/** Asked to come back by then where nobody can tell: the store is away, or too many wait. */
const UNKNOWN_RETRY_MS = 1000

export interface LimiterOptions {
  readonly store: LimitStore
  readonly clock: Clock
  /** 0 to 1. */
  readonly random: () => number
  /** Runs a task soon, behind what else came in together: `setImmediate`. */
  readonly defer: (task: () => void) => void
  /** Unique among all processes that share the store. */
  readonly instance: string
  /** How many processes are believed to share the store until it has said. Default 1. */
  readonly instances?: number
  /** Keys remembered, default 50,000; of a forgotten one the store is asked again. */
  readonly maxKeys?: number
  /** Where it counts what it did; several limiters may count in one. Default: one of its own each. */
  readonly tallies?: Tallies
  readonly refusals?: Refusals
  /** What operators decided about single keys. Default: nothing. */
  readonly measures?: Measures
  /** A shard of the store went from one state to another; `error`: why, or null. */
  readonly onHealth?: (shard: number, health: Health['kind'], error: unknown) => void
}

/** Counts since the start, and how things are now. */
export interface LimiterMetrics extends LimitCounters {
  /** Tokens held in advance. */
  readonly held: number
  readonly keys: number
  readonly instances: number
  /** The worst of the store's shards. */
  readonly state: Health['kind']
  /** By name of the limit; at most 1000 names, and `(more)` for all others. */
  readonly limits: ReadonlyMap<string, Readonly<LimitTally>>
}

export class Limiter {
  readonly #options: LimiterOptions
  readonly #counters = newCounters()
  readonly #lanes: readonly Lane[]
  // Map order is age of last use, oldest first.
  readonly #buckets = new Map<string, LocalBucket>()
  readonly #holding = new Set<LocalBucket>()
  readonly #rates = new Map<string, LimitParams>()
  readonly #tallies: Tallies
  readonly #refusals: Refusals
  readonly #measures: Measures
  readonly #instances: Instances
  #isCounted = false
  #isClosed = false
  #cancelSweep: (() => void) | null = null
  #cancelBeat: (() => void) | null = null

  constructor(options: LimiterOptions) {
    const { store, clock, random, defer, onHealth = () => undefined } = options
    this.#options = options
    this.#tallies = options.tallies ?? new Tallies()
    this.#refusals = options.refusals ?? new Refusals()
    this.#measures = options.measures ?? new Measures()
    this.#instances = new Instances(options.instances ?? 1)
    const onHeld = (bucket: LocalBucket): void => this.#hold(bucket)
    const context = { store, clock, random, defer, counters: this.#counters, onHeld, onHealth }
    this.#lanes = Array.from({ length: store.shards }, (_, shard) => new Lane(shard, context))
    void this.#beat()
  }

  /**
   * Decides about one request under all of `plans`: it takes from every one of them, or from none. Answers at once where
   * tokens are held or a refusal is known, otherwise with a promise that never rejects and takes at most 250 ms.
   */
  decide(
    plans: readonly LimitPlan[],
    subject: LimitSubject,
  ): LimitDecision | Promise<LimitDecision> {
    if (plans.length === 0) return NO_LIMITS
    const nowMs = this.#options.clock.monotonicMs()
    const charges = plans.map((plan) => ({ plan, bucket: this.#bucket(plan, subject, nowMs) }))
    const known = charges.map((charge) => this.#known(charge, nowMs))
    if (known.every((refusal) => refusal === null || refusal.shadow)) {
      const outcomes = charges.map((charge, i) => known[i]?.refusal ?? this.#now(charge, nowMs))
      const isRefused = outcomes.some((outcome, i) => refuses(charges[i]!, outcome))
      if (!isRefused && outcomes.includes(null)) {
        this.#counters.asked += 1
        return this.#ask(charges, outcomes, subject)
      }
      this.#counters.immediate += 1
      return this.#conclude(charges, outcomes, subject, nowMs)
    }
    this.#counters.immediate += 1
    return this.#conclude(
      charges,
      known.map((one) => one?.refusal ?? null),
      subject,
      nowMs,
    )
  }

  metrics(): LimiterMetrics {
    let held = 0
    for (const bucket of this.#holding) held += bucket.held
    const order: readonly Health['kind'][] = ['degraded', 'suspect', 'recovery', 'normal']
    const states = new Set(this.#lanes.map((lane) => lane.health))
    return {
      ...this.#counters,
      held,
      keys: this.#buckets.size,
      instances: this.#instances.count,
      state: order.find((state) => states.has(state)) ?? 'normal',
      limits: this.#tallies.byName,
    }
  }

  /** Of those who were limited lately (at most 1000 are known) the `n` that were most often. */
  limited(n: number): readonly RefusedEntry[] {
    return this.#refusals.top(n)
  }

  /** Gives up what is held and believed of one key of the store, whose counters have begun anew. */
  forget(storeKey: string): void {
    for (const [key, bucket] of this.#buckets) {
      if (bucket.storeKey !== storeKey) continue
      bucket.abandon()
      this.#buckets.delete(key)
      this.#holding.delete(bucket)
    }
  }

  /** Gives up what is held; requests that wait are decided without the store. Does not close the store. */
  close(): void {
    this.#isClosed = true
    this.#cancelSweep?.()
    this.#cancelBeat?.()
    for (const lane of this.#lanes) lane.close()
  }

  #bucket(plan: LimitPlan, subject: LimitSubject, nowMs: number): LocalBucket {
    const written = this.#params(plan, subject)
    const key = countedKey(plan, written, subject)
    let bucket = this.#buckets.get(key)
    const storeKey = bucket?.storeKey ?? storeKeyOf(key)
    const params = this.#measures.isEmpty
      ? written
      : this.#measures.paramsFor(storeKey, written, this.#options.clock.wallMs())
    if (bucket === undefined) {
      const shard = shardOf(storeKey, this.#lanes.length)
      const tally = this.#tallies.of(plan.name)
      bucket = new LocalBucket(storeKey, shard, tally, params, this.#counters, nowMs)
    } else {
      this.#buckets.delete(key)
      bucket.adopt(params)
    }
    this.#buckets.set(key, bucket)
    if (this.#buckets.size > (this.#options.maxKeys ?? DEFAULT_MAX_KEYS)) {
      const [oldest] = this.#buckets.keys()
      this.#buckets.delete(oldest!)
    }
    return bucket
  }

  #params({ id, rate }: LimitPlan, subject: LimitSubject): LimitParams {
    if (rate.kind === 'fixed') return rate.params
    const claimed = claimedRate(rate, subject)
    if (claimed === null) return rate.fallback
    const key = `${claimed.count}/${claimed.perMs} ${id}`
    let params = this.#rates.get(key)
    if (params === undefined) {
      params = limitParams(claimed, rate.burst, rate.mode)
      if (this.#rates.size >= MAX_RATES) this.#rates.clear()
      this.#rates.set(key, params)
    }
    return params
  }

  /** A refusal that is known beforehand, so that nothing is taken from the other limits for it. */
  #known(
    { plan, bucket }: Charge,
    nowMs: number,
  ): { readonly refusal: Refusal; readonly shadow: boolean } | null {
    const retryMs = this.#measures.isEmpty
      ? 0
      : this.#measures.blockedMs(bucket.storeKey, this.#options.clock.wallMs())
    if (retryMs > 0) return { refusal: { kind: 'blocked', retryMs }, shadow: plan.shadow }
    if (bucket.held >= plan.cost || bucket.deniedMs(plan.cost, nowMs) === 0) return null
    const refusal: Refusal = { kind: 'refused', retryMs: bucket.retryAtMs - nowMs }
    return { refusal, shadow: plan.shadow }
  }

  /** The outcome as far as it needs no asking; null: the store has to be asked. */
  #now(charge: Charge, nowMs: number): Outcome | null {
    const { plan, bucket } = charge
    const lease = bucket.spend(plan.cost, nowMs)
    const lane = this.#lanes[bucket.shard]!
    if (lease !== null) {
      if (bucket.isLow(nowMs)) lane.touch(bucket)
      return { kind: 'held', ...lease }
    }
    return lane.health === 'degraded' ? this.#without(charge, nowMs) : null
  }

  /** The outcome without the store. */
  #without({ plan, bucket }: Charge, nowMs: number): Outcome {
    if (plan.onStoreDown === 'open') return { kind: 'free' }
    if (plan.onStoreDown === 'closed') return { kind: 'closed', retryMs: UNKNOWN_RETRY_MS }
    const retryMs = bucket.own.take(plan.cost, this.#instances.count, nowMs)
    return retryMs > 0 ? { kind: 'share', retryMs } : { kind: 'local', atMs: nowMs }
  }

  #ask(
    charges: readonly Charge[],
    outcomes: (Outcome | null)[],
    subject: LimitSubject,
  ): Promise<LimitDecision> {
    return new Promise((resolve) => {
      let open = outcomes.filter((outcome) => outcome === null).length
      charges.forEach((charge, i) => {
        if (outcomes[i] !== null) return
        const { plan, bucket } = charge
        this.#lanes[bucket.shard]!.ask(bucket, plan.cost, (answer) => {
          const nowMs = this.#options.clock.monotonicMs()
          switch (answer.kind) {
            case 'granted':
              outcomes[i] = { kind: 'asked', stamp: answer.stamp }
              break
            case 'refused':
              outcomes[i] = { kind: 'refused', retryMs: bucket.retryAtMs - nowMs }
              break
            case 'overloaded':
              outcomes[i] = { kind: 'overloaded', retryMs: UNKNOWN_RETRY_MS }
              break
            case 'unavailable':
              this.#counters.unanswered += 1
              outcomes[i] = this.#without(charge, nowMs)
          }
          open -= 1
          if (open === 0) resolve(this.#conclude(charges, outcomes, subject, nowMs))
        })
      })
    })
  }

  /** One decision of all outcomes; where one refuses, what was taken for the others goes back. */
  #conclude(
    charges: readonly Charge[],
    outcomes: readonly (Outcome | null)[],
    subject: LimitSubject,
    nowMs: number,
  ): LimitDecision {
    const decision = conclude(charges, outcomes, nowMs, subject.caller !== null)
    if (decision.verdict === 'deny') this.#undo(charges, outcomes, nowMs)
    charges.forEach((charge, i) => {
      const outcome = outcomes[i] ?? null
      if (outcome === null) return
      const { plan, bucket } = charge
      if (isWithoutStore(outcome)) bucket.tally.degraded += 1
      if (isRefusal(outcome)) {
        bucket.tally[plan.shadow ? 'shadowed' : 'limited'] += 1
        this.#refusals.add(charge, subject, this.#options.clock.wallMs(), outcome)
      } else if (decision.verdict === 'allow') {
        bucket.tally.allowed += 1
        this.#spent(charge, outcome, nowMs)
      }
    })
    return decision
  }

  /** A request was let through. */
  #spent({ plan, bucket }: Charge, outcome: Outcome, nowMs: number): void {
    const { cost, onStoreDown } = plan
    if (outcome.kind === 'local') {
      this.#counters.owed += cost
      this.#lanes[bucket.shard]!.owe(bucket, cost)
      return
    }
    if (outcome.kind === 'held') bucket.settle(cost, outcome.lease)
    if (outcome.kind !== 'held' && outcome.kind !== 'asked') return
    this.#counters.spent += cost
    if (onStoreDown === 'local') bucket.own.add(cost, this.#instances.count, nowMs)
  }

  #undo(charges: readonly Charge[], outcomes: readonly (Outcome | null)[], nowMs: number): void {
    charges.forEach(({ plan, bucket }, i) => {
      const outcome = outcomes[i]
      const { cost } = plan
      switch (outcome?.kind) {
        case 'held':
          bucket.hold(cost, outcome, nowMs)
          this.#hold(bucket)
          break
        case 'asked':
          bucket.giveBack(cost, outcome.stamp)
          this.#lanes[bucket.shard]!.touch(bucket)
          break
        case 'local':
          bucket.own.undo(cost, outcome.atMs)
          break
        default:
      }
    })
  }

  #hold(bucket: LocalBucket): void {
    this.#holding.add(bucket)
    this.#cancelSweep ??= this.#options.clock.after(SWEEP_MS, () => this.#sweep())
  }

  #sweep(): void {
    this.#cancelSweep = null
    const { clock } = this.#options
    const nowMs = clock.monotonicMs()
    for (const bucket of this.#holding) {
      if (bucket.sweep(nowMs)) continue
      this.#holding.delete(bucket)
      if (bucket.credit > 0) this.#lanes[bucket.shard]!.touch(bucket)
    }
    if (this.#holding.size > 0 && !this.#isClosed) {
      this.#cancelSweep = clock.after(SWEEP_MS, () => this.#sweep())
    }
  }

  async #beat(): Promise<void> {
    const { store, clock, instance } = this.#options
    // Soon again after the first, since instances that start together do not know each other yet, and after a missed one.
    let nextMs = this.#isCounted ? BEAT_MS : EARLY_BEAT_MS
    try {
      this.#instances.report(await store.beat(instance), clock.monotonicMs())
      this.#isCounted = true
    } catch {
      this.#instances.miss()
      nextMs = EARLY_BEAT_MS
    }
    if (!this.#isClosed) this.#cancelBeat = clock.after(nextMs, () => void this.#beat())
  }
}
