// Certificates, keys and tokens for one benchmark run, written into its temporary folder.

import type { webcrypto } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose'
import { createTestCa } from '../support/certificates.ts'

export interface Materials {
  readonly caPem: string
  /** Holds `tls.crt` and `tls.key`, for `localhost`. */
  readonly certsFolder: string
  readonly certFile: string
  readonly keyFile: string
  /** Certificate and key in one file, as haproxy wants them. */
  readonly bothFile: string
  readonly issuer: string
  readonly audience: string
  readonly jwksFile: string
  /** The issuer's public key, PEM (SPKI). */
  readonly publicKeyFile: string
  /** RS256, about 900 bytes each, different subjects, valid for a day. */
  readonly tokens: readonly string[]
  /** The one web origin CORS lets in. */
  readonly origin: string
}

const ISSUER = 'https://idp.bench.example/'
const AUDIENCE = 'orders-api'
const KEY_ID = 'bench-1'

/** Writes everything below `folder` and makes `tokenCount` tokens. */
export async function createMaterials(folder: string, tokenCount: number): Promise<Materials> {
  const ca = await createTestCa('Sallyport benchmark CA')
  const { certPem, keyPem } = await ca.issue(['localhost', '127.0.0.1'])
  const certsFolder = join(folder, 'certs')
  mkdirSync(certsFolder)
  const write = (name: string, text: string): string => {
    const file = join(folder, name)
    writeFileSync(file, text, { mode: 0o600 })
    return file
  }
  const keys = await generateKeyPair('RS256', { modulusLength: 2048 })
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: KEY_ID, alg: 'RS256', use: 'sig' }
  return {
    caPem: ca.certPem,
    certsFolder,
    certFile: write('certs/tls.crt', certPem),
    keyFile: write('certs/tls.key', keyPem),
    bothFile: write('both.pem', certPem + keyPem),
    issuer: ISSUER,
    audience: AUDIENCE,
    jwksFile: write('jwks.json', JSON.stringify({ keys: [jwk] })),
    publicKeyFile: write('issuer.pub.pem', await exportSPKI(keys.publicKey)),
    tokens: await signTokens(keys.privateKey, tokenCount),
    origin: 'https://app.example.com',
  }
}

async function signTokens(key: webcrypto.CryptoKey, count: number): Promise<string[]> {
  const tokens: string[] = []
  for (let subject = 0; subject < count; subject++) {
    const claims = {
      azp: 'orders-web',
      scope: 'openid profile email orders:read orders:write',
      tenant: 'acme',
      email: `user-${subject}@acme.example`,
      roles: ['customer', 'buyer', 'reviewer'],
      sid: `session-${subject}-0123456789abcdef0123456789abcdef`,
    }
    const token = new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: KEY_ID })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(`user-${subject}`)
      .setJti(`token-${subject}`)
      .setIssuedAt()
      .setExpirationTime('1d')
    tokens.push(await token.sign(key))
  }
  return tokens
}
