// Which instances of which services there are: leases that live as long as their owners are heard of.

import type { Clock } from '../../../sidecar/runtime/clock.ts'
import type { Heartbeat, InstanceStatus, Registration } from '../../../sidecar/snapshot/grant.ts'
import type { MeshEndpoint } from '../../../sidecar/snapshot/snapshot.ts'
import { isMassExpiry, type Loss } from './expiry-guard.ts'

export const LEASE_TTL_MS = 15_000
/** Two beats (every 5 s ± 10 %) cannot both be late by so much: an instance this silent is probably gone. */
const SILENT_MS = 9000
/** The owner calls `sweep` every second; after a gap this long it was we who did not listen. */
const PAUSE_MS = 3000
/** Kept longer than this by the guard, an instance leaves, unless it is the last hope of its service. */
const MAX_SUSPECT_MS = 300_000
const MAX_INSTANCES = 20_000
/** As many as a snapshot may hold of one service. */
const MAX_INSTANCES_OF_SERVICE = 1000

/** Who is asking, by certificate and connection, never by what was asked. */
export interface Caller {
  readonly id: string
  /** `billing` or `team/billing`. */
  readonly service: string
  /** Canonical address of the peer. */
  readonly address: string
  /** Of the certificate it shows. */
  readonly serial: string
  readonly notAfterMs: number
}

export type RegistryRefusal =
  | 'foreign_service'
  | 'foreign_address'
  | 'old_epoch'
  | 'too_many_instances'
  | 'registry_full'
  | 'unknown_lease'

export type RegisterResult =
  | { readonly kind: 'registered'; readonly leaseId: string; readonly isNew: boolean }
  | { readonly kind: 'refused'; readonly reason: RegistryRefusal }

export type LeaseResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly reason: RegistryRefusal }

/** An instance as operators see it. */
export interface InstanceView extends Omit<Registration, 'address'> {
  readonly service: string
  readonly id: string
  readonly address: string
  readonly status: InstanceStatus
  readonly healthy: boolean
  /** Its lease ran out together with many others and is kept until that is understood. */
  readonly suspect: boolean
  /** Since it was last heard of. */
  readonly silentMs: number
  /** The certificate it showed then. */
  readonly certificate: ShownCertificate
}

export interface ShownCertificate {
  readonly serial: string
  readonly notAfterMs: number
}

/** An instance of this node; `endpoint` null: it is not to be called. */
export interface OwnEndpoint {
  readonly instance: string
  readonly epoch: number
  readonly endpoint: MeshEndpoint | null
}

export type RegistryEvent =
  | { readonly kind: 'expired' | 'suspected'; readonly service: string; readonly instance: string }
  | ({ readonly kind: 'guard-on' | 'guard-off'; readonly service: string } & Loss)

export interface RegistryOptions {
  readonly clock: Pick<Clock, 'monotonicMs'>
  /** Unguessable and unique. */
  readonly newLeaseId: () => string
  /** Whether the caller may be reached at `address`, which is not where it called from. */
  readonly mayClaim: (caller: Caller, address: string) => boolean
  readonly onEvent: (event: RegistryEvent) => void
  /** The endpoints of the service are not what they were. */
  readonly onChange: (service: string) => void
}

interface Instance extends Omit<Registration, 'address'> {
  readonly service: string
  readonly id: string
  readonly leaseId: string
  readonly address: string
  readonly state: Heartbeat
  readonly certificate: ShownCertificate
  readonly heardAtMs: number
  /** Null: not suspect. */
  readonly suspectSinceMs: number | null
}

const DONE: LeaseResult = { kind: 'done' }

/**
 * Nothing leaves it but by the word of its owner, or alone, by silence: where more than a quarter of a service or a
 * sixth of everything falls silent within one TTL, leases are kept as suspect and it is for the callers' breakers to
 * find out who is gone.
 */
export class Registry {
  readonly #options: RegistryOptions
  /** By service, then by instance. */
  readonly #services = new Map<string, Map<string, Instance>>()
  readonly #byLease = new Map<string, Instance>()
  /** When and where leases ran out within the last TTL. */
  #expiries: { readonly service: string; readonly atMs: number }[] = []
  readonly #guarded = new Set<string>()
  #sweptAtMs: number

  constructor(options: RegistryOptions) {
    this.#options = options
    this.#sweptAtMs = options.clock.monotonicMs()
  }

