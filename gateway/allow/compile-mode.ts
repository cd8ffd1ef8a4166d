// `mode` and `learnUntil` of `egress:`: what happens to calls that no rule allows, and when learning ends.

import type { ConfigPath, Report } from '../../sidecar/runtime/problem.ts'
import { parseExpiry } from './compile-expiry.ts'
import { EGRESS_DEFAULTS, type EgressOptions } from './options.ts'
import type { EgressPlan } from './plan.ts'

export interface ModeContext {
  readonly production: boolean
  readonly nowMs: number
}

/** `at`: of `egress`. An end that has come makes learning a dead letter, never the file a refused one. */
export function compileMode(
  { mode = EGRESS_DEFAULTS.mode, learnUntil }: Pick<EgressOptions, 'mode' | 'learnUntil'>,
  at: ConfigPath,
  report: Report,
  { production, nowMs }: ModeContext,
): Pick<EgressPlan, 'mode' | 'learnUntilMs'> {
  const tell = (key: string, severity: 'error' | 'warning', message: string, fix: string): void =>
    report({ severity, path: [...at, key], message, fix })
  const untilMs = learnUntil === undefined ? null : parseExpiry(learnUntil)
  if (learnUntil !== undefined && untilMs === null) {
    const what = learnUntil.includes('T') ? 'moment' : 'day'
    const fix = 'write `2030-12-31` or `2030-12-31T18:00:00Z`'
    tell('learnUntil', 'error', `there is no ${what} ${learnUntil}`, fix)
  }
  if (mode !== 'learn') {
    const fix = 'remove it, or write `mode: learn`'
    if (untilMs !== null) tell('learnUntil', 'warning', `\`mode: ${mode}\` does not learn`, fix)
  } else if (untilMs !== null && untilMs <= nowMs) {
    const message = `learning ended on ${learnUntil}: what no rule allows is refused`
    tell('learnUntil', 'warning', message, 'write `mode: enforce`, or a later time')
    return { mode, learnUntilMs: untilMs }
  }
  if (production && mode !== 'enforce') {
    const message = `\`mode: ${mode}\` refuses nothing but what is denied by name or address`
    tell('mode', 'warning', message, 'write `mode: enforce` as soon as the rules are complete')
  }
  return { mode, learnUntilMs: mode === 'learn' ? untilMs : null }
}
