// How this node is: its workers, the store of its limits and what happens without it, and whether the file says the same.

import type { Plan } from '../../config/plan.ts'
import type { LimitStoreState } from '../../decide/live-state.ts'
import type { OnStoreDown } from '../../limit/plan.ts'
import type { ToldLoad } from './node-load.ts'

/** Names of limits that are told of each behaviour. */
const SHOWN_LIMITS = 20

export interface NodeState {
  /** Requests of the edge, over the last ten seconds; null: no worker has told. */
  readonly perSecond: number | null
  readonly workers: readonly ToldLoad[]
  /** Workers that should be there and do not tell. */
  readonly silent: number
  readonly limitStore: LimitStoreView & {
    /** Why control cannot reach it, whatever the workers know; null: it can, or there is none. */
    readonly fault: string | null
  }
  readonly file: FileState
}

export interface LimitStoreView {
  readonly kind: 'embedded' | 'redis'
  /** null: no worker has told of it. */
  readonly state: LimitStoreState | null
  /** What happens to requests while it is away, as configured: how many limits say so, and which. */
  readonly whenDown: readonly {
    readonly behaviour: OnStoreDown
    readonly count: number
    readonly limits: readonly string[]
  }[]
}

/** `same`, `differs`: from what is served; `unreadable`: with the system's words. */
export interface FileState {
  readonly kind: 'same' | 'differs' | 'unreadable'
  readonly name: string
  readonly reason: string
}

export function limitStoreView(plan: Plan, state: LimitStoreState | null): LimitStoreView {
  const shared = plan.routes.flatMap(({ limits }) => limits.afterAuth)
  const byBehaviour = Map.groupBy(shared, ({ onStoreDown }) => onStoreDown)
  return {
    kind: plan.store.kind,
    state: plan.store.kind === 'embedded' ? null : state,
    whenDown: [...byBehaviour].map(([behaviour, limits]) => {
      const names = [...new Set(limits.map(({ name }) => name))]
      return { behaviour, count: names.length, limits: names.slice(0, SHOWN_LIMITS) }
    }),
  }
}
