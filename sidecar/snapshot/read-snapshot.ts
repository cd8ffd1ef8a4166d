// Turns what control sent, or what the disk kept, into a Snapshot; whatever is not exactly that is refused whole.

import { isIP } from 'node:net'
import type { Static, TSchema } from 'typebox'
import { anchorsOf } from '../identity/anchors.ts'
import { parseSpiffeId, spiffeIdOf } from '../identity/spiffe-id.ts'
import type { TrustBundle } from '../identity/svid.ts'
import { check } from '../runtime/check.ts'
import { errorMessage } from '../runtime/errors.ts'
import type { Problem } from '../runtime/problem.ts'
import { SnapshotShape } from './schema.ts'
import type { MeshService, Snapshot } from './snapshot.ts'

const EGRESS = 'system/egress'

/** What is wrong, one sentence. */
export interface Unreadable {
  readonly problem: string
}

/** Never throws. `value`: what JSON.parse made. The services have no prototype, so that no name is there by accident. */
export function readSnapshot(value: unknown): Snapshot | Unreadable {
  const shaped = readShape(SnapshotShape, value)
  if ('problem' in shaped) return shaped
  const snapshot: Snapshot = shaped.value
  const problem = problemOfTrust(snapshot.trust) ?? problemOf(snapshot)
  if (problem !== null) return { problem }
  const services = Object.assign(
    Object.create(null) as Record<string, MeshService>,
    snapshot.services,
  )
  return { ...snapshot, services }
}

/** `value` where it is of the shape; else the first thing that is wrong with it. */
export function readShape<Shape extends TSchema>(
  shape: Shape,
  value: unknown,
): { readonly value: Static<Shape> } | Unreadable {
  let first: Problem | null = null
  const sound = check(shape, value, (problem) => {
    first ??= problem
  })
  if (sound) return { value: value as Static<Shape> }
  const { path, message } = first as unknown as Problem
  return { problem: `${path.join('.') || 'it'}: ${message}` }
}

/** Null where the bundle can be used. */
export function problemOfTrust(trust: TrustBundle): string | null {
  try {
    anchorsOf(trust)
    return null
  } catch (error) {
    return errorMessage(error)
  }
}

function problemOf(snapshot: Snapshot): string | null {
  const { trust, services, egress, authorize, revocations } = snapshot
  const { trustDomain } = trust
  const named = Object.entries(services)
  if (egress !== null) named.push([EGRESS, egress])
  for (const [name, service] of named) {
    if (service.id !== idOf(trustDomain, name)) return `${name} is not ${service.id}`
    const problem = problemOfEndpoints(service)
    if (problem !== null) return `${name}: ${problem}`
  }
  const names = new Set(authorize.map((rule) => rule.name))
  if (names.size < authorize.length) return 'two rules have one name'
  const ids = [...revocations.ids, ...authorize.flatMap(({ from }) => from ?? [])]
  const alien = ids.find((id) => parseSpiffeId(id)?.trustDomain !== trustDomain)
  return alien === undefined ? null : `${alien} is no id of ${trustDomain}`
}

function problemOfEndpoints({ endpoints }: MeshService): string | null {
  const instances = new Set<string>()
  for (const { instance, address } of endpoints) {
    if (isIP(address) === 0) return `${address} is no address`
    if (instances.has(instance)) return `there are two instances ${instance}`
    instances.add(instance)
  }
  return null
}

function idOf(trustDomain: string, name: string): string | null {
  try {
    return spiffeIdOf(trustDomain, name)
  } catch {
    return null
  }
}
