// The nodes of the fleet in the admin API.

import { Type } from 'typebox'
import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import type { Operation } from '../admin/operation.ts'
import type { Deployment } from '../config/deployment.ts'
import { checksumOf } from '../revisions/revision.ts'
import type { Fleet } from './fleet.ts'
import { healthOf, type Health, type Member } from './member.ts'

const Node = Type.Object({
  id: Type.String(),
  name: Type.String(),
  version: Type.String(),
  addresses: Type.Array(Type.String()),
  revision: Type.Union([Type.Integer(), Type.Null()], {
    description: 'That it serves; null where it serves what is no revision yet.',
  }),
  health: Type.Enum(['serving', 'behind', 'failed', 'away']),
  reason: Type.String({
    description: 'Why it is not serving the revision of the fleet; or empty.',
  }),
  skewMs: Type.Union([Type.Number(), Type.Null()], {
    description: 'Its clock less that of the store; null where it was not measured.',
  }),
  silentMs: Type.Number({ description: 'Since it was heard.' }),
  isThis: Type.Boolean({ description: 'The node that answers.' }),
})
const Nodes = Type.Object({
  items: Type.Array(Node),
  store: Type.Object({
    kind: Type.Enum(['embedded', 'redis']),
    isReachable: Type.Boolean(),
    reason: Type.String({ description: 'Why it cannot be reached; or empty.' }),
  }),
})

export interface FleetOperationDeps {
  /** null: the node works alone. */
  readonly fleet: () => Fleet | null
  readonly deployment: () => Deployment
  readonly name: string
  readonly version: string
}

export function fleetOperations(deps: FleetOperationDeps): readonly Operation[] {
  return [
    {
      id: 'listNodes',
      method: 'GET',
      path: '/api/v1/nodes',
      role: 'viewer',
      summary:
        'The nodes of the fleet: what each of them serves, and how it is; this one where it works alone.',
      answer: Nodes,
      async run() {
        const fleet = deps.fleet()
        if (fleet === null) return aloneAnswer(deps)
        try {
          return { items: await listed(fleet), store: storeOf(fleet, null) }
        } catch (error) {
          const own = { ...fleet.self(), silentMs: 0 }
          const items = [row(own, own.failed === null ? 'serving' : 'failed', true)]
          return { items, store: storeOf(fleet, errorMessage(error)) }
        }
      },
    },
  ]
}

async function listed(fleet: Fleet): Promise<object[]> {
  const [members, head] = [await fleet.members(), await fleet.read((store) => store.head())]
  const own = fleet.self().id
  return members
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((member) => row(member, healthOf(member, head?.checksum ?? ''), member.id === own))
}

function row(member: Member, health: Health, isThis: boolean): object {
  const { id, name, version, addresses, revision, failed, skewMs, silentMs } = member
  const reason = health === 'failed' ? (failed?.reason ?? '') : ''
  return { id, name, version, addresses, revision, health, reason, skewMs, silentMs, isThis }
}

function storeOf({ link }: Fleet, reason: string | null): object {
  const why = link.kind === 'away' ? link.reason : reason
  return { kind: 'redis', isReachable: why === null, reason: why ?? '' }
}

function aloneAnswer({ deployment, name, version }: FleetOperationDeps): object {
  const current = deployment().current()
  const member: Member = {
    id: '',
    name,
    version,
    addresses: [],
    revision: current?.revision ?? null,
    checksum: current === null ? '' : checksumOf(current.live.text),
    failed: null,
    skewMs: null,
    silentMs: 0,
  }
  return {
    items: [row(member, 'serving', true)],
    store: { kind: 'embedded', isReachable: true, reason: '' },
  }
}
