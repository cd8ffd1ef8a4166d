// An issuer with keys, tokens of every kind, good and forged, and a gateway's view of them.

import { createHmac, generateKeyPairSync, sign, type JsonWebKey, type KeyObject } from 'node:crypto'
import type { AuthDecision } from '../../../gateway/auth/auth-decision.ts'
import { authenticate, type AuthContext } from '../../../gateway/auth/authenticate.ts'
import { keySourceId } from '../../../gateway/auth/issuer-id.ts'
import { KeyRings, QUIET_MS } from '../../../gateway/auth/key-rings.ts'
import { importKeySet } from '../../../gateway/auth/key-set.ts'
import type { AuthPolicy, IssuerPlan } from '../../../gateway/auth/plan.ts'
import type { Presented } from '../../../gateway/auth/present.ts'
import { TokenCache } from '../../../gateway/auth/token-cache.ts'
import { Verifier } from '../../../gateway/auth/verifier.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { ManualClock } from './manual-clock.ts'

export interface SigningKey {
  readonly algorithm: string
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly jwk: JsonWebKey
}

export function createKey(algorithm: string, kid: string, modulusLength = 2048): SigningKey {
  const pair = generatePair(algorithm, modulusLength)
  const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' }
  return { algorithm, kid, ...pair, jwk }
}

function generatePair(algorithm: string, modulusLength: number) {
  if (algorithm.startsWith('ES')) {
    const namedCurve = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }[algorithm]!
    return generateKeyPairSync('ec', { namedCurve })
  }
  if (algorithm.startsWith('Ed')) return generateKeyPairSync('ed25519')
  return generateKeyPairSync('rsa', { modulusLength })
}

/** The key of every test that is not about keys: making one takes a while. */
export const rsaKey = createKey('RS256', 'rsa-1')
export const ecKey = createKey('ES256', 'ec-1')

export type Json = Readonly<Record<string, unknown>>

export function encode(part: Json | string | Buffer): string {
  if (Buffer.isBuffer(part)) return part.toString('base64url')
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')
}

/** Signs whatever it is given: `header` and `payload` may be texts that no library would write. */
export function signToken(
  key: SigningKey,
  payload: Json | string | Buffer,
  header: Json | string | Buffer = {},
): string {
  const isText = typeof header === 'string' || Buffer.isBuffer(header)
  const full = isText ? header : { alg: key.algorithm, kid: key.kid, typ: 'JWT', ...header }
  const input = `${encode(full)}.${encode(payload)}`
  return `${input}.${signatureOf(key, input).toString('base64url')}`
}

function signatureOf({ algorithm, privateKey }: SigningKey, input: string): Buffer {
  const data = Buffer.from(input)
  if (algorithm.startsWith('Ed')) return sign(null, data, privateKey)
  const digest = `sha${algorithm.slice(2)}`
  return sign(digest, data, { key: privateKey, dsaEncoding: 'ieee-p1363' })
}

/** A token "signed" with a secret an attacker can know. */
export function hmacToken(secret: string | Buffer, payload: Json, header: Json = {}): string {
  const input = `${encode({ alg: 'HS256', typ: 'JWT', ...header })}.${encode(payload)}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

export const ISSUER = 'https://idp.test/'
export const AUDIENCE = 'orders-api'

export function issuerPlan(overrides: Partial<IssuerPlan> = {}): IssuerPlan {
  return {
    name: 'idp',
    issuer: ISSUER,
    jwks: { kind: 'url', url: 'https://idp.test/jwks' },
    algorithms: ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'],
    clockSkewMs: 60_000,
    maxLifetimeMs: null,
    type: null,
    caPem: null,
    ...overrides,
  }
}

export function authPolicy(overrides: Partial<AuthPolicy> = {}): AuthPolicy {
  return {
    issuers: [issuerPlan()],
    audience: [AUDIENCE],
    scopes: [],
    claims: [],
    forward: [],
    sources: [{ kind: 'header' }],
    passToken: false,
    ...overrides,
  }
}

/** Claims of a good token. */
export function goodClaims(clock: Clock, overrides: Json = {}): Json {
  const now = Math.floor(clock.wallMs() / 1000)
  return { iss: ISSUER, aud: AUDIENCE, sub: 'alice', iat: now, exp: now + 300, ...overrides }
}

export function bearer(token: string): Presented {
  return { authorization: `Bearer ${token}`, authorizationCount: 1, cookie: null, query: '' }
}

export interface Gateway {
  readonly clock: ManualClock
  readonly context: AuthContext
  readonly rings: KeyRings
  /** Questions the supervisor got. */
  readonly asked: { readonly sourceId: string; readonly keyId: string | null }[]
  decide(token: string, policy?: AuthPolicy): Promise<AuthDecision>
  claims(overrides?: Json): Json
}

/**
 * A worker whose issuers are all served by `keys`. Its supervisor answers every question at once with "nothing new",
 * unless `askRefresh` says otherwise.
 */
export function createGateway(
  options: {
    keys?: readonly JsonWebKey[]
    revoked?: (claims: Json) => boolean
    askRefresh?: (rings: KeyRings, sourceId: string, keyId: string | null) => void
  } = {},
): Gateway {
  const clock = new ManualClock()
  const asked: { sourceId: string; keyId: string | null }[] = []
  const rings = new KeyRings(clock, (sourceId, keyId) => {
    asked.push({ sourceId, keyId })
    if (options.askRefresh) options.askRefresh(rings, sourceId, keyId)
    else rings.settle(sourceId)
  })
  const context = {
    clock,
    keys: rings,
    cache: new TokenCache(clock),
    verifier: new Verifier(),
    revoked: options.revoked ?? (() => false),
  }
  const imported = importKeySet({ keys: options.keys ?? [rsaKey.jwk, ecKey.jwk] })!
  const served = new Set<string>()
  const serve = (plan: IssuerPlan): void => {
    const sourceId = keySourceId(plan)
    if (served.has(sourceId) || imported.keySet.keys.length === 0) return
    served.add(sourceId)
    rings.update(sourceId, imported.document, imported.keySet.version)
  }
  const usual = authPolicy()
  usual.issuers.forEach(serve)
  // Delivering keys counts as an answer: be past the quiet time that follows one.
  void clock.advance(QUIET_MS)
  return {
    clock,
    context,
    rings,
    asked,
    claims: (overrides) => goodClaims(clock, overrides),
    async decide(token, policy = usual) {
      policy.issuers.forEach(serve)
      return authenticate(bearer(token), policy, context)
    },
  }
}
