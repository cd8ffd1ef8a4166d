// One door of egress: HTTP/1.1 over TCP on loopback, or over mesh mTLS, where the certificate tells who is calling.

import {
  createServer as createHttpServer,
  ServerResponse,
  type IncomingMessage,
  type Server as HttpServer,
} from 'node:http'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls'
import type { DoorPlan, EgressPlan } from '../allow/plan.ts'
import { Http1Exchange, isAnsweredEarly } from '../../sidecar/forward/http1-exchange.ts'
import { meshServerOptions } from '../../sidecar/identity/tls.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import { listen } from '../../sidecar/runtime/listen.ts'
import { answerBytes, answerOf } from './answers.ts'
import type { Caller } from './callers.ts'
import { endWith } from './last-words.ts'
import type { MeshPeers } from './mesh-peers.ts'
import { MAX_HEAD_BYTES, type Arrived } from './request-desk.ts'

/** How often slow request heads are looked for. */
const CHECK_INTERVAL_MS = 500
/** While the door drains, connections that became idle are closed this often. */
const IDLE_CHECK_MS = 100

export interface ListenerDeps {
  readonly clock: Clock
  /** null: the plain door. */
  readonly peers: MeshPeers | null
  /** Of the plain door: by proxy token; null where it is not good. */
  readonly callerByToken: (rawHeaders: readonly string[]) => Caller | null
  readonly onConnect: (
    request: IncomingMessage,
    client: Duplex,
    head: Buffer,
    caller: Caller | null,
  ) => void
  readonly onRequest: (arrived: Arrived) => void
  /** A request that the parser gave up; `status` is what it was answered. */
  readonly onUnreadable: (client: string, reason: string, status: number) => void
}

export class Listener {
  readonly #deps: ListenerDeps
  readonly #server: Server
  readonly #http: HttpServer
  readonly #sockets = new Set<Socket>()
  #draining = false
  #onEmpty: (() => void)[] = []
  #cancelIdleCheck = (): void => {}

  constructor(plan: EgressPlan, deps: ListenerDeps) {
    this.#deps = deps
    this.#http = this.#createHttp(plan)
    this.#server = deps.peers === null ? this.#createTcp() : this.#createTls(deps.peers)
    this.#server.maxConnections = plan.caps.connections
  }

  get port(): number {
    const address = this.#server.address()
    return address !== null && typeof address === 'object' ? address.port : 0
  }

  open({ host, port }: DoorPlan): Promise<void> {
    return listen(this.#server, port, host)
  }

  /** Limits of a new plan; they hold for connections and requests from now on. */
  update(plan: EgressPlan): void {
    this.#server.maxConnections = plan.caps.connections
    this.#http.headersTimeout = plan.timeouts.headersMs
    this.#http.timeout = plan.timeouts.idleMs
  }

  /** Stops accepting; idle connections are closed, answers say so; resolves when every connection is gone. */
  async drain(): Promise<void> {
    this.#draining = true
    this.#server.close()
    this.#closeIdle()
    if (this.#sockets.size > 0) {
      await new Promise<void>((resolve) => {
        this.#onEmpty.push(resolve)
      })
    }
    this.#cancelIdleCheck()
    this.#http.close()
  }

  /** Ends what is left, whatever it does. */
  destroy(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  #closeIdle(): void {
    this.#http.closeIdleConnections()
    this.#cancelIdleCheck = this.#deps.clock.after(IDLE_CHECK_MS, () => this.#closeIdle())
  }

  #createTcp(): Server {
    const options = { noDelay: true, keepAlive: true, allowHalfOpen: true }
    return createTcpServer(options, (socket) => {
      this.#watch(socket)
      this.#http.emit('connection', socket)
    })
  }

