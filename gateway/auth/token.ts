// The strict reading of a token (compact JWS, RFC 7515 section 7.1) before any cryptography.

import { parseStrictJson } from './strict-json.ts'

/** Longest token that is read, in characters (a token is ASCII, so also in bytes). */
export const MAX_TOKEN_LENGTH = 16 * 1024
/** Longest `kid` that is looked up, in characters. */
export const MAX_KID_LENGTH = 512

export interface TokenHeader {
  readonly algorithm: string
  readonly keyId: string | null
  readonly type: string | null
}

export type Claims = Readonly<Record<string, unknown>>

export type TokenReason =
  | 'token_too_large'
  | 'token_segments'
  | 'token_encoding'
  | 'token_json'
  | 'token_duplicate_member'
  | 'token_forbidden_member'
  | 'token_too_deep'
  | 'token_alg'
  | 'token_crit'
  | 'token_extension'
  | 'token_nested'
  | 'token_kid'
  | 'token_type'

export type ParsedToken =
  | { readonly kind: 'parsed'; readonly header: TokenHeader; readonly claims: Claims }
  | { readonly kind: 'refused'; readonly reason: TokenReason }

/**
 * Reads header and claims. Exactly three base64url segments in their one canonical spelling, each JSON part strict
 * (see parseStrictJson). `crit`, `b64` and `zip` refuse the token, since no extension is supported (RFC 7515 section
 * 4.1.11, RFC 7797); `jwk`, `jku`, `x5u` and `x5c` are never looked at (RFC 8725 section 3.10). Nothing is verified.
 */
export function parseToken(token: string): ParsedToken {
  if (token.length > MAX_TOKEN_LENGTH) return refused('token_too_large')
  const segments = token.split('.', 4)
  if (segments.length !== 3) return refused('token_segments')
  const [headerBytes, claimBytes, signature] = segments.map(decodeCanonical)
  if (!headerBytes || !claimBytes || !signature?.length) return refused('token_encoding')
  const header = parseStrictJson(headerBytes)
  if (header.kind === 'refused') return refused(`token_${header.reason}`)
  const checked = readHeader(header.value)
  if ('reason' in checked) return checked
  const claims = parseStrictJson(claimBytes)
  if (claims.kind === 'refused') return refused(`token_${claims.reason}`)
  return { kind: 'parsed', header: checked, claims: claims.value }
}

function readHeader(
  header: Readonly<Record<string, unknown>>,
): TokenHeader | Extract<ParsedToken, { kind: 'refused' }> {
  const { alg, kid = null, typ = null, cty = null } = header
  if (typeof alg !== 'string' || alg === '') return refused('token_alg')
  if ('crit' in header) return refused('token_crit')
  if ('b64' in header || 'zip' in header) return refused('token_extension')
  if (cty !== null && (typeof cty !== 'string' || mediaType(cty) === 'jwt'))
    return refused('token_nested')
  if (kid !== null && (typeof kid !== 'string' || kid.length > MAX_KID_LENGTH))
    return refused('token_kid')
  if (typ !== null && typeof typ !== 'string') return refused('token_type')
  return { algorithm: alg, keyId: kid, type: typ }
}

/** `application/at+jwt`, `AT+JWT` and `at+jwt` name one type (RFC 7515 section 4.1.9). */
export function mediaType(value: string): string {
  const lower = value.toLowerCase()
  return lower.startsWith('application/') ? lower.slice('application/'.length) : lower
}

/** The bytes of a segment, or null where it is not their one canonical spelling (RFC 7515 section 2). */
function decodeCanonical(segment: string): Buffer | null {
  const bytes = Buffer.from(segment, 'base64url')
  return bytes.toString('base64url') === segment ? bytes : null
}

function refused(reason: TokenReason): Extract<ParsedToken, { kind: 'refused' }> {
  return { kind: 'refused', reason }
}
