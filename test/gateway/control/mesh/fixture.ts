// Control's half of a mesh for tests: the real authority, tokens, registry and door, on a port of loopback.

import { randomBytes } from 'node:crypto'
import { MeshCa } from '../../../../gateway/control/ca/mesh-ca.ts'
import { openDevelopmentCa } from '../../../../gateway/control/ca/development-ca.ts'
import { JoinTokens } from '../../../../gateway/control/ca/join-tokens.ts'
import { RevocationList } from '../../../../gateway/control/ca/revocations.ts'
import type { TextStore } from '../../../../gateway/control/ca/text-store.ts'
import type { Documents } from '../../../../gateway/control/documents/documents.ts'
import type { MeshAuditEvent } from '../../../../gateway/control/mesh/audit.ts'
import {
  startMeshDoor,
  type MeshDoor,
  type MeshDoorOptions,
} from '../../../../gateway/control/mesh/door.ts'
import { Mesh } from '../../../../gateway/control/mesh/mesh.ts'
import type { ToldFigures } from '../../../../gateway/control/mesh/operations.ts'
import type { MeshPlan } from '../../../../gateway/config/mesh.ts'
import { createKey } from '../../../../sidecar/identity/key.ts'
import { readSvid } from '../../../../sidecar/identity/read-svid.ts'
import { spiffeIdOf } from '../../../../sidecar/identity/spiffe-id.ts'
import type {
  IdentitySource,
  Revocations,
  Svid,
  TrustBundle,
} from '../../../../sidecar/identity/svid.ts'
import type { AuthorizationRule } from '../../../../sidecar/policy/authorization-rule.ts'
import { systemClock, type Clock } from '../../../../sidecar/runtime/clock.ts'
import type { Grant } from '../../../../sidecar/snapshot/grant.ts'
import { MemoryDocuments } from '../ca/fixture.ts'

export const DOMAIN = 'mesh.test'
const QUIET = { info: () => {}, warn: () => {}, error: () => {} }

export function idOf(service: string): string {
  return spiffeIdOf(DOMAIN, service)
}

/** Everyone named in `from` may call `to`. */
export function allowRule(to: string, from: readonly string[] | null): AuthorizationRule {
  const ids = from === null ? null : from.map(idOf)
  return { name: `${to}#1`, verdict: 'allow', from: ids, methods: null, paths: null }
}

export function meshPlan(rules: Readonly<Record<string, readonly AuthorizationRule[]>>): MeshPlan {
  return {
    trustDomain: DOMAIN,
    host: '127.0.0.1',
    port: 0,
    ca: { kind: 'development', ttlMs: 3_600_000 },
    authorize: new Map(Object.entries(rules)),
    join: null,
  }
}

export function memoryStore(): TextStore {
  let text: string | null = null
  return {
    load: () => Promise.resolve(text),
    save: (next) => {
      text = next
      return Promise.resolve()
    },
  }
}

/** What outlives a restart of control. */
export interface Disk {
  readonly ca: TextStore
  readonly overlap: TextStore
  readonly tokens: Documents
  readonly revocations: TextStore
}

export function memoryDisk(): Disk {
  const stores = [memoryStore(), memoryStore(), memoryStore()] as const
  const [ca, overlap, revocations] = stores
  return { ca, overlap, tokens: new MemoryDocuments(), revocations }
}

export interface ControlUnderTest {
  readonly mesh: Mesh
  readonly door: MeshDoor
  readonly tokens: JoinTokens
  readonly revocations: RevocationList
  readonly audited: readonly MeshAuditEvent[]
  /** What sidecars told of their traffic. */
  readonly figures: readonly ToldFigures[]
  /** Hears each event before whoever it is about has an answer. */
  onAudit: (event: MeshAuditEvent) => void
  readonly url: string
  /** A member with a certificate of its own, as a sidecar would be. */
  member(service: string): Member
  close(): Promise<void>
}

export interface ControlSettings {
  readonly plan?: MeshPlan
  readonly disk?: Disk
  readonly clock?: Clock
  readonly jwt?: MeshDoorOptions['jwt']
  readonly ttlMs?: number
}

export async function startControl(settings: ControlSettings = {}): Promise<ControlUnderTest> {
  const { plan = meshPlan({}), disk = memoryDisk(), clock = systemClock, ttlMs } = settings
  const audited: MeshAuditEvent[] = []
  const figures: ToldFigures[] = []
  let control: ControlUnderTest | null = null
  const audit = (event: MeshAuditEvent): void => {
    audited.push(event)
    control?.onAudit(event)
  }
  const nowMs = clock.wallMs()
  const material = await openDevelopmentCa({
    store: disk.ca,
    trustDomain: DOMAIN,
    production: false,
    nowMs,
  })
  const ignore = (): void => {}
  const ca = await MeshCa.open({
    trustDomain: DOMAIN,
    material,
    store: disk.overlap,
    clock,
    audit: ignore,
    ...(ttlMs === undefined ? {} : { ttlMs }),
  })
  const tokens = await JoinTokens.open({
    documents: disk.tokens,
    clock,
    randomBytes,
    trust: () => ca.trust,
    audit: ignore,
  })
  const revocations = await RevocationList.open({ store: disk.revocations, clock, audit: ignore })
  const mesh = new Mesh({
    plan,
    authority: ca,
    revocations,
    clock,
    bootId: randomBytes(6).toString('hex'),
    newLeaseId: () => randomBytes(16).toString('base64url'),
    ownAddresses: () => ['127.0.0.1', '127.0.0.2'],
    audit,
  })
  const door = await startMeshDoor({
    mesh,
    tokens,
    jwt: settings.jwt ?? (() => null),
    clock,
    random: Math.random,
    log: QUIET,
    audit,
    onFigures: (told) => void figures.push(told),
  })
  control = {
    onAudit: () => {},
    mesh,
    door,
    tokens,
    revocations,
    audited,
    figures,
    url: `https://127.0.0.1:${door.port}`,
    member: (service) => new Member(service, (csrPem) => mesh.grant(csrPem, idOf(service))),
    close: async () => {
      await door.close()
      mesh.close()
      ca.close()
    },
  }
  return control
}

export class Member implements IdentitySource {
  readonly service: string
  svid: Svid
  trust: TrustBundle
  revocations: Revocations
  readonly #listeners = new Set<() => void>()

  constructor(service: string, grant: (csrPem: string) => Grant) {
    this.service = service
    const { csrPem, keyPem } = createKey()
    const granted = grant(csrPem)
    this.trust = granted.trust
    this.revocations = granted.revocations
    this.svid = readSvid(granted.certPem, keyPem, granted.trust, granted.id, Date.now())
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Takes over another certificate, as after a renewal. */
  become(svid: Svid): void {
    this.svid = svid
    for (const listener of this.#listeners) listener()
  }
}
