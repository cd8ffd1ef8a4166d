// From raw blocks to one row for each arm.

import type { Block, ScenarioResult } from './measure.ts'
import { estimate, median, seededRandom } from './statistics.ts'
import type { Estimate } from './statistics.ts'

export interface ScenarioSummary {
  /** The arm ratios refer to, or null where it has no valid block. */
  readonly base: string | null
  readonly rows: readonly ArmSummary[]
  readonly rounds: number
  /** Rounds with a noisy block. They are left out, unless they are more than half of all. */
  readonly noisyRounds: number
}

export interface ArmSummary {
  readonly arm: string
  /** CPU µs of the proxy for each request; null without a valid block. */
  readonly costUs: Estimate | null
  /** Cost divided by the base's of the same round; null where no round has both. */
  readonly ratio: Estimate | null
  readonly requestsPerSecond: number
  readonly errors: number
  /** Blocks the figures come from, and blocks left out for errors or noise. */
  readonly usedBlocks: number
  readonly leftOutBlocks: number
  readonly peakRssBytes: number
}

/** Above these shares of the proxy's CPU a block says more about its neighbours than about the proxy. */
const MAX_STEAL_SHARE = 0.02
const MAX_FOREIGN_SHARE = 0.05

/** `base` null: the scenario's own. The first arm stands in for a base that was not measured. */
export function summarize(result: ScenarioResult, base: string | null): ScenarioSummary {
  const names = [...result.peakRssBytes.keys()]
  const rounds = new Set(result.blocks.map(({ round }) => round))
  const noisy = new Set(result.blocks.filter(isNoisy).map(({ round }) => round))
  const keepNoisy = noisy.size * 2 > rounds.size
  const used = result.blocks.filter(
    ({ round, errors, requests }) =>
      errors === 0 && requests > 0 && (keepNoisy || !noisy.has(round)),
  )
  const wanted = base ?? result.scenario.base
  const baseName = names.includes(wanted) ? wanted : names[0]
  const baseCosts = costByRound(used.filter(({ arm }) => arm === baseName))
  const rows = names.map((arm) =>
    summarizeArm(
      arm,
      result.blocks.filter((block) => block.arm === arm),
      used.filter((block) => block.arm === arm),
      baseCosts,
      result.peakRssBytes.get(arm)!,
    ),
  )
  return {
    base: baseCosts.size > 0 ? baseName! : null,
    rows,
    rounds: rounds.size,
    noisyRounds: noisy.size,
  }
}

function summarizeArm(
  arm: string,
  all: readonly Block[],
  used: readonly Block[],
  baseCosts: ReadonlyMap<number, number>,
  peakRssBytes: number,
): ArmSummary {
  const costs = costByRound(used)
  const ratios = [...costs].flatMap(([round, cost]) =>
    baseCosts.has(round) ? [cost / baseCosts.get(round)!] : [],
  )
  return {
    arm,
    costUs: estimateOrNull([...costs.values()]),
    ratio: estimateOrNull(ratios),
    requestsPerSecond: median(used.map(({ requests, seconds }) => requests / seconds)),
    errors: all.reduce((sum, { errors }) => sum + errors, 0),
    usedBlocks: used.length,
    leftOutBlocks: all.length - used.length,
    peakRssBytes,
  }
}

function isNoisy({ stealShare, foreignShare }: Block): boolean {
  return stealShare > MAX_STEAL_SHARE || foreignShare > MAX_FOREIGN_SHARE
}

/** Round → µs of CPU for each request. */
function costByRound(blocks: readonly Block[]): Map<number, number> {
  return new Map(blocks.map(({ round, cpuNs, requests }) => [round, cpuNs / 1000 / requests]))
}

function estimateOrNull(values: readonly number[]): Estimate | null {
  return values.length === 0 ? null : estimate(values, seededRandom(1))
}
