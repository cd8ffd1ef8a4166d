// Control's door for sidecars: HTTPS with mesh certificates, where only joining and three harmless questions need none.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { canonicalAddress } from '../../../sidecar/forward/address.ts'
import { peerOf, type PeerVerdict } from '../../../sidecar/identity/peer.ts'
import { serviceNameOf } from '../../../sidecar/identity/spiffe-id.ts'
import { followIdentity, meshServerOptions } from '../../../sidecar/identity/tls.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { errorCode, errorMessage } from '../../../sidecar/runtime/errors.ts'
import { listen } from '../../../sidecar/runtime/listen.ts'
import type { Log } from '../../../sidecar/telemetry/log.ts'
import type { MeshPlan } from '../../config/mesh.ts'
import { countedNetwork } from '../../limit/address.ts'
import type { JoinTokens } from '../ca/join-tokens.ts'
import type { JwtJoin } from '../ca/jwt-join.ts'
import { isRefusal, refusal, send, type Answer } from './answers.ts'
import type { MeshAudit } from './audit.ts'
import { openControlIdentity, type ControlIdentity } from './control-identity.ts'
import type { Mesh } from './mesh.ts'
import { Operations, type ToldFigures } from './operations.ts'
import { RateBound } from './rate-bound.ts'
import type { Caller } from './registry.ts'
import { MAX_BODY_BYTES, MAX_FIGURES_BYTES, readJson } from './requests.ts'
import { Watchers } from './watchers.ts'

export interface MeshDoorOptions {
  readonly mesh: Mesh
  readonly tokens: Pick<JoinTokens, 'redeem'>
  /** Null while joining with a JWT is not configured. */
  readonly jwt: () => Pick<JwtJoin, 'redeem'> | null
  readonly clock: Clock
  /** [0, 1). */
  readonly random: () => number
  readonly log: Log
  readonly audit: MeshAudit
  /** Hears what sidecars have counted. */
  readonly onFigures: (told: ToldFigures) => void
}

export interface MeshDoor {
  readonly port: number
  /** Members that listen for changes now. */
  readonly watchers: number
  /** Takes over what a new plan says about members; where the door stands it stays. */
  update(plan: MeshPlan): void
  /** Says goodbye to those who watch and closes every connection. The mesh stays as it is. */
  close(): Promise<void>
}

/** Opens the door where the mesh's plan says. Rejects with the system's error where that is taken. */
export async function startMeshDoor(options: MeshDoorOptions): Promise<MeshDoor> {
  const identity = await openControlIdentity(options)
  const door = new Door(options, identity)
  try {
    await door.open()
  } catch (error) {
    await door.close()
    throw error
  }
  return door
}

const MAX_CONNECTIONS = 20_000
const MAX_HEADER_BYTES = 8192
/** Head and body of a request have to be there by then. */
const REQUEST_MS = 10_000
const CHECK_MS = 2000
/** Members beat every 5 s, and so keep their connection. */
const KEEP_ALIVE_MS = 15_000

type Peer = Extract<PeerVerdict, { kind: 'trusted' }>

class Door implements MeshDoor {
  readonly #options: MeshDoorOptions
  readonly #identity: ControlIdentity
  readonly #server: Server
  readonly #operations: Operations
  readonly #watchers: Watchers
  readonly #strangers: RateBound
  readonly #members: RateBound
  readonly #renewals: RateBound
  readonly #stops: readonly (() => void)[]

