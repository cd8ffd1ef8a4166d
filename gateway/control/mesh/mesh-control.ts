// Everything control does for the mesh, put together: authority, join tokens, revocations, registry and the door.

import { resolve } from 'node:path'
import { importKeySet, type JwksDocument, type KeySet } from '../../auth/key-set.ts'
import { keySourceId } from '../../auth/issuer-id.ts'
import type { IssuerPlan } from '../../auth/plan.ts'
import type { MeshPlan } from '../../config/mesh.ts'
import type { StorePlan } from '../../limit/plan.ts'
import { connectRedis } from '../../limit/redis-client.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { spiffeIdOf } from '../../../sidecar/identity/spiffe-id.ts'
import { errorCode, errorMessage } from '../../../sidecar/runtime/errors.ts'
import type { Log } from '../../../sidecar/telemetry/log.ts'
import type { MeshNews, MeshQuestion } from '../../mesh/membership.ts'
import type { CaAuditEvent } from '../ca/audit.ts'
import type { MeshCertificates } from '../certificates/inventory.ts'
import { openDevelopmentCa } from '../ca/development-ca.ts'
import { JoinTokens } from '../ca/join-tokens.ts'
import { JwtJoin } from '../ca/jwt-join.ts'
import { readKeyFile, type CaMaterial } from '../ca/material.ts'
import { MeshCa } from '../ca/mesh-ca.ts'
import { RevocationList } from '../ca/revocations.ts'
import { fileStore } from '../ca/text-store.ts'
import type { Documents } from '../documents/documents.ts'
import type { MeshAuditEvent } from './audit.ts'
import { AuthorityRotation } from './authority-rotation.ts'
import { Mesh } from './mesh.ts'
import { SharedMesh } from './shared-mesh.ts'
import { startMeshDoor, type MeshDoor } from './door.ts'
import type { ToldFigures } from './operations.ts'

export interface MeshControlOptions {
  readonly clock: Clock
  /** [0, 1). */
  readonly random: () => number
  readonly randomBytes: (size: number) => Buffer
  readonly log: Log
  /** Where what must outlive the process is kept. */
  readonly dataDir: string
  /** Where join tokens are: a fleet shares them. */
  readonly documents: Documents
  /** Addresses of this machine. */
  readonly ownAddresses: () => readonly string[]
  readonly audit: (event: CaAuditEvent | MeshAuditEvent) => void
  /** `worker` null: to all. */
  readonly tell: (worker: number | null, news: MeshNews) => void
  /** Hears what sidecars have counted; default: nobody does. */
  readonly onFigures?: (told: ToldFigures) => void
}

/** What of a plan is the mesh's business. */
export interface MeshInput {
  readonly plan: MeshPlan
  /** The issuer of `join:`, or null. */
  readonly joinIssuer: IssuerPlan | null
  readonly production: boolean
  /** Where relative paths of the configuration begin. */
  readonly folder: string
}

/** Files of the development authority. */
const CURRENT_CA = 'development-ca'
const NEXT_CA = 'development-ca-next'

export class MeshControl {
  readonly tokens: JoinTokens
  readonly revocations: RevocationList
  readonly mesh: Mesh
  readonly rotation: AuthorityRotation
  readonly #options: MeshControlOptions
  readonly #ca: MeshCa
  #input: MeshInput
  #door: MeshDoor | null = null
  #shared: SharedMesh | null = null
  /** The store as it was named last. */
  #sharedBy = ''
  #jwt: JwtJoin | null = null
  #joinKeys: KeySet | null = null

  /** Rejects where the authority cannot issue, or where state that must not be lost may be lost. Not open yet. */
  static async open(input: MeshInput, options: MeshControlOptions): Promise<MeshControl> {
    const { clock, dataDir, documents, audit, randomBytes } = options
    const file = (name: string) => fileStore(resolve(dataDir, 'mesh', name))
    const { trustDomain } = input.plan
    let control: MeshControl | null = null
    const ca = await MeshCa.open({
      trustDomain,
      material: await materialOf(input, options),
      ttlMs: input.plan.ca.ttlMs,
      store: file('anchors'),
      clock,
      audit,
      isBelieved: (rootPems) => control?.rotation.isBelieved(rootPems) ?? true,
    })
    const revocations = await RevocationList.open({ store: file('revocations'), clock, audit })
    const tokens = await JoinTokens.open({
      documents,
      clock,
      randomBytes,
      trust: () => ca.trust,
      audit,
    })
    control = new MeshControl(input, options, ca, revocations, tokens)
    if (control.authorityKind === 'development') await control.rotation.resume(trustDomain)
    return control
  }

