// TLS options of both ends of a mesh connection. TLS 1.3 only, both ends show certificates, nothing is ever resumed.

import { constants } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import type {
  ConnectionOptions,
  SecureContext,
  SecureContextOptions,
  Server,
  TlsOptions,
} from 'node:tls'
import { anchorsOf } from './anchors.ts'
import { keepPeerChains } from './peer-chain.ts'
import type { IdentitySource, Svid, TrustBundle } from './svid.ts'

const HANDSHAKE_TIMEOUT_MS = 10_000
const PROTOCOLS = ['http/1.1']

// A new certificate or bundle is a new object, so every generation gets a context (and with it a session cache) of its own.
const clientContexts = new WeakMap<Svid, WeakMap<TrustBundle, SecureContext>>()

/**
 * For `tls.createServer` or `https.createServer`; with {@link followIdentity} for what changes later. TLS proves no more
 * than that the peer belongs to somebody we trust: call `peerOf` on every connection before a byte of it counts.
 * Never add `ticketKeys`, `SNICallback`, or listeners for `newSession` and `resumeSession`.
 * Throws SallyportError `bad_trust_bundle` (never falling back to public roots), or OpenSSL's error for a bad certificate.
 */
export function meshServerOptions(identity: IdentitySource): TlsOptions {
  return {
    ...contextOptions(identity),
    requestCert: true,
    rejectUnauthorized: true,
    ALPNProtocols: PROTOCOLS,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    // Node's default would hold a connection's first answer back until the peer acknowledges the handshake: 40 ms.
    noDelay: true,
  }
}

/**
 * For `tls.connect` and `https.request`: take new ones for every connection. TLS does not check the id (no name stands
 * in it that TLS knows): call `peerOf` with the expected id on `secureConnect` before a byte is written. An `https.Agent`
 * needs `maxCachedSessions: 0`, since it would resume by a key that knows nothing of contexts. Throws as above.
 */
export function meshClientOptions(identity: IdentitySource): ConnectionOptions {
  return {
    secureContext: clientContext(identity),
    rejectUnauthorized: true,
    checkServerIdentity: () => undefined,
    ALPNProtocols: PROTOCOLS,
  }
}

/**
 * Belongs to every server with the options above, before its first connection: keeps the chains that clients show for
 * `peerOf`, and gives the server a new context whenever the identity changes. Connections that stand are left alone.
 * Where a context cannot be made the old one serves on and `onFault` hears why. Returns what ends the following.
 */
export function followIdentity(
  server: Pick<Server, 'setSecureContext' | 'on'>,
  identity: IdentitySource,
  onFault: (error: unknown) => void,
): () => void {
  keepPeerChains(server)
  return identity.onChange(() => {
    try {
      server.setSecureContext(contextOptions(identity))
    } catch (error) {
      onFault(error)
    }
  })
}

function clientContext(identity: IdentitySource): SecureContext {
  const { svid, trust } = identity
  const ofSvid = clientContexts.get(svid) ?? new WeakMap<TrustBundle, SecureContext>()
  clientContexts.set(svid, ofSvid)
  const context = ofSvid.get(trust) ?? createSecureContext(contextOptions(identity))
  ofSvid.set(trust, context)
  return context
}

function contextOptions({ svid, trust }: IdentitySource): SecureContextOptions {
  return {
    cert: svid.certPem,
    key: svid.keyPem,
    // Read by us first: OpenSSL passes over garbage, and Node takes the public roots where there is nothing.
    ca: anchorsOf(trust).map(({ pem }) => pem),
    minVersion: 'TLSv1.3',
    maxVersion: 'TLSv1.3',
    // A resumed session skips every check of a certificate, on both ends.
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
  }
}
