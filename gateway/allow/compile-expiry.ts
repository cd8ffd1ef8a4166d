// When a rule ends: a day or a moment; one that has come makes the rule a dead letter, never the file a refused one.

import type { ConfigPath, Report } from '../../sidecar/runtime/problem.ts'
import type { EgressRuleOptions } from './options.ts'

const DAY_MS = 86_400_000
const SOON_MS = 14 * DAY_MS
/** One that was written with a time is meant to end: nobody needs to hear of it days before. */
const MOMENT =
  /^\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/

/** Wall-clock ms of a day (its beginning in UTC) or of a moment with its offset; null where there is no such one. */
export function parseExpiry(text: string): number | null {
  const day = text.slice(0, 10)
  const dayMs = Date.parse(`${day}T00:00:00Z`)
  // Date.parse takes 30 February for 2 March.
  if (Number.isNaN(dayMs) || !new Date(dayMs).toISOString().startsWith(day)) return null
  if (text === day) return dayMs
  return MOMENT.test(text) ? Date.parse(text) : null
}

/** null: never, or there was a problem. `at`: of the rule. */
export function compileExpiry(
  { name, expires, deny }: EgressRuleOptions,
  at: ConfigPath,
  nowMs: number,
  report: Report,
): number | null {
  if (expires === undefined) return null
  const tell = (severity: 'error' | 'warning', message: string, fix: string): void =>
    report({ severity, path: [...at, 'expires'], message, fix })
  const expiresMs = parseExpiry(expires)
  if (expiresMs === null) {
    const what = expires.includes('T') ? 'moment' : 'day'
    tell('error', `there is no ${what} ${expires}`, 'write `2030-12-31` or `2030-12-31T18:00:00Z`')
    return null
  }
  if (deny !== undefined) {
    tell('error', 'a `deny` never expires', 'put what is denied into a rule of its own')
    return null
  }
  const isDay = expires.length === 10
  if (expiresMs <= nowMs) {
    const message = `rule \`${name}\` expired on ${expires} and allows nothing`
    tell('warning', message, 'remove the rule, or write a later date')
  } else if (isDay && expiresMs - nowMs <= SOON_MS) {
    const message = `rule \`${name}\` expires on ${expires}`
    tell('warning', message, 'write a later date if it is still needed')
  }
  return expiresMs
}
