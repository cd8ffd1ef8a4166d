// Nodes that keep the rules of the protocol and otherwise do the worst they can: ask, hold, give back, fall silent and
// flood at random, over a network that delays, loses and stops. Small numbers make rare orders of events common.

import type { LimitParams } from '../../gateway/limit/plan.ts'
import type { TakeAnswer, TakeItem } from '../../gateway/limit/take-item.ts'
import { take, type TakeState } from '../../gateway/limit/take.ts'
import type { Admission } from './promise-check.ts'
import { seededRandom } from './seeded-random.ts'
import { VirtualTime } from './virtual-time.ts'

/** A mistake planted on purpose: the check of the promise must find each of them. */
export type Mutant =
  | 'none'
  | 'a credit counts twice'
  | 'a credit is sent again when no answer comes'
  | 'a credit counts whenever its grant was'
  | 'no cap on what is held'
  | 'tokens are settled while they are held'
  | 'leases never end'
  | 'a window leaves out the time of leases'
  | 'the oldest part of a window is not counted'
  | 'late answers are acted on'

/** Tokens a node holds, all of one grant. */
interface Lot {
  count: number
  readonly untilMs: number
  readonly stamp: number
  readonly lease: number
}

interface Node {
  lots: Lot[]
  /** To be given back, to be reported as settled. */
  credits: { readonly count: number; readonly stamp: number }[]
  settled: { readonly count: number; readonly lease: number }[]
}

const STEPS = 400

class Adversary {
  readonly #random: () => number
  readonly #time = new VirtualTime()
  readonly #params: LimitParams
  readonly #mutant: Mutant
  readonly #nodes: Node[]
  readonly #most: number
  readonly #fillMs: number
  #state: TakeState | undefined
  readonly log: Admission[] = []

  constructor(seed: number, params: LimitParams, mutant: Mutant) {
    this.#random = seededRandom(seed)
    this.#params = params
    this.#mutant = mutant
    const length = 1 + this.#some(3)
    this.#nodes = Array.from({ length }, () => ({ lots: [], credits: [], settled: [] }))
    this.#most = params.kind === 'window' ? params.max : params.size + params.outstanding
    this.#fillMs = params.kind === 'window' ? params.windowMs : (this.#most * params.tokenUs) / 1000
  }

  async run(): Promise<void> {
    let steps = 0
    let isQuiet = false
    const step = (): void => {
      if (isQuiet && this.#random() < 0.7) this.#flood()
      else this.#act()
      isQuiet = this.#random() < 0.05
      const pauseMs = this.#random() * this.#fillMs * (isQuiet ? 1.3 : 0.04)
      if (++steps < STEPS) this.#time.after(pauseMs, step)
    }
    this.#time.after(0, step)
    await this.#time.run(this.#fillMs * STEPS)
  }

  #act(): void {
    const node = this.#pick(this.#nodes)
    const dice = this.#random()
    if (dice < 0.45) this.#ask(node, this.#some(3), this.#some(this.#most))
    else if (dice < 0.8) this.#spend(node, 1 + this.#some(2))
    else if (dice < 0.9) this.#giveBack(node)
    else if (dice < 0.91) node.lots = []
    else this.#flood()
  }

