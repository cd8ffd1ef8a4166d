// Counts what each listener brings to each route: routes alone do not tell by which door their requests came.

import type { ListenerCounts } from '../decide/live-state.ts'

/** Pairs between two tellings; requests of more are left out. */
const MAX_PAIRS = 2000

interface Tally {
  readonly listener: string
  readonly route: string
  requests: number
  refused: number
  failed: number
}

export class ListenerTally {
  #byListener = new Map<string, Map<string, Tally>>()
  #size = 0

  /** `route`: '' where none matched; `status`: 0 for none. */
  count(listener: string, route: string, status: number): void {
    const tally = this.#tally(listener, route)
    if (tally === null) return
    tally.requests++
    if (status >= 500 || status === 0) tally.failed++
    else if (status >= 400) tally.refused++
  }

  /** Since the last call. */
  take(): readonly ListenerCounts[] {
    const counts = [...this.#byListener.values()].flatMap((byRoute) => [...byRoute.values()])
    this.#byListener = new Map()
    this.#size = 0
    return counts
  }

  #tally(listener: string, route: string): Tally | null {
    let byRoute = this.#byListener.get(listener)
    const known = byRoute?.get(route)
    if (known !== undefined) return known
    if (this.#size >= MAX_PAIRS) return null
    if (byRoute === undefined) {
      byRoute = new Map()
      this.#byListener.set(listener, byRoute)
    }
    const tally = { listener, route, requests: 0, refused: 0, failed: 0 }
    byRoute.set(route, tally)
    this.#size++
    return tally
  }
}
