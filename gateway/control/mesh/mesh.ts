// The mesh as control knows it: registry, rules and trust, and what each member is to be told of them.

import type { Trusting } from '../../../sidecar/identity/peer.ts'
import { spiffeIdOf } from '../../../sidecar/identity/spiffe-id.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import type { Grant } from '../../../sidecar/snapshot/grant.ts'
import type { MeshEndpoint, Snapshot } from '../../../sidecar/snapshot/snapshot.ts'
import type { MeshPlan } from '../../config/mesh.ts'
import type { MeshCa } from '../ca/mesh-ca.ts'
import type { RevocationList } from '../ca/revocations.ts'
import type { MeshAudit } from './audit.ts'
import {
  LEASE_TTL_MS,
  Registry,
  type Caller,
  type InstanceView,
  type RegistryEvent,
} from './registry.ts'
import type { RemoteInstances } from './remote-instances.ts'
import { fieldOf } from './shared-entry.ts'
import { Snapshots, tellsOf } from './snapshots.ts'
import { TrustReports } from './trust-reports.ts'

/** As much of the certificate authority as is needed here. */
export type MeshAuthority = Pick<MeshCa, 'trust' | 'issue' | 'onChange'>

/** The gateway's own members, which live in this node's processes. */
export type SystemService = 'system/control' | 'system/edge' | 'system/egress'

export interface MeshOptions {
  readonly plan: MeshPlan
  readonly authority: MeshAuthority
  readonly revocations: Pick<RevocationList, 'current' | 'onChange'>
  readonly clock: Clock
  /** Differs at every start; letters and digits. */
  readonly bootId: string
  /** Unguessable and unique; letters, digits, `-`, `_`; at least 16. */
  readonly newLeaseId: () => string
  /** Addresses of this machine: what calls from it may say that it is reached at any of them. */
  readonly ownAddresses: () => readonly string[]
  readonly audit: MeshAudit
}

/** Changes within this time are told together. */
const COALESCE_MS = 50
/** Telling takes a tenth of the time at most, unless that would be too late. */
const TELLING_SHARE = 0.1
const MAX_COALESCE_MS = 500
const SWEEP_MS = 1000
/** In two TTLs everybody who is there has registered again. */
const WARM_UP_MS = 2 * LEASE_TTL_MS

export class Mesh {
  readonly registry: Registry
  readonly reports = new TrustReports()
  readonly bootId: string
  readonly #options: MeshOptions
  readonly #snapshots: Snapshots
  readonly #listeners = new Set<() => void>()
  /** Endpoints of this node's own processes; they need no lease. */
  readonly #local = new Map<string, readonly MeshEndpoint[]>()
  /** `service instance` of those that get no new call. */
  #held: ReadonlySet<string> = new Set()
  #remote: RemoteInstances | null = null
  readonly #startedAtMs: number
  #plan: MeshPlan
  #cancelTelling: (() => void) | null = null
  /** Counts changes, also those that nobody has been told of yet. */
  #version = 0
  #pauseMs = COALESCE_MS
  #cancelSweep: () => void
  readonly #stops: readonly (() => void)[]

  constructor(options: MeshOptions) {
    const { clock, bootId, newLeaseId, plan } = options
    this.#options = options
    this.bootId = bootId
    this.#plan = plan
    this.#startedAtMs = clock.monotonicMs()
    this.#snapshots = new Snapshots(bootId, () => clock.wallMs())
    this.registry = new Registry({
      clock,
      newLeaseId,
      mayClaim: (caller, address) => this.#mayClaim(caller, address),
      onEvent: (event) => this.#audit(event),
      onChange: () => this.changed(),
    })
    this.#cancelSweep = this.#sweepLater()
    const isChanged = (): void => this.changed()
    this.#stops = [options.authority.onChange(isChanged), options.revocations.onChange(isChanged)]
  }

  get plan(): MeshPlan {
    return this.#plan
  }

  /** Whom to believe at this moment. */
  get trusting(): Trusting {
    const { authority, revocations } = this.#options
    return { trust: authority.trust, revocations: revocations.current }
  }

