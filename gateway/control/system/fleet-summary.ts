// The nodes of the fleet as checks look at them.

import type { Fleet } from '../fleet/fleet.ts'
import { healthOf, type Health } from '../fleet/member.ts'

export interface NodeView {
  readonly name: string
  readonly version: string
  readonly health: Health
  readonly skewMs: number | null
}

/** Rejects where the store is away. */
export async function nodesOf(fleet: Fleet): Promise<readonly NodeView[]> {
  const [members, head] = [await fleet.members(), await fleet.read((store) => store.head())]
  return members.map((member) => {
    const { name, version, skewMs } = member
    return { name, version, skewMs, health: healthOf(member, head?.checksum ?? '') }
  })
}
