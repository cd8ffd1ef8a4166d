// What is asked for with a change, so that it goes back by itself where requests fail. Plain data: it crosses a pipe.

/** The share of 5xx may rise by `points` (percentage points) at most. */
export interface Guard {
  readonly points: number
  /** The share is taken over this time, and at least so long after the change. */
  readonly windowMs: number
}
