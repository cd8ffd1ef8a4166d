// The certificates that the other end of a connection has shown, on both ends of it.

import type { X509Certificate } from 'node:crypto'
import type { Server, TLSSocket } from 'node:tls'

/** Certificates of a presented chain that are looked at; a longer chain is refused. */
export const MAX_CHAIN = 10

const kept = new WeakMap<TLSSocket, readonly Buffer[]>()

/**
 * Keeps what clients of `server` show. Node itself looks at the certificate when a server's handshake is done, and in
 * doing so throws the intermediates away (nodejs/node#65579: 24.21, 26.8); so they are read just before. The only event
 * that gives the connection that early is `keylog`; its secrets are not even looked at.
 */
export function keepPeerChains(server: Pick<Server, 'on'>): void {
  const seen = new WeakSet<TLSSocket>()
  server.on('keylog', (_secret, socket: TLSSocket) => {
    if (seen.has(socket)) return
    seen.add(socket)
    socket.prependOnceListener('secure', () => kept.set(socket, presentedBy(socket)))
  })
}

/** Leaf first, raw DER; empty where none was shown. At most one more than {@link MAX_CHAIN}. */
export function peerChainOf(socket: TLSSocket): readonly Buffer[] {
  const before = kept.get(socket)
  if (before !== undefined) return before
  const chain = presentedBy(socket)
  // Node answers in full only once.
  kept.set(socket, chain)
  return chain
}

function presentedBy(socket: TLSSocket): readonly Buffer[] {
  const chain: Buffer[] = []
  let certificate: X509Certificate | undefined = socket.getPeerX509Certificate()
  while (certificate !== undefined && chain.length <= MAX_CHAIN) {
    chain.push(certificate.raw)
    certificate = certificate.issuerCertificate
  }
  return chain
}
