// What was refused and learned in the whole fleet: each node leaves what it saw in the store, and reads that of the others.

import type { Cluster, Redis } from 'ioredis'
import { DenialInbox, type Denial } from '../../allow/denials.ts'
import { Observations, type Observation } from '../../allow/observations.ts'
import { closeRedis, connectRedis } from '../../limit/redis-client.ts'
import type { StorePlan } from '../../limit/plan.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import type { Fleet } from '../fleet/fleet.ts'
import { FORGET_MS } from '../fleet/member.ts'
import type { EgressControl } from './egress-control.ts'

export interface SightingsDeps {
  readonly clock: Pick<Clock, 'monotonicMs' | 'after'>
  /** [0, 1). */
  readonly random: () => number
  /** What this node saw. */
  readonly egress: EgressControl
  /** null: the node works alone. */
  readonly fleet: () => Fleet | null
}

export interface Seen {
  readonly denials: DenialInbox
  readonly observations: Observations
}

/** What one node leaves for the others: the latest of each. */
interface Left {
  readonly denials: readonly Denial[]
  readonly observations: readonly Observation[]
}

const LEAVE_MS = 500
/** Where there is nothing new it is left again before it is forgotten. */
const LEAVE_AGAIN_MS = FORGET_MS / 4
const MAX_DENIALS = 300
const MAX_OBSERVATIONS = 500

interface Joined {
  readonly client: Redis | Cluster
  readonly prefix: string
}

export class Sightings {
  readonly #deps: SightingsDeps
  #store = ''
  #joined: Joined | null = null
  #left = { news: 0, atMs: -Infinity }
  #isLeaving = false
  #cancel = (): void => {}

  constructor(deps: SightingsDeps) {
    this.#deps = deps
  }

  /** From now on shared there. */
  use(plan: StorePlan): void {
    const store = JSON.stringify(plan)
    if (store === this.#store) return
    this.close()
    this.#store = store
    if (plan.kind !== 'redis') return
    // That the store is away is told in the log by others.
    const client = connectRedis(plan, this.#deps.random, () => undefined)
    this.#joined = { client, prefix: plan.prefix }
    this.#left = { news: 0, atMs: -Infinity }
    this.#leaveLater()
  }

  /** Of all nodes that were heard of within an hour; of this one alone where the store is away. Never rejects. */
  async all(): Promise<Seen> {
    const { egress } = this.#deps
    const denials = new DenialInbox()
    const observations = new Observations()
    for (const left of [...(await this.#others()), ownOf(egress)]) {
      denials.merge(left.denials.toReversed())
      observations.merge(left.observations)
    }
    return { denials, observations }
  }

  close(): void {
    this.#cancel()
    this.#store = ''
    if (this.#joined !== null) closeRedis(this.#joined.client)
    this.#joined = null
  }

  async #others(): Promise<readonly Left[]> {
    const joined = this.#joined
    const fleet = this.#deps.fleet()
    if (joined === null || fleet === null) return []
    try {
      const own = fleet.self().id
      const ids = (await fleet.members()).map(({ id }) => id).filter((id) => id !== own)
      const texts = await Promise.all(ids.map((id) => joined.client.get(keyOf(joined, id))))
      return texts.flatMap((text) => (text === null ? [] : [JSON.parse(text) as Left]))
    } catch {
      return []
    }
  }

  #leaveLater(): void {
    this.#cancel = this.#deps.clock.after(LEAVE_MS, () => {
      this.#leaveLater()
      void this.#leave()
    })
  }

  async #leave(): Promise<void> {
    const { clock, egress, fleet } = this.#deps
    const { news } = egress
    const joined = this.#joined
    const id = fleet()?.self().id
    const isNews = news !== this.#left.news
    const isOld = news > 0 && clock.monotonicMs() - this.#left.atMs > LEAVE_AGAIN_MS
    if (joined === null || id === undefined || this.#isLeaving || (!isNews && !isOld)) return
    this.#isLeaving = true
    const { denials, observations } = ownOf(egress)
    const left: Left = {
      denials: denials.slice(0, MAX_DENIALS),
      observations: observations.toSorted((a, b) => b.lastMs - a.lastMs).slice(0, MAX_OBSERVATIONS),
    }
    try {
      await joined.client.set(keyOf(joined, id), JSON.stringify(left), 'PX', FORGET_MS)
      this.#left = { news, atMs: clock.monotonicMs() }
    } catch {
      // The store is away: it is tried again.
    } finally {
      this.#isLeaving = false
    }
  }
}

function ownOf({ denials, observations }: EgressControl): Left {
  return { denials: denials.list(), observations: observations.list() }
}

function keyOf({ prefix }: Joined, id: string): string {
  return `${prefix}:egress-seen:${id}`
}
