// An HTTP/1.1 server with every limit said out loud, that hands strict exchanges on and answers what cannot become one.

import {
  createServer,
  ServerResponse as ServerResponseClass,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Http1Exchange, isAnsweredEarly } from './forward/http1-exchange.ts'

/** The edge lets in heads of 16 KiB and adds some fields of its own. */
export const MAX_HEAD_BYTES = 32 * 1024
const HEADERS_TIMEOUT_MS = 10_000
/** Longer than any client of ours keeps an idle connection, so that it is the client that closes. */
const IDLE_TIMEOUT_MS = 60_000
const CHECK_INTERVAL_MS = 500
const MAX_REQUESTS_PER_CONNECTION = 1_000_000
/** How long a refused client may take to read why. */
const REFUSAL_MS = 500

export interface FrontHooks {
  onExchange(exchange: Http1Exchange, socket: Socket): void
  /** Absent: refused as `method_refused`. */
  readonly onConnect?: (request: IncomingMessage, socket: Socket, head: Buffer) => void
  /** A request that never became an exchange; answers with the bytes to send before the connection is closed. */
  onBroken(reason: string, socket: Socket, detail: string): Buffer
  /** Whether this connection shall take no more requests. */
  isClosing(socket: Socket): boolean
}

/** Not bound: `listen` binds it, or `emit('connection')` and `emit('listening')` feed it. */
export function createFront(hooks: FrontHooks): Server {
  const server = createServer({
    maxHeaderSize: MAX_HEAD_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    // Uploads may take their time; silence is what ends them.
    requestTimeout: 0,
    keepAliveTimeout: 0,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
    insecureHTTPParser: false,
    // Admission reads Host itself, so that its refusal looks and is recorded like every other.
    requireHostHeader: false,
    noDelay: true,
    keepAlive: true,
  })
  // Node silently drops what is over its count; admission refuses instead, and the head's size bounds both.
  server.maxHeadersCount = 0
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_CONNECTION
  server.timeout = IDLE_TIMEOUT_MS
  const handle = (request: IncomingMessage, response: ServerResponse, waits: boolean): void => {
    hooks.onExchange(exchangeOf(hooks, request, response, waits, null), request.socket)
  }
  server.on('request', (request, response) => handle(request, response, false))
  server.on('checkContinue', (request, response) => handle(request, response, true))
  server.on('checkExpectation', (request, response) => handle(request, response, false))
  server.on('upgrade', (request, socket, head) => upgrade(hooks, request, socket as Socket, head))
  server.on('connect', (request, socket: Duplex, head) => {
    socket.on('error', () => socket.destroy())
    // What becomes of it has times of its own.
    ;(socket as Socket).setTimeout(0)
    if (hooks.onConnect === undefined) refuse(hooks, socket as Socket, 'method_refused', '')
    else hooks.onConnect(request, socket as Socket, head)
  })
  server.on('timeout', (socket: Socket) => {
    // While the upstream thinks, its own timeout decides; an idle connection or a stuck answer ends here.
    if (answerOn(socket)?.headersSent !== false) socket.destroy()
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    parserError(hooks, error, socket as Socket)
  })
  return server
}

/** Closes the connection behind a last answer, which the client has a moment to read. */
export function endWith(socket: Socket, answer: Buffer): void {
  if (socket.writable) socket.end(answer)
  const timer = setTimeout(() => socket.destroy(), REFUSAL_MS)
  timer.unref()
  socket.once('close', () => clearTimeout(timer))
  socket.resume()
}

/** The answer under way on a connection, or null between two requests. */
export function answerOn(socket: Socket): { readonly headersSent: boolean } | null {
  return (socket as { _httpMessage?: { headersSent: boolean } | null })._httpMessage ?? null
}

function exchangeOf(
  hooks: FrontHooks,
  request: IncomingMessage,
  response: ServerResponse,
  waitsForContinue: boolean,
  upgradeHead: Buffer | null,
): Http1Exchange {
  const { socket } = request
  const isDraining = (): boolean => hooks.isClosing(socket)
  return new Http1Exchange(request, response, { upgradeHead, waitsForContinue, isDraining })
}

function upgrade(hooks: FrontHooks, request: IncomingMessage, socket: Socket, head: Buffer): void {
  const response = new ServerResponseClass(request)
  response.shouldKeepAlive = false
  response.assignSocket(socket)
  socket.setTimeout(0)
  socket.on('error', () => socket.destroy())
  response.once('finish', () => socket.end())
  hooks.onExchange(exchangeOf(hooks, request, response, false, head), socket)
}

/** Nothing is answered where the client is gone or an answer is already under way. */
function parserError(hooks: FrontHooks, error: NodeJS.ErrnoException, socket: Socket): void {
  const isUnderWay = isAnsweredEarly(socket) || answerOn(socket)?.headersSent === true
  if (error.code === 'ECONNRESET' || !socket.writable || isUnderWay) socket.destroy()
  else refuse(hooks, socket, parserReason(error.code), error.message)
}

function refuse(hooks: FrontHooks, socket: Socket, reason: string, detail: string): void {
  endWith(socket, hooks.onBroken(reason, socket, detail))
}

function parserReason(code: string | undefined): string {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return 'head_too_large'
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 'request_timeout'
    default:
      return 'malformed_request'
  }
}