  #createTls(peers: MeshPeers): TlsServer {
    const server = createTlsServer(meshServerOptions(peers.identity))
    peers.follow(server)
    server.on('connection', (socket: Socket) => {
      socket.on('error', () => socket.destroy())
    })
    server.on('secureConnection', (socket) => {
      this.#watch(socket)
      if (!peers.admit(socket)) return
      // A tunnel's half-close travels on.
      socket.allowHalfOpen = true
      this.#http.emit('connection', socket)
    })
    server.on('tlsClientError', (_error, socket) => socket.destroy())
    return server
  }

  #watch(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => {
      this.#sockets.delete(socket)
      if (this.#sockets.size > 0) return
      for (const resolve of this.#onEmpty.splice(0)) resolve()
    })
  }

  #createHttp(plan: EgressPlan): HttpServer {
    const server = createHttpServer({
      maxHeaderSize: MAX_HEAD_BYTES,
      headersTimeout: plan.timeouts.headersMs,
      // A large upload may take as long as it goes on.
      requestTimeout: 0,
      keepAliveTimeout: 0,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      insecureHTTPParser: false,
      // Admission reads Host itself, so that its refusal looks like every other.
      requireHostHeader: false,
      optimizeEmptyRequests: true,
    })
    // Node silently drops what is over its count; admission refuses instead.
    server.maxHeadersCount = 0
    server.timeout = plan.timeouts.idleMs
    // The server is never bound itself: this starts its check for slow requests.
    server.emit('listening')
    server.on('request', (request, response) => this.#request(request, response, false))
    server.on('checkContinue', (request, response) => this.#request(request, response, true))
    server.on('checkExpectation', (request, response) => this.#request(request, response, false))
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
    server.on('connect', (request: IncomingMessage, client: Duplex, head: Buffer) => {
      request.socket.setTimeout(0)
      this.#deps.onConnect(request, client, head, this.#callerOf(request))
    })
    server.on('timeout', (socket: Socket) => {
      // While the destination thinks, its own timeout decides.
      if (responseOn(socket)?.headersSent !== false) socket.destroy()
    })
    server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
      this.#unreadable(error, socket as Socket)
    })
    return server
  }

  #callerOf(request: IncomingMessage): Caller | null {
    const { peers, callerByToken } = this.#deps
    return peers === null ? callerByToken(request.rawHeaders) : peers.callerOf(request.socket)
  }

  #request(request: IncomingMessage, response: ServerResponse, waits: boolean): void {
    const exchange = new Http1Exchange(request, response, {
      upgradeHead: null,
      waitsForContinue: waits,
      isDraining: () => this.#draining,
    })
    this.#deps.onRequest({ request, response, exchange, caller: this.#callerOf(request) })
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const response = new ServerResponse(request)
    response.shouldKeepAlive = false
    response.assignSocket(socket as Socket)
    response.once('finish', () => endWith(socket, Buffer.alloc(0), this.#deps.clock))
    const exchange = new Http1Exchange(request, response, {
      upgradeHead: head,
      waitsForContinue: false,
      isDraining: () => this.#draining,
    })
    this.#deps.onRequest({ request, response, exchange, caller: this.#callerOf(request) })
  }

  #unreadable(error: NodeJS.ErrnoException, socket: Socket): void {
    const isLost = error.code === 'ECONNRESET' || !socket.writable || isAnsweredEarly(socket)
    if (isLost || responseOn(socket)?.headersSent === true) {
      socket.destroy()
      return
    }
    const reason = parserReason(error)
    const answer = answerOf({ reason, unreadable: true, detail: '', requestId: '' })
    endWith(socket, answerBytes(answer), this.#deps.clock)
    this.#deps.onUnreadable(socket.remoteAddress ?? '', reason, answer.status)
  }
}

/** The answer under way on a connection, or null between two requests. */
function responseOn(socket: Duplex): { readonly headersSent: boolean } | null {
  return (socket as { _httpMessage?: { headersSent: boolean } | null })._httpMessage ?? null
}

function parserReason(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return 'head_too_large'
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 'request_timeout'
    default:
      return 'malformed_request'
  }
}
