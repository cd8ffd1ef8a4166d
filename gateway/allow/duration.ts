// The durations of `egress:`, within bounds.

import type { ConfigPath, Report } from '../../sidecar/runtime/problem.ts'
import { parseDurationMs } from '../../sidecar/runtime/units.ts'

const MAX_DURATION_MS = 7 * 86_400_000

/** Milliseconds; a text that is out of 1ms to 7d is reported and answers 1. */
export function compileDuration(text: string, at: ConfigPath, report: Report): number {
  const ms = parseDurationMs(text) ?? 0
  if (ms >= 1 && ms <= MAX_DURATION_MS) return ms
  const message = `${text} is out of range`
  report({ severity: 'error', path: at, message, fix: 'write 1ms to 7d' })
  return 1
}