  /** How long a member that knows an earlier boot's snapshot had better keep it: until all have registered again. */
  get warmingUpMs(): number {
    return Math.max(0, this.#startedAtMs + WARM_UP_MS - this.#options.clock.monotonicMs())
  }

  /** Takes over a new plan; its trust domain must be the one before. */
  update(plan: MeshPlan): void {
    if (plan.trustDomain !== this.#plan.trustDomain) {
      throw new TypeError('a mesh keeps its trust domain for life')
    }
    this.#plan = plan
    this.changed()
  }

  /** Something that snapshots tell of is another now; listeners hear it in 50 ms, or 500 ms where they are many. */
  changed(): void {
    this.#version++
    this.#cancelTelling ??= this.#options.clock.after(this.#pauseMs, () => this.#tell())
  }

  /** Returns what ends the subscription. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** What the member `id` is to know now. Equal revisions are equal contents. */
  snapshotFor(id: string): Snapshot {
    return this.#snapshots.snapshotFor(id, {
      plan: this.#plan,
      ...this.trusting,
      version: this.#version,
      endpoints: (service) =>
        this.#local.get(service) ??
        this.#endpointsOf(service).filter(
          ({ instance }) => !this.#held.has(`${service} ${instance}`),
        ),
    })
  }

  /** The member with this certificate says which snapshot it holds, and so whom it believes. */
  acknowledge(serial: string, revision: string): void {
    const { trust } = this.trusting
    if (tellsOf(revision, trust)) this.reports.note(serial, trust)
  }

  /** A certificate for a process of this node; sidecars get theirs at the door. */
  systemGrant(csrPem: string, service: SystemService): Grant {
    return this.grant(csrPem, spiffeIdOf(this.#plan.trustDomain, service))
  }

  /** A certificate for `id`, which `actor` has proved to be. Throws what `MeshCa.issue` throws. */
  grant(csrPem: string, id: string, actor: string = id): Grant {
    const { authority, clock } = this.#options
    const { certPem, serial } = authority.issue(csrPem, id, clock.wallMs(), actor)
    const { trusting } = this
    this.reports.note(serial, trusting.trust)
    return { id, certPem, ...trusting }
  }

  /** Where a service of this node's own processes is reached; [] takes it away. */
  announce(service: SystemService, endpoints: readonly MeshEndpoint[]): void {
    if (endpoints.length === 0) this.#local.delete(service)
    else this.#local.set(service, endpoints)
    this.changed()
  }

  /** What is registered at other nodes' doors counts, too; null: no more. */
  share(remote: RemoteInstances | null): void {
    this.#remote = remote
    this.changed()
  }

  /** Those of this node's door, and those of others that it does not know itself. */
  instances(): readonly InstanceView[] {
    const own = this.registry.list()
    const known = new Set(own.map(fieldOf))
    const others = (this.#remote?.list() ?? []).filter((entry) => !known.has(fieldOf(entry)))
    return [...own, ...others.map((entry) => ({ ...entry, suspect: false, silentMs: 0 }))]
  }

  /** Instances that get no new call, by an operator's word; complete each time: `service instance`. */
  hold(held: ReadonlySet<string>): void {
    this.#held = held
    this.changed()
  }

  close(): void {
    for (const stop of this.#stops) stop()
    this.#cancelSweep()
    this.#cancelTelling?.()
    this.#listeners.clear()
  }

  #endpointsOf(service: string): readonly MeshEndpoint[] {
    if (this.#remote === null) return this.registry.endpoints(service)
    return this.#remote.endpoints(service, this.registry.instancesOf(service))
  }

  #tell(): void {
    const { clock } = this.#options
    this.#cancelTelling = null
    const beganMs = clock.monotonicMs()
    for (const listener of this.#listeners) listener()
    const pauseMs = (clock.monotonicMs() - beganMs) / TELLING_SHARE
    this.#pauseMs = Math.min(Math.max(pauseMs, COALESCE_MS), MAX_COALESCE_MS)
  }

  #sweepLater(): () => void {
    return this.#options.clock.after(SWEEP_MS, () => {
      this.registry.sweep()
      this.#cancelSweep = this.#sweepLater()
    })
  }

  /** A sidecar on this machine calls from loopback, where nobody else would find it. */
  #mayClaim(caller: Caller, address: string): boolean {
    const own = this.#options.ownAddresses()
    return own.includes(caller.address) && own.includes(address)
  }

  #audit(event: RegistryEvent): void {
    const kinds = {
      expired: 'mesh_expire',
      suspected: 'mesh_suspect',
      'guard-on': 'mesh_guard_on',
      'guard-off': 'mesh_guard_off',
    } as const
    this.#options.audit({
      kind: kinds[event.kind],
      atMs: this.#options.clock.wallMs(),
      actor: 'control',
      service: event.service,
      result: 'ok',
      reason: null,
      alarm: event.kind === 'guard-on',
      detail:
        'instance' in event
          ? { instance: event.instance }
          : { lost: event.lost, total: event.total },
    })
  }
}
