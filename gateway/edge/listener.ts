// One listener behind a door: ends TLS, speaks HTTP/1.1 and HTTP/2, and has requests admitted strictly before anything
// else sees them.

import type { FastifyInstance } from 'fastify'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { ServerResponse as ServerResponseClass } from 'node:http'
import type {
  Http2Server,
  Http2ServerRequest,
  Http2ServerResponse,
  ServerHttp2Session,
} from 'node:http2'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createServer as createTlsServer, type Server as TlsServer, type TLSSocket } from 'node:tls'
import type { ListenerPlan } from '../config/plan.ts'
import { Http1Exchange } from '../../sidecar/forward/http1-exchange.ts'
import { Http2Exchange } from '../../sidecar/forward/http2-exchange.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import type { AcmeAnswers } from './acme-answers.ts'
import { appFor, createApp, showFastify } from './app.ts'
import type { RequestState } from './request-state.ts'
import type { RequestSteps } from './steps.ts'
import { createHttp1Server, createHttp2Server, responseOn } from './servers.ts'
import type { Reception } from './reception.ts'
import { checkTls, ServerContexts } from './tls-contexts.ts'

/** While a listener drains, connections that became idle are closed this often. */
const IDLE_CHECK_MS = 100

export interface ListenerDeps {
  readonly clock: Clock
  readonly steps: RequestSteps
  readonly reception: Reception
  readonly acme: AcmeAnswers
}

export class Listener {
  readonly #deps: ListenerDeps
  #plan: ListenerPlan
  readonly #contexts: ServerContexts | null
  readonly #tls: TlsServer | null
  readonly #http1: Server
  readonly #http2: Http2Server
  /** Requests on routes with `cors:`, and all others. */
  #corsApp: FastifyInstance | null = null
  #plainApp: FastifyInstance | null = null
  readonly #sockets = new Set<Socket>()
  readonly #sessions = new Set<ServerHttp2Session>()
  #draining = false
  readonly #isDraining = (): boolean => this.#draining
  #onEmpty: (() => void) | null = null
  #cancelIdleCheck = (): void => {}

  /** `ticketKeys`: 48 bytes shared by every worker of this listener, so that TLS sessions resume on any of them. */
  constructor(plan: ListenerPlan, ticketKeys: Buffer, deps: ListenerDeps) {
    this.#plan = plan
    this.#deps = deps
    this.#contexts = plan.tls === null ? null : new ServerContexts(plan.tls)
    this.#tls = this.#contexts === null ? null : this.#createTls(this.#contexts, ticketKeys)
    this.#http1 = createHttp1Server(plan)
    this.#http2 = createHttp2Server(plan)
    this.#serveHttp1()
    this.#serveHttp2()
  }

  get plan(): ListenerPlan {
    return this.#plan
  }

  /** Open ones, idle or not. */
  get connections(): number {
    return this.#sockets.size
  }

  async prepare(): Promise<void> {
    const { steps } = this.#deps
    this.#corsApp = await createApp(this.#http1, steps, true)
    this.#plainApp = await createApp(this.#http1, steps, false)
  }

