// One service with the retries of those who call it: a budget for all of them, a Transport for each one's plan.

import type { Clock } from '../runtime/clock.ts'
import type { RetryPlan } from './plan.ts'
import { RetryBudget } from './retry-budget.ts'
import { retrying } from './retry.ts'
import type { Transport } from './transport.ts'

export class Retriable<Inner extends Transport> {
  readonly inner: Inner
  readonly #clock: Clock
  readonly #random: () => number
  readonly #budget: RetryBudget
  /** Gone with the plans. */
  readonly #byPlan = new WeakMap<RetryPlan, Transport>()

  /** `random`: [0, 1). */
  constructor(inner: Inner, clock: Clock, random: () => number) {
    this.inner = inner
    this.#clock = clock
    this.#random = random
    this.#budget = new RetryBudget(clock)
  }

  /** null: nothing is sent again. */
  with(retries: RetryPlan | null): Transport {
    if (retries === null) return this.inner
    const known = this.#byPlan.get(retries)
    if (known !== undefined) return known
    const transport = retrying(this.inner, retries, this.#clock, this.#random, this.#budget)
    this.#byPlan.set(retries, transport)
    return transport
  }
}
