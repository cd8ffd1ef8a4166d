// A service behind the gateway that keeps what reached it, and answers as the test tells it to.

import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'

export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  /** [name, value, …] as they came. */
  readonly rawHeaders: readonly string[]
  readonly upgrade: boolean
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void

export interface Upstream {
  readonly url: string
  readonly port: number
  /** Everything that arrived, in order. */
  readonly seen: Seen[]
  /** Sockets that are open now. */
  readonly sockets: ReadonlySet<Socket>
  handler: Handler
  close(): Promise<void>
}

const answerOk: Handler = (request, response) => {
  request.resume()
  response.end('ok')
}

/** Upgraded connections echo every byte back, which for a WebSocket is good enough where the test unmasks. */
export async function startUpstream(handler: Handler = answerOk): Promise<Upstream> {
  const seen: Seen[] = []
  const sockets = new Set<Socket>()
  const note = (request: IncomingMessage, upgrade: boolean): void => {
    const { method = '', url = '', headers, rawHeaders } = request
    seen.push({ method, url, headers, rawHeaders, upgrade })
  }
  const server = createServer((request, response) => {
    note(request, false)
    upstream.handler(request, response)
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    note(request, true)
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64')
    socket.on('error', () => socket.destroy())
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    )
    if (head.length > 0) socket.write(head)
    socket.pipe(socket)
  })
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const upstream: Upstream = {
    url: `http://127.0.0.1:${port}`,
    port,
    seen,
    sockets,
    handler,
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => {
        server.close(() => resolve())
      })
    },
  }
  return upstream
}
