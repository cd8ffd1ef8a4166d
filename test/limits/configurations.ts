// The random fleets of the model check.

import { bucketParams, windowParams } from '../../gateway/limit/params.ts'
import type { LimitParams } from '../../gateway/limit/plan.ts'
import type { FleetOptions, Outage } from './fleet.ts'
import { seededRandom } from './seeded-random.ts'

export type Kind = 'window' | 'bucket'
export type Mode = 'exact' | 'leased'

/** An ordinary fleet of a seed. */
export function randomFleet(seed: number, kind: Kind, mode: Mode): FleetOptions {
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
    crashes: some(0, 3),
  }
}

/** A fleet whose nodes hold as much as they may while more is asked than the limit admits, in the worst ways known. */
export function strainedFleet(seed: number, kind: Kind, mode: Mode): FleetOptions {
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
    params: mode === 'leased' ? timed(usual, some(100, 1000)) : usual,
    faults: { delayMs: 0.5, lost: some(0, 1) * 0.1 },
    durationMs: 10_000,
    ratePerMs: (count / 1000) * 2,
    traffic: (['steady', 'phases', 'pulses', 'pulses'] as const)[some(0, 3)]!,
    refusedLater: some(0, 1) * 0.3,
  }
}

/** Few nodes of which one gets nearly all requests, far more than the limit, while the store comes and goes. */
export function unluckyFleet(seed: number, kind: Kind, mode: Mode): FleetOptions {
  const random = seededRandom(seed * 50_021)
  const strained = strainedFleet(seed, kind, mode)
  return {
    ...strained,
    nodes: 1 + Math.floor(random() * 3),
    favoured: 0.95,
    ratePerMs: strained.ratePerMs * 2,
    outages: randomOutages(seed, strained.durationMs),
    onStoreDown: 'local',
  }
}

/** Blinks and outages of every kind, one after the other. */
function randomOutages(seed: number, durationMs: number): readonly Outage[] {
  const random = seededRandom(seed * 65_537)
  const outages: Outage[] = []
  let fromMs = random() * 1000
  while (fromMs < durationMs) {
    const kind = (['down', 'paused', 'cut'] as const)[Math.floor(random() * 3)]!
    const untilMs = fromMs + (random() < 0.5 ? 40 + random() * 300 : random() * 3000)
    outages.push({ kind, fromMs, untilMs })
    fromMs = untilMs + random() * 1500
  }
  return outages
}

/** A small limit for an adversary; times are short, so that none of them hides what another one should. */
export function smallLimit(seed: number, kind: Kind, mode: Mode): LimitParams {
  const random = seededRandom(seed * 31_337)
  const some = (least: number, most: number): number =>
    least + Math.floor(random() * (most - least + 1))
  const leaseMs = mode === 'leased' ? some(100, 800) : 0
  if (kind === 'window') {
    const window = windowParams({ count: some(4, 20), perMs: 1000 }, mode)
    return timed({ ...window, slots: 64 }, leaseMs, 5)
  }
  const bucket = bucketParams({ count: some(5, 20), perMs: 1000 }, some(4, 20), mode)
  const outstanding = mode === 'leased' ? 3 : 0
  return timed({ ...bucket, outstanding }, leaseMs, 5)
}

/** The promise must not hang on how long leases are; here they are far longer than otherwise. */
function timed<Params extends LimitParams>(
  params: Params,
  leaseMs: number,
  lateMs = params.lateMs,
): Params {
  if (params.kind === 'bucket') return { ...params, leaseMs, lateMs }
  const coveredUs = (params.windowMs + Math.max(leaseMs, lateMs)) * 1000
  return { ...params, leaseMs, lateMs, subUs: Math.ceil(coveredUs / params.slots) }
}
