// The control plane of one node: what the configuration asks of it is put to work here, apart from all traffic.

import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { JwksDocument } from '../auth/key-set.ts'
import { disk } from '../config/disk.ts'
import { loadConfigText, type LoadResult } from '../config/load.ts'
import type { Plan } from '../config/plan.ts'
import type { LiveAnswer } from '../decide/explain-messages.ts'
import { policyTests } from '../decide/policy-tests.ts'
import type { MeshQuestion } from '../mesh/membership.ts'
import { errorMessage } from '../../sidecar/runtime/errors.ts'
import type { AuditEvent } from './audit/entry.ts'
import { auditOfMesh } from './audit/mesh-event.ts'
import { auditOfRevision } from './audit/revision-event.ts'
import { Acme } from './certificates/acme/acme.ts'
import { Certificates } from './certificates/certificates.ts'
import { fileFault } from './certificates/file-fault.ts'
import { nodesOf } from './certificates/nodes.ts'
import type { LiveConfig } from './config/change.ts'
import { Configurations } from './config/configurations.ts'
import { FolderDocuments } from './documents/folder-documents.ts'
import { StoredDocuments } from './documents/stored-documents.ts'
import { EgressControl, type EgressNews } from './egress/egress-control.ts'
import { EgressWatch } from './egress/egress-watch.ts'
import { Ignored } from './egress/ignored.ts'
import type { EgressModeTold } from './egress/worker-modes.ts'
import { FleetControl } from './fleet/fleet-control.ts'
import { Keys } from './limits/keys.ts'
import { LimitControl } from './limits/limit-control.ts'
import { Live } from './live/live.ts'
import { MetricsServer } from './live/metrics-server.ts'
import { MeshControl, type MeshInput } from './mesh/mesh-control.ts'
import type { ControlDeps, Folders } from './control-deps.ts'
import { controlOperations } from './operations.ts'
import { Operators } from './operators.ts'
import { outerAddresses, ownAddresses } from './own-addresses.ts'
import { Releases } from './releases/releases.ts'
import { Watches } from './releases/watches.ts'
import { RecentLog } from './system/recent-log.ts'
import { System, type SystemDeps } from './system/system.ts'

/** Of what is told before operators are served; more is in the history all the same. */
const MAX_UNRECORDED = 20

export class Control {
  readonly #deps: ControlDeps
  readonly #egress: EgressControl
  readonly #egressWatch: EgressWatch
  #mesh: MeshControl | null = null
  #ports: Readonly<Record<string, number>> = {}
  #operators: Operators | null = null
  #releases: Releases | null = null
  /** Told before there was anybody to write it down. */
  readonly #unrecorded: AuditEvent[] = []
  #fleet: FleetControl | null = null
  /** Accounts, sessions and join tokens, where `store:` says. */
  #documents: StoredDocuments | null = null
  readonly #view: Live
  readonly #limits: LimitControl
  readonly #certificates: Certificates
  readonly #acme: Acme
  readonly #metrics = new MetricsServer(() => this.#view.metricsText())
  #file = ''
  /** Told before there was anybody to hear it. */
  #live: LiveConfig | null = null
  readonly #keys = new Map<string, JwksDocument | null>()
  readonly #recent: RecentLog

