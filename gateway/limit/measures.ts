// What operators decided about single keys of limits, each until a moment: refuse them, or give them another limit.

import { scaledParams } from './params.ts'
import type { LimitParams } from './plan.ts'

export type Measure = {
  /** The digest under which the store counts the key. */
  readonly key: string
  /** Wall-clock ms; from then on it says nothing any more. */
  readonly untilMs: number
} & (
  | { readonly kind: 'block' }
  /** The limit times `factor`; of anything less than 1 at least 1 is left. */
  | { readonly kind: 'override'; readonly factor: number }
)

/** Measures of a fleet at a time; nobody may add more. */
export const MAX_MEASURES = 500

/**
 * From control to every worker: all measures there are, and keys of which what is held or believed is to be given up.
 * Answered with the number of the question once that is so.
 */
export interface MeasuresTold {
  readonly kind: 'live-limits'
  readonly ask: number
  readonly measures: readonly Measure[]
  readonly forget: readonly string[]
}

export interface MeasuresKept {
  readonly kind: 'live-limits-kept'
  readonly ask: number
}

interface Kept {
  readonly measure: Measure
  /** The numbers asked for last, and what became of them. */
  base: LimitParams | null
  scaled: LimitParams | null
}

/** The measures as one worker obeys them; the clock ends each, whether or not anybody says so. */
export class Measures {
  #byKey = new Map<string, Kept>()

  /** These, and no others. */
  use(measures: readonly Measure[]): void {
    const kept = measures.map((measure) => [measure.key, { measure, base: null, scaled: null }])
    this.#byKey = new Map(kept as [string, Kept][])
  }

  get isEmpty(): boolean {
    return this.#byKey.size === 0
  }

  /** How much longer the key is refused; 0: not at all. `nowMs`: wall clock. */
  blockedMs(key: string, nowMs: number): number {
    const measure = this.#byKey.get(key)?.measure
    return measure?.kind === 'block' ? Math.max(0, measure.untilMs - nowMs) : 0
  }

  /** The numbers that count for the key, of those that were written. */
  paramsFor(key: string, params: LimitParams, nowMs: number): LimitParams {
    const kept = this.#byKey.get(key)
    if (kept === undefined || kept.measure.untilMs <= nowMs) return params
    if (kept.measure.kind === 'block') return params
    if (kept.base !== params || kept.scaled === null) {
      kept.base = params
      kept.scaled = scaledParams(params, kept.measure.factor)
    }
    return kept.scaled
  }
}
