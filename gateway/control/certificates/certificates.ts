// The certificates of one node: what there is, which of them clients are shown, and putting a new one to work.

import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import type { Plan } from '../../config/plan.ts'
import { ApiError } from '../admin/api-error.ts'
import { serialOf } from './describe.ts'
import {
  folderOf,
  readerOf,
  tlsListeners,
  viewFolder,
  type FolderView,
  type TlsListener,
} from './folder.ts'
import { askableName, ownAddress, shownCertificate } from './handshake.ts'
import { PlanInForce } from './in-force.ts'
import { takeInventory, type Inventory, type MeshCertificates } from './inventory.ts'
import { KeptKeys, type CreatedRequest } from './kept-keys.ts'
import type { ServedBy, UploadAnswer, UploadBody } from './schemas.ts'
import { isIn, planUpload, takeBack, write, type Planned } from './upload.ts'

/** The folder is looked at four times a second, and workers have 15 s to take a configuration over. */
const TAKEN_OVER_MS = 20_000
const FRESH_MS = 1000
/** Addresses of one node that are tried, and nodes that are asked. */
const MAX_ADDRESSES = 4
const MAX_NODES = 64

/** Another node of the fleet, or this one. */
export interface AskedNode {
  readonly name: string
  readonly isThis: boolean
  readonly addresses: readonly string[]
}

/** A listener of a node, for whoever looks at what it shows. */
export interface NodeDoor {
  readonly name: string
  readonly isThis: boolean
  readonly hosts: readonly string[]
  /** null: it is not known. */
  readonly port: number | null
}

export interface CertificatesDeps {
  readonly clock: Clock
  /** null: there is no mesh. */
  readonly mesh: () => MeshCertificates | null
  /** Every node that is there, this one too. Rejects where the store is away. */
  readonly nodes: () => Promise<readonly AskedNode[]>
  /** Why the configuration's file would be refused as it is now, but for its certificates; null: it would not. */
  readonly fileFault: () => Promise<string | null>
}

/** Absolute paths. */
interface Paths {
  readonly file: string
  readonly folder: string
  readonly dataDir: string
}

export class Certificates {
  readonly #deps: CertificatesDeps
  readonly #inForce: PlanInForce
  #paths: Paths | null = null
  #isUploading = false
  /** What was read last, of this plan. */
  #taken: { readonly plan: Plan; readonly atMs: number; readonly inventory: Inventory } | null =
    null

  constructor(deps: CertificatesDeps) {
    this.#deps = deps
    this.#inForce = new PlanInForce(deps.clock)
  }

  /** This plan is tried. */
  use(plan: Plan, { file, folder, dataDir }: Paths): void {
    this.#paths = { file, folder, dataDir }
    this.#inForce.use(plan)
  }

  /** It is served by every worker. */
  confirm(ports: Readonly<Record<string, number>>): void {
    this.#inForce.confirm(ports)
  }

  /** Names of the listeners that serve TLS. */
  get listeners(): readonly string[] {
    return tlsListeners(this.#now().plan.listeners).map(({ name }) => name)
  }

  /** Read anew once a second at most, and after every change that was made here. */
  inventory(): Inventory {
    const { plan } = this.#now()
    const nowMs = this.#deps.clock.monotonicMs()
    const last = this.#taken
    if (last?.plan === plan && nowMs - last.atMs < FRESH_MS) return last.inventory
    const inventory = this.#take()
    this.#taken = { plan, atMs: nowMs, inventory }
    return inventory
  }

  #take(): Inventory {
    const { plan, file, dataDir } = this.#now()
    const { clock, mesh } = this.#deps
    const isOwn = plan.admin.kind === 'on' && plan.admin.tls === null
    const given = plan.admin.kind === 'on' ? (plan.admin.tls?.certPem ?? '') : ''
    return takeInventory({
      plan,
      file,
      production: plan.production,
      nowMs: clock.wallMs(),
      consolePem: isOwn ? readOr(join(dataDir, 'console/server.pem'), '') : given,
      mesh: mesh(),
    })
  }

  /** A new key that never leaves the data folder, and the request by which an authority makes a certificate of it. */
  createRequest(names: readonly string[]): CreatedRequest {
    return this.#keys().create(names, this.#deps.clock.wallMs())
  }

