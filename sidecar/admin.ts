// The admin port, on loopback and read-only: whether the sidecar lives and is ready, what it counts, what it was told.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseAuthority } from './forward/host.ts'
import { listen } from './runtime/listen.ts'
import type { BindAddress } from './options.ts'

export interface AdminDeps {
  /** Why the sidecar is not ready, by part; empty where it is. */
  readonly notReady: () => Readonly<Record<string, string>>
  /** For people and `sallyport doctor`; holds no key and no secret. */
  readonly snapshot: () => unknown
  readonly metrics: () => string
}

const MAX_CONNECTIONS = 100
const TEXT = 'text/plain; version=0.0.4; charset=utf-8'

export class Admin {
  readonly #server: Server

  constructor(deps: AdminDeps) {
    this.#server = createServer(
      { requestTimeout: 5000, maxHeaderSize: 8192 },
      (request, response) => {
        request.resume()
        answer(deps, request, response)
      },
    )
    this.#server.maxConnections = MAX_CONNECTIONS
  }

  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? 0
  }

  open({ host, port }: BindAddress): Promise<void> {
    return listen(this.#server, port, host)
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}

function answer(deps: AdminDeps, request: IncomingMessage, response: ServerResponse): void {
  // A page in a browser of this machine can send requests here under a name of its own, and read none but its own.
  if (!isLoopbackHost(request.headers.host)) {
    send(response, 421, { code: 'not_a_loopback_host' })
    return
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD')
    send(response, 405, { code: 'method_not_allowed' })
    return
  }
  switch (request.url) {
    case '/live':
      send(response, 200, { live: true })
      return
    case '/ready': {
      const reasons = deps.notReady()
      const ready = Object.keys(reasons).length === 0
      send(response, ready ? 200 : 503, { ready, ...reasons })
      return
    }
    case '/metrics':
      response.writeHead(200, { 'content-type': TEXT }).end(deps.metrics())
      return
    case '/snapshot':
      send(response, 200, deps.snapshot())
      return
    default:
      send(response, 404, {
        code: 'not_found',
        paths: ['/live', '/ready', '/metrics', '/snapshot'],
      })
  }
}

function send(response: ServerResponse, status: number, value: unknown): void {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  response.writeHead(status, headers).end(`${JSON.stringify(value, null, 2)}\n`)
}

function isLoopbackHost(text: string | undefined): boolean {
  const host = text === undefined ? '' : (parseAuthority(text)?.host ?? '')
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host)
}
