// The nodes whose listeners can be asked what they show: those of the fleet that live, or this one alone.

import type { Fleet } from '../fleet/fleet.ts'
import { isLive } from '../fleet/member.ts'
import type { AskedNode } from './certificates.ts'

/** `fleet` null: this node, called `name`, works alone. Where the store is away, this node is all that is known. */
export async function nodesOf(fleet: Fleet | null, name: string): Promise<readonly AskedNode[]> {
  const own: AskedNode = { name, isThis: true, addresses: [] }
  if (fleet === null) return [own]
  try {
    const { id } = fleet.self()
    const others = (await fleet.members()).filter((member) => isLive(member) && member.id !== id)
    return [own, ...others.map((member) => ({ ...member, isThis: false }))]
  } catch {
    return [own]
  }
}