  private constructor(
    input: MeshInput,
    options: MeshControlOptions,
    ca: MeshCa,
    revocations: RevocationList,
    tokens: JoinTokens,
  ) {
    const { clock, dataDir, randomBytes, ownAddresses, audit } = options
    this.#options = options
    this.#input = input
    this.#ca = ca
    this.revocations = revocations
    this.tokens = tokens
    this.mesh = new Mesh({
      plan: input.plan,
      authority: ca,
      revocations,
      clock,
      bootId: randomBytes(6).toString('hex'),
      newLeaseId: () => randomBytes(16).toString('base64url'),
      ownAddresses,
      audit,
    })
    this.rotation = new AuthorityRotation({
      ca,
      clock,
      registry: this.mesh.registry,
      reports: this.mesh.reports,
      current: fileStore(resolve(dataDir, 'mesh', CURRENT_CA)),
      next: fileStore(resolve(dataDir, 'mesh', NEXT_CA)),
    })
    this.mesh.onChange(() => this.#tellMembers(null))
    this.#useJoin()
  }

  /** Of the door. */
  get port(): number {
    return this.#door?.port ?? 0
  }

  get trustDomain(): string {
    return this.#input.plan.trustDomain
  }

  get authorityKind(): MeshPlan['ca']['kind'] {
    return this.#input.plan.ca.kind
  }

  /** Whose signature identities bear, and which of them instances are known by. */
  get certificates(): MeshCertificates {
    const { trustDomain, ca } = this.#input.plan
    const { chainPems } = this.#ca
    return { trustDomain, chainPems, ttlMs: ca.ttlMs, identities: this.mesh.instances() }
  }

  /** Rejects with the system's error where the address is taken. */
  async start(): Promise<void> {
    const { clock, random, log, audit, onFigures = () => {} } = this.#options
    const jwt = (): JwtJoin | null => this.#jwt
    const { mesh, tokens } = this
    this.#door = await startMeshDoor({ mesh, tokens, jwt, clock, random, log, audit, onFigures })
    this.#tellMembers(null)
  }

  /** Takes over a new plan of the same trust domain. Rejects where a new authority cannot issue: then nothing changed. */
  async update(input: MeshInput): Promise<void> {
    const isNewCa = JSON.stringify(input.plan.ca) !== JSON.stringify(this.#input.plan.ca)
    if (isNewCa) await this.#ca.rotate(await materialOf(input, this.#options), 'configuration')
    this.#input = input
    this.#useJoin()
    this.#door?.update(input.plan)
  }

  /** Keys of an issuer, which may be the one whose tokens let sidecars join. */
  learnKeys(sourceId: string, document: JwksDocument | null): void {
    const { joinIssuer } = this.#input
    if (joinIssuer === null || keySourceId(joinIssuer) !== sourceId) return
    this.#joinKeys = document === null ? null : (importKeySet(document)?.keySet ?? null)
  }

  /** The nodes that `store` names share their instances and revocations; one that works alone keeps them to itself. */
  share(store: StorePlan): void {
    const key = JSON.stringify(store)
    if (key === this.#sharedBy) return
    this.#sharedBy = key
    void this.#shared?.close()
    const { random, clock, log } = this.#options
    const { mesh, revocations, trustDomain } = this
    this.#shared =
      store.kind !== 'redis'
        ? null
        : new SharedMesh({
            connect: (onError) => connectRedis(store, random, onError),
            prefix: store.prefix,
            trustDomain,
            mesh,
            revocations,
            clock,
            log,
          })
    mesh.share(this.#shared?.remote ?? null)
  }

  /** A question of a worker. */
  hear(worker: number, question: MeshQuestion): void {
    const { tell, log } = this.#options
    const { member } = question
    if (question.kind === 'mesh-hello') {
      this.#tellMembers(worker)
      return
    }
    const { id, csrPem } = question
    try {
      const grant = this.mesh.systemGrant(csrPem, member)
      tell(worker, { kind: 'mesh-granted', member, id, grant })
    } catch (error) {
      const message = errorMessage(error)
      log.error('a worker got no identity', { worker, member, error: message })
      tell(worker, { kind: 'mesh-refused', member, id, code: errorCode(error), message })
    }
  }

  async close(): Promise<void> {
    await this.#shared?.close()
    await this.#door?.close()
    this.mesh.close()
    this.#ca.close()
  }

  #tellMembers(worker: number | null): void {
    for (const member of ['system/edge', 'system/egress'] as const) {
      const snapshot = this.mesh.snapshotFor(spiffeIdOf(this.trustDomain, member))
      this.#options.tell(worker, { kind: 'mesh-snapshot', member, snapshot })
    }
  }

  #useJoin(): void {
    const { plan, joinIssuer } = this.#input
    if (plan.join === null || joinIssuer === null) {
      this.#jwt = null
      return
    }
    const { clock, audit } = this.#options
    const { audience, services } = plan.join
    if (joinIssuer.jwks.kind === 'inline') {
      this.#joinKeys = importKeySet(joinIssuer.jwks.jwks)?.keySet ?? null
    }
    const keys = (): KeySet | null => this.#joinKeys
    this.#jwt = new JwtJoin({ issuer: joinIssuer.issuer, audience, keys, services, clock, audit })
  }
}

async function materialOf(
  { plan, production, folder }: MeshInput,
  { dataDir, clock }: MeshControlOptions,
): Promise<CaMaterial> {
  const { ca, trustDomain } = plan
  if (ca.kind === 'development') {
    const store = fileStore(resolve(dataDir, 'mesh', CURRENT_CA))
    return openDevelopmentCa({ store, trustDomain, production, nowMs: clock.wallMs() })
  }
  const keyPem = await readKeyFile(resolve(folder, ca.keyFile))
  return { certPem: ca.certPem, chainPem: ca.chainPem ?? '', keyPem }
}
