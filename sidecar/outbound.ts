// The app's way out, on loopback: `http://NAME.mesh/` to peers by mutual TLS, everything else to the egress gateway or nowhere.

import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { listen } from './runtime/listen.ts'
import { parseAuthority, type Authority } from './forward/host.ts'
import type { Http1Exchange } from './forward/http1-exchange.ts'
import type { Transport } from './upstream/transport.ts'
import { rawProblem } from './answers.ts'
import { peerHeaders } from './app-headers.ts'
import { createFront, endWith } from './http-front.ts'
import { isMeshHost } from './mesh-name.ts'
import type { BindAddress } from './options.ts'
import type { Running, Traffic } from './traffic.ts'

/** Open connections of the app; more are refused. */
const MAX_CONNECTIONS = 10_000
const ABSOLUTE = /^(https?):\/\//i

/** What the current snapshot lets this sidecar reach. */
export interface Destinations {
  /** The service that a host under `.mesh` stands for; null where none may be called by that name. */
  serviceAt(host: string): { readonly name: string; readonly transport: Transport } | null
  /** null: there is no egress gateway. */
  egress(): Transport | null
}

export interface OutboundDeps {
  readonly traffic: Traffic
  readonly destinations: Destinations
  /** Hands a CONNECT to the egress gateway; false where there is none. */
  readonly openTunnel: (target: Authority, socket: Socket, head: Buffer) => boolean
}

export class Outbound {
  readonly #deps: OutboundDeps
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #draining = false

  constructor(deps: OutboundDeps) {
    this.#deps = deps
    this.#server = createFront({
      onExchange: (exchange, socket) => this.#serve(exchange, socket),
      onConnect: (request, socket, head) => this.#connect(request, socket, head),
      onBroken: (reason, socket, detail) => this.#broken(reason, socket, detail),
      isClosing: () => this.#draining,
    })
    this.#server.maxConnections = MAX_CONNECTIONS
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
  }

  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? 0
  }

  open({ host, port }: BindAddress): Promise<void> {
    return listen(this.#server, port, host)
  }

  /** Stops accepting, and ends each connection behind its answer. */
  drain(): void {
    this.#draining = true
    this.#server.close()
    this.#server.closeIdleConnections()
  }

  /** Ends what is left. */
  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #serve(exchange: Http1Exchange, socket: Socket): void {
    const { traffic } = this.#deps
    const running = traffic.admit('outbound', exchange, socket, '')
    if (running === null) return
    const scheme = ABSOLUTE.exec(exchange.head.target)?.[1]?.toLowerCase() ?? null
    const { host } = running.facts
    if (scheme === 'https') {
      const hint = isMeshHost(host) ? useHttp(host) : 'use CONNECT for https, as proxy clients do'
      traffic.refuse(running, 'scheme_not_supported', { hint })
    } else if (isMeshHost(host)) this.#toService(running)
    else if (scheme === 'http') this.#toEgress(running)
    else {
      const hint = 'call http://NAME.mesh/, or use this port as a proxy (HTTP_PROXY, HTTPS_PROXY)'
      traffic.refuse(running, 'not_a_mesh_name', { hint })
    }
  }

  #toService(running: Running): void {
    const { traffic, destinations } = this.#deps
    const { facts, exchange } = running
    if (facts.port !== null && facts.port !== 80 && facts.port !== this.port) {
      const hint = `call http://${facts.host}/ without a port`
      traffic.refuse(running, 'mesh_port_unknown', { hint })
      return
    }
    const service = destinations.serviceAt(facts.host)
    if (service === null) {
      const hint = 'there is no service of this name, or no rule lets this one call it'
      traffic.refuse(running, 'service_not_allowed', { hint })
      return
    }
    running.peer = service.name
    const target = facts.query === '' ? facts.path : `${facts.path}?${facts.query}`
    const headers = peerHeaders(facts, exchange.head.rawHeaders)
    traffic.forward(running, target, headers, service.transport)
  }

  #toEgress(running: Running): void {
    const { traffic, destinations } = this.#deps
    const { facts, exchange } = running
    const egress = destinations.egress()
    if (egress === null) {
      traffic.refuse(running, 'no_egress', { hint: NO_EGRESS })
      return
    }
    running.peer = 'egress'
    const query = facts.query === '' ? '' : `?${facts.query}`
    const target = `http://${facts.authority}${facts.path}${query}`
    traffic.forward(running, target, peerHeaders(facts, exchange.head.rawHeaders), egress)
  }

  #connect(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const target = readConnect(request)
    if (typeof target === 'string') this.#refuseConnect(socket, target, '')
    else if (isMeshHost(target.host)) {
      this.#refuseConnect(socket, 'mesh_name_needs_http', useHttp(target.host))
    } else if (this.#draining) this.#refuseConnect(socket, 'shutting_down', '')
    else if (!this.#deps.openTunnel(target, socket, head)) {
      this.#refuseConnect(socket, 'no_egress', NO_EGRESS)
    }
  }

  #refuseConnect(socket: Socket, reason: string, hint: string): void {
    const { traffic } = this.#deps
    traffic.broken('outbound', reason, socket.remoteAddress ?? '', '', hint)
    endWith(socket, rawProblem({ reason, hop: traffic.hop('outbound', ''), requestId: '', hint }))
  }

  #broken(reason: string, socket: Socket, detail: string): Buffer {
    const { traffic } = this.#deps
    traffic.broken('outbound', reason, socket.remoteAddress ?? '', '', detail)
    return rawProblem({ reason, hop: traffic.hop('outbound', ''), requestId: '' })
  }
}

const NO_EGRESS = 'this mesh has no egress gateway, so nothing outside of it can be reached'

function useHttp(host: string): string {
  return `call http://${host}/ instead: the sidecars encrypt by themselves`
}

/** The target of a CONNECT (RFC 9110 section 9.3.6) with its port, or why it is refused. */
function readConnect(request: IncomingMessage): Authority | string {
  const { rawHeaders, url = '' } = request
  const target = parseAuthority(url)
  if (target === null || target.port === null) return 'target_invalid'
  let hosts = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase()
    // Its bytes would be taken for the tunnel's.
    if (name === 'content-length' || name === 'transfer-encoding') return 'connect_with_body'
    if (name !== 'host') continue
    const host = parseAuthority(rawHeaders[i + 1]!)
    if (++hosts > 1) return 'host_repeated'
    if (host?.host !== target.host || (host.port ?? target.port) !== target.port) {
      return 'host_mismatch'
    }
  }
  return target
}
