// What one sidecar counts of its requests until it tells control: one entry for each direction and other side.

import { OutcomeCounts, type OutcomeCount } from './outcome-counts.ts'

export type Direction = 'inbound' | 'outbound'

export interface TrafficRow {
  readonly direction: Direction
  /** Inbound: the caller; outbound: the service that was called, or `egress`. '' for none. */
  readonly peer: string
  readonly outcomes: readonly OutcomeCount[]
  /** Requests by duration; bounds as of BUCKETS, and one more for what took longer. */
  readonly buckets: readonly number[]
  readonly sumMs: number
}

/** Others of one direction between two tellings; what is more is not told apart. */
export const MAX_PEERS = 25
/** Statuses and words told of each; what is more is counted as one of its hundred. */
export const MAX_OUTCOMES = 30
const OTHER = 'other'

export class TrafficFigures {
  #byDirection: Readonly<Record<Direction, Map<string, OutcomeCounts>>> = nothing()

  /** For each request that has ended. */
  count(
    direction: Direction,
    peer: string,
    status: number,
    reason: string,
    durationMs: number,
  ): void {
    const byPeer = this.#byDirection[direction]
    let counts = byPeer.get(peer)
    if (counts === undefined) {
      const isNew = byPeer.size < MAX_PEERS
      counts = (isNew ? null : byPeer.get(OTHER)) ?? new OutcomeCounts()
      byPeer.set(isNew ? peer : OTHER, counts)
    }
    counts.count(status, reason, durationMs)
  }

  /** Since the last call. */
  take(): readonly TrafficRow[] {
    const taken = this.#byDirection
    this.#byDirection = nothing()
    return (['inbound', 'outbound'] as const).flatMap((direction) =>
      [...taken[direction]].map(([peer, { outcomes, buckets, sumMs }]) => {
        return { direction, peer, outcomes: bounded(outcomes), buckets, sumMs }
      }),
    )
  }
}

function nothing(): Readonly<Record<Direction, Map<string, OutcomeCounts>>> {
  return { inbound: new Map(), outbound: new Map() }
}

function bounded(outcomes: readonly OutcomeCount[]): readonly OutcomeCount[] {
  if (outcomes.length <= MAX_OUTCOMES) return outcomes
  const ofHundred = new Map<number, number>()
  for (const [status, , count] of outcomes) {
    const hundred = Math.floor(status / 100) * 100
    ofHundred.set(hundred, (ofHundred.get(hundred) ?? 0) + count)
  }
  return [...ofHundred].map(([status, count]) => [status, OTHER, count])
}
