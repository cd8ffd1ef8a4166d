// The unbound HTTP servers behind a listener, with every limit said out loud; Node's defaults are not a gateway's.

import { createServer as createServer1, type Server } from 'node:http'
import {
  createServer as createServer2,
  type Http2Server,
  type ServerHttp2Session,
} from 'node:http2'
import type { Duplex } from 'node:stream'
import type { ListenerPlan } from '../config/plan.ts'
import { RawRequest } from './raw-request.ts'

/** How often slow requests are looked for; deadlines are kept to within this. */
const CHECK_INTERVAL_MS = 500
const MAX_REQUESTS_PER_CONNECTION = 100_000

export function createHttp1Server(plan: ListenerPlan): Server {
  const server = createServer1({
    maxHeaderSize: plan.maxHeaderBytes,
    headersTimeout: plan.headersTimeoutMs,
    requestTimeout: plan.requestTimeoutMs,
    // The socket's own timeout, below, also ends idle connections; a second timer for them would be set for each request.
    keepAliveTimeout: 0,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
    insecureHTTPParser: false,
    // Admission reads Host itself, so that its refusal looks and is recorded like every other.
    requireHostHeader: false,
    optimizeEmptyRequests: true,
    IncomingMessage: RawRequest,
  })
  // Node silently drops what is over its count; admission refuses instead, and the head's size bounds both.
  server.maxHeadersCount = 0
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_CONNECTION
  server.timeout = plan.idleTimeoutMs
  // The server is never bound itself: this starts its check for slow requests.
  server.emit('listening')
  return server
}

/** The answer under way on an HTTP/1.1 connection, or null between two requests. */
export function responseOn(socket: Duplex): { readonly headersSent: boolean } | null {
  return (socket as { _httpMessage?: { headersSent: boolean } | null })._httpMessage ?? null
}

/** RFC 9113 section 10.5 names what a peer can flood us with; each has its bound here. */
export function createHttp2Server(plan: ListenerPlan): Http2Server {
  const server = createServer2({
    settings: {
      enablePush: false,
      maxConcurrentStreams: 100,
      maxHeaderListSize: plan.maxHeaderBytes,
      initialWindowSize: 256 * 1024,
    },
    maxHeaderListPairs: 128,
    maxSettings: 32,
    maxSessionMemory: 16,
    maxSessionInvalidFrames: 100,
    maxSessionRejectedStreams: 100,
    maxOutstandingPings: 10,
    streamResetBurst: 1000,
    streamResetRate: 33,
    unknownProtocolTimeout: plan.headersTimeoutMs,
  })
  server.on('session', (session: ServerHttp2Session) => session.setLocalWindowSize(1024 * 1024))
  return server
}
