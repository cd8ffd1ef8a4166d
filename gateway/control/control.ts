// The control plane of one node: what the configuration asks of it is put to work here, apart from all traffic.

import { randomBytes } from 'node:crypto'
import { networkInterfaces } from 'node:os'
import { basename } from 'node:path'
import type { JwksDocument } from '../auth/key-set.ts'
import { disk } from '../config/disk.ts'
import { loadConfigText, type LoadResult, type RunTests } from '../config/load.ts'
import type { Plan } from '../config/plan.ts'
import type { LiveAnswer, LiveQuestion } from '../decide/explain-messages.ts'
import { runPolicyTests } from '../decide/policy-tests.ts'
import type { MeshNews, MeshQuestion } from '../mesh/membership.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import { errorMessage } from '../../sidecar/runtime/errors.ts'
import type { Log } from '../../sidecar/telemetry/log.ts'
import type { AuditEvent } from './audit/entry.ts'
import type { CaAuditEvent } from './ca/audit.ts'
import type { ChangeResult, ConfigChange, LiveConfig } from './config/change.ts'
import { Configurations } from './config/configurations.ts'
import { configOperations } from './config/operations.ts'
import { EgressControl, type EgressNews } from './egress/egress-control.ts'
import { egressOperations } from './egress/operations.ts'
import { FleetControl } from './fleet/fleet-control.ts'
import { fleetOperations } from './fleet/operations.ts'
import { Live } from './live/live.ts'
import { MetricsServer } from './live/metrics-server.ts'
import { liveOperations } from './live/operations.ts'
import { meshOperations } from './mesh/admin-operations.ts'
import type { MeshAuditEvent } from './mesh/audit.ts'
import { MeshControl, type MeshInput } from './mesh/mesh-control.ts'
import { Operators } from './operators.ts'

export interface ControlDeps {
  readonly clock: Clock
  readonly log: Log
  /** [0, 1). */
  readonly random: () => number
  /** What people call this node. */
  readonly name: string
  readonly version: string
  /** Where the built console is. */
  readonly consoleFolder: string
  /** A line for whoever started the gateway; not a log, for it may hold the setup token. */
  readonly show: (line: string) => void
  /** For references of a configuration text that is tried. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Asks the supervisor to put a configuration to work. Rejects where it does not answer. */
  readonly change: (change: ConfigChange) => Promise<ChangeResult>
  readonly confirm: () => Promise<ChangeResult>
  /** `worker` null: to all. */
  readonly tell: (worker: number | null, news: MeshNews) => void
  /** To all workers. */
  readonly tellLive: (question: LiveQuestion) => void
}

/** Where a configuration comes from, and where control keeps what it must remember. Absolute paths. */
export interface Folders {
  readonly file: string
  /** Where relative paths of the configuration begin. */
  readonly folder: string
  readonly dataDir: string
  /** Of this node. */
  readonly workers: number
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
  #operators: Operators | null = null
  #fleet: FleetControl | null = null
  readonly #view: Live
  readonly #metrics = new MetricsServer(() => this.#view.metricsText())
  #file = ''
  /** Told before there was anybody to hear it. */
  #live: LiveConfig | null = null
  readonly #keys = new Map<string, JwksDocument | null>()

  constructor(deps: ControlDeps) {
    this.#deps = deps
    const { clock, tellLive: tellAll } = deps
    const bootId = randomBytes(8).toString('hex')
    this.#view = new Live({ clock, tellAll, bootId, check: (text) => this.#check(text) })
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
    this.#file = folders.file
    this.#view.use(plan, basename(folders.file), folders.workers)
    try {
      await this.#metrics.use(plan.metrics)
      if (this.#fleet === null) this.#fleet = this.#openFleet(plan, folders)
      else this.#fleet.use(plan)
      this.#operators ??= await this.#openOperators(this.#fleet, folders)
      await this.#operators.apply(plan.admin, folders.folder)
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
    this.#view.learnText(live.text)
    this.#fleet?.learn(live)
  }

  /** The file was edited, and the fleet has to agree. */
  learnEdit(text: string): void {
    this.#fleet?.learnEdit(text)
  }

  learnKeys(sourceId: string, document: JwksDocument | null): void {
    this.#keys.set(sourceId, document)
    this.#view.learnKeys(sourceId, document)
    this.#mesh?.learnKeys(sourceId, document)
  }

  hear(worker: number, message: MeshQuestion | EgressNews | LiveAnswer): void {
    switch (message.kind) {
      case 'egress-news':
        this.#egress.hear(message)
        return
      case 'live-found':
      case 'live-seen':
      case 'live-counts':
      case 'live-limited':
        this.#view.hear(worker, message)
        return
      default:
        this.#mesh?.hear(worker, message)
    }
  }

  async close(): Promise<void> {
    // Streams first: the API would wait for them.
    this.#view.close()
    this.#metrics.close()
    await this.#fleet?.close()
    await this.#operators?.close()
    await this.#mesh?.close()
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
        if (!TOLD_BY_API.has(event.kind)) this.#operators?.record(ofMesh(event))
      },
      tell,
    })
    await mesh.start().catch(async (error: unknown) => {
      await mesh.close()
      throw error
    })
    return mesh
  }

  #openOperators(fleet: FleetControl, { dataDir }: Folders): Promise<Operators> {
    const { clock, log, name, version, show, consoleFolder } = this.#deps
    const deployment = () => fleet.deployment
    const configurations = new Configurations({ deployment, check: (text) => this.#check(text) })
    const operations = [
      ...configOperations(configurations),
      ...fleetOperations({ fleet: () => fleet.fleet, deployment, name, version }),
      ...meshOperations(() => this.#mesh),
      ...liveOperations(this.#view),
      ...egressOperations({ egress: this.#egress, configurations, clock }),
    ]
    return Operators.open({ clock, log, dataDir, version, show, consoleFolder, operations })
  }

  #openFleet(plan: Plan, { file, dataDir }: Folders): FleetControl {
    const { clock, log, random, name, version, change, confirm } = this.#deps
    const fleet = new FleetControl(plan, {
      clock,
      log,
      random,
      newId: () => randomBytes(16).toString('hex'),
      file,
      dataDir,
      name,
      version,
      addresses: outerAddresses,
      check: (text) => this.#check(text),
      change,
      confirm,
    })
    if (this.#live !== null) fleet.learn(this.#live)
    return fleet
  }

  #check(text: string): Promise<LoadResult> {
    const { clock, env } = this.#deps
    const runTests: RunTests = (tests, plan, nowMs) => runPolicyTests(tests, plan, nowMs, 'error')
    return loadConfigText(text, this.#file, { ...disk, env, clock, runTests })
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

/** By which others may know this machine; some have very many. */
function outerAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ internal, scopeid = 0 }) => !internal && scopeid === 0)
    .map(({ address }) => address)
    .slice(0, 8)
}
