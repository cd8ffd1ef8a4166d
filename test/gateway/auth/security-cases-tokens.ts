// J001 to J080: what a token may look like and what it may say.

import { createHash, createPublicKey } from 'node:crypto'
import type { AuthPolicy } from '../../../gateway/auth/plan.ts'
import {
  authPolicy,
  createKey,
  ecKey,
  encode,
  hmacToken,
  issuerPlan,
  rsaKey,
  signToken,
  type Gateway,
} from './fixture.ts'
import {
  accepts,
  elsewhere,
  ignores,
  presentedAs,
  rejects,
  rejectsFast,
  type MakeToken,
  type SecurityCase,
} from './security-cases-kinds.ts'

const attacker = createKey('RS256', 'attacker-1')
// Order of the P-256 group (FIPS 186-4, D.1.2.3).
const P256_ORDER = Buffer.from(
  'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
  'hex',
)

const issuedBy = (overrides: Parameters<typeof issuerPlan>[0]): AuthPolicy =>
  authPolicy({ issuers: [issuerPlan(overrides)] })

const withHeader =
  (header: Record<string, unknown>, key = rsaKey): MakeToken =>
  (gateway) =>
    signToken(key, gateway.claims(), header)

const withClaims =
  (claims: Record<string, unknown>): MakeToken =>
  (gateway) =>
    signToken(rsaKey, gateway.claims(claims))

/** A good token whose signature is put in the place of its own by `change`. */
const withSignature =
  (change: (signature: Buffer) => Buffer | string, key = rsaKey): MakeToken =>
  (gateway) => {
    const token = signToken(key, gateway.claims())
    const at = token.lastIndexOf('.') + 1
    const changed = change(Buffer.from(token.slice(at), 'base64url'))
    return token.slice(0, at) + (typeof changed === 'string' ? changed : encode(changed))
  }

/** A good token with its text changed. */
const respelled =
  (change: (token: string, segments: string[]) => string): MakeToken =>
  (gateway) => {
    const token = signToken(rsaKey, gateway.claims())
    return change(token, token.split('.'))
  }

const unsigned =
  (alg: string): MakeToken =>
  (gateway) =>
    `${encode({ alg, kid: rsaKey.kid })}.${encode(gateway.claims())}.AA`

/** A good token whose claims are written out by hand. */
const withClaimText =
  (change: (text: string) => string | Buffer): MakeToken =>
  (gateway) =>
    signToken(rsaKey, change(JSON.stringify(gateway.claims())))

const seconds = (gateway: Gateway): number => gateway.clock.wallMs() / 1000

const ofLength =
  (length: number): MakeToken =>
  (gateway) => {
    const bare = signToken(rsaKey, gateway.claims({ pad: '' })).length
    return signToken(
      rsaKey,
      gateway.claims({ pad: 'x'.repeat(Math.floor(((length - bare) * 3) / 4)) }),
    )
  }

const nested = (levels: number): MakeToken =>
  withClaimText((text) => text.replace('{', `{"deep":${'['.repeat(levels)}${']'.repeat(levels)},`))

const strictEcIssuer = issuedBy({ algorithms: ['ES256'] })
const accessTokensOnly = issuedBy({ type: 'at+jwt' })
const rsaPem = createPublicKey(rsaKey.publicKey.export({ format: 'pem', type: 'spki' }))
  .export({ format: 'pem', type: 'spki' })
  .toString()

