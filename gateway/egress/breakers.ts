// One breaker for each destination: what fails again and again is refused at once, and tried by one request now and then.

import type { Clock } from '../../sidecar/runtime/clock.ts'
import {
  afterEvent,
  CLOSED,
  type BreakerEvent,
  type BreakerState,
} from '../../sidecar/upstream/breaker.ts'
import type { BreakerPlan } from '../../sidecar/upstream/plan.ts'

/** Destinations with failures that are remembered; the one that failed longest ago is forgotten first. */
const MAX_DESTINATIONS = 1024

/** Leave to try a destination; exactly one of the three is called, once. */
export interface Trial {
  succeeded(): void
  failed(): void
  /** It ended without telling anything about the destination. */
  givenUp(): void
}

export class Breakers {
  readonly #clock: Clock
  readonly #random: () => number
  /** Only those that are not closed without a failure. */
  readonly #states = new Map<string, BreakerState>()

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock
    this.#random = random
  }

  /** `closed`, `open` or `half-open`. */
  stateOf(destination: string): BreakerState['kind'] {
    return this.#state(destination).kind
  }

  /** Null where the destination must not be tried now. */
  enter(destination: string, plan: BreakerPlan): Trial | null {
    const state = this.#state(destination)
    const isTrial = state.kind !== 'closed'
    if (isTrial) {
      const due = state.kind === 'open' && this.#clock.monotonicMs() >= state.untilMs
      if (!due) return null
      this.#tell(destination, 'trying', plan)
    }
    const tell = (event: BreakerEvent): void => {
      // Those that began before it opened have nothing to say about how it is now.
      if (isTrial || this.#state(destination).kind === 'closed')
        this.#tell(destination, event, plan)
    }
    return {
      succeeded: () => tell('succeeded'),
      failed: () => tell('failed'),
      givenUp: () => {
        if (isTrial) tell('given-up')
      },
    }
  }

  #state(destination: string): BreakerState {
    return this.#states.get(destination) ?? CLOSED
  }

  #tell(destination: string, event: BreakerEvent, plan: BreakerPlan): void {
    const nowMs = this.#clock.monotonicMs()
    const state = afterEvent(this.#state(destination), event, plan, nowMs, this.#random)
    this.#states.delete(destination)
    if (state.kind === 'closed' && state.failures === 0) return
    this.#states.set(destination, state)
    const oldest = this.#states.keys().next()
    if (this.#states.size > MAX_DESTINATIONS && !oldest.done) this.#states.delete(oldest.value)
  }
}
