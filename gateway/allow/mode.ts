// Which mode is in force at a moment: learning ends by itself, and what comes after it is the safe thing.

import type { EgressMode, EgressPlan } from './plan.ts'

/** As `egress.mode` says; `enforce` once `egress.learnUntil` has come. Rules may say another for their callers. */
export function modeInForce(
  { mode, learnUntilMs }: Pick<EgressPlan, 'mode' | 'learnUntilMs'>,
  nowMs: number,
): EgressMode {
  return learnUntilMs !== null && learnUntilMs <= nowMs ? 'enforce' : mode
}
