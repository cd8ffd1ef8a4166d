// The control plane of one node: what the configuration asks of it is put to work here, apart from all traffic.

import { randomBytes, randomUUID } from 'node:crypto'
import { networkInterfaces } from 'node:os'
import { resolve } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { JwksDocument } from '../auth/key-set.ts'
import { disk } from '../config/disk.ts'
import { loadConfigText } from '../config/load.ts'
import type { Plan } from '../config/plan.ts'
import type { MeshNews, MeshQuestion } from '../mesh/membership.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import { errorMessage } from '../../sidecar/runtime/errors.ts'
import type { Log } from '../../sidecar/telemetry/log.ts'
import { createAdminApp, type ApiEvent } from './admin/app.ts'
import { listenLocally, LOCAL_PRINCIPAL } from './admin/local-socket.ts'
import { AuditLog } from './audit/audit-log.ts'
import type { AuditEvent } from './audit/entry.ts'
import type { CaAuditEvent } from './ca/audit.ts'
import type { ChangeResult, ConfigChange, LiveConfig } from './config/change.ts'
import { Configurations } from './config/configurations.ts'
import { configOperations } from './config/operations.ts'
import { EgressControl, type EgressNews } from './egress/egress-control.ts'
import { egressOperations } from './egress/operations.ts'
import { meshOperations } from './mesh/admin-operations.ts'
import type { MeshAuditEvent } from './mesh/audit.ts'
import { MeshControl, type MeshInput } from './mesh/mesh-control.ts'
import { FolderStore } from './revisions/folder-store.ts'

export interface ControlDeps {
  readonly clock: Clock
  readonly log: Log
  /** [0, 1). */
  readonly random: () => number
  /** For references of a configuration text that is tried. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Asks the supervisor to put a configuration to work. Rejects where it does not answer. */
  readonly change: (change: ConfigChange) => Promise<ChangeResult>
  readonly confirm: () => Promise<ChangeResult>
  /** `worker` null: to all. */
  readonly tell: (worker: number | null, news: MeshNews) => void
}

/** Where a configuration comes from, and where control keeps what it must remember. Absolute paths. */
export interface Folders {
  readonly file: string
  /** Where relative paths of the configuration begin. */
  readonly folder: string
  readonly dataDir: string
}

/** Done by operators, whose call of the API is told already. */
const TOLD_BY_API: ReadonlySet<string> = new Set([
  'join_token_create',
  'join_token_remove',
  'revocation_add',
  'revocation_remove',
])

export class Control {
  readonly #deps: ControlDeps
  readonly #egress = new EgressControl()
  #mesh: MeshControl | null = null
  #ports: Readonly<Record<string, number>> = {}
  #audit: AuditLog | null = null
  #local: FastifyInstance | null = null
  #configurations: Configurations | null = null
  /** Told before there was anybody to hear it. */
  #live: LiveConfig | null = null
  readonly #keys = new Map<string, JwksDocument | null>()

  constructor(deps: ControlDeps) {
    this.#deps = deps
  }

  /** Bound ports by name. */
  ports(): Record<string, number> {
    return this.#mesh === null ? {} : { mesh: this.#mesh.port }
  }

  /**
   * Puts a plan to work. Rejects where the mesh cannot be had as it says: then what was there before goes on. That
   * operators cannot be served is no reason not to serve anybody, and is told in the log.
   */
  async apply(plan: Plan, folders: Folders): Promise<void> {
    try {
      await this.#serveOperators(folders)
    } catch (error) {
      this.#deps.log.error('the control plane cannot serve', { error: errorMessage(error) })
    }
    await this.#applyMesh(plan, folders)
    this.#egress.use(plan.egress)
    this.#announce()
  }

  /** Where the workers' doors are. */
  learnPorts(ports: Readonly<Record<string, number>>): void {
    this.#ports = ports
    this.#announce()
  }

  /** What the supervisor serves now. */
  learnLive(live: LiveConfig): void {
    this.#live = live
    void this.#configurations?.learn(live)
  }

  learnKeys(sourceId: string, document: JwksDocument | null): void {
    this.#keys.set(sourceId, document)
    this.#mesh?.learnKeys(sourceId, document)
  }

