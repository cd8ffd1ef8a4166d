// A sample identity provider on loopback: discovery, keys, and a token for whoever asks. For the demo only.

import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { listen } from '../../sidecar/runtime/listen.ts'

export interface IdentityProvider {
  /** The `iss` of its tokens, with its trailing slash. */
  readonly issuer: string
  /** A token for `subject`, good for an hour. */
  token(subject: string, audience: string, scope: string): Promise<string>
  close(): void
}

const KEY_ID = 'demo-1'

export async function startIdentityProvider(): Promise<IdentityProvider> {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const keys = [{ ...(await exportJWK(publicKey)), kid: KEY_ID, alg: 'ES256', use: 'sig' }]
  const server = createServer()
  await listen(server, 0, '127.0.0.1')
  const issuer = `http://127.0.0.1:${portOf(server)}/`
  const token = (subject: string, audience: string, scope: string): Promise<string> =>
    new SignJWT({ scope })
      .setProtectedHeader({ alg: 'ES256', kid: KEY_ID })
      .setIssuer(issuer)
      .setSubject(subject)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey)
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', issuer)
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        answer(response, { issuer, jwks_uri: `${issuer}jwks.json` })
        return
      case '/jwks.json':
        answer(response, { keys })
        return
      case '/token': {
        const ask = (name: string, fallback: string): string =>
          url.searchParams.get(name) ?? fallback
        void token(ask('sub', 'alice'), ask('aud', 'orders-api'), ask('scope', 'orders:read')).then(
          (access_token) =>
            answer(response, { access_token, token_type: 'Bearer', expires_in: 3600 }),
        )
        return
      }
      default:
        response.writeHead(404).end()
    }
  })
  return { issuer, token, close: () => closeServer(server) }
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

export function closeServer(server: Server): void {
  server.close()
  server.closeAllConnections()
}

function answer(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(`${JSON.stringify(body)}\n`)
}
