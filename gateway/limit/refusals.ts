// Who was limited lately, for the console: bounded, and without anything secret.

import type { Charge, Refusal } from './charge.ts'
import { labelOf, type LimitSubject } from './keys.ts'
import { promiseOf, rateOf } from './params.ts'
import type { LimitPlan } from './plan.ts'
import { rateText } from './rate.ts'

/** One key that one limit refused, or would have. */
export interface RefusedEntry {
  readonly limit: string
  /** Who: an address, a subject, the digest of a header field. */
  readonly label: string
  /** The digest under which the store counts it. */
  readonly key: string
  /** true: only recorded, not refused. */
  readonly shadow: boolean
  /** Who counts: each node for itself before authentication, all of them together after it. */
  readonly stage: LimitPlan['stage']
  /** Where it was refused; at most five. */
  readonly routes: readonly string[]
  /** `100/min`, as it counted at the last refusal. */
  readonly rate: string
  /** Most at once, where it is a bucket; null: a window. */
  readonly burst: number | null
  /** What that promises, in words. */
  readonly promise: string
  /** Tokens of `rate` and what was left of them at the last refusal. */
  readonly max: number
  readonly remaining: number
  readonly count: number
  /** Wall-clock ms. */
  readonly firstAtMs: number
  readonly lastAtMs: number
  /** When the next request passes, as the last refused one was told. */
  readonly passesAtMs: number
  /** The last refusal was the word of an operator, not of the limit. */
  readonly isBlocked: boolean
}

type Counted = { -readonly [Field in keyof RefusedEntry]: RefusedEntry[Field] }

const MAX_ENTRIES = 1000
const MAX_ROUTES = 5

export class Refusals {
  // Map order is age of the last refusal, oldest first; by the digest, which no two limits share.
  readonly #entries = new Map<string, Counted>()

  /**
   * A limit refused, or would have. Beyond 1000 the entry that was refused longest ago is forgotten.
   */
  add({ plan, bucket }: Charge, subject: LimitSubject, nowMs: number, refusal: Refusal): void {
    const { storeKey: key, params } = bucket
    const { route } = subject
    let entry = this.#entries.get(key)
    if (entry === undefined) {
      entry = { ...firstOf(plan, subject, nowMs), key }
      if (this.#entries.size >= MAX_ENTRIES) {
        const [oldest] = this.#entries.keys()
        this.#entries.delete(oldest!)
      }
    } else this.#entries.delete(key)
    const { count, perMs } = rateOf(params)
    // Words are made once for a limit that stays as it is: a flood is refused a thousand times a second.
    if (entry.max !== count || entry.promise === '') {
      entry.max = count
      entry.rate = rateText({ count, perMs })
      entry.burst = params.kind === 'bucket' ? params.size + params.outstanding : null
      entry.promise = promiseOf(params)
    }
    entry.remaining = bucket.remaining + bucket.held
    entry.count += 1
    entry.lastAtMs = nowMs
    entry.passesAtMs = nowMs + refusal.retryMs
    entry.isBlocked = refusal.kind === 'blocked'
    if (entry.routes.length < MAX_ROUTES && !entry.routes.includes(route)) {
      entry.routes = [...entry.routes, route]
    }
    this.#entries.set(key, entry)
  }

  /** The key is counted anew: the next request passes at once. */
  lift(key: string): void {
    const entry = this.#entries.get(key)
    if (entry !== undefined) entry.passesAtMs = 0
  }

  /** The `n` that were refused most often, most often first; of equals the one refused last. */
  top(n: number): readonly RefusedEntry[] {
    const latestFirst = [...this.#entries.values()].toReversed()
    return latestFirst
      .toSorted((a, b) => b.count - a.count)
      .slice(0, n)
      .map((entry) => ({ ...entry }))
  }
}

function firstOf(plan: LimitPlan, subject: LimitSubject, nowMs: number): Omit<Counted, 'key'> {
  const { name: limit, shadow, stage } = plan
  const label = labelOf(plan, subject)
  return {
    limit,
    label,
    shadow,
    stage,
    routes: [],
    rate: '',
    burst: null,
    promise: '',
    max: 0,
    remaining: 0,
    count: 0,
    firstAtMs: nowMs,
    lastAtMs: nowMs,
    passesAtMs: 0,
    isBlocked: false,
  }
}