  hear(worker: number, message: MeshQuestion | EgressNews): void {
    if (message.kind === 'egress-news') this.#egress.hear(message)
    else this.#mesh?.hear(worker, message)
  }

  async close(): Promise<void> {
    await this.#local?.close()
    await this.#mesh?.close()
    this.#audit?.close()
  }

  /** Sidecars learn where egress is. */
  #announce(): void {
    const endpoints = this.#egress.endpoints(this.#ports, ownAddresses())
    this.#mesh?.mesh.announce('system/egress', endpoints)
  }

  async #applyMesh(plan: Plan, folders: Folders): Promise<void> {
    if (plan.mesh === null) {
      await this.#mesh?.close()
      this.#mesh = null
      return
    }
    const { join } = plan.mesh
    const joinIssuer = plan.issuers.find(({ name }) => name === join?.issuer) ?? null
    const { production } = plan
    const input: MeshInput = { plan: plan.mesh, joinIssuer, production, folder: folders.folder }
    if (this.#mesh?.trustDomain === plan.mesh.trustDomain) await this.#mesh.update(input)
    else if (this.#mesh === null) this.#mesh = await this.#openMesh(input, folders.dataDir)
    else throw new Error('a mesh keeps its trust domain: a new one needs a restart')
    for (const [sourceId, document] of this.#keys) this.#mesh.learnKeys(sourceId, document)
  }

  async #openMesh(input: MeshInput, dataDir: string): Promise<MeshControl> {
    const { clock, random, log, tell } = this.#deps
    const mesh = await MeshControl.open(input, {
      clock,
      random,
      randomBytes,
      log,
      dataDir,
      ownAddresses,
      audit: (event) => {
        if (!TOLD_BY_API.has(event.kind)) this.#record(ofMesh(event))
      },
      tell,
    })
    await mesh.start().catch(async (error: unknown) => {
      await mesh.close()
      throw error
    })
    return mesh
  }

  async #serveOperators(folders: Folders): Promise<void> {
    if (this.#local !== null) return
    const { dataDir } = folders
    this.#audit ??= new AuditLog({ folder: resolve(dataDir, 'audit'), clock: this.#deps.clock })
    const configurations = this.#configurationsOf(folders)
    this.#configurations = configurations
    if (this.#live !== null) void configurations.learn(this.#live)
    const app = await createAdminApp({
      operations: [
        ...configOperations(configurations),
        ...meshOperations(() => this.#mesh),
        ...egressOperations({ egress: this.#egress, configurations, clock: this.#deps.clock }),
      ],
      authenticate: () => ({ principal: LOCAL_PRINCIPAL, sessionId: null }),
      newId: randomUUID,
      beforeChange: () => this.#audit?.reserve(),
      onEvent: (event) => this.#record(ofApi(event)),
      log: this.#deps.log,
    })
    await listenLocally(app, dataDir)
    this.#local = app
  }

  #configurationsOf({ file, dataDir }: Folders): Configurations {
    const { clock, log, env, change, confirm } = this.#deps
    return new Configurations({
      store: new FolderStore(resolve(dataDir, 'revisions')),
      clock,
      log,
      change,
      confirm,
      check: (text) => loadConfigText(text, file, { ...disk, env, clock }),
    })
  }

  #record(event: AuditEvent): void {
    try {
      this.#audit?.append(event)
    } catch (error) {
      this.#deps.log.error('the audit could not be written', {
        action: event.action,
        error: errorMessage(error),
      })
    }
  }
}

function ofApi({ operation, principal, address, requestId, change, result }: ApiEvent): AuditEvent {
  const { kind, name } = principal
  return {
    actor: { kind, name, address: address === '' ? null : address },
    origin: kind === 'local' ? 'cli' : 'api',
    action: operation,
    target: change?.target ?? '',
    before: change?.before ?? null,
    after: change?.after ?? null,
    result,
    requestId,
  }
}

function ofMesh({
  kind,
  actor,
  service,
  result,
  reason,
  detail,
}: CaAuditEvent | MeshAuditEvent): AuditEvent {
  return {
    actor: { kind: 'mesh', name: actor, address: null },
    origin: 'mesh',
    action: kind,
    target: service ?? '',
    before: null,
    after: detail,
    result: reason ?? result,
    requestId: '',
  }
}

function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? []).map(({ address }) => address),
  )
}