  /**
   * Answers the same lease for the same (instance, epoch), so that a lost answer does no harm. A higher epoch replaces a
   * lower one and its lease; a lower one is refused. `service` is what the caller claims to be, or null.
   */
  register(
    caller: Caller,
    registration: Registration,
    state: Heartbeat,
    service: string | null,
  ): RegisterResult {
    if (service !== null && service !== caller.service) return refused('foreign_service')
    const address = registration.address ?? caller.address
    if (address !== caller.address && !this.#options.mayClaim(caller, address)) {
      return refused('foreign_address')
    }
    const known = this.#services.get(caller.service)?.get(registration.instance)
    if (known !== undefined && registration.epoch < known.epoch) return refused('old_epoch')
    const same = known?.epoch === registration.epoch ? known : null
    if (known === undefined) {
      const count = this.#services.get(caller.service)?.size ?? 0
      if (count >= MAX_INSTANCES_OF_SERVICE) return refused('too_many_instances')
      if (this.#byLease.size >= MAX_INSTANCES) return refused('registry_full')
    }
    const leaseId = same?.leaseId ?? this.#options.newLeaseId()
    this.#put(known, {
      ...registration,
      service: caller.service,
      id: caller.id,
      leaseId,
      address,
      state: same?.state.status === 'draining' ? same.state : state,
      certificate: shownBy(caller),
      heardAtMs: this.#options.clock.monotonicMs(),
      suspectSinceMs: null,
    })
    return { kind: 'registered', leaseId, isNew: same === null }
  }

  /** `unknown_lease`: register again. An instance that drains stays so. */
  heartbeat(caller: Caller, leaseId: string, state: Heartbeat): LeaseResult {
    const known = this.#owned(caller, leaseId)
    if (known === null) return { kind: 'refused', reason: 'unknown_lease' }
    const isDraining = known.state.status === 'draining'
    this.#put(known, {
      ...known,
      state: isDraining ? { ...state, status: 'draining' } : state,
      certificate: shownBy(caller),
      heardAtMs: this.#options.clock.monotonicMs(),
      suspectSinceMs: null,
    })
    return DONE
  }

  get size(): number {
    return this.#byLease.size
  }

  /** Whose lease it is; null where it is not one of the caller's. */
  instanceOf(caller: Caller, leaseId: string): string | null {
    return this.#owned(caller, leaseId)?.instance ?? null
  }

  /** No new calls; the lease lives on, and ends as any other. */
  drain(caller: Caller, leaseId: string): LeaseResult {
    const known = this.#owned(caller, leaseId)
    if (known === null) return { kind: 'refused', reason: 'unknown_lease' }
    return this.heartbeat(caller, leaseId, { ...known.state, status: 'draining' })
  }

  /** By lease and not by instance, so that a late goodbye does not remove the successor. */
  deregister(caller: Caller, leaseId: string): LeaseResult {
    const known = this.#owned(caller, leaseId)
    if (known === null) return { kind: 'refused', reason: 'unknown_lease' }
    this.#remove(known)
    return DONE
  }

  /** Instances that may be called, ordered by name: those that are up or down, not those that start or drain. */
  endpoints(service: string): readonly MeshEndpoint[] {
    const endpoints: MeshEndpoint[] = []
    for (const instance of this.#services.get(service)?.values() ?? []) {
      const endpoint = ownEndpointOf(instance)
      if (endpoint !== null) endpoints.push(endpoint)
    }
    return endpoints.sort((a, b) => (a.instance < b.instance ? -1 : 1))
  }

  /** All of a service, those that may not be called too, in no particular order. */
  instancesOf(service: string): readonly OwnEndpoint[] {
    return [...(this.#services.get(service)?.values() ?? [])].map((instance) => ({
      instance: instance.instance,
      epoch: instance.epoch,
      endpoint: ownEndpointOf(instance),
    }))
  }

  /** Every instance, in no particular order. */
  list(): readonly InstanceView[] {
    const nowMs = this.#options.clock.monotonicMs()
    return [...this.#byLease.values()].map((instance) => {
      const { state, leaseId: _, heardAtMs, suspectSinceMs, ...facts } = instance
      return { ...facts, ...state, suspect: suspectSinceMs !== null, silentMs: nowMs - heardAtMs }
    })
  }

  /** Lets go of leases that ran out; the owner calls it every second. */
  sweep(): void {
    const nowMs = this.#options.clock.monotonicMs()
    const gapMs = nowMs - this.#sweptAtMs
    this.#sweptAtMs = nowMs
    if (gapMs > PAUSE_MS) {
      // What came meanwhile was not heard: nobody is to blame for our pause.
      for (const instance of this.#byLease.values()) {
        this.#replace({ ...instance, heardAtMs: Math.min(nowMs, instance.heardAtMs + gapMs) })
      }
      return
    }
    this.#expiries = this.#expiries.filter(({ atMs }) => nowMs - atMs < LEASE_TTL_MS)
    const ofAll = this.#loss([...this.#byLease.values()], null, nowMs)
    for (const [service, instances] of this.#services) {
      this.#sweepService(service, [...instances.values()], ofAll, nowMs)
    }
  }

  /** An operator's word that what the guard keeps is really gone. Answers how many left. */
  expireSuspects(): number {
    const suspects = [...this.#byLease.values()].filter(isSuspect)
    for (const instance of suspects) this.#expire(instance)
    return suspects.length
  }

  #sweepService(service: string, instances: readonly Instance[], ofAll: Loss, nowMs: number): void {
    const overdue = instances.filter(({ heardAtMs }) => nowMs - heardAtMs >= LEASE_TTL_MS)
    const isOn = this.#guarded.has(service)
    if (overdue.length === 0 && !isOn) return
    const loss = this.#loss(instances, service, nowMs)
    const keep = overdue.length > 0 && isMassExpiry(loss, ofAll, isOn)
    if (keep !== isOn) this.#switchGuard(service, keep, loss)
    const isAnyWell = overdue.length < instances.length
    for (const instance of overdue) {
      const { suspectSinceMs } = instance
      if (!keep) this.#expire(instance)
      else if (suspectSinceMs === null) {
        this.#replace({ ...instance, suspectSinceMs: nowMs })
        this.#options.onEvent({ kind: 'suspected', service, instance: instance.instance })
      } else if (isAnyWell && nowMs - suspectSinceMs >= MAX_SUSPECT_MS) this.#expire(instance)
    }
  }

  #loss(instances: readonly Instance[], service: string | null, nowMs: number): Loss {
    const silent = instances.filter(({ heardAtMs }) => nowMs - heardAtMs >= SILENT_MS).length
    const expired = this.#expiries.filter((each) => service === null || each.service === service)
    return { lost: silent + expired.length, total: instances.length + expired.length }
  }

  #switchGuard(service: string, isOn: boolean, loss: Loss): void {
    if (isOn) this.#guarded.add(service)
    else this.#guarded.delete(service)
    this.#options.onEvent({ kind: isOn ? 'guard-on' : 'guard-off', service, ...loss })
  }

  #expire(instance: Instance): void {
    const { service } = instance
    this.#expiries.push({ service, atMs: this.#options.clock.monotonicMs() })
    this.#remove(instance)
    this.#options.onEvent({ kind: 'expired', service, instance: instance.instance })
  }

  #owned(caller: Caller, leaseId: string): Instance | null {
    const known = this.#byLease.get(leaseId)
    return known?.id === caller.id ? known : null
  }

  #put(before: Instance | undefined, now: Instance): void {
    if (before !== undefined && before.leaseId !== now.leaseId) this.#byLease.delete(before.leaseId)
    this.#replace(now)
    const seen = before === undefined ? null : ownEndpointOf(before)
    if (JSON.stringify(seen) !== JSON.stringify(ownEndpointOf(now))) {
      this.#options.onChange(now.service)
    }
  }

  #replace(instance: Instance): void {
    const { service } = instance
    const instances = this.#services.get(service) ?? new Map<string, Instance>()
    this.#services.set(service, instances.set(instance.instance, instance))
    this.#byLease.set(instance.leaseId, instance)
  }

  #remove({ service, instance, leaseId }: Instance): void {
    this.#byLease.delete(leaseId)
    const instances = this.#services.get(service)
    instances?.delete(instance)
    if (instances?.size === 0) {
      this.#services.delete(service)
      if (this.#guarded.has(service)) this.#switchGuard(service, false, { lost: 0, total: 0 })
    }
    this.#options.onChange(service)
  }
}

/** null: it is not to be called. */
export function endpointOf({
  instance,
  address,
  port,
  weight,
  zone,
  version,
  healthy,
  status,
}: Omit<MeshEndpoint, 'healthy'> & Heartbeat): MeshEndpoint | null {
  if (status === 'starting' || status === 'draining') return null
  const isWell = healthy && status === 'up'
  return { instance, address, port, weight, zone, version, healthy: isWell }
}

function ownEndpointOf({ state, ...instance }: Instance): MeshEndpoint | null {
  return endpointOf({ ...instance, ...state })
}

function shownBy({ serial, notAfterMs }: Caller): ShownCertificate {
  return { serial, notAfterMs }
}

function isSuspect({ suspectSinceMs }: Instance): boolean {
  return suspectSinceMs !== null
}

function refused(reason: RegistryRefusal): RegisterResult & { readonly kind: 'refused' } {
  return { kind: 'refused', reason }
}
