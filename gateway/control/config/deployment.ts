// How a configuration comes to be served: by this node alone, or by every node of a fleet.

import type { LocatedProblem } from '../../config/problems.ts'
import type { ConfigStore } from '../revisions/config-store.ts'
import type { ConfigChange, LiveConfig } from './change.ts'

/** What this node serves. */
export interface Current {
  readonly live: LiveConfig
  /** null until it is written down. */
  readonly revision: number | null
}

/** One node that serves a change. */
export interface ServingNode {
  readonly id: string
  readonly name: string
}

export interface Deployed extends Current {
  /** Every live node of the fleet; empty for a node that works alone. */
  readonly nodes: readonly ServingNode[]
  readonly warnings: readonly LocatedProblem[]
}

export interface Deployment {
  /** Asks where revisions are kept. Throws ApiError `not_available` where that does not answer. */
  read<Result>(ask: (store: ConfigStore) => Promise<Result>): Promise<Result>
  /** null before the first configuration is known. */
  current(): Current | null
  /** The supervisor serves this now. */
  learn(live: LiveConfig): void
  /**
   * Checks a text and puts it to work everywhere or nowhere, if what is served still has the checksum `expected`. Throws ApiError:
   * `stale` where somebody else was faster, `config_invalid`, `rejected`, `not_available`.
   */
  apply(change: ConfigChange, expected: string): Promise<Deployed>
  /** The change that waits stays. Throws ApiError `conflict` where it does not wait (any more). */
  confirm(): Promise<Current>
}
