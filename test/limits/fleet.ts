// A fleet of limiters on one simulated store, under traffic that a seed decides, and the log of what it admitted.

import type { LimitDecision } from '../../gateway/limit/decision.ts'
import { Limiter } from '../../gateway/limit/limiter.ts'
import { windowParams } from '../../gateway/limit/params.ts'
import type { LimitParams, LimitPlan } from '../../gateway/limit/plan.ts'
import type { Admission } from './promise-check.ts'
import { seededRandom } from './seeded-random.ts'
import { SimulatedServer, SimulatedStore, type NetworkFaults } from './simulated-store.ts'
import { VirtualTime } from './virtual-time.ts'

export interface FleetOptions {
  readonly seed: number
  readonly nodes: number
  readonly params: LimitParams
  readonly faults: NetworkFaults
  readonly durationMs: number
  /** Requests of all nodes together, per ms, while there are any. */
  readonly ratePerMs: number
  /**
   * `steady`: always. `phases`: bursts, quiet spells and everything between. `pulses`: less than the limit for a while,
   * then perhaps nothing until all is available again, then far more than the limit at one moment.
   */
  readonly traffic: 'steady' | 'phases' | 'pulses'
  /** Of the requests, this part is charged to a second limit that refuses it, so that the first gets tokens back. */
  readonly refusedLater: number
  /** Nodes that stop without a word, and are replaced, in the whole time. */
  readonly crashes?: number
  readonly failovers?: number
  readonly onStoreDown?: LimitPlan['onStoreDown']
  readonly outages?: readonly Outage[]
  /** This part of all requests goes to one node; the rest to any. Default 0. */
  readonly favoured?: number
}

/** `down`: the store refuses; `paused`: it hangs, and then answers what had come; `cut`: one node cannot reach it. */
export interface Outage {
  readonly kind: 'down' | 'paused' | 'cut'
  readonly fromMs: number
  readonly untilMs: number
}

export interface NodeAdmission extends Admission {
  /** The process that admitted it; one that takes the place of a crashed one is another. */
  readonly node: string
}

export interface FleetResult {
  /** In order of time. */
  readonly log: readonly NodeAdmission[]
  readonly decisions: number
  readonly batches: number
  /** Tokens granted that no request got. */
  readonly dropped: number
}

function plan(id: string, params: LimitParams, onStoreDown: LimitPlan['onStoreDown']): LimitPlan {
  const rate = { kind: 'fixed', params } as const
  const fixed = { key: [], cost: 1, shadow: false, stage: 'after_auth' } as const
  return { id, name: id, rate, onStoreDown, ...fixed }
}

interface Node {
  readonly name: string
  readonly store: SimulatedStore
  readonly limiter: Limiter
}

class Fleet {
  readonly #options: FleetOptions
  readonly #random: () => number
  readonly time = new VirtualTime()
  readonly server: SimulatedServer
  readonly log: NodeAdmission[] = []
  readonly #nodes: Node[]
  readonly #plans: readonly (readonly LimitPlan[])[]
  #started = 0
  #retired = { batches: 0, dropped: 0 }
  decisions = 0

  constructor(options: FleetOptions) {
    const { seed, params, onStoreDown = 'closed' } = options
    this.#options = options
    this.#random = seededRandom(seed)
    this.server = new SimulatedServer(this.time, this.#random)
    const cheap = plan('checked', params, onStoreDown)
    const refusing = windowParams({ count: 0, perMs: 1000 }, 'exact')
    const dear = params.kind === 'window' ? params.max : params.size
    this.#plans = [
      [cheap],
      [{ ...cheap, cost: Math.min(3, dear) }],
      [cheap, { ...plan('refusing', refusing, onStoreDown), key: [{ kind: 'ip' }] }],
    ]
    this.#nodes = Array.from({ length: options.nodes }, () => this.#start())
  }

  get totals(): { batches: number; dropped: number } {
    return this.#nodes.reduce((sum, { limiter }) => retired(sum, limiter), this.#retired)
  }

  request(): void {
    const { refusedLater } = this.#options
    const dice = this.#random()
    const plans = this.#plans[dice < refusedLater ? 2 : dice > 0.9 ? 1 : 0]!
    const isFavoured = this.#random() < (this.#options.favoured ?? 0)
    const { limiter, name: node } = isFavoured ? this.#nodes[0]! : this.#pick()
    const { cost } = plans[0]!
    this.decisions += 1
    // The limit that refuses is another one every time, so that its refusal is not known beforehand.
    const clientIp = `192.0.2.${this.decisions % 251}`
    const decided = limiter.decide(plans, { clientIp, route: 'r', headers: [], caller: null })
    const note = ({ verdict }: LimitDecision): void => {
      if (verdict === 'allow') this.log.push({ atMs: this.time.monotonicMs(), cost, node })
    }
    if (decided instanceof Promise) void decided.then(note)
    else note(decided)
  }

