// A real TLS server with the mesh's options, and one handshake with it that ends in a word.

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { peerOf, type PeerVerdict } from '../../../sidecar/identity/peer.ts'
import type { IdentitySource } from '../../../sidecar/identity/svid.ts'
import { followIdentity, meshServerOptions } from '../../../sidecar/identity/tls.ts'

export interface MeshServer {
  readonly port: number
  /**
   * What the server makes of a client that connects so: `tls` where TLS refuses it, else the verdict about it; and
   * whether the session was resumed.
   */
  handshake(client: ConnectionOptions): Promise<Handshake>
  close(): Promise<void>
}

export interface Handshake {
  readonly verdict: PeerVerdict | 'tls'
  readonly isResumed: boolean
  /** Session tickets that the client was given. */
  readonly sessions: readonly Buffer[]
}

/** Trusted peers are answered with `hello`, all others with a closed connection. */
export async function startMeshServer(identity: IdentitySource): Promise<MeshServer> {
  let conclude: (outcome: Pick<Handshake, 'verdict' | 'isResumed'>) => void = () => undefined
  const server = createServer(meshServerOptions(identity), (socket) => {
    const verdict = peerOf(socket, identity, Date.now(), null)
    conclude({ verdict, isResumed: socket.isSessionReused() })
    socket.on('error', () => undefined)
    if (verdict.kind === 'trusted') socket.end('hello')
    else socket.destroy()
  })
  const unfollow = followIdentity(server, identity, (error) => {
    throw error
  })
  server.on('tlsClientError', () => conclude({ verdict: 'tls', isResumed: false }))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    async handshake(client) {
      const concluded = Promise.withResolvers<Pick<Handshake, 'verdict' | 'isResumed'>>()
      conclude = concluded.resolve
      const socket = connectTo(port, client)
      const sessions: Buffer[] = []
      socket.on('session', (session) => sessions.push(session))
      await new Promise((resolve) => socket.once('close', resolve))
      return { ...(await concluded.promise), sessions }
    },
    async close() {
      unfollow()
      server.close()
      await once(server, 'close')
    },
  }
}

function connectTo(port: number, options: ConnectionOptions): TLSSocket {
  const socket = connect({ host: '127.0.0.1', port, ...options })
  socket.on('error', () => undefined)
  socket.resume()
  return socket
}
