// What each member of the mesh is told: the services it may call, the rules about its own, whom to trust.

import { createHash } from 'node:crypto'
import { bundleHash } from '../../../sidecar/identity/bundle-hash.ts'
import { serviceNameOf, spiffeIdOf } from '../../../sidecar/identity/spiffe-id.ts'
import type { Revocations, TrustBundle } from '../../../sidecar/identity/svid.ts'
import type { AuthorizationRule } from '../../../sidecar/policy/authorization-rule.ts'
import type { MeshEndpoint, MeshService, Snapshot } from '../../../sidecar/snapshot/snapshot.ts'
import type { MeshPlan } from '../../config/mesh.ts'

/** Who is given everything that is no mesh name. */
const EGRESS = 'system/egress'
/** Members whose last snapshot is remembered; beyond it the one computed longest ago is forgotten and gets a new revision. */
const MAX_REMEMBERED = 20_000

export interface SnapshotFacts {
  readonly plan: MeshPlan
  readonly trust: TrustBundle
  readonly revocations: Revocations
  readonly endpoints: (service: string) => readonly MeshEndpoint[]
  /** Another one whenever anything of this may be; while it is the same, nothing is computed again. */
  readonly version: number
}

interface Remembered {
  readonly version: number
  readonly digest: string
  readonly snapshot: Snapshot
}

/** Makes snapshots; the revision of a member's snapshot changes exactly when its contents do. */
export class Snapshots {
  readonly #bootId: string
  readonly #wallMs: () => number
  // Map order is age of the last computation, oldest first.
  readonly #remembered = new Map<string, Remembered>()
  #counter = 0
  #index: { readonly plan: MeshPlan; readonly callable: CallableIndex } | null = null

  /** `bootId` differs at every start, so that a restarted control never looks older or the same. */
  constructor(bootId: string, wallMs: () => number) {
    this.#bootId = bootId
    this.#wallMs = wallMs
  }

  snapshotFor(id: string, facts: SnapshotFacts): Snapshot {
    const { version } = facts
    const before = this.#remembered.get(id)
    if (before?.version === version) return before.snapshot
    if (this.#index?.plan !== facts.plan) {
      this.#index = { plan: facts.plan, callable: indexCallable(facts.plan) }
    }
    const contents = {
      trust: facts.trust,
      revocations: facts.revocations,
      services: servicesFor(id, this.#index.callable, facts),
      authorize: facts.plan.authorize.get(serviceNameOf(id)) ?? [],
      egress: egressOf(id, facts),
    }
    const digest = createHash('sha256').update(JSON.stringify(contents)).digest('base64')
    const isSame = before?.digest === digest
    const snapshot = isSame ? before.snapshot : this.#make(contents)
    this.#remembered.delete(id)
    this.#remembered.set(id, { version, digest, snapshot })
    if (this.#remembered.size > MAX_REMEMBERED) {
      this.#remembered.delete(this.#remembered.keys().next().value!)
    }
    return snapshot
  }

  #make(contents: Omit<Snapshot, 'revision' | 'madeAtMs'>): Snapshot {
    const revision = `${this.#bootId}-${++this.#counter}-${markOf(contents.trust)}`
    return { revision, madeAtMs: this.#wallMs(), ...contents }
  }
}

/** Whether a snapshot of this revision, of whatever boot and node, told of exactly these roots. */
export function tellsOf(revision: string, trust: TrustBundle): boolean {
  return revision.endsWith(`-${markOf(trust)}`)
}

// Bundles are immutable values, so that each is hashed once.
const marks = new WeakMap<TrustBundle, string>()

function markOf(trust: TrustBundle): string {
  const known = marks.get(trust)
  if (known !== undefined) return known
  const mark = bundleHash(trust.rootPems).replaceAll(/[-_]/g, '').slice(0, 12)
  marks.set(trust, mark)
  return mark
}

/** Which services have a rule that lets a caller in: by caller, and those that let anybody in. */
interface CallableIndex {
  readonly byCaller: ReadonlyMap<string, ReadonlySet<string>>
  readonly byAnyone: ReadonlySet<string>
}

function indexCallable(plan: MeshPlan): CallableIndex {
  const byCaller = new Map<string, Set<string>>()
  const byAnyone = new Set<string>()
  for (const [service, rules] of plan.authorize) {
    for (const { verdict, from } of rules) {
      if (verdict === 'deny') continue
      if (from === null) byAnyone.add(service)
      for (const caller of from ?? []) {
        byCaller.set(caller, (byCaller.get(caller) ?? new Set()).add(service))
      }
    }
  }
  return { byCaller, byAnyone }
}

function servicesFor(
  id: string,
  { byCaller, byAnyone }: CallableIndex,
  { plan, endpoints }: SnapshotFacts,
): Record<string, MeshService> {
  const names = [...new Set([...(byCaller.get(id) ?? []), ...byAnyone])].toSorted()
  const callable = names.filter(
    (service) => !plan.authorize.get(service)!.some((rule) => deniesAll(rule, id)),
  )
  return Object.fromEntries(
    callable.map((service) => [
      service,
      { id: spiffeIdOf(plan.trustDomain, service), endpoints: endpoints(service) },
    ]),
  )
}

function deniesAll({ verdict, from, methods, paths }: AuthorizationRule, id: string): boolean {
  if (verdict === 'allow' || methods !== null || paths !== null) return false
  return from === null || from.includes(id)
}

function egressOf(id: string, { plan, endpoints }: SnapshotFacts): MeshService | null {
  const egressId = spiffeIdOf(plan.trustDomain, EGRESS)
  const instances = endpoints(EGRESS)
  return instances.length === 0 || id === egressId ? null : { id: egressId, endpoints: instances }
}