  constructor(deps: ControlDeps) {
    this.#recent = new RecentLog(deps.log, deps.clock)
    this.#deps = { ...deps, log: this.#recent }
    const { clock, tellLive: tellAll } = deps
    this.#egress = new EgressControl(clock, tellAll)
    this.#egressWatch = new EgressWatch({
      ...this.#deps,
      egress: this.#egress,
      fleet: () => this.#fleet?.fleet ?? null,
      record: (event) => this.#record(event),
    })
    const bootId = randomBytes(8).toString('hex')
    this.#view = new Live({
      clock,
      tellAll,
      bootId,
      check: (text) => this.#check(text),
      readFile: () => readFile(this.#file, 'utf8'),
      storeFault: () => {
        const link = this.#fleet?.fleet?.link
        return link?.kind === 'away' ? link.reason : null
      },
    })
    this.#limits = new LimitControl({
      clock,
      log: this.#deps.log,
      random: deps.random,
      id: bootId,
      name: deps.name,
      own: this.#view.limited,
      tellAll,
      forget: deps.forgetLimit,
    })
    this.#view.explainer.measureOf = (key) => this.#limits.measureOf(key)
    this.#certificates = new Certificates({
      clock,
      mesh: () => this.#mesh?.certificates ?? null,
      nodes: () => nodesOf(this.#fleet?.fleet ?? null, deps.name),
      fileFault: () => fileFault(this.#file, (text) => this.#check(text)),
    })
    this.#acme = new Acme({
      clock,
      log: this.#deps.log,
      random: deps.random,
      id: bootId,
      name: deps.name,
      certificates: this.#certificates,
      tellAll,
      record: (event) => this.#record(event),
    })
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
    await this.#rememberDrains(folders.dataDir)
    this.#certificates.use(plan, folders)
    try {
      await this.#metrics.use(plan.metrics)
      this.#limits.use(plan.store, folders)
      if (this.#fleet === null) this.#fleet = this.#openFleet(plan, folders)
      else this.#fleet.use(plan)
      const documents = this.#useDocuments(plan, folders)
      this.#acme.use(plan, folders.folder, folders.dataDir, documents)
      this.#operators ??= await this.#openOperators(this.#fleet, documents, folders)
      for (const event of this.#unrecorded.splice(0)) this.#operators.record(event)
      this.#releases?.use(plan)
      this.#egressWatch.use(plan, folders.dataDir)
      await this.#operators.apply(plan.admin, folders.folder)
    } catch (error) {
      this.#deps.log.error('the control plane cannot serve', { error: errorMessage(error) })
    }
    await this.#applyMesh(plan, folders)
    this.#view.endpoints.useMesh(this.#mesh?.mesh ?? null)
    this.#egress.use(plan.egress, folders.workers)
    this.#announce()
  }

  /** Where the workers' doors are. */
  learnPorts(ports: Readonly<Record<string, number>>): void {
    this.#ports = ports
    this.#certificates.confirm(ports)
    if (Object.keys(ports).length > 0) this.#acme.ready()
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

  hear(worker: number, message: MeshQuestion | EgressNews | EgressModeTold | LiveAnswer): void {
    switch (message.kind) {
      case 'egress-news':
      case 'egress-mode':
        this.#egress.hear(worker, message)
        return
      case 'live-limits-kept':
        this.#limits.hear(worker, message.ask)
        return
      case 'live-counts':
        this.#releases?.heard(message.rows)
        this.#view.hear(worker, message)
        return
      case 'live-found':
      case 'live-seen':
      case 'live-limited':
      case 'live-load':
      case 'live-failures':
      case 'live-listeners':
      case 'live-endpoints':
        this.#view.hear(worker, message)
        return
      default:
        this.#mesh?.hear(worker, message)
    }
  }

  async close(): Promise<void> {
    // Streams first: the API would wait for them.
    this.#view.close()
    this.#egress.close()
    this.#egressWatch.close()
    this.#limits.close()
    this.#acme.close()
    this.#releases?.close()
    this.#metrics.close()
    await this.#fleet?.close()
    await this.#operators?.close()
    await this.#mesh?.close()
    this.#documents?.close()
  }

  /** What cannot be read is no reason to serve nobody: workers keep to what they know, and nothing is drained anew. */
  async #rememberDrains(dataDir: string): Promise<void> {
    try {
      await this.#view.endpoints.open(new FolderDocuments(resolve(dataDir, 'live')))
    } catch (error) {
      this.#deps.log.error('what is drained cannot be read', { error: errorMessage(error) })
    }
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
    else if (this.#mesh === null) {
      const documents = this.#useDocuments(plan, folders)
      this.#mesh = await this.#openMesh(input, documents, folders.dataDir)
    } else throw new Error('a mesh keeps its trust domain: a new one needs a restart')
    this.#mesh.share(plan.store)
    for (const [sourceId, document] of this.#keys) this.#mesh.learnKeys(sourceId, document)
  }

  #useDocuments(plan: Plan, { dataDir }: Folders): StoredDocuments {
    const { clock, log, random } = this.#deps
    const folder = resolve(dataDir, 'documents')
    this.#documents ??= new StoredDocuments({ folder, clock, log, random })
    this.#documents.use(plan.store)
    return this.#documents
  }

  async #openMesh(
    input: MeshInput,
    documents: StoredDocuments,
    dataDir: string,
  ): Promise<MeshControl> {
    const { clock, random, log, tell } = this.#deps
    const mesh = await MeshControl.open(input, {
      clock,
      random,
      randomBytes,
      log,
      dataDir,
      documents,
      ownAddresses,
      audit: (event) => {
        const told = auditOfMesh(event)
        if (told !== null) this.#record(told)
      },
      tell,
      onFigures: (told) => this.#view.hearSidecar(told),
    })
    await mesh.start().catch(async (error: unknown) => {
      await mesh.close()
      throw error
    })
    return mesh
  }

  #record(event: AuditEvent): void {
    if (this.#operators !== null) this.#operators.record(event)
    else if (this.#unrecorded.length < MAX_UNRECORDED) this.#unrecorded.push(event)
  }

  async #openOperators(
    fleet: FleetControl,
    documents: StoredDocuments,
    { dataDir }: Folders,
  ): Promise<Operators> {
    const { clock, log, name, version, show, consoleFolder, keySources, env } = this.#deps
    const deployment = () => fleet.deployment
    const configurations = new Configurations({ deployment, check: (text) => this.#check(text) })
    const ignored = new Ignored(documents, clock)
    const watches = await Watches.open(documents, log)
    const record = (event: AuditEvent): void => this.#record(event)
    this.#releases?.close()
    this.#releases = new Releases({ clock, log, configurations, watches, record })
    const operations = controlOperations({
      clock,
      name,
      version,
      keySources,
      configurations,
      deployment,
      ignored,
      releases: this.#releases,
      fleet: () => fleet.fleet,
      mesh: () => this.#mesh,
      certificates: this.#certificates,
      acme: this.#acme,
      view: this.#view,
      limitKeys: this.#limitKeys(),
      egress: this.#egress,
      sightings: this.#egressWatch.sightings,
      ports: () => this.#ports,
      file: () => this.#file,
      system: this.#system({ fleet, configurations, documents, dataDir }),
    })
    const about = { clock, log, dataDir, documents, version, show, consoleFolder, env }
    return Operators.open({ ...about, operations })
  }

  #system({
    fleet,
    ...parts
  }: Pick<SystemDeps, 'configurations' | 'documents' | 'dataDir'> & {
    readonly fleet: FleetControl
  }): System {
    return new System({
      ...this.#deps,
      ...parts,
      recent: this.#recent,
      file: () => this.#file,
      check: (text) => this.#check(text),
      deployment: () => fleet.deployment,
      fleet: () => fleet.fleet,
      mesh: () => this.#mesh,
      acme: () => this.#acme.list(),
      egress: this.#egress,
      ports: () => ({ ...this.#ports, ...this.ports() }),
      keys: this.#keys,
    })
  }

  #limitKeys(): Keys {
    const { clock } = this.#deps
    const plan = () => this.#view.explainer.plan
    return new Keys({
      control: this.#limits,
      clock,
      plan,
      newId: () => randomBytes(8).toString('hex'),
    })
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
      egress: () => this.#egress.said(),
      check: (text) => this.#check(text),
      change,
      confirm,
      unasked: (revision) => this.#record(auditOfRevision(revision)),
    })
    if (this.#live !== null) fleet.learn(this.#live)
    return fleet
  }

  #check(text: string): Promise<LoadResult> {
    const { clock, env } = this.#deps
    return loadConfigText(text, this.#file, { ...disk, env, clock, runTests: policyTests('error') })
  }
}
