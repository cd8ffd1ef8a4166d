// The mode in force on every node of the fleet, as its workers say it, beside what the configuration says.

import { modeInForce } from '../../allow/mode.ts'
import type { EgressMode, EgressPlan } from '../../allow/plan.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import type { Fleet } from '../fleet/fleet.ts'
import { isLive, type EgressSaid } from '../fleet/member.ts'
import { isAll, saidOf, type EgressControl } from './egress-control.ts'
import type { WorkerMode } from './worker-modes.ts'

export interface NodeMode extends EgressSaid {
  /** What people call it. */
  readonly name: string
  /** The node that answers. */
  readonly isThis: boolean
  /** False: it has not been heard of lately, and what it said is old. */
  readonly isLive: boolean
  readonly isAsConfigured: boolean
}

export interface FleetModes {
  /** Of this node. */
  readonly workers: readonly WorkerMode[]
  /** Workers of this node that did not answer in time. */
  readonly missing: number
  /** What all should do now. */
  readonly inForce: EgressMode
  /** This node alone where it works alone, or where the store is away. */
  readonly nodes: readonly NodeMode[]
  /** Why the other nodes are not known; or empty. */
  readonly storeFault: string
  /** Every live node does as it should. */
  readonly isAsConfigured: boolean
}

export interface FleetModesDeps {
  readonly egress: EgressControl
  /** null: the node works alone. */
  readonly fleet: () => Fleet | null
  readonly name: string
  readonly clock: Pick<Clock, 'wallMs' | 'after'>
}

/** Nodes tell several times a second: what is otherwise for longer than this is no change on its way. */
const TRIES = 8
const PAUSE_MS = 200

/** Never rejects. */
export async function fleetModes(plan: EgressPlan, deps: FleetModesDeps): Promise<FleetModes> {
  for (let tries = 1; ; tries++) {
    const told = await tellOnce(plan, deps)
    if (told.isAsConfigured || told.missing > 0 || tries === TRIES) return told
    await new Promise<void>((resolve) => deps.clock.after(PAUSE_MS, resolve))
  }
}

async function tellOnce(
  plan: EgressPlan,
  { egress, fleet: fleetNow, name, clock }: FleetModesDeps,
): Promise<FleetModes> {
  const own = await egress.modes()
  const inForce = modeInForce(plan, clock.wallMs())
  const said = saidOf(own)
  const isAsConfigured = isAll(said, inForce)
  const here: NodeMode = { name, isThis: true, isLive: true, ...said, isAsConfigured }
  const fleet = fleetNow()
  let others: readonly NodeMode[] = []
  let storeFault = ''
  try {
    if (fleet !== null) others = await othersOf(fleet, inForce)
  } catch (error) {
    storeFault = errorMessage(error)
  }
  const nodes = [here, ...others].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const isEverybody = nodes.every((node) => node.isAsConfigured || !node.isLive)
  return { ...own, inForce, nodes, storeFault, isAsConfigured: isEverybody }
}

async function othersOf(fleet: Fleet, inForce: EgressMode): Promise<readonly NodeMode[]> {
  const { id } = fleet.self()
  const members = await fleet.members()
  return members
    .filter((member) => member.id !== id)
    .map((member) => {
      const { modes, workers, missing } = member.egress ?? { modes: [], workers: 0, missing: 0 }
      const isAsConfigured = isAll({ modes, workers, missing }, inForce)
      const about = { name: member.name, isThis: false, isLive: isLive(member) }
      return { ...about, modes, workers, missing, isAsConfigured }
    })
}
