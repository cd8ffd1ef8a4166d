// How many tunnels and requests one caller may have under way at a time, in all and to one destination, and all callers
// together.

import type { EgressCaps } from '../allow/plan.ts'

export type CapFault = 'caller_limit_reached' | 'destination_limit_reached' | 'egress_limit_reached'

/** A place that was taken; giving it back a second time does nothing. */
export interface Place {
  release(): void
}

export class Caps {
  /** Only callers and destinations that hold a place are kept. */
  readonly #byCaller = new Map<string, number>()
  readonly #byDestination = new Map<string, number>()
  #total = 0

  /** Places taken by everybody. */
  get total(): number {
    return this.#total
  }

  /** Takes one place for `caller` towards `destination`, or says which limit stands against it. */
  take(caller: string, destination: string, caps: EgressCaps): Place | CapFault {
    const pair = `${caller} ${destination}`
    if (this.#total >= caps.total) return 'egress_limit_reached'
    if ((this.#byCaller.get(caller) ?? 0) >= caps.perCaller) return 'caller_limit_reached'
    if ((this.#byDestination.get(pair) ?? 0) >= caps.perDestination) {
      return 'destination_limit_reached'
    }
    this.#total++
    add(this.#byCaller, caller, 1)
    add(this.#byDestination, pair, 1)
    let held = true
    return {
      release: () => {
        if (!held) return
        held = false
        this.#total--
        add(this.#byCaller, caller, -1)
        add(this.#byDestination, pair, -1)
      },
    }
  }
}

function add(counts: Map<string, number>, key: string, change: number): void {
  const count = (counts.get(key) ?? 0) + change
  if (count === 0) counts.delete(key)
  else counts.set(key, count)
}
