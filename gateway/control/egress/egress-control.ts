// What control knows of the way out: refused calls and learned ones of all workers, and where sidecars find the door.

import { DenialInbox, type Denial } from '../../allow/denials.ts'
import { modeInForce } from '../../allow/mode.ts'
import { Observations, type Observation } from '../../allow/observations.ts'
import type { EgressPlan } from '../../allow/plan.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import type { MeshEndpoint } from '../../../sidecar/snapshot/snapshot.ts'
import type { EgressSaid } from '../fleet/member.ts'
import { WorkerModes, type EgressAsk, type EgressModeTold, type ToldModes } from './worker-modes.ts'

/** What workers tell every now and then. */
export interface EgressNews {
  readonly kind: 'egress-news'
  readonly denials: readonly Denial[]
  readonly observations: readonly Observation[]
}

/** How old what the workers said may be before they are asked again: while it is as it should be, and while not. */
const SAID_MS = 2000
const SAID_OTHERWISE_MS = 250

export class EgressControl {
  readonly denials = new DenialInbox()
  readonly observations = new Observations()
  readonly #clock: Clock
  readonly #modes: WorkerModes
  #plan: EgressPlan | null = null
  #news = 0
  #said: EgressSaid | null = null
  #askedAtMs = -Infinity

  /** `tellAll`: to the workers of this node. */
  constructor(clock: Clock, tellAll: (ask: EgressAsk) => void) {
    this.#clock = clock
    this.#modes = new WorkerModes(clock, tellAll)
  }

  /** null: the configuration has no egress. */
  get plan(): EgressPlan | null {
    return this.#plan
  }

  /** How often workers had news so far. */
  get news(): number {
    return this.#news
  }

  /** `workers`: of this node. */
  use(plan: EgressPlan | null, workers: number): void {
    this.#plan = plan
    this.#modes.workers = workers
    this.#askedAtMs = -Infinity
  }

  hear(worker: number, news: EgressNews | EgressModeTold): void {
    if (news.kind === 'egress-mode') {
      this.#modes.hear(worker, news)
      return
    }
    this.denials.merge(news.denials)
    this.observations.merge(news.observations)
    if (news.denials.length + news.observations.length > 0) this.#news++
  }

  /** As the workers say themselves. Never rejects. */
  modes(): Promise<ToldModes> {
    return this.#modes.ask()
  }

  /** As they said last, for who cannot wait; they are asked anew where that is old. null: not known (yet). */
  said(): EgressSaid | null {
    if (this.#plan === null) return null
    const nowMs = this.#clock.monotonicMs()
    const inForce = modeInForce(this.#plan, this.#clock.wallMs())
    const isRight = this.#said !== null && isAll(this.#said, inForce)
    if (nowMs - this.#askedAtMs >= (isRight ? SAID_MS : SAID_OTHERWISE_MS)) {
      this.#askedAtMs = nowMs
      void this.#ask()
    }
    return this.#said
  }

  close(): void {
    this.#modes.close()
  }

  async #ask(): Promise<void> {
    this.#said = saidOf(await this.#modes.ask())
  }

  /** The mesh door on this node as sidecars reach it; [] where there is none. `ports`: as bound, by door name. */
  endpoints(
    ports: Readonly<Record<string, number>>,
    machine: readonly string[],
  ): readonly MeshEndpoint[] {
    const port = ports['egress.mesh']
    const host = this.#plan?.mesh?.host
    if (port === undefined || host === undefined) return []
    const address = reachable(host, machine)
    const about = { weight: 1, zone: null, version: null, healthy: true }
    return [{ instance: 'gateway', address, port, ...about }]
  }
}

/** Every worker has said so, and nothing else. */
export function isAll({ modes, missing }: EgressSaid, mode: string): boolean {
  return missing === 0 && modes.length === 1 && modes[0] === mode
}

export function saidOf({ workers, missing }: ToldModes): EgressSaid {
  const modes = [...new Set(workers.map(({ mode }) => mode ?? 'none'))].toSorted()
  return { modes, workers: workers.length + missing, missing }
}

/** Of a door that listens everywhere: the machine's first address that others can reach, or loopback where it has none. */
function reachable(host: string, machine: readonly string[]): string {
  if (host !== '0.0.0.0' && host !== '::') return host === 'localhost' ? '127.0.0.1' : host
  const isOurs = (address: string): boolean => address === '::1' || address.startsWith('127.')
  const others = machine.filter((address) => !isOurs(address) && !/^fe80/i.test(address))
  return others.find((address) => !address.includes(':')) ?? others[0] ?? '127.0.0.1'
}
