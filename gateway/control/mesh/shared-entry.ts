// What the nodes of a fleet tell each other of their meshes: one instance each, and one revocation each, as plain text.

import { Type } from 'typebox'
import { isSpiffeId } from '../../../sidecar/identity/spiffe-id.ts'
import { readShape } from '../../../sidecar/snapshot/read-snapshot.ts'
import type { Revocation } from '../ca/revocations.ts'
import type { InstanceView } from './registry.ts'

/** An instance that is registered at some node. */
export type SharedInstance = Omit<InstanceView, 'suspect' | 'silentMs'> & {
  /** Boot id of the node whose door it is registered at. */
  readonly node: string
}

const Instance = Type.Object({
  node: Type.String({ minLength: 1, maxLength: 64 }),
  service: Type.String({ minLength: 1, maxLength: 127 }),
  id: Type.String({ minLength: 1, maxLength: 2048 }),
  instance: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' }),
  epoch: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  address: Type.String({ minLength: 2, maxLength: 45 }),
  port: Type.Integer({ minimum: 1, maximum: 65_535 }),
  protocol: Type.Literal('http1'),
  version: Type.Union([Type.String({ maxLength: 64 }), Type.Null()]),
  zone: Type.Union([Type.String({ maxLength: 64 }), Type.Null()]),
  weight: Type.Integer({ minimum: 1, maximum: 10_000 }),
  healthy: Type.Boolean(),
  status: Type.Enum(['starting', 'up', 'down', 'draining']),
  certificate: Type.Object({ serial: Type.String({ maxLength: 64 }), notAfterMs: Type.Number() }),
})

const Revoked = Type.Object({
  of: Type.Union([
    Type.Object({ id: Type.String({ maxLength: 2048 }) }),
    Type.Object({
      serial: Type.String({ pattern: '^(?:0|[1-9a-f][0-9a-f]{0,41})$' }),
      notAfterMs: Type.Number(),
    }),
  ]),
  reason: Type.String({ maxLength: 200 }),
  by: Type.String({ maxLength: 400 }),
  atMs: Type.Number(),
})

/** Unique in the fleet: an instance that moves to another node's door keeps it. */
export function fieldOf({
  service,
  instance,
}: Pick<SharedInstance, 'service' | 'instance'>): string {
  return `${service} ${instance}`
}

/** What is told of an instance of this node. Its text changes only where something about it does. */
export function encodeInstance(view: InstanceView, node: string): string {
  const { service, id, instance, epoch, address, port, protocol } = view
  const { version, zone, weight, healthy, status, certificate } = view
  const where = { node, service, id, instance, epoch, address, port, protocol }
  return JSON.stringify({ ...where, version, zone, weight, healthy, status, certificate })
}

/** null for what no node of this version would say. */
export function decodeInstance(text: string): SharedInstance | null {
  const shaped = readShape(Instance, parsed(text))
  return 'value' in shaped ? shaped.value : null
}

export function encodeRevocation(revocation: Revocation): string {
  return JSON.stringify(revocation)
}

export function decodeRevocation(text: string): Revocation | null {
  const shaped = readShape(Revoked, parsed(text))
  if (!('value' in shaped)) return null
  const { of } = shaped.value
  return 'id' in of && !isSpiffeId(of.id) ? null : shaped.value
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}
