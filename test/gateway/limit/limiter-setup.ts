// A limiter in virtual time, on a store that the test can slow down, silence and take away.

import assert from 'node:assert/strict'
import { ANSWER_MS } from '../../../gateway/limit/answer-in-time.ts'
import type { LimitDecision } from '../../../gateway/limit/decision.ts'
import { EmbeddedStore } from '../../../gateway/limit/embedded-store.ts'
import { Limiter } from '../../../gateway/limit/limiter.ts'
import type { LimitPlan } from '../../../gateway/limit/plan.ts'
import type { LimitStore } from '../../../gateway/limit/store.ts'
import type { TakeAnswer, TakeItem } from '../../../gateway/limit/take-item.ts'
import { VirtualTime } from '../../limits/virtual-time.ts'
import { limitPlan, subject } from './plans.ts'

/** An embedded store whose answers the test can hold back or replace by failures, and that counts its calls. */
export class TestStore implements LimitStore {
  readonly shards = 1
  readonly #inner: EmbeddedStore
  readonly #time: VirtualTime
  isDown = false
  isSilent = false
  delayMs = 0
  batches: (readonly TakeItem[])[] = []
  readonly sentAtMs: number[] = []
  probes = 0

  constructor(time: VirtualTime) {
    this.#time = time
    this.#inner = new EmbeddedStore({ clock: time })
  }

  take(_shard: number, items: readonly TakeItem[]): Promise<readonly TakeAnswer[]> {
    this.batches.push(items)
    this.sentAtMs.push(this.#time.monotonicMs())
    return this.#answer(items.map((item) => (this.isDown ? null : this.#inner.takeNow(item))))
  }

  /** Another process takes `cost` of the limit for the usual subject. */
  takeElsewhere(limit: LimitPlan, cost: number): void {
    const limiter = new Limiter({
      store: this.#inner,
      clock: this.#time,
      random: () => 0.5,
      defer: (task) => task(),
      instance: 'other',
    })
    void limiter.decide([{ ...limit, cost }], subject())
    limiter.close()
  }

  /** Of all that was ever told. */
  sum(of: 'debit' | 'credit'): number {
    return this.batches.flat().reduce((total, item) => total + item[of], 0)
  }

  async probe(): Promise<void> {
    this.probes += 1
    await this.#answer([])
  }

  beat(instance: string): Promise<number> {
    return this.isDown ? Promise.reject(new Error('down')) : this.#inner.beat(instance)
  }

  close(): void {}

  #answer(answers: readonly (TakeAnswer | null)[]): Promise<readonly TakeAnswer[]> {
    return new Promise((resolve, reject) => {
      if (this.isDown) return reject(new Error('down'))
      if (this.isSilent) return void this.#time.after(ANSWER_MS, () => reject(new Error('timeout')))
      this.#time.after(this.delayMs, () => resolve(answers as readonly TakeAnswer[]))
    })
  }
}

interface Decided {
  readonly decision: LimitDecision
  /** In virtual time. */
  readonly tookMs: number
}

export interface Setup {
  readonly time: VirtualTime
  readonly store: TestStore
  readonly limiter: Limiter
  /** The states that the store has gone through. */
  readonly health: string[]
  readonly decide: (
    plans: readonly LimitPlan[],
    from?: ReturnType<typeof subject>,
  ) => Promise<Decided>
}

export function setUp(maxKeys?: number): Setup {
  const time = new VirtualTime()
  const store = new TestStore(time)
  const health: string[] = []
  const limiter = new Limiter({
    store,
    clock: time,
    random: () => 0.5,
    defer: (task) => void time.after(0, task),
    instance: 'one',
    onHealth: (_shard, state) => void health.push(state),
    ...(maxKeys === undefined ? {} : { maxKeys }),
  })
  const decide: Setup['decide'] = async (plans, from = subject()) => {
    const startMs = time.monotonicMs()
    const found: Decided[] = []
    const decided = limiter.decide(plans, from)
    const note = (decision: LimitDecision): void => {
      found.push({ decision, tookMs: time.monotonicMs() - startMs })
    }
    if (decided instanceof Promise) void decided.then(note)
    else note(decided)
    for (let ms = 0; found.length === 0 && ms < 300; ms++) await time.run(startMs + ms)
    return found[0] ?? assert.fail('no decision')
  }
  return { time, store, limiter, health, decide }
}

/** A limit of `count` in a minute per address. */
export function minutePlan(changes: Partial<LimitPlan> = {}, count = 10): LimitPlan {
  return limitPlan({ count, perMs: 60_000 }, null, 'exact', changes)
}
