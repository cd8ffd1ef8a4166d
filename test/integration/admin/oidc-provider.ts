// A small identity provider on loopback: signs everybody in at once as whom the test says, and believes nothing else.

import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose'

export const CLIENT_ID = 'sallyport'
export const CLIENT_SECRET = 's3cret/with+signs'

export interface OidcProvider {
  readonly issuer: string
  /** Claims of the next ID tokens, besides and instead of the usual ones; undefined leaves one out. */
  claims: JWTPayload
  /** Added to the redirect back, besides and instead of the usual ones. */
  redirect: Readonly<Record<string, string>>
  /** Signs with a key that was not published. */
  signsWrong: boolean
  /** What it says of itself, besides and instead of the usual. */
  metadata: Readonly<Record<string, unknown>>
  /** Its clock is so much ahead. */
  aheadMs: number
  /** Paths that were asked for. */
  readonly hits: string[]
  /** Publishes and uses another key from now on. */
  rotate(): Promise<void>
  stop(): Promise<void>
}

interface Grant {
  readonly challenge: string
  readonly redirectUri: string
  readonly nonce: string
}

export async function startOidcProvider(): Promise<OidcProvider> {
  let keys = await newKeys('k1')
  const wrong = await newKeys('k1')
  const grants = new Map<string, Grant>()
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', issuer)
    provider.hits.push(url.pathname)
    const json = (status: number, value: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(value))
    }
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return json(200, {
          issuer,
          authorization_endpoint: `${issuer}authorize`,
          token_endpoint: `${issuer}token`,
          jwks_uri: `${issuer}jwks`,
          end_session_endpoint: `${issuer}logout`,
          authorization_response_iss_parameter_supported: true,
          ...provider.metadata,
        })
      case '/jwks':
        return json(200, { keys: [keys.jwk] })
      case '/authorize': {
        const { searchParams: query } = url
        const code = randomBytes(16).toString('hex')
        const redirectUri = query.get('redirect_uri') ?? ''
        const isRight =
          query.get('client_id') === CLIENT_ID &&
          query.get('response_type') === 'code' &&
          query.get('code_challenge_method') === 'S256'
        if (!isRight) return json(400, { error: 'invalid_request' })
        const nonce = query.get('nonce') ?? ''
        grants.set(code, { challenge: query.get('code_challenge') ?? '', redirectUri, nonce })
        const back = new URL(redirectUri)
        const state = query.get('state') ?? ''
        for (const [name, value] of Object.entries({
          code,
          state,
          iss: issuer,
          ...provider.redirect,
        })) {
          if (value !== '') back.searchParams.set(name, value)
        }
        response.writeHead(302, { location: back.href })
        return response.end()
      }
      case '/token':
        return void token(request).then(
          (idToken) => json(200, { token_type: 'Bearer', access_token: 'x', id_token: idToken }),
          (error: Error) => json(400, { error: error.message }),
        )
      default:
        json(404, {})
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`

  /** RFC 6749 section 4.1.3, RFC 7636 section 4.6: a code is worth something once, to whom it was made for. */
  async function token(request: IncomingMessage): Promise<string> {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const form = new URLSearchParams(body)
    const encoded = (text: string) => new URLSearchParams({ a: text }).toString().slice(2)
    const basic = Buffer.from(`${CLIENT_ID}:${encoded(CLIENT_SECRET)}`).toString('base64')
    const isInForm =
      form.get('client_id') === CLIENT_ID && form.get('client_secret') === CLIENT_SECRET
    if (request.headers.authorization !== `Basic ${basic}` && !isInForm) {
      throw new Error('invalid_client')
    }
    const code = form.get('code') ?? ''
    const grant = grants.get(code)
    grants.delete(code)
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    const isRight = grant?.challenge === verifier && grant.redirectUri === form.get('redirect_uri')
    if (!isRight) throw new Error('invalid_grant')
    const now = Math.floor((Date.now() + provider.aheadMs) / 1000)
    const usual = { iss: issuer, aud: CLIENT_ID, sub: 'u-1', iat: now, exp: now + 300 }
    return new SignJWT({ ...usual, nonce: grant.nonce, ...provider.claims })
      .setProtectedHeader({ alg: 'ES256', kid: keys.jwk.kid })
      .sign(provider.signsWrong ? wrong.privateKey : keys.privateKey)
  }

  const provider: OidcProvider = {
    issuer,
    claims: {},
    redirect: {},
    signsWrong: false,
    metadata: {},
    aheadMs: 0,
    hits: [],
    async rotate() {
      keys = await newKeys(`k${randomBytes(4).toString('hex')}`)
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return provider
}

async function newKeys(kid: string): Promise<{ privateKey: CryptoKey; jwk: { kid: string } }> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid } }
}
