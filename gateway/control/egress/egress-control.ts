// What control knows of the way out: refused calls and learned ones of all workers, and where sidecars find the door.

import { DenialInbox, type Denial } from '../../allow/denials.ts'
import { Observations, type Observation } from '../../allow/observations.ts'
import type { EgressPlan } from '../../allow/plan.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import type { MeshEndpoint } from '../../../sidecar/snapshot/snapshot.ts'
import { WorkerModes, type EgressAsk, type EgressModeTold, type ToldModes } from './worker-modes.ts'

/** What workers tell every now and then. */
export interface EgressNews {
  readonly kind: 'egress-news'
  readonly denials: readonly Denial[]
  readonly observations: readonly Observation[]
}

export class EgressControl {
  readonly denials = new DenialInbox()
  readonly observations = new Observations()
  readonly #modes: WorkerModes
  #plan: EgressPlan | null = null

  /** `tellAll`: to the workers of this node. */
  constructor(clock: Pick<Clock, 'after'>, tellAll: (ask: EgressAsk) => void) {
    this.#modes = new WorkerModes(clock, tellAll)
  }

  /** null: the configuration has no egress. */
  get plan(): EgressPlan | null {
    return this.#plan
  }

  /** `workers`: of this node. */
  use(plan: EgressPlan | null, workers: number): void {
    this.#plan = plan
    this.#modes.workers = workers
  }

  hear(worker: number, news: EgressNews | EgressModeTold): void {
    if (news.kind === 'egress-mode') {
      this.#modes.hear(worker, news)
      return
    }
    this.denials.merge(news.denials)
    this.observations.merge(news.observations)
  }

  /** As the workers say themselves. Never rejects. */
  modes(): Promise<ToldModes> {
    return this.#modes.ask()
  }

  close(): void {
    this.#modes.close()
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

/** Of a door that listens everywhere: the machine's first address that others can reach, or loopback where it has none. */
function reachable(host: string, machine: readonly string[]): string {
  if (host !== '0.0.0.0' && host !== '::') return host === 'localhost' ? '127.0.0.1' : host
  const isOurs = (address: string): boolean => address === '::1' || address.startsWith('127.')
  const others = machine.filter((address) => !isOurs(address) && !/^fe80/i.test(address))
  return others.find((address) => !address.includes(':')) ?? others[0] ?? '127.0.0.1'
}
