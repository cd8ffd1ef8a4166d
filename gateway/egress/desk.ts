// What the desks of egress share: the plan of this moment with its tools, and what outlives every plan.

import type { EgressPlan } from '../allow/plan.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import type { Log } from '../../sidecar/telemetry/log.ts'
import type { Breakers } from './breakers.ts'
import type { TokenCallers } from './callers.ts'
import type { Caps } from './caps.ts'
import type { Destinations } from './destinations.ts'
import type { DnsCache } from './dns-cache.ts'
import type { Locator } from './locator.ts'
import type { Records } from './records.ts'
import type { UnderwayList } from './underway.ts'

/** One plan at work; swapped whole. */
export interface Ways {
  readonly plan: EgressPlan
  readonly dns: DnsCache
  readonly locator: Locator
  readonly tokens: TokenCallers
}

export interface Desk {
  readonly clock: Clock
  readonly log: Log
  /** A fresh request id. */
  readonly newId: () => string
  readonly records: Records
  readonly caps: Caps
  readonly breakers: Breakers
  readonly destinations: Destinations
  readonly underway: UnderwayList
  /** Those of this moment. */
  readonly ways: () => Ways
  /** Nothing new is begun any more. */
  readonly draining: () => boolean
}