export const tokenCases: Readonly<Record<string, SecurityCase>> = {
  J001: rejects('alg none', 'alg_not_allowed', unsigned('none')),
  J002: rejects('alg None', 'alg_not_allowed', unsigned('None')),
  J003: rejects('alg nOnE', 'alg_not_allowed', unsigned('nOnE')),
  J004: rejects('empty alg', 'token_alg', withHeader({ alg: '' })),
  J005: rejects('alg missing', 'token_alg', withHeader({ alg: undefined })),
  J006: rejects('alg in another case', 'alg_not_allowed', withHeader({ alg: 'es256' }, ecKey)),
  J007: rejects('HS256 over the public key as PEM', 'alg_not_allowed', (gateway) =>
    hmacToken(rsaPem, gateway.claims(), { kid: rsaKey.kid }),
  ),
  J008: rejects('HS256 over the public key as JWK', 'alg_not_allowed', (gateway) =>
    hmacToken(JSON.stringify(rsaKey.jwk), gateway.claims(), { kid: rsaKey.kid }),
  ),
  J009: rejects(
    'RS256 token to an ES256 issuer',
    'alg_not_allowed',
    (gateway) => signToken(rsaKey, gateway.claims()),
    strictEcIssuer,
  ),
  J010: rejects(
    'ES384 label on a P-256 key',
    'wrong_algorithm',
    withHeader({ alg: 'ES384' }, ecKey),
  ),
  J011: rejects(
    'empty signature',
    'token_encoding',
    withSignature(() => ''),
  ),
  J012: rejects(
    'signature r = s = 0',
    'signature_invalid',
    withSignature(() => Buffer.alloc(64), ecKey),
  ),
  J013: rejects(
    'signature r = n',
    'signature_invalid',
    withSignature((s) => Buffer.concat([P256_ORDER, s.subarray(32)]), ecKey),
  ),
  J014: rejects(
    'signature s = n',
    'signature_invalid',
    withSignature((s) => Buffer.concat([s.subarray(0, 32), P256_ORDER]), ecKey),
  ),
  J015: rejects(
    'signature as DER',
    'signature_invalid',
    withSignature((s) => derOf(s), ecKey),
  ),
  J016: rejects(
    'signature truncated',
    'signature_invalid',
    withSignature((s) => s.subarray(0, -1)),
  ),
  J017: rejects("another token's signature", 'signature_invalid', (gateway) => {
    const other = signToken(rsaKey, gateway.claims({ sub: 'bob' }))
    const [header, payload] = signToken(rsaKey, gateway.claims()).split('.')
    return `${header}.${payload}.${other.split('.')[2]}`
  }),
  J018: rejects(
    'signature with trailing zeros',
    'signature_invalid',
    withSignature((s) => Buffer.concat([s, Buffer.alloc(2)])),
  ),
  J019: rejects(
    'jwk embedded',
    'signature_invalid',
    withHeader({ kid: rsaKey.kid, jwk: attacker.jwk }, attacker),
  ),
  J020: rejects(
    'jku',
    'signature_invalid',
    withHeader({ kid: rsaKey.kid, jku: 'https://evil.test/jwks' }, attacker),
  ),
  J021: rejects(
    'x5u',
    'signature_invalid',
    withHeader({ kid: rsaKey.kid, x5u: 'https://evil.test/cert' }, attacker),
  ),
  J022: rejects(
    'x5c self-made',
    'signature_invalid',
    withHeader({ kid: rsaKey.kid, x5c: ['MIIB'] }, attacker),
  ),
  J023: rejects(
    'x5t of another certificate',
    'signature_invalid',
    withHeader({ kid: undefined, x5t: encode(createHash('sha1').update('x').digest()) }, attacker),
  ),
  J024: rejects(
    'jku by an open redirect of the issuer',
    'signature_invalid',
    withHeader({ kid: rsaKey.kid, jku: 'https://idp.test/go?to=https://evil.test/jwks' }, attacker),
  ),
  J025: rejects('kid that is a path', 'unknown_key', withHeader({ kid: '../../dev/null' })),
  J026: rejects('kid that is SQL', 'unknown_key', withHeader({ kid: "x' UNION SELECT 'AA" })),
  J027: rejects('kid __proto__', 'unknown_key', withHeader({ kid: '__proto__' })),
  J028: rejects('kid that is a number', 'token_kid', withHeader({ kid: 1 })),
  J029: rejects('kid of 10 KB', 'token_kid', withHeader({ kid: 'k'.repeat(10_000) })),
  J030: rejects('crit with an unknown name', 'token_crit', withHeader({ crit: ['exp'], exp: 1 })),
  J031: rejects('crit empty', 'token_crit', withHeader({ crit: [] })),
  J032: rejects('crit b64 false', 'token_crit', withHeader({ crit: ['b64'], b64: false })),
  J033: rejects('b64 false without crit', 'token_extension', withHeader({ b64: false })),
  J034: rejects('zip', 'token_extension', withHeader({ zip: 'DEF' })),
  J035: rejects(
    'typ missing where required',
    'type_mismatch',
    withHeader({ typ: undefined }),
    accessTokensOnly,
  ),
  J036: rejects(
    'typ JWT where at+jwt is required',
    'type_mismatch',
    withHeader({ typ: 'JWT' }),
    accessTokensOnly,
  ),
  J037: rejects(
    'ID token as access token',
    'audience_mismatch',
    withClaims({ aud: 'web-client', nonce: 'n-1', at_hash: 'x' }),
  ),
  J038: rejects('cty JWT nested', 'token_nested', withHeader({ cty: 'JWT' })),
  J039: rejects('duplicate header members', 'token_duplicate_member', (gateway) =>
    signToken(rsaKey, gateway.claims(), `{"alg":"none","alg":"RS256","kid":"${rsaKey.kid}"}`),
  ),
  J040: rejects('exp past', 'token_expired', (gateway) =>
    signToken(rsaKey, gateway.claims({ exp: seconds(gateway) - 61 })),
  ),
  J041: rejects('exp missing', 'exp_missing', withClaims({ exp: undefined })),
  J042: rejects('exp as text', 'exp_invalid', withClaims({ exp: '99999999999' })),
  J043: rejects(
    'exp 1e400',
    'exp_invalid',
    withClaimText((text) => text.replace(/"exp":\d+/, '"exp":1e400')),
  ),
  J044: rejects('nbf in the future', 'token_not_yet_valid', (gateway) =>
    signToken(rsaKey, gateway.claims({ nbf: seconds(gateway) + 61 })),
  ),
  J045: rejects('iat in the future', 'iat_in_future', (gateway) =>
    signToken(rsaKey, gateway.claims({ iat: seconds(gateway) + 61 })),
  ),
  J046: rejects(
    'lifetime too long',
    'lifetime_too_long',
    (gateway) => signToken(rsaKey, gateway.claims({ exp: seconds(gateway) + 3602 })),
    issuedBy({ maxLifetimeMs: 3_600_000 }),
  ),
  J047: rejects(
    'iss without its trailing slash',
    'unknown_issuer',
    withClaims({ iss: 'https://idp.test' }),
  ),
  J048: rejects(
    'aud that is an object',
    'audience_mismatch',
    withClaims({ aud: { 0: 'orders-api' } }),
  ),
  J049: rejects('aud missing', 'audience_mismatch', withClaims({ aud: undefined })),
  J050: rejects(
    'aud that begins like ours',
    'audience_mismatch',
    withClaims({ aud: 'orders-api-2' }),
  ),
  J051: rejects('aud in another case', 'audience_mismatch', withClaims({ aud: 'Orders-API' })),
  J052: rejects('aud array without us', 'audience_mismatch', withClaims({ aud: ['a', 'b'] })),
  J053: rejects('sub that is a number', 'sub_invalid', withClaims({ sub: 7 })),
  J054: rejects('sub with CRLF', 'sub_invalid', withClaims({ sub: 'alice\r\nx-admin: 1' })),
  J055: accepts(
    'exp half a second from now',
    (gateway) => signToken(rsaKey, gateway.claims({ exp: seconds(gateway) + 0.5 })),
    issuedBy({ clockSkewMs: 0 }),
  ),
  J056: accepts('aud array with us', withClaims({ aud: ['other', 'orders-api'] })),
  J057: rejectsFast(
    'aud array of 10,000',
    'token_too_large',
    withClaims({ aud: Array.from({ length: 10_000 }, (_, i) => `a${i}`) }),
    5,
  ),
  J058: rejects(
    'padding',
    'token_encoding',
    respelled((_, [header, payload, signature]) => `${header}.${payload}.${signature}==`),
  ),
  J059: rejects(
    'space inside',
    'token_encoding',
    respelled((token) => `${token.slice(0, 9)} ${token.slice(9)}`),
  ),
  J060: rejects(
    'newline inside',
    'token_encoding',
    respelled((token) => `${token.slice(0, 9)}\n${token.slice(9)}`),
  ),
  J061: rejects('base64 instead of base64url', 'token_encoding', (gateway) => {
    const [header, payload] = signToken(rsaKey, gateway.claims()).split('.')
    return `${header}.${payload}.${Buffer.alloc(256, 0xfb).toString('base64').replaceAll('=', '')}`
  }),
  J062: rejects(
    'unused bits that are not zero',
    'token_encoding',
    respelled((token) => {
      // 256 bytes end in a character of which only the upper two bits count.
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
      return token.slice(0, -1) + alphabet[alphabet.indexOf(token.at(-1)!) + 1]
    }),
  ),
  J063: rejects(
    'two segments',
    'token_segments',
    respelled((_, [header, payload]) => `${header}.${payload}`),
  ),
  J064: rejects(
    'four segments',
    'token_segments',
    respelled((token) => `${token}.AA`),
  ),
  J065: rejects(
    'JSON serialisation',
    'token_segments',
    respelled((_, [header, payload, signature]) =>
      JSON.stringify({ protected: header, payload, signature }),
    ),
  ),
  J066: rejects(
    'JWE',
    'token_segments',
    respelled((token) => `${token}.AA.AA`),
  ),
  J067: rejects(
    'payload that is an array',
    'token_json',
    withClaimText((text) => `[${text}]`),
  ),
  J068: rejects(
    'payload null',
    'token_json',
    withClaimText(() => 'null'),
  ),
  J069: rejects(
    'byte order mark',
    'token_json',
    withClaimText((text) => `\ufeff${text}`),
  ),
  J070: rejects(
    'duplicate claims',
    'token_duplicate_member',
    withClaimText((text) => text.replace('{', '{"sub":"admin",')),
  ),
  J071: rejects(
    '__proto__ claim',
    'token_forbidden_member',
    withClaimText((text) => text.replace('{', '{"__proto__":{"admin":true},')),
  ),
  J072: elsewhere(
    'two Authorization headers',
    'refused with 400 when the request is admitted; a second line of defence is in present.test.ts',
  ),
  J073: ignores('token in the query', (token) => ({ query: `access_token=${token}` })),
  J074: ignores('token in a cookie', (token) => ({ cookie: `access_token=${token}` })),
  J075: presentedAs('bearer in lower case', 'bearer ', 'authorized'),
  J076: presentedAs('two spaces behind Bearer', 'Bearer  ', 'authorization_malformed'),
  J077: elsewhere('17 KB header', 'the listener answers 431 to header sections beyond its bound'),
  J078: accepts('token of 8 KB', ofLength(8192), authPolicy(), 2),
  J079: accepts('token of 15 KB', ofLength(15_360)),
  J080: {
    what: 'nested arrays',
    async run() {
      await rejectsFast('10,000 levels', 'token_too_large', nested(10_000), 10).run()
      await rejectsFast('as many levels as fit', 'token_too_deep', nested(5000), 10).run()
      await rejectsFast('one level too many', 'token_too_deep', nested(64), 10).run()
      await accepts('as many levels as are read', nested(63)).run()
    },
  },
}

/** SEQUENCE { INTEGER r, INTEGER s } of a raw P-256 signature. */
function derOf(raw: Buffer): Buffer {
  const integers = [raw.subarray(0, 32), raw.subarray(32)].map((number) => {
    const positive = number[0]! < 0x80 ? number : Buffer.concat([Buffer.alloc(1), number])
    return Buffer.concat([Buffer.from([2, positive.length]), positive])
  })
  const body = Buffer.concat(integers)
  return Buffer.concat([Buffer.from([0x30, body.length]), body])
}
