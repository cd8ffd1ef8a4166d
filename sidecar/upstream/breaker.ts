// Whether an endpoint gets requests: a state and what happens to it, as a pure function.

import type { BreakerPlan } from './plan.ts'

/**
 * `closed` (gets requests) → `open` (gets none until `untilMs`, then one request tries it) → `half-open` (that request
 * is on its way) → `closed`, or `open` again. Times are monotonic.
 */
export type BreakerState =
  | { readonly kind: 'closed'; readonly failures: number }
  | {
      readonly kind: 'open'
      readonly sinceMs: number
      readonly untilMs: number
      /** How often it opened since it was last closed. */
      readonly times: number
    }
  | { readonly kind: 'half-open'; readonly sinceMs: number; readonly times: number }

/**
 * `trying`: a request is sent to see whether it works again; `given-up`: that request ended without telling anything.
 * `unreached`: no connection could be made.
 */
export type BreakerEvent = 'succeeded' | 'failed' | 'unreached' | 'trying' | 'given-up'

export const CLOSED: BreakerState = { kind: 'closed', failures: 0 }

/** Where nobody listens the next look is cheap and comes sooner: after 1 s, then 2 s, 4 s … up to `openMs`. */
const FIRST_UNREACHED_MS = 1000
/** Endpoints that broke together are not all tried again together. */
const JITTER = 0.2
const MAX_DOUBLINGS = 16

/**
 * The state after `event`. An endpoint that can not be reached is passed over at once, one that fails after
 * `plan.failures` in a row. What requests that began earlier tell of an endpoint that is not closed is ignored.
 * `random`: [0, 1).
 */
export function afterEvent(
  state: BreakerState,
  event: BreakerEvent,
  plan: BreakerPlan,
  nowMs: number,
  random: () => number,
): BreakerState {
  switch (state.kind) {
    case 'closed':
      if (event === 'succeeded') return state.failures === 0 ? state : CLOSED
      if (event === 'unreached') return opened(event, 0, plan, nowMs, random)
      if (event !== 'failed') return state
      if (state.failures + 1 >= plan.failures) return opened(event, 0, plan, nowMs, random)
      return { kind: 'closed', failures: state.failures + 1 }
    case 'open':
      if (event !== 'trying') return state
      return { kind: 'half-open', sinceMs: state.sinceMs, times: state.times }
    case 'half-open':
      if (event === 'succeeded') return CLOSED
      if (event === 'given-up')
        return { kind: 'open', sinceMs: state.sinceMs, untilMs: nowMs, times: state.times }
      if (event === 'trying') return state
      return opened(event, state.times, plan, nowMs, random)
  }
}

function opened(
  event: 'failed' | 'unreached',
  times: number,
  plan: BreakerPlan,
  nowMs: number,
  random: () => number,
): BreakerState {
  const baseMs =
    event === 'failed'
      ? plan.openMs
      : Math.min(plan.openMs, FIRST_UNREACHED_MS * 2 ** Math.min(times, MAX_DOUBLINGS))
  const untilMs = nowMs + baseMs * (1 + JITTER * random())
  return { kind: 'open', sinceMs: nowMs, untilMs, times: times + 1 }
}
