// An issuer of tokens whose keys stand in the configuration itself: nothing is fetched, nothing is shared.

import { exportJWK, generateKeyPair, SignJWT } from 'jose'

export interface TestIssuer {
  /** Its value under `issuers:` in a configuration file (flow style). */
  readonly yaml: string
  /** A signed token of this subject for `audience`, valid for `lifetimeMs` (default an hour; whole seconds). */
  token(subject: string, audience: string, lifetimeMs?: number): Promise<string>
}

const ISSUER = 'https://issuer.test/'

export async function createTestIssuer(): Promise<TestIssuer> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const key = { ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256', use: 'sig' }
  const options = { issuer: ISSUER, jwks: { keys: [key] }, algorithms: ['ES256'], clockSkew: '1ms' }
  return {
    // JSON is YAML.
    yaml: JSON.stringify(options),
    token: (subject, audience, lifetimeMs = 3_600_000) =>
      new SignJWT()
        .setProtectedHeader({ alg: 'ES256', kid: 'test' })
        .setIssuer(ISSUER)
        .setSubject(subject)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime(Math.ceil((Date.now() + lifetimeMs) / 1000))
        .sign(privateKey),
  }
}
