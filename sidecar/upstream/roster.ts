// Which members of a service may be asked now: the healthy ones whose breaker is closed, and never fewer than half.

import type { BreakerState } from './breaker.ts'
import type { Member } from './member.ts'

export interface Roster {
  /** Those requests are balanced over; empty only where there is no member at all. */
  readonly serving: readonly Member[]
  /** Members whose time has come to be tried by one request. */
  readonly due: readonly Member[]
  /** Everybody else, those first that are the better choice when all of `serving` was tried in vain. */
  readonly reserve: readonly Member[]
  /** Monotonic time at which the next member becomes due. */
  readonly validUntilMs: number
}

type Ejected = Exclude<BreakerState, { kind: 'closed' }>

/**
 * Members that are not healthy serve only where none is healthy. If more than half of the others would be passed over,
 * those that were so for the longest time serve again: a breaker must not turn a partial failure into a whole one.
 */
export function drawUp(members: readonly Member[], nowMs: number): Roster {
  const healthy = members.filter((member) => member.healthy)
  const considered = healthy.length > 0 ? healthy : members
  const ejected = considered
    .filter((member) => member.breaker.kind !== 'closed')
    .toSorted((a, b) => (a.breaker as Ejected).sinceMs - (b.breaker as Ejected).sinceMs)
  const mostPassedOver = Math.floor(considered.length / 2)
  const passedOver = new Set(ejected.slice(Math.max(0, ejected.length - mostPassedOver)))
  const due: Member[] = []
  let validUntilMs = Infinity
  for (const member of ejected) {
    if (member.breaker.kind !== 'open') continue
    if (nowMs >= member.breaker.untilMs) due.push(member)
    else validUntilMs = Math.min(validUntilMs, member.breaker.untilMs)
  }
  const unhealthy = healthy.length > 0 ? members.filter((member) => !member.healthy) : []
  return {
    serving: considered.filter((member) => !passedOver.has(member)),
    due,
    reserve: [...passedOver, ...unhealthy],
    validUntilMs,
  }
}
