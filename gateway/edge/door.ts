// One bound address. It outlives whatever serves behind it, so that changing how a listener speaks never refuses a
// connection.

import { createServer, type Server, type Socket } from 'node:net'
import { listen } from '../../sidecar/runtime/listen.ts'

export class Door {
  readonly #server: Server
  #accept: (socket: Socket) => void

  constructor(accept: (socket: Socket) => void) {
    this.#accept = accept
    this.#server = createServer(
      { noDelay: true, keepAlive: true, allowHalfOpen: true },
      (socket) => {
        // Without a listener a reset connection would end the process.
        socket.on('error', () => socket.destroy())
        this.#accept(socket)
      },
    )
  }

  /** The bound port: differs from the one asked for where that was 0. */
  get port(): number {
    const address = this.#server.address()
    return address !== null && typeof address === 'object' ? address.port : 0
  }

  open(host: string, port: number): Promise<void> {
    return listen(this.#server, port, host)
  }

  /** From the next connection on. */
  leadTo(accept: (socket: Socket) => void, maxConnections: number): void {
    this.#accept = accept
    this.#server.maxConnections = maxConnections
  }

  /** Stops accepting; connections that are there live on. */
  close(): void {
    this.#server.close()
  }
}