  constructor(options: MeshDoorOptions, identity: ControlIdentity) {
    const { mesh, clock, log } = options
    this.#options = options
    this.#identity = identity
    this.#operations = new Operations(options)
    const onExcess = (key: string): void => this.#auditRefusal(key, 'rate_limited', '')
    this.#strangers = new RateBound({ clock, perSecond: 5, burst: 60, onExcess })
    this.#members = new RateBound({ clock, perSecond: 10, burst: 60, onExcess })
    // By id: with each new certificate comes a new serial number, and all instances may start at once.
    this.#renewals = new RateBound({ clock, perSecond: 20, burst: 1000, onExcess })
    this.#watchers = new Watchers({
      clock,
      snapshotFor: (id) => mesh.snapshotFor(id),
      warmingUpMs: () => mesh.warmingUpMs,
      bootId: mesh.bootId,
    })
    this.#server = this.#createServer(identity)
    this.#stops = [
      followIdentity(this.#server, identity.source, (error) =>
        log.error('the mesh door keeps its old certificate', { error: errorMessage(error) }),
      ),
      mesh.onChange(() => this.#watchers.changed()),
    ]
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get watchers(): number {
    return this.#watchers.size
  }

  open(): Promise<void> {
    const { host, port } = this.#options.mesh.plan
    return listen(this.#server, port, host)
  }

  update(plan: MeshPlan): void {
    const { host, port } = this.#options.mesh.plan
    if (plan.host !== host || plan.port !== port) {
      this.#options.log.warn('a new address of the mesh door takes effect at the next start')
    }
    this.#options.mesh.update(plan)
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop()
    this.#identity.close()
    this.#watchers.close()
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeAllConnections()
    await closed
  }

  #createServer({ source }: ControlIdentity): Server {
    const server = createServer(
      {
        ...meshServerOptions(source),
        // Whoever joins has no certificate yet; everybody else is asked for it on each request.
        rejectUnauthorized: false,
        maxHeaderSize: MAX_HEADER_BYTES,
        headersTimeout: REQUEST_MS,
        requestTimeout: REQUEST_MS,
        connectionsCheckingInterval: CHECK_MS,
        keepAliveTimeout: KEEP_ALIVE_MS,
      },
      (request, response) => void this.#serve(request, response),
    )
    server.maxConnections = MAX_CONNECTIONS
    // Nobody is answered who does not speak TLS or HTTP.
    server.on('tlsClientError', (_error, socket) => socket.destroy())
    server.on('clientError', (_error, socket) => socket.destroy())
    server.on('upgrade', (_request, socket) => socket.destroy())
    server.on('connect', (_request, socket) => socket.destroy())
    return server
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => response.destroy())
    try {
      await this.#answer(request, response)
    } catch (error) {
      // A body that broke off is the peer's affair; everything else is a fault of ours.
      if (errorCode(error) !== 'ECONNRESET') {
        const fields = { path: request.url ?? '', error: errorMessage(error) }
        this.#options.log.error('fault at the mesh door', fields)
      }
      if (response.headersSent) response.destroy()
      else send(response, refusal('internal_error'), true)
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const socket = request.socket as TLSSocket
    const address = canonicalAddress(socket.remoteAddress ?? '')
    if (address === null) {
      response.destroy()
      return
    }
    const { path, held } = placeOf(request.url ?? '')
    const open = await this.#answerAnybody(request, path, address)
    if (open !== null) return send(response, open, true)
    const verdict = this.#verdictOn(socket)
    if (verdict.kind === 'refused') {
      return send(response, this.#refuseStranger(verdict, address), true)
    }
    const { id, serial, notAfterMs } = verdict
    const caller = { id, service: serviceNameOf(id), address, serial, notAfterMs }
    if (!this.#members.take(serial)) {
      return send(response, refusal('rate_limited'), !request.complete)
    }
    if (path === '/v1/watch' && request.method === 'GET') {
      return this.#watch(verdict, socket, response, held)
    }
    const answer = await this.#answerMember(request, path, caller)
    // Of a body that was not read to its end nothing may be taken for the next request.
    send(response, answer, isRefusal(answer) && !request.complete)
  }

  /** The answer to what needs no certificate; null where a certificate is needed. */
  async #answerAnybody(
    request: IncomingMessage,
    path: string,
    address: string,
  ): Promise<Answer | null> {
    const { method } = request
    const isOpen = path === '/livez' || path === '/v1/trust' || path === '/v1/join'
    if (!isOpen) return null
    if (!this.#strangers.take(countedNetwork(address))) return refusal('rate_limited')
    if (path === '/v1/join') {
      if (method !== 'POST') return refusal('method_not_allowed')
      const read = await readJson(request)
      return 'value' in read ? this.#operations.join(address, read.value) : read
    }
    if (method !== 'GET') return refusal('method_not_allowed')
    if (path === '/livez') return { status: 200, body: { status: 'ok' } }
    return { status: 200, body: this.#options.mesh.trusting.trust }
  }

  async #answerMember(request: IncomingMessage, path: string, caller: Caller): Promise<Answer> {
    const operation = this.#operations.forMembers.get(path)
    if (operation === undefined)
      return refusal(path === '/v1/watch' ? 'method_not_allowed' : 'unknown_path')
    if (request.method !== 'POST') return refusal('method_not_allowed')
    if (path === '/v1/renew' && !this.#renewals.take(caller.id)) return refusal('rate_limited')
    const maxBytes = path === '/v1/figures' ? MAX_FIGURES_BYTES : MAX_BODY_BYTES
    const read = await readJson(request, maxBytes)
    return 'value' in read ? operation(caller, read.value) : read
  }

  #watch(peer: Peer, socket: TLSSocket, response: ServerResponse, held: string | null): void {
    if (response.destroyed) return
    const { mesh } = this.#options
    if (held !== null) mesh.acknowledge(peer.serial, held)
    let { trust, revocations } = mesh.trusting
    // Between two changes of whom to believe only time passes, and the watch ends with the certificate.
    const isTrusted = (): boolean => {
      const now = mesh.trusting
      if (now.trust === trust && now.revocations === revocations) return true
      ;({ trust, revocations } = now)
      return this.#verdictOn(socket).kind === 'trusted'
    }
    response.writeHead(200, {
      'content-type': 'application/x-ndjson',
      'cache-control': 'no-store',
      connection: 'close',
    })
    const isAdded = this.#watchers.add({
      id: peer.id,
      response,
      held,
      notAfterMs: peer.notAfterMs,
      isTrusted,
    })
    if (!isAdded) response.destroy()
  }

  #verdictOn(socket: TLSSocket): PeerVerdict {
    const { mesh, clock } = this.#options
    // TLS does not tell who shows nothing from who shows something bad; people want to know.
    if (socket.getPeerX509Certificate() === undefined) {
      return { kind: 'refused', reason: 'no_certificate', detail: '' }
    }
    return peerOf(socket, mesh.trusting, clock.wallMs(), null)
  }

  #refuseStranger(verdict: Extract<PeerVerdict, { kind: 'refused' }>, address: string): Answer {
    if (!this.#strangers.take(countedNetwork(address))) return refusal('rate_limited')
    const { reason, detail } = verdict
    this.#auditRefusal(address, reason, detail)
    return refusal(reason === 'no_certificate' ? reason : 'not_a_member', reason)
  }

  #auditRefusal(actor: string, reason: string, detail: string): void {
    const { audit, clock } = this.#options
    audit({
      kind: 'mesh_refusal',
      atMs: clock.wallMs(),
      actor,
      service: null,
      result: 'refused',
      reason,
      alarm: false,
      detail: { detail },
    })
  }
}

/** The path, and the revision that a watcher holds already. */
function placeOf(target: string): { path: string; held: string | null } {
  const mark = target.indexOf('?')
  if (mark === -1) return { path: target, held: null }
  const held = new URLSearchParams(target.slice(mark + 1)).get('held')
  return { path: target.slice(0, mark), held: held?.slice(0, 200) ?? null }
}
