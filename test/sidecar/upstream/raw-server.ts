// A TCP server for tests that answers each request with exactly the bytes, and the faults, it is told to.

import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { TlsOptions } from 'node:tls'
import type { TestContext } from 'node:test'

export interface RawServer {
  readonly port: number
  /** Every connection that was accepted, in order; with TLS those whose handshake was completed. */
  readonly sockets: readonly Socket[]
  /** Every TCP connection, in order. */
  readonly connections: readonly Socket[]
  /** Request heads in the order received, over all connections. */
  readonly heads: readonly string[]
}

/**
 * Calls `answer` once for each request head that arrived (nothing else is parsed). Closed when the test ends.
 * `connection` counts from 0.
 */
export async function startRawServer(
  t: TestContext,
  answer: (socket: Socket, head: string, connection: number) => void,
  tls?: TlsOptions,
): Promise<RawServer> {
  const sockets: Socket[] = []
  const heads: string[] = []
  const accept = (socket: Socket): void => {
    const connection = sockets.push(socket) - 1
    let text = ''
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      for (let end = text.indexOf('\r\n\r\n'); end !== -1; end = text.indexOf('\r\n\r\n')) {
        const head = text.slice(0, end + 4)
        text = text.slice(end + 4)
        heads.push(head)
        answer(socket, head, connection)
      }
    })
  }
  const server = tls === undefined ? createServer(accept) : createTlsServer(tls, accept)
  const connections: Socket[] = []
  server.on('connection', (socket: Socket) => connections.push(socket))
  await listen(t, server)
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, sockets, connections, heads }
}

export async function listen(t: TestContext, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return (server.address() as AddressInfo).port
}

/** A port of this machine on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