  readonly accept = (socket: Socket): void => {
    this.#sockets.add(socket)
    socket.once('close', () => {
      this.#sockets.delete(socket)
      if (this.#sockets.size === 0) this.#onEmpty?.()
    })
    if (this.#tls === null) this.#http1.emit('connection', socket)
    else {
      // A TLS socket takes this from the one it wraps; nobody waits for a client that leaves in its handshake.
      socket.allowHalfOpen = false
      const { acme } = this.#deps
      const serve = (): boolean => this.#tls!.emit('connection', socket)
      if (acme.isWaiting) acme.lead(socket, serve)
      else serve()
    }
  }

  /** Throws where `update` with this plan could not succeed. */
  checkUpdate(plan: ListenerPlan): void {
    if (plan.tls === null) return
    checkTls(plan.tls)
    // An authority would fill the folder again, but until then nobody could be served.
    if (plan.tls.certificates.length === 0 && this.#plan.tls?.certificates.length !== 0) {
      const message = `folder ${plan.tls.folder} holds no certificate any more`
      throw new Error(`${message}: those that were served before are kept`)
    }
  }

  /** Takes over a plan that speaks alike: new certificates and limits serve from the next connection on. */
  update(plan: ListenerPlan, ticketKeys: Buffer): void {
    this.#plan = plan
    if (plan.tls === null || this.#contexts === null || this.#tls === null) return
    this.#contexts.update(plan.tls)
    this.#tls.setSecureContext(this.#contexts.defaultOptions())
    if (plan.tls.clientCaPem === null) this.#tls.setTicketKeys(ticketKeys)
  }

  /**
   * Tells clients to go elsewhere, and resolves when every connection is gone. An idle connection is closed only after
   * `idleMs`: a request that is on its way to us right now must not meet a closed door.
   */
  async drain(idleMs: number): Promise<void> {
    this.#draining = true
    for (const session of this.#sessions) session.close()
    this.hurry(idleMs)
    if (this.#sockets.size > 0) {
      await new Promise<void>((resolve) => {
        this.#onEmpty = resolve
      })
    }
    this.#cancelIdleCheck()
    this.#http1.close()
    await Promise.all([this.#corsApp?.close(), this.#plainApp?.close()])
  }

  /** While draining: idle connections are closed after `idleMs` from now, and from then on as they become idle. */
  hurry(idleMs: number): void {
    this.#cancelIdleCheck()
    this.#cancelIdleCheck = this.#deps.clock.after(idleMs, () => {
      this.#http1.closeIdleConnections()
      this.hurry(IDLE_CHECK_MS)
    })
  }

  /** Ends what is left, whatever it does. */
  destroy(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  #createTls(contexts: ServerContexts, ticketKeys: Buffer): TlsServer {
    const { clientAuth, clientCaPem } = this.#plan.tls!
    const server = createTlsServer({
      ...contexts.defaultOptions(),
      ...(clientCaPem === null ? { ticketKeys } : {}),
      ALPNProtocols: this.#plan.http2 ? ['h2', 'http/1.1'] : ['http/1.1'],
      SNICallback: contexts.select,
      requestCert: clientAuth !== 'none',
      rejectUnauthorized: clientAuth === 'required',
      handshakeTimeout: this.#plan.headersTimeoutMs,
    })
    server.on('secureConnection', (socket) => {
      socket.on('error', () => socket.destroy())
      if (!this.#clientAccepted(socket)) socket.destroy()
      else if (socket.alpnProtocol === 'h2') {
        // HTTP/2 knows no half-close: without this, streams that wait for a window would wait for ever.
        socket.once('end', () => socket.destroy())
        this.#http2.emit('connection', socket)
      } else {
        socket.allowHalfOpen = true
        this.#http1.emit('connection', socket)
      }
    })
    server.on('tlsClientError', (_error, socket) => socket.destroy())
    return server
  }

  /** An optional client certificate may be absent; one that is there and not good is never taken for absent. */
  #clientAccepted(socket: TLSSocket): boolean {
    if (this.#plan.tls?.clientAuth !== 'optional') return true
    return socket.authorized || socket.getPeerX509Certificate() === undefined
  }

  #serveHttp1(): void {
    const server = this.#http1
    const { reception } = this.#deps
    const admitHttp1 = (
      request: IncomingMessage,
      response: ServerResponse,
      waits: boolean,
    ): void => {
      const exchange = new Http1Exchange(request, response, {
        upgradeHead: null,
        waitsForContinue: waits,
        isDraining: this.#isDraining,
      })
      const state = reception.admit(exchange, this.#plan)
      if (state !== null) this.#route(state, request, response)
    }
    server.on('request', (request, response) => admitHttp1(request, response, false))
    server.on('checkContinue', (request, response) => admitHttp1(request, response, true))
    server.on('checkExpectation', (request, response) => admitHttp1(request, response, false))
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
    server.on('connect', (_request, socket: Duplex) =>
      reception.refuseSocket(socket, 'method_refused', this.#plan),
    )
    server.on('timeout', (socket: Socket) => {
      // While the upstream thinks, its own timeout decides; an idle connection or a stuck answer ends here.
      if (responseOn(socket)?.headersSent !== false) socket.destroy()
    })
    server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
      reception.parserError(error, socket, this.#plan)
    })
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const response = new ServerResponseClass(request)
    response.shouldKeepAlive = false
    response.assignSocket(socket as Socket)
    socket.on('error', () => socket.destroy())
    response.once('finish', () => socket.end())
    const exchange = new Http1Exchange(request, response, {
      upgradeHead: head,
      waitsForContinue: false,
      isDraining: this.#isDraining,
    })
    const state = this.#deps.reception.admit(exchange, this.#plan)
    if (state !== null) this.#route(state, request, response)
  }

  #serveHttp2(): void {
    const server = this.#http2
    const onRequest = (
      request: Http2ServerRequest,
      response: Http2ServerResponse,
      waits: boolean,
    ): void => {
      const exchange = new Http2Exchange(request, response, waits)
      const state = this.#deps.reception.admit(exchange, this.#plan)
      if (state === null) return
      this.#route(
        state,
        request as unknown as IncomingMessage,
        response as unknown as ServerResponse,
      )
    }
    server.on('request', (request, response) => onRequest(request, response, false))
    server.on('checkContinue', (request, response) => onRequest(request, response, true))
    server.on('session', (session) => this.#session(session))
    server.on('sessionError', (_error, session) => session?.destroy())
  }

  #session(session: ServerHttp2Session): void {
    this.#sessions.add(session)
    session.once('close', () => this.#sessions.delete(session))
    const { idleTimeoutMs } = this.#plan
    session.setTimeout(idleTimeoutMs, () => {
      session.close()
      // Streams that still do not move have nobody at their other end.
      session.setTimeout(idleTimeoutMs, () => session.destroy())
    })
    if (this.#draining) session.close()
  }

  #route(state: RequestState, request: IncomingMessage, response: ServerResponse): void {
    const needed = appFor(state)
    if (needed === 'none') {
      this.#deps.steps.serve(state)
      return
    }
    showFastify(request, state)
    const app = needed === 'cors' ? this.#corsApp : this.#plainApp
    app!.routing(request, response)
  }
}