  #flood(): void {
    for (const node of this.#nodes) {
      this.#spend(node, Infinity)
      this.#ask(node, this.#most, 0)
    }
  }

  #spend(node: Node, tokens: number): void {
    const nowMs = this.#time.monotonicMs()
    let left = tokens
    for (const lot of node.lots) {
      const count = Math.min(left, lot.count)
      const isOver = nowMs >= lot.untilMs && this.#mutant !== 'leases never end'
      if (count === 0 || isOver) continue
      left -= count
      lot.count -= count
      this.log.push({ atMs: nowMs, cost: count })
      node.settled.push({ count, lease: lot.lease })
    }
    node.lots = node.lots.filter(({ count }) => count > 0)
  }

  #giveBack(node: Node): void {
    const lot = this.#pick(node.lots)
    if (lot === undefined) return
    const count = this.#some(lot.count)
    lot.count -= count
    node.credits.push({ count, stamp: lot.stamp })
    node.settled.push({ count, lease: lot.lease })
  }

  #ask(node: Node, count: number, want: number): void {
    const params = this.#params
    const { count: credit = 0, stamp = 0 } = node.credits.shift() ?? {}
    const { count: settled = 0, lease = 0 } = node.settled.shift() ?? {}
    const early = this.#mutant === 'tokens are settled while they are held' ? node.lots[0] : null
    const item: TakeItem = {
      key: 'k',
      params,
      count,
      cost: this.#random() < 0.8 ? 1 : 2,
      want: params.leaseMs > 0 ? want : 0,
      credit,
      stamp,
      settled: settled + (early?.count ?? 0),
      lease: early?.lease ?? lease,
      debit: 0,
    }
    const sentAtMs = this.#time.monotonicMs()
    const isLost = this.#random() < 0.03
    if (isLost && this.#mutant === 'a credit is sent again when no answer comes') {
      node.credits.push({ count: credit, stamp })
    }
    if (isLost && this.#random() < 0.5) return
    // Now and then a store stops for long, and then goes through what has arrived.
    const stopMs = this.#random() < 0.02 ? this.#random() * this.#fillMs * 2 : 0
    this.#time.after(this.#random() * 2 + stopMs, () => {
      const answer = this.#take(item)
      if (isLost) return
      const slowMs = this.#random() < 0.1 ? this.#fillMs / 2 : 2
      this.#time.after(this.#random() * slowMs, () => this.#answered(node, item, answer, sentAtMs))
    })
  }

  #answered(node: Node, item: TakeItem, answer: TakeAnswer, sentAtMs: number): void {
    const nowMs = this.#time.monotonicMs()
    const { stamp, lease, held } = answer
    const tokens = answer.granted * item.cost
    const isLate = nowMs - sentAtMs > this.#params.lateMs
    const isActedOn = !isLate || this.#mutant === 'late answers are acted on'
    if (isActedOn && this.#random() < 0.8) this.log.push({ atMs: nowMs, cost: tokens })
    else node.credits.push({ count: tokens, stamp })
    const untilMs = sentAtMs + this.#params.leaseMs
    if (held > 0) node.lots.push({ count: held, untilMs, stamp, lease })
  }

  #take(item: TakeItem): TakeAnswer {
    const nowUs = Math.floor(this.#time.monotonicMs() * 1000) + 1_000_000_000
    const mutated = this.#mutated(item)
    const { state, answer } = take(this.#state, mutated, nowUs)
    this.#state = state
    if (this.#mutant === 'a credit counts twice') {
      take(state, { ...mutated, count: 0, want: 0 }, nowUs)
    }
    return answer
  }

  #mutated(item: TakeItem): TakeItem {
    const { params } = item
    const state = this.#state
    switch (this.#mutant) {
      case 'no cap on what is held':
        return params.kind === 'bucket'
          ? { ...item, params: { ...params, outstanding: 1e6 } }
          : item
      case 'a window leaves out the time of leases': {
        if (params.kind === 'bucket') return item
        const subUs = Math.ceil((params.windowMs * 1000) / params.slots)
        return { ...item, params: { ...params, subUs } }
      }
      case 'the oldest part of a window is not counted':
        return params.kind === 'window'
          ? { ...item, params: { ...params, slots: params.slots - 1 } }
          : item
      case 'a credit counts whenever its grant was': {
        if (state?.kind === 'window') return { ...item, stamp: state.indexes.at(-1) ?? 0 }
        if (state !== undefined) state.headroomUs = Number.MAX_SAFE_INTEGER
        return { ...item, stamp: state?.generation ?? 0 }
      }
      default:
        return item
    }
  }

  #some(most: number): number {
    return Math.floor(this.#random() * (most + 1))
  }

  #pick(from: readonly Node[]): Node
  #pick(from: readonly Lot[]): Lot | undefined
  #pick(from: readonly (Node | Lot)[]): Node | Lot | undefined {
    return from[Math.floor(this.#random() * from.length)]
  }
}

/** What the nodes of a seed admitted, in order of time. */
export async function runAdversary(
  seed: number,
  params: LimitParams,
  mutant: Mutant = 'none',
): Promise<readonly Admission[]> {
  const adversary = new Adversary(seed, params, mutant)
  await adversary.run()
  return adversary.log
}
