// Which entries of the audit somebody wants to see.

import type { AuditEntry } from './entry.ts'

/** All that is given must hold. */
export interface AuditFilter {
  readonly actor?: string | undefined
  readonly action?: string | undefined
  readonly target?: string | undefined
  readonly origin?: string | undefined
  readonly requestId?: string | undefined
  /** A result, or `refused`: any but `ok`. */
  readonly result?: string | undefined
  /** ISO 8601; from then on, and until then (not included). */
  readonly since?: string | undefined
  readonly until?: string | undefined
}

export function holds(entry: AuditEntry, filter: AuditFilter): boolean {
  const { action, target, origin, requestId, result, time } = entry
  const isWanted = (wanted: string | undefined, is: string): boolean =>
    wanted === undefined || wanted === is
  const isResult = filter.result === 'refused' ? result !== 'ok' : isWanted(filter.result, result)
  const atMs = Date.parse(time)
  return (
    isResult &&
    isWanted(filter.actor, entry.actor.name) &&
    isWanted(filter.action, action) &&
    isWanted(filter.target, target) &&
    isWanted(filter.origin, origin) &&
    isWanted(filter.requestId, requestId) &&
    !(filter.since !== undefined && atMs < Date.parse(filter.since)) &&
    !(filter.until !== undefined && atMs >= Date.parse(filter.until))
  )
}