  /** Which certificate each node shows. Throws ApiError `not_found` for a listener that is none. */
  async served(listener: string, serverName: string | null): Promise<readonly ServedBy[]> {
    const doors = await this.doors(listener)
    return Promise.all(doors.map((door) => this.#ask(door, serverName)))
  }

  /** Where a listener of each node is reached. Throws ApiError `not_found` for a listener that is none. */
  async doors(listener: string): Promise<readonly NodeDoor[]> {
    const found = this.#listener(listener)
    const bound = this.#inForce.portOf(listener)
    const nodes = (await this.#deps.nodes()).slice(0, MAX_NODES)
    return nodes.map(({ name, isThis, addresses }) => {
      const port = isThis ? bound : found.port
      const hosts = isThis ? [ownAddress(found.host)] : addresses.slice(0, MAX_ADDRESSES)
      return { name, isThis, hosts, port: port === 0 ? null : port }
    })
  }

  /** The folder of a listener as it is now. Throws ApiError `not_found`. */
  view(listener: string): FolderView {
    const { plan, file } = this.#now()
    const found = this.#listener(listener)
    const context = {
      file,
      production: plan.production,
      nowMs: this.#deps.clock.wallMs(),
      isRenewed: found.tls.acme !== null,
    }
    return viewFolder(folderOf(found), readerOf(context), context)
  }

  #listener(name: string): TlsListener {
    const found = tlsListeners(this.#now().plan.listeners).find((one) => one.name === name)
    if (found !== undefined) return found
    throw new ApiError('not_found', `there is no TLS listener ${name}`)
  }

  /** What an upload would write; throws ApiError with every fault. */
  plan(body: UploadBody): Planned {
    const { plan, file, folder } = this.#now()
    return planUpload(body, {
      plan,
      file,
      production: plan.production,
      nowMs: this.#deps.clock.wallMs(),
      keptKeys: this.#keys().text(),
      resolve: (path) => resolve(folder, path),
    })
  }

  /** Resolves when clients are shown it. Rejects with ApiError, and then everything is as it was. */
  async upload(body: UploadBody): Promise<UploadAnswer> {
    if (this.#isUploading)
      throw new ApiError('conflict', 'another upload is under way: wait for it')
    this.#isUploading = true
    try {
      const planned = this.plan(body)
      const fault = await this.#deps.fileFault()
      if (fault !== null) {
        const message = `the file of the configuration has an error, so nothing new is taken over: ${fault}`
        throw new ApiError('rejected', message)
      }
      await write(planned)
      this.#taken = null
      if (planned.isServed) await this.#takenOver(planned)
      this.#keys().forget(planned.pair.keyPem)
      return await this.#told(planned)
    } finally {
      this.#isUploading = false
    }
  }

  async #takenOver(planned: Planned): Promise<void> {
    const isTaken = await this.#inForce.until((plan) => isIn(plan, planned), TAKEN_OVER_MS)
    const shown = isTaken ? await this.#shownHere(planned) : null
    const { pair } = planned
    // A certificate for addresses alone is shown to nobody by name, unless it is the default.
    const isProven = shown === pair.chain[0]!.fingerprint256 || askableName(pair.names) === null
    if (isTaken && isProven) return
    await takeBack(planned)
    this.#taken = null
    const why = isTaken ? 'clients are shown another one' : 'the workers did not take it over'
    const message = `${why}: the folder is as it was; the gateway’s log says more`
    throw new ApiError('rejected', message)
  }

  /** Fingerprint of what this node shows for the names of the pair; null where it cannot be asked. */
  async #shownHere({ listener, pair }: Planned): Promise<string | null> {
    const port = this.#inForce.portOf(listener.name)
    if (port === null) return null
    const asked = { host: ownAddress(listener.host), port, serverName: askableName(pair.names) }
    const shown = await shownCertificate(asked, this.#deps.clock).catch(() => null)
    return shown?.fingerprint256 ?? null
  }

  async #told(planned: Planned): Promise<UploadAnswer> {
    const { file, pair, listener, oldSerial, isServed, warnings } = planned
    const nodes = await this.served(listener.name, askableName(pair.names)).catch(() => [])
    return {
      id: `listener:${file}`,
      file,
      oldSerial,
      newSerial: serialOf(pair.chain[0]!),
      names: [...pair.names],
      notAfterMs: pair.chain[0]!.validToDate.getTime(),
      isServed,
      warnings: [...warnings],
      nodes: [...nodes],
    }
  }

  async #ask(
    { name, isThis, hosts, port }: NodeDoor,
    serverName: string | null,
  ): Promise<ServedBy> {
    let reason = port === null ? 'its port is not known' : 'it has no address'
    for (const host of hosts) {
      if (port === null) break
      try {
        const shown = await shownCertificate({ host, port, serverName }, this.#deps.clock)
        const notAfterMs = shown.validToDate.getTime()
        return { node: name, isThis, serial: serialOf(shown), notAfterMs, reason: '' }
      } catch (error) {
        reason = errorMessage(error)
      }
    }
    return { node: name, isThis, serial: null, notAfterMs: null, reason }
  }

  #keys(): KeptKeys {
    return new KeptKeys(join(this.#now().dataDir, 'certificate-keys'))
  }

  #now(): Paths & { readonly plan: Plan } {
    const { plan } = this.#inForce
    if (this.#paths !== null && plan !== null) return { ...this.#paths, plan }
    throw new ApiError('not_available', 'nothing is served yet: ask again in a moment')
  }
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return otherwise
  }
}
