// How often each limit let through and refused: plain numbers, for metrics.

/** Requests since the start. */
export interface LimitTally {
  /** Let through by this limit and all others of the request. */
  allowed: number
  /** Refused by this limit. */
  limited: number
  /** What a shadow limit would have refused. */
  shadowed: number
  /** Decided without the store, however; they are among the others, too. */
  degraded: number
}

const MAX_NAMES = 1000
/** Of what is more than so many: names are those of the configuration, so only revisions make ever new ones. */
const REST = '(more)'

export class Tallies {
  readonly #byName = new Map<string, LimitTally>()

  /** By name of the limit; at most 1000 names, and one for all others. */
  get byName(): ReadonlyMap<string, Readonly<LimitTally>> {
    return this.#byName
  }

  /** To be counted in by whoever decides. */
  of(name: string): LimitTally {
    const counted = this.#byName.has(name) || this.#byName.size < MAX_NAMES ? name : REST
    let tally = this.#byName.get(counted)
    if (tally === undefined) {
      tally = { allowed: 0, limited: 0, shadowed: 0, degraded: 0 }
      this.#byName.set(counted, tally)
    }
    return tally
  }
}
