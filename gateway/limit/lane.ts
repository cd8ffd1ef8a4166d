// The way to one shard of the store: gathers what a tick asks into batches, and knows whether the shard answers.

import type { Clock } from '../../sidecar/runtime/clock.ts'
import { SallyportError } from '../../sidecar/runtime/errors.ts'
import type { LimitCounters } from './counters.ts'
import { largestCost } from './params.ts'
import { afterFailure, afterSuccess, NORMAL, type Health } from './health.ts'
import type { AskAnswer, LocalBucket, Waiter } from './local-bucket.ts'
import { MAX_BATCH, type LimitStore } from './store.ts'
import type { TakeAnswer, TakeItem } from './take-item.ts'

/**
 * A request waits this long for the store, then it is decided without: an answer in time is in time for it, and a busy
 * process that sees its timers late still decides within 250 ms.
 */
export const WAIT_MS = 125
/** Requests waiting in one process; a further one is refused at once. */
export const MAX_WAITING = 16_384
const MAX_IN_FLIGHT = 4
/** Keys whose debt is remembered; beyond it the oldest is forgotten. */
const MAX_DEBTORS = 10_000

export interface LaneContext {
  readonly store: LimitStore
  readonly clock: Clock
  readonly random: () => number
  /** Runs a task soon, behind what else came in together: `setImmediate`. */
  readonly defer: (task: () => void) => void
  readonly counters: LimitCounters
  /** Tokens are held from now on: they have to be given back in time. */
  readonly onHeld: (bucket: LocalBucket) => void
  readonly onHealth: (shard: number, health: Health['kind'], error: unknown) => void
}

interface Asked {
  readonly bucket: LocalBucket
  readonly item: TakeItem
  readonly waiters: readonly Waiter[]
}

export class Lane {
  readonly #shard: number
  readonly #context: LaneContext
  readonly #pending = new Set<LocalBucket>()
  readonly #debtors = new Set<LocalBucket>()
  // Map order is order of arrival, and all wait equally long.
  readonly #waiting = new Set<Waiter>()
  #health: Health = NORMAL
  #inFlight = 0
  #isScheduled = false
  #isClosed = false
  #cancelRetry: (() => void) | null = null
  #cancelDeadline: (() => void) | null = null

  constructor(shard: number, context: LaneContext) {
    this.#shard = shard
    this.#context = context
  }

  get health(): Health['kind'] {
    return this.#health.kind
  }

  /** Asks the store for one request of `cost`. `settle` is called once, within WAIT_MS, and never from inside `ask`. */
  ask(bucket: LocalBucket, cost: number, settle: (answer: AskAnswer) => void): void {
    const { clock, counters } = this.#context
    if (counters.waiting >= MAX_WAITING || this.#isClosed) {
      this.#context.defer(() => settle({ kind: 'overloaded' }))
      return
    }
    const waiter = { cost, deadlineMs: clock.monotonicMs() + WAIT_MS, settle, done: false }
    this.#waiting.add(waiter)
    counters.waiting += 1
    bucket.waiters.push(waiter)
    this.#cancelDeadline ??= this.#afterwards(WAIT_MS)
    this.touch(bucket)
  }

  /** The bucket has something to tell the store, or may want more tokens. */
  touch(bucket: LocalBucket): void {
    this.#pending.add(bucket)
    this.#schedule()
  }

