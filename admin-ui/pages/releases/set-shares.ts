// Setting the shares of a release, as its page hands it to the parts that do.

/** When a target gets nothing any more, by itself. */
export interface Guard {
  readonly target: string
  readonly maxErrorPoints?: number
  readonly maxP95Ms?: number
  readonly minRequests?: number
}

/** Resolves with whether every process does it. `guard` absent: as before; null: none any more. */
export type SetShares = (shares: readonly number[], guard?: Guard | null) => Promise<boolean>
