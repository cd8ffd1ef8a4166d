// An identity provider on loopback that can be stopped and started again on its port, and counts who asks it.

import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JWTPayload,
} from 'jose'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface TokenOptions {
  /** Claims besides and instead of iss, sub, aud, iat, exp. */
  readonly claims?: JWTPayload
  /** Seconds from now; default 300. */
  readonly expiresIn?: number
  readonly header?: Readonly<Record<string, string>>
  readonly key?: CryptoKey | Uint8Array
}

export interface IdentityProvider {
  /** With its trailing slash, as in `iss`. */
  readonly issuer: string
  /** PEM of the public key, which an attacker knows as well. */
  readonly publicPem: string
  /** Paths that were asked for. */
  readonly hits: string[]
  /** RS256, `aud: api`, `sub: alice`. */
  token(options?: TokenOptions): Promise<string>
  /** Closes the port; the keys stay. */
  stop(): Promise<void>
  /** Opens the same port again. */
  start(): Promise<void>
}

const KEY_ID = 'key-1'

export async function startIdentityProvider(): Promise<IdentityProvider> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
  const keys = [{ ...(await exportJWK(publicKey)), kid: KEY_ID, alg: 'RS256', use: 'sig' }]
  const hits: string[] = []
  let server = await serve(0)
  const { port } = server.address() as AddressInfo
  const issuer = `http://127.0.0.1:${port}/`

  function serve(onPort: number): Promise<Server> {
    const opened = createServer((request, response) => {
      hits.push(request.url ?? '')
      const isMetadata = request.url === '/.well-known/openid-configuration'
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(isMetadata ? { issuer, jwks_uri: `${issuer}jwks` } : { keys }))
    })
    return new Promise((resolve) => {
      opened.listen(onPort, '127.0.0.1', () => resolve(opened))
    })
  }

  return {
    issuer,
    publicPem: await exportSPKI(publicKey),
    hits,
    token({ claims = {}, expiresIn = 300, header = {}, key = privateKey } = {}) {
      const now = Math.floor(Date.now() / 1000)
      const payload = { iss: issuer, sub: 'alice', aud: 'api', iat: now, exp: now + expiresIn }
      return new SignJWT({ ...payload, ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: KEY_ID, ...header })
        .sign(key)
    },
    async start() {
      server = await serve(port)
    },
    stop() {
      return new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}