  crash(): void {
    const node = this.#pick()
    this.#retired = retired(this.#retired, node.limiter)
    node.limiter.close()
    this.#nodes[this.#nodes.indexOf(node)] = this.#start()
  }

  begin({ kind, fromMs, untilMs }: Outage): void {
    const { time, server } = this
    const { store } = this.#pick()
    time.after(fromMs, () => {
      if (kind === 'down') server.isDown = true
      else if (kind === 'paused') server.pausedUntilMs = untilMs
      else store.isCutOff = true
    })
    time.after(untilMs, () => {
      if (kind === 'down') server.isDown = false
      else if (kind === 'cut') store.isCutOff = false
    })
  }

  #pick(): Node {
    return this.#nodes[Math.floor(this.#random() * this.#nodes.length)]!
  }

  #start(): Node {
    const { nodes, faults } = this.#options
    const store = new SimulatedStore(this.server, faults)
    const name = `node ${this.#started++}`
    const limiter = new Limiter({
      store,
      clock: this.time,
      random: this.#random,
      defer: (task) => void this.time.after(0, task),
      instance: name,
      instances: nodes,
    })
    return { name, store, limiter }
  }
}

/** Runs a fleet to its end. */
export async function runFleet(options: FleetOptions): Promise<FleetResult> {
  const fleet = new Fleet(options)
  const { time, server } = fleet
  const random = seededRandom(options.seed + 1_000_003)
  const { durationMs, traffic, outages = [] } = options
  const repeat = (times: number, task: () => void): void => {
    for (let i = 0; i < times; i++) time.after(random() * durationMs, task)
  }
  repeat(options.crashes ?? 0, () => fleet.crash())
  for (let i = 0; i < (options.failovers ?? 0); i++) {
    const atMs = random() * durationMs
    time.after(Math.max(0, atMs - 200), () => server.replicate())
    time.after(atMs, () => server.failOver())
  }
  for (const outage of outages) fleet.begin(outage)
  if (traffic === 'pulses') pulses(fleet, random, options)
  else arrivals(fleet, random, options)
  await time.run(durationMs + 1000)
  return { log: fleet.log, decisions: fleet.decisions, ...fleet.totals }
}

function arrivals(fleet: Fleet, random: () => number, options: FleetOptions): void {
  const { durationMs, ratePerMs, traffic } = options
  let phase = 1
  const next = (): void => {
    if (fleet.time.monotonicMs() > durationMs) return
    if (traffic === 'phases' && random() < 0.01)
      phase = [0.02, 0.3, 1, 6][Math.floor(random() * 4)]!
    fleet.request()
    // Bursts at one moment are what breaks limits, so they are common.
    const burst = traffic === 'phases' && random() < 0.03 ? Math.floor(random() * 30) : 0
    for (let i = 0; i < burst; i++) fleet.request()
    fleet.time.after(((1 + burst) * random() * 2) / (ratePerMs * phase), next)
  }
  fleet.time.after(0, next)
}

function pulses(fleet: Fleet, random: () => number, options: FleetOptions): void {
  const { params, durationMs } = options
  const [all, limitPerMs] =
    params.kind === 'window'
      ? [params.max, params.max / params.windowMs]
      : [params.size + params.outstanding, params.rate.count / params.rate.perMs]
  const fillMs = all / limitPerMs
  const cycle = (): void => {
    if (fleet.time.monotonicMs() > durationMs) return
    const warmMs = fillMs * (1.5 + random())
    const warm = Math.floor(warmMs * limitPerMs * (0.2 + random() * 0.5))
    for (let i = 0; i < warm; i++) fleet.time.after(random() * warmMs, () => fleet.request())
    const quietMs = random() < 0.5 ? 0 : fillMs * (1 + random() * 0.1)
    fleet.time.after(warmMs + quietMs, () => {
      for (let i = 0; i < all * 3; i++) fleet.request()
      fleet.time.after(random() * fillMs, cycle)
    })
  }
  cycle()
}

function retired(
  sum: { batches: number; dropped: number },
  limiter: Limiter,
): { batches: number; dropped: number } {
  const { batches, dropped } = limiter.metrics()
  return { batches: sum.batches + batches, dropped: sum.dropped + dropped }
}
