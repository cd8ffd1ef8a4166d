// The mesh port: mutual TLS, then who calls, then whether they may, then the app. A stranger's byte never gets past here.

import type { Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { createServer as createTlsServer, type Server as TlsServer, type TLSSocket } from 'node:tls'
import { peerOf } from './identity/peer.ts'
import { serviceNameOf } from './identity/spiffe-id.ts'
import type { IdentitySource, Revocations, TrustBundle } from './identity/svid.ts'
import { followIdentity, meshServerOptions } from './identity/tls.ts'
import type { AuthorizationRule } from './policy/authorization-rule.ts'
import { authorize } from './policy/authorize.ts'
import type { Decision } from './policy/decision.ts'
import type { Clock } from './runtime/clock.ts'
import { errorCode, errorMessage } from './runtime/errors.ts'
import { listen } from './runtime/listen.ts'
import type { Http1Exchange } from './forward/http1-exchange.ts'
import type { Log } from './telemetry/log.ts'
import { METRICS } from './telemetry/metric-names.ts'
import type { Counter, Metrics } from './telemetry/metrics.ts'
import type { Transport } from './upstream/transport.ts'
import { rawProblem } from './answers.ts'
import { appHeaders } from './app-headers.ts'
import { createFront } from './http-front.ts'
import { InboundConnections, type InboundConnection } from './inbound-connections.ts'
import type { BindAddress } from './options.ts'
import { EDGE, type Running, type Traffic } from './traffic.ts'

/** Open connections; more are refused. */
const MAX_CONNECTIONS = 10_000
/** What strangers do is logged this often; every time is counted. */
const LOG_INTERVAL_MS = 1000
/** How long a WebSocket's close frame may take to leave once its time is over. */
const LAST_WORD_MS = 100
/** Checking a certificate again takes about a quarter of a millisecond. */
const CHECKS_PER_TURN = 40

export interface InboundDeps {
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  readonly metrics: Metrics
  readonly traffic: Traffic
  readonly identity: IdentitySource
  /** Those of this moment. */
  readonly rules: () => readonly AuthorizationRule[]
  readonly app: Transport
}

export class Inbound {
  readonly #deps: InboundDeps
  readonly #tls: TlsServer
  readonly #http: Server
  readonly #connections: InboundConnections
  readonly #refused: Counter
  readonly #unfollow: (() => void)[]
  #serial: string
  #trust: TrustBundle
  #revocations: Revocations
  #draining = false
  #loggedAtMs = -Infinity

  /** Throws where our own certificate or bundle cannot be used. */
  constructor(deps: InboundDeps) {
    this.#deps = deps
    const { clock, random, identity, metrics, log } = deps
    this.#serial = identity.svid.serial
    this.#trust = identity.trust
    this.#revocations = identity.revocations
    this.#refused = metrics.counter(METRICS.handshakesRefused)
    this.#connections = new InboundConnections({
      clock,
      random,
      onExpired: (connection) => this.#expire(connection),
    })
    metrics.gauge(METRICS.inboundConnections, () => this.#connections.size)
    this.#http = createFront({
      onExchange: (exchange, socket) => this.#serve(exchange, socket),
      onBroken: (reason, socket, detail) => this.#broken(reason, socket, detail),
      isClosing: (socket) => this.#isClosing(socket),
    })
    // Never bound itself: this starts its check for slow requests.
    this.#http.emit('listening')
    this.#tls = createTlsServer(meshServerOptions(identity))
    this.#tls.maxConnections = MAX_CONNECTIONS
    this.#tls.on('secureConnection', (socket) => this.#accept(socket))
    this.#tls.on('tlsClientError', (error, socket) =>
      this.#refuse(socket, tlsReason(error, socket)),
    )
    this.#unfollow = [
      followIdentity(this.#tls, identity, (error) =>
        log.error('the new certificate cannot be used', { error: errorMessage(error) }),
      ),
      identity.onChange(() => this.#identityChanged()),
    ]
  }

  get port(): number {
    return (this.#tls.address() as AddressInfo | null)?.port ?? 0
  }

  open({ host, port }: BindAddress): Promise<void> {
    return listen(this.#tls, port, host)
  }

  /** To be called when the rules have changed: requests that go on are asked about anew. */
  recheckRules(): void {
    const { traffic } = this.#deps
    for (const running of traffic.running('inbound')) {
      const connection = this.#connections.get(running.socket)
      if (connection === null) continue
      const decision = this.#decide(connection, running)
      if (decision.verdict === 'deny') traffic.stop(decision.reason, (each) => each === running)
    }
  }

  /** Every answer from now on is the last of its connection, and idle connections are closed. */
  drain(): void {
    this.#draining = true
    this.#http.closeIdleConnections()
  }

  /** Accepts nobody any more and ends what is left. */
  close(): void {
    for (const end of this.#unfollow) end()
    this.#tls.close()
    this.#connections.close()
    for (const { socket } of this.#connections.all()) socket.destroy()
    this.#http.close()
  }

  #accept(socket: TLSSocket): void {
    socket.on('error', () => socket.destroy())
    const { identity, clock } = this.#deps
    const verdict = peerOf(socket, identity, clock.wallMs(), null)
    if (verdict.kind === 'refused') {
      this.#refuse(socket, verdict.reason, verdict.detail)
      return
    }
    const { id } = verdict
    // Neither side's proof may be outlived.
    const notAfterMs = Math.min(verdict.notAfterMs, identity.svid.notAfterMs)
    this.#connections.add(socket, { id, name: serviceNameOf(id), notAfterMs })
    socket.allowHalfOpen = true
    this.#http.emit('connection', socket)
  }

  #serve(exchange: Http1Exchange, socket: Socket): void {
    const connection = this.#connections.get(socket)
    if (connection === null) {
      exchange.abort()
      return
    }
    const { traffic, app } = this.#deps
    const running = traffic.admit('inbound', exchange, socket, connection.name)
    if (running === null) return
    const { facts } = running
    const decision = this.#decide(connection, running)
    running.rule = decision.rule
    const isEdge = connection.name === EDGE
    if (decision.verdict === 'deny') {
      // What the edge is told, its own strangers read: a rule's name is not for them.
      traffic.refuse(running, decision.reason, isEdge ? {} : { rule: decision.rule })
      return
    }
    const headers = appHeaders(facts, exchange.head.rawHeaders, { id: connection.id, isEdge })
    const target = facts.query === '' ? facts.path : `${facts.path}?${facts.query}`
    traffic.forward(running, target, headers, app)
  }

  #decide(connection: InboundConnection, { facts }: Running): Decision {
    const { method, path } = facts
    return authorize(this.#deps.rules(), { callerId: connection.id, method, path })
  }

  #isClosing(socket: Socket): boolean {
    const connection = this.#connections.get(socket)
    return this.#draining || connection === null || this.#connections.isRetired(connection)
  }

  #identityChanged(): void {
    const { svid, trust, revocations } = this.#deps.identity
    if (svid.serial !== this.#serial) {
      this.#serial = svid.serial
      this.#connections.retireAll()
    }
    if (trust === this.#trust && revocations === this.#revocations) return
    this.#trust = trust
    this.#revocations = revocations
    this.#checkAgain([...this.#connections.all()])
  }

  /** Who was believed when the connection was made need not be believed now. */
  #checkAgain(pending: InboundConnection[]): void {
    const { identity, clock, log, traffic } = this.#deps
    for (const { socket, id } of pending.splice(0, CHECKS_PER_TURN)) {
      if (socket.destroyed) continue
      const verdict = peerOf(socket, identity, clock.wallMs(), null)
      if (verdict.kind === 'trusted') continue
      const { reason, detail } = verdict
      log.warn('a caller is not believed any more', { peer: id, reason, detail })
      traffic.stop(reason, (running) => running.socket === socket)
      socket.destroy()
    }
    if (pending.length > 0) setImmediate(() => this.#checkAgain(pending))
  }

  #expire({ socket }: InboundConnection): void {
    this.#deps.traffic.stop('certificate_expired', (running) => running.socket === socket)
    this.#deps.clock.after(LAST_WORD_MS, () => socket.destroy())
  }

  #broken(reason: string, socket: Socket, detail: string): Buffer {
    const peer = this.#connections.get(socket)?.name ?? ''
    const { traffic } = this.#deps
    traffic.broken('inbound', reason, socket.remoteAddress ?? '', peer, detail)
    return rawProblem({ reason, hop: traffic.hop('inbound', peer), requestId: '' })
  }

  #refuse(socket: TLSSocket, reason: string, detail = ''): void {
    this.#refused.add([reason])
    const nowMs = this.#deps.clock.monotonicMs()
    if (nowMs - this.#loggedAtMs >= LOG_INTERVAL_MS) {
      this.#loggedAtMs = nowMs
      const client = socket.remoteAddress ?? ''
      this.#deps.log.warn('a connection to the mesh port was refused', { client, reason, detail })
    }
    socket.destroy()
  }
}

/** Of the many names that OpenSSL and Node have for it, those few that help. */
function tlsReason(error: Error, socket: TLSSocket): string {
  // Node has refused the certificate itself, and only the socket tells why.
  // (The types say Error; it is the code of one.)
  const refusal = socket.authorizationError as unknown
  if (typeof refusal === 'string') {
    return refusal.includes('EXPIRED') ? 'expired' : 'untrusted_chain'
  }
  switch (errorCode(error)) {
    case 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE':
      return 'no_certificate'
    case 'ERR_SSL_UNSUPPORTED_PROTOCOL':
    case 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION':
      return 'tls_version'
    case 'ERR_SSL_HTTP_REQUEST':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
      return 'not_tls'
    case 'ECONNRESET':
      return 'left_in_handshake'
    default:
      return 'handshake_failed'
  }
}
