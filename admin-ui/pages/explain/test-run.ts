// What a run of the saved cases said, by case.

import type { FieldProblem } from '../../api/contract.ts'
import type { Refusal } from '../../api/refusal.ts'

export type RunResult =
  /** Sentences of those that fail, by their place in the list. */
  | { readonly kind: 'run'; readonly faults: ReadonlyMap<number, readonly string[]> }
  /** There is something else wrong with the text, so that nothing could be run. */
  | { readonly kind: 'invalid'; readonly refusal: Refusal }

export function faultsByTest(
  problems: readonly FieldProblem[],
): ReadonlyMap<number, readonly string[]> {
  const faults = new Map<number, string[]>()
  for (const { pointer, detail } of problems) {
    const [, index] = /^\/tests\/(\d+)(?:\/|$)/.exec(pointer) ?? []
    if (index === undefined) continue
    const known = faults.get(Number(index)) ?? []
    faults.set(Number(index), [...known, detail])
  }
  return faults
}
