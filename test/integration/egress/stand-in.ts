// Hosts of the internet that the tests play themselves: TLS and plain, each counting what reaches it.

import { once } from 'node:events'
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { createServer as createTcp, type AddressInfo, type Server, type Socket } from 'node:net'
import type { IssuedCertificate } from '../../support/certificates.ts'

export interface StandIn {
  readonly port: number
  /** Connections so far. */
  readonly connections: () => number
  /** Bytes that came in, as they were on the wire. */
  readonly bytes: () => number
  close(): Promise<void>
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void

export async function startHttps(
  certificate: IssuedCertificate & { readonly caPem?: string },
  handler: Handler,
): Promise<StandIn> {
  const { certPem: cert, keyPem: key, caPem } = certificate
  const client =
    caPem === undefined ? {} : { ca: caPem, requestCert: true, rejectUnauthorized: true }
  return counted(createHttps({ cert, key, ...client }, handler))
}

export function startHttp(handler: Handler): Promise<StandIn> {
  return counted(createHttp(handler))
}

export function startTcp(
  handler: (socket: Socket) => void,
  host = '127.0.0.1',
  port = 0,
): Promise<StandIn> {
  return counted(createTcp({ allowHalfOpen: true }, handler), host, port)
}

async function counted(server: Server, host = '127.0.0.1', port = 0): Promise<StandIn> {
  const sockets = new Set<Socket>()
  let connections = 0
  let gone = 0
  server.on('connection', (socket: Socket) => {
    connections++
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      sockets.delete(socket)
      gone += socket.bytesRead
    })
  })
  server.on('tlsClientError', () => {})
  server.listen(port, host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    bytes: () => [...sockets].reduce((sum, { bytesRead }) => sum + bytesRead, gone),
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