  /** The bucket has spent `tokens` without the store, and will tell it: more than the whole limit says no more than that. */
  owe(bucket: LocalBucket, tokens: number): void {
    if (bucket.isAbandoned) return
    bucket.debt = Math.min(bucket.debt + tokens, largestCost(bucket.params))
    this.#debtors.delete(bucket)
    this.#debtors.add(bucket)
    if (this.#debtors.size > MAX_DEBTORS) {
      const [oldest] = this.#debtors
      this.#debtors.delete(oldest!)
    }
    // While the store is away, debtors wait for its return and nothing else does.
    if (this.#isAsked) this.touch(bucket)
  }

  close(): void {
    this.#isClosed = true
    this.#cancelRetry?.()
    this.#settleAll()
    this.#pending.clear()
  }

  get #isAsked(): boolean {
    return this.#health.kind === 'normal' || this.#health.kind === 'recovery'
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isClosed || this.#pending.size === 0) return
    if (!this.#isAsked) return
    if (this.#inFlight >= MAX_IN_FLIGHT) return
    this.#isScheduled = true
    this.#context.defer(() => {
      this.#isScheduled = false
      if (!this.#isAsked) return
      while (this.#inFlight < MAX_IN_FLIGHT && this.#send()) continue
    })
  }

  /** Sends one batch of what is pending; false where nothing is. */
  #send(): boolean {
    if (this.#isClosed) return false
    const asked = this.#gather()
    if (asked.length === 0) return false
    const { store, clock, counters } = this.#context
    const sentAtMs = clock.monotonicMs()
    const items = asked.map(({ item }) => item)
    this.#inFlight += 1
    counters.batches += 1
    this.#call(() => store.take(this.#shard, items)).then(
      (answers) => this.#answered(asked, answers, sentAtMs),
      (error: unknown) => this.#failed(asked, error, sentAtMs),
    )
    return true
  }

  /** A store that throws at once is a store that rejects. */
  async #call<T>(work: () => Promise<T>): Promise<T> {
    return await work()
  }

