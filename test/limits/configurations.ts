// The random fleets of the model check.

import { bucketParams, windowParams } from '../../gateway/limit/params.ts'
import type { LimitParams } from '../../gateway/limit/plan.ts'
import type { FleetOptions } from './fleet.ts'
import { seededRandom } from './seeded-random.ts'
import type { Mutant } from './simulated-store.ts'

export type Kind = 'window' | 'bucket'
export type Mode = 'exact' | 'leased'

/** A fleet of a seed; of a mutant, one in which its mistake can show. */
export function randomFleet(
  seed: number,
  kind: Kind,
  mode: Mode,
  mutant: Mutant = 'none',
): FleetOptions {
  const random = seededRandom(seed * 7919)
  const some = (least: number, most: number): number =>
    least + Math.floor(random() * (most - least + 1))
  const perSecond = some(5, 120)
  const params =
    kind === 'window'
      ? windowParams({ count: some(5, 150), perMs: [1000, 2000, 5000][some(0, 2)]! }, mode)
      : bucketParams({ count: perSecond, perMs: 1000 }, some(4, 120), mode)
  const limitPerMs = params.kind === 'window' ? params.max / params.windowMs : perSecond / 1000
  return {
    seed,
    nodes: some(1, 5),
    params,
    faults: { delayMs: [0.5, 5, 20][some(0, 2)]!, lost: [0, 0.02, 0.05][some(0, 2)]! },
    durationMs: 20_000,
    ratePerMs: limitPerMs * (1 + random() * 2),
    traffic: some(0, 1) === 0 ? 'phases' : 'pulses',
    refusedLater: [0, 0.1, 0.4][some(0, 2)]!,
    mutant,
    crashes: some(0, 3),
  }
}

/** A fleet whose nodes hold as much as they may while more is asked than the limit admits, in the worst ways known. */
export function strainedFleet(
  seed: number,
  kind: Kind,
  mode: Mode,
  mutant: Mutant = 'none',
): FleetOptions {
  const random = seededRandom(seed * 104_729)
  const some = (least: number, most: number): number =>
    least + Math.floor(random() * (most - least + 1))
  const count = some(300, 600)
  const usual =
    kind === 'window'
      ? windowParams({ count, perMs: 1000 * some(1, 2) }, mode)
      : bucketParams({ count, perMs: 1000 }, some(300, 600), mode)
  return {
    seed,
    nodes: some(3, 8),
    params: mode === 'leased' ? withLease(usual, some(100, 1000)) : usual,
    faults: { delayMs: 0.5, lost: some(0, 1) * 0.1 },
    durationMs: 10_000,
    ratePerMs: (count / 1000) * 2,
    traffic: (['steady', 'phases', 'pulses', 'pulses'] as const)[some(0, 3)]!,
    refusedLater: some(0, 1) * 0.3,
    mutant,
  }
}

/** The promise must not hang on how long leases are, so here they are far longer than they are otherwise. */
function withLease(params: LimitParams, leaseMs: number): LimitParams {
  if (params.kind === 'bucket') return { ...params, leaseMs }
  const subUs = Math.ceil(((params.windowMs + leaseMs) * 1000) / params.slots)
  return { ...params, leaseMs, subUs }
}
