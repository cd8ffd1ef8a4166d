// The rules for what a token says (RFC 7519 section 4.1), apart from who may say it.

import { isJsonObject } from './strict-json.ts'
import { mediaType, type Claims, type TokenHeader } from './token.ts'
import type { IssuerPlan } from './plan.ts'

/** Longest subject, and longest header value made of a claim, in bytes. */
export const MAX_VALUE_BYTES = 4096

// A wall clock cannot express more (ECMAScript time values), and no token is meant to live that long.
const MAX_SECONDS = 8_640_000_000_000

/** When a token is good, in wall-clock ms with the issuer's clock skew already applied. */
export interface Validity {
  /** Good from this moment on. */
  readonly fromMs: number
  /** Refused from this moment on. */
  readonly untilMs: number
}

export type ClaimReason =
  | 'type_mismatch'
  | 'exp_missing'
  | 'exp_invalid'
  | 'token_expired'
  | 'nbf_invalid'
  | 'token_not_yet_valid'
  | 'iat_missing'
  | 'iat_invalid'
  | 'iat_in_future'
  | 'lifetime_too_long'
  | 'sub_invalid'

/** Checks type, times and subject; none of them depends on the route, so the answer may be remembered until it ends. */
export function checkClaims(
  header: TokenHeader,
  claims: Claims,
  issuer: IssuerPlan,
  nowMs: number,
): Validity | ClaimReason {
  if (issuer.type !== null && mediaType(header.type ?? '') !== mediaType(issuer.type))
    return 'type_mismatch'
  const { exp, nbf, iat, sub } = claims
  if (exp === undefined) return 'exp_missing'
  if (!isSeconds(exp)) return 'exp_invalid'
  if (nbf !== undefined && !isSeconds(nbf)) return 'nbf_invalid'
  if (iat !== undefined && !isSeconds(iat)) return 'iat_invalid'
  if (sub !== undefined && !isSubject(sub)) return 'sub_invalid'
  const validity = {
    fromMs: (nbf ?? 0) * 1000 - issuer.clockSkewMs,
    untilMs: exp * 1000 + issuer.clockSkewMs,
  }
  const late = whenRefused(validity, nowMs)
  if (late !== null) return late
  if (iat !== undefined && iat * 1000 > nowMs + issuer.clockSkewMs) return 'iat_in_future'
  if (issuer.maxLifetimeMs !== null) {
    if (iat === undefined) return 'iat_missing'
    if ((exp - iat) * 1000 > issuer.maxLifetimeMs) return 'lifetime_too_long'
  }
  return validity
}

/** Why a token of this validity is refused now, or null. */
export function whenRefused(
  validity: Validity,
  nowMs: number,
): 'token_expired' | 'token_not_yet_valid' | null {
  if (nowMs >= validity.untilMs) return 'token_expired'
  return nowMs < validity.fromMs ? 'token_not_yet_valid' : null
}

function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= MAX_SECONDS
}

/** A subject goes into log lines and limit keys, so it is text without control characters. */
function isSubject(value: unknown): boolean {
  return typeof value === 'string' && isCleanText(value)
}

/** Whether any of the audiences is one of `accepted` (RFC 7519 section 4.1.3); null accepts every token. */
export function hasAudience(claims: Claims, accepted: readonly string[] | null): boolean {
  if (accepted === null) return true
  const { aud } = claims
  if (typeof aud === 'string') return accepted.includes(aud)
  if (!Array.isArray(aud) || !aud.every((one) => typeof one === 'string')) return false
  return aud.some((one) => accepted.includes(one))
}

/** The claim of that name; only where there is none, the member a dotted name leads to. undefined: absent. */
export function claimValue(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name]
  let value: unknown = claims
  for (const step of name.split('.')) {
    if (!isJsonObject(value) || !Object.hasOwn(value, step)) return undefined
    value = value[step]
  }
  return value
}

/** A single value as text: strings, booleans, and numbers that survived being read exactly; null for the rest. */
export function claimText(value: unknown): string | null {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  // Beyond 2^53 two different ids in the token would be the same number here.
  if (typeof value !== 'number' || (Number.isInteger(value) && !Number.isSafeInteger(value)))
    return null
  return Number.isFinite(value) ? String(value) : null
}

/**
 * The header value that stands for a claim: arrays are joined by `,`, non-ASCII is UTF-8 written as latin1. null where
 * it could be read as something else: control characters, space at either end, `,` in an array, more than 4 KiB.
 */
export function headerValueOf(value: unknown): string | null {
  const text = Array.isArray(value) ? joinList(value) : claimText(value)
  if (text === null || !isCleanText(text) || text.trim() !== text) return null
  return Buffer.from(text, 'utf8').toString('latin1')
}

function joinList(values: readonly unknown[]): string | null {
  const texts = values.map(claimText)
  return texts.every((text) => text !== null && !text.includes(',')) ? texts.join(',') : null
}

function isCleanText(text: string): boolean {
  return (
    text.isWellFormed() &&
    !/[\u0000-\u001f\u007f-\u009f]/.test(text) &&
    Buffer.byteLength(text) <= MAX_VALUE_BYTES
  )
}