  #gather(): Asked[] {
    const nowMs = this.#context.clock.monotonicMs()
    const asked: Asked[] = []
    for (const bucket of this.#pending) {
      if (asked.length === MAX_BATCH) break
      if (bucket.isReporting) continue
      this.#pending.delete(bucket)
      const { storeKey: key, params } = bucket
      const waiters = bucket.waiters.filter(({ done }) => !done)
      const want = bucket.want(nowMs)
      if (waiters.length === 0 && want === 0 && bucket.credit === 0 && bucket.debt === 0) {
        bucket.waiters = []
        this.#debtors.delete(bucket)
        continue
      }
      // All of one cost go in one item; requests of other costs have their turn in the next batch.
      const cost = waiters[0]?.cost ?? 1
      const alike = waiters.filter((waiter) => waiter.cost === cost)
      bucket.waiters = waiters.filter((waiter) => waiter.cost !== cost)
      if (bucket.waiters.length > 0) this.#later(bucket)
      const debit = bucket.debt
      bucket.debt = 0
      bucket.isReporting = debit > 0
      const item = { key, params, count: alike.length, cost, want, debit, ...bucket.takeReport() }
      asked.push({ bucket, item, waiters: alike })
    }
    return asked
  }

  /** Adding to the set that is being walked would put it into this batch again. */
  #later(bucket: LocalBucket): void {
    this.#context.defer(() => this.touch(bucket))
  }

  #answered(asked: readonly Asked[], answers: readonly TakeAnswer[], sentAtMs: number): void {
    this.#inFlight -= 1
    const nowMs = this.#context.clock.monotonicMs()
    asked.forEach((ask, i) => this.#takeUp(ask, answers[i]!, sentAtMs, nowMs))
    this.#succeeded()
  }

  #takeUp(
    { bucket, item, waiters }: Asked,
    answer: TakeAnswer,
    sentAtMs: number,
    nowMs: number,
  ): void {
    const { counters } = this.#context
    const { stamp } = answer
    // What was spent without the store since it was asked was not known to it: it may have granted more than is left.
    const isIndebted = bucket.debt > 0 || (bucket.isReporting && item.debit === 0)
    if (item.debit > 0) bucket.isReporting = false
    counters.granted += answer.granted * item.cost + answer.held
    if (bucket.debt === 0) this.#debtors.delete(bucket)
    if (nowMs - sentAtMs > bucket.params.lateMs || isIndebted) {
      // What was granted may be spent no more, but who waits may still be answered in time.
      const tokens = answer.granted * item.cost + answer.held
      if (tokens > 0) bucket.giveBack(tokens, stamp)
      if (answer.held > 0) bucket.settle(answer.held, answer.lease)
      bucket.waiters.unshift(...waiters.filter(({ done }) => !done))
      if (bucket.waiters.length > 0 || tokens > 0) this.#pending.add(bucket)
      return
    }
    bucket.learn(answer, item.cost, sentAtMs, nowMs)
    if (answer.held > 0) this.#context.onHeld(bucket)
    let left = answer.granted
    for (const waiter of waiters) {
      if (waiter.done) continue
      if (left > 0) this.#settle(waiter, { kind: 'granted', stamp })
      else this.#settle(waiter, { kind: 'refused' })
      left -= 1
    }
    if (left <= 0) return
    bucket.giveBack(left * item.cost, stamp)
    this.#pending.add(bucket)
  }

  #failed(asked: readonly Asked[], error: unknown, sentAtMs: number): void {
    this.#inFlight -= 1
    for (const { bucket, item, waiters } of asked) {
      // Told twice, a debit only makes the limit stricter; a credit would make it looser and is not told again.
      if (item.debit > 0) {
        bucket.isReporting = false
        this.owe(bucket, item.debit)
      }
      bucket.waiters.unshift(...waiters.filter(({ done }) => !done))
      if (bucket.waiters.length > 0) this.#pending.add(bucket)
    }
    this.#failure(error, sentAtMs)
  }

  #succeeded(): void {
    const wasAway = this.#health.kind === 'degraded' || this.#health.kind === 'suspect'
    if (wasAway) for (const bucket of this.#debtors) this.#pending.add(bucket)
    this.#setHealth(afterSuccess(this.#health, this.#debtors.size > 0), null)
    this.#schedule()
  }

  #failure(error: unknown, sentAtMs: number): void {
    const { clock, random, counters } = this.#context
    counters.failures += 1
    // Batches that were under way together fail together: that is one failure.
    const isKnown = 'sinceMs' in this.#health && sentAtMs < this.#health.sinceMs
    if (!isKnown) {
      this.#setHealth(afterFailure(this.#health, clock.monotonicMs(), random()), error)
    }
    if (this.#health.kind === 'degraded') {
      this.#settleAll()
      this.#pending.clear()
    }
    this.#awaitRetry()
  }

  #setHealth(health: Health, error: unknown): void {
    const isNew = health.kind !== this.#health.kind
    this.#health = health
    if (isNew) this.#context.onHealth(this.#shard, health.kind, error)
  }

  #awaitRetry(): void {
    if (!('retryAtMs' in this.#health) || this.#cancelRetry !== null || this.#isClosed) return
    const { clock } = this.#context
    const delayMs = Math.max(0, this.#health.retryAtMs - clock.monotonicMs())
    this.#cancelRetry = clock.after(delayMs, () => {
      this.#cancelRetry = null
      this.#retry()
    })
  }

  #retry(): void {
    if (this.#isAsked || this.#isClosed) return
    // What is under way settles soon, and asks for the next retry itself.
    if (this.#inFlight > 0) return
    if (this.#health.kind === 'suspect' && this.#send()) return
    void this.#probe()
  }

  async #probe(): Promise<void> {
    const { store, clock } = this.#context
    const sentAtMs = clock.monotonicMs()
    this.#inFlight += 1
    try {
      await store.probe(this.#shard)
    } catch (error) {
      this.#inFlight -= 1
      this.#failure(error, sentAtMs)
      return
    }
    this.#inFlight -= 1
    this.#succeeded()
  }

  /** A busy process sees its timers before the answers that came meanwhile; those are read first. */
  #afterwards(delayMs: number): () => void {
    const { clock, defer } = this.#context
    return clock.after(delayMs, () => defer(() => this.#deadline()))
  }

  #deadline(): void {
    this.#cancelDeadline = null
    const { clock } = this.#context
    const nowMs = clock.monotonicMs()
    let isOver = false
    for (const waiter of this.#waiting) {
      if (waiter.deadlineMs > nowMs) {
        this.#cancelDeadline = this.#afterwards(waiter.deadlineMs - nowMs)
        break
      }
      this.#settle(waiter, { kind: 'unavailable' })
      isOver = true
    }
    // Nobody is decided about without the store unless it is in trouble: that is said, even if it was we who were slow.
    if (isOver && this.#isAsked) this.#failure(lateError(), nowMs)
  }

  #settleAll(): void {
    for (const waiter of this.#waiting) this.#settle(waiter, { kind: 'unavailable' })
    this.#cancelDeadline?.()
    this.#cancelDeadline = null
  }

  #settle(waiter: Waiter, answer: AskAnswer): void {
    waiter.done = true
    this.#waiting.delete(waiter)
    this.#context.counters.waiting -= 1
    waiter.settle(answer)
  }
}

function lateError(): SallyportError {
  return new SallyportError('limit_store_timeout', 'requests waited too long for the limit store')
}
