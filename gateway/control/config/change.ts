// A change of the configuration as control asks the supervisor for it, and what came of it. Plain data: it crosses a pipe.

import type { LocatedProblem } from '../../config/problems.ts'
import type { Guard } from '../releases/guard.ts'
import type { Origin } from '../revisions/revision.ts'

/** The configuration that is served, and how it came to be. */
export interface LiveConfig {
  /** The supervisor's own count; another one after every start. */
  readonly serial: number
  readonly text: string
  readonly author: string
  readonly origin: Origin
  readonly message: string
  /** Until it is confirmed it will be taken back at this time (wall clock); null: it stays. */
  readonly revertsAtMs: number | null
  /** What watches it; absent: nothing. */
  readonly guard?: Guard
  /** Checksum of the text that was taken back for it because requests failed; absent where that is not how it came. */
  readonly tookBack?: string
}

export interface ConfigChange {
  readonly text: string
  readonly author: string
  readonly origin: Origin
  readonly message: string
  /** Taken back unless confirmed within this time; null: it stays. */
  readonly confirmWithinMs: number | null
  /** Set where nobody has checked the text yet: then its policy tests must hold, too. */
  readonly isUnchecked?: true
  /** Absent: only the time decides, or nothing. */
  readonly guard?: Guard
}

export type ChangeResult =
  /** Every process of this node serves it, and the file says it. */
  | {
      readonly kind: 'live'
      readonly live: LiveConfig
      readonly warnings: readonly LocatedProblem[]
    }
  | { readonly kind: 'refused'; readonly problems: readonly LocatedProblem[] }
  /** It could not be put to work; the one before serves on. */
  | { readonly kind: 'rejected'; readonly reason: string }
