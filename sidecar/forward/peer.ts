// Who is at the other end of a socket.

import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { PeerFacts } from './exchange.ts'

const memory = new WeakMap<Socket, PeerFacts>()

/** Facts of a connection never change while it lives, so they are read once for each socket. */
export function peerOf(socket: Socket): PeerFacts {
  const known = memory.get(socket)
  if (known !== undefined) return known
  const tls = 'encrypted' in socket ? (socket as TLSSocket) : null
  const facts: PeerFacts = {
    address: socket.remoteAddress ?? '',
    port: socket.remotePort ?? 0,
    secure: tls !== null,
    serverName: serverNameOf(tls),
    clientCertificate: tls === null ? null : clientCertificateOf(tls),
  }
  memory.set(socket, facts)
  return facts
}

function serverNameOf(tls: TLSSocket | null): string | null {
  const name = (tls as { servername?: unknown } | null)?.servername
  return typeof name === 'string' ? name.toLowerCase() : null
}

function clientCertificateOf(tls: TLSSocket): string | null {
  if (!tls.authorized) return null
  const certificate = tls.getPeerX509Certificate()
  // Certificates of a mesh have an empty subject, which Node gives as undefined, whatever its types say.
  const subject = certificate?.subject ?? ''
  return certificate === undefined ? null : subject.replaceAll('\n', ', ')
}
