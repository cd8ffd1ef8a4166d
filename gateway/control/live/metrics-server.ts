// Where Prometheus scrapes a node: one path, read-only, on an address of its own.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { listen } from '../../../sidecar/runtime/listen.ts'

export interface MetricsAddress {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
}

const MAX_CONNECTIONS = 20
const TEXT = 'text/plain; version=0.0.4; charset=utf-8'

export class MetricsServer {
  readonly #text: () => string
  #server: Server | null = null
  #address = ''

  constructor(text: () => string) {
    this.#text = text
  }

  /** null while it does not listen. */
  get port(): number | null {
    const address = this.#server?.address() as AddressInfo | null | undefined
    return address?.port ?? null
  }

  /** Listens there from now on; null: nowhere. Rejects where it cannot, and listens nowhere then. */
  async use(address: MetricsAddress | null): Promise<void> {
    const wanted = address === null ? '' : JSON.stringify(address)
    if (wanted === this.#address) return
    this.close()
    if (address === null) return
    const server = createServer(
      { requestTimeout: 5000, maxHeaderSize: 8192 },
      (request, response) => {
        request.resume()
        const isRead = request.method === 'GET' || request.method === 'HEAD'
        if (!isRead) response.writeHead(405, { allow: 'GET, HEAD' }).end()
        else if (request.url?.split('?')[0] !== '/metrics') response.writeHead(404).end()
        else response.writeHead(200, { 'content-type': TEXT }).end(this.#text())
      },
    )
    server.maxConnections = MAX_CONNECTIONS
    await listen(server, address.port, address.host)
    this.#server = server
    this.#address = wanted
  }

  close(): void {
    this.#server?.close()
    this.#server?.closeAllConnections()
    this.#server = null
    this.#address = ''
  }
}
