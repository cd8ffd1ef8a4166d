// The authority of the mesh, and whether the instances that joined are well.

import { X509Certificate } from 'node:crypto'
import type { MeshCaPlan } from '../../../config/mesh.ts'
import type { InstanceView } from '../../mesh/registry.ts'
import type { CheckContext } from '../check-context.ts'
import type { Finding } from '../check.ts'
import { daysUntil, shortList } from './shown.ts'

const SOON_DAYS = 30

export function checkMesh({ plan, nowMs, running }: CheckContext): readonly Finding[] {
  if (plan === null || plan.mesh === null) return []
  const authority = life(plan.mesh.ca, nowMs)
  return running === null ? [authority] : [authority, identities(running.instances)]
}

function life(ca: MeshCaPlan, nowMs: number): Finding {
  const id = 'mesh.ca'
  if (ca.kind === 'development') return { id, status: 'warning', say: (t) => t.caDevelopment() }
  const days = daysUntil(new X509Certificate(ca.certPem).validToDate.getTime(), nowMs)
  if (days < 0) return { id, status: 'failed', say: (t) => t.caExpired() }
  if (days < SOON_DAYS) return { id, status: 'warning', say: (t) => t.caSoon(days) }
  return { id, status: 'ok', say: (t) => t.caGood(days) }
}

function identities(instances: readonly InstanceView[]): Finding {
  const id = 'mesh.instances'
  if (instances.length === 0) return { id, status: 'ok', say: (t) => t.identitiesNone() }
  const bad = instances
    .filter(({ healthy, suspect }) => !healthy || suspect)
    .map(({ service, instance }) => `${service}/${instance}`)
  return bad.length === 0
    ? { id, status: 'ok', say: (t) => t.identitiesGood(instances.length) }
    : { id, status: 'warning', say: (t) => t.identitiesBad(shortList(bad)) }
}
