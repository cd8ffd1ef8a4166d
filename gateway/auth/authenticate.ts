// Authentication of one request: from the presented token to a principal, or to a refusal that says why.

import type { Clock } from '../../sidecar/runtime/clock.ts'
import {
  invalidToken,
  noToken,
  unavailable,
  type AuthDecision,
  type AuthDenied,
} from './auth-decision.ts'
import { authorize } from './authorize.ts'
import { checkClaims, claimValue, hasAudience, headerValueOf, type Validity } from './claims.ts'
import { issuerRulesId } from './issuer-id.ts'
import type { KeyLookup, KeyRings } from './key-rings.ts'
import type { AuthPolicy, IssuerPlan } from './plan.ts'
import { pickToken, type Presented } from './present.ts'
import {
  MAX_CACHED_TOKEN_LENGTH,
  tokenDigest,
  type TokenCache,
  type VerifiedToken,
} from './token-cache.ts'
import { MAX_TOKEN_LENGTH, parseToken, type Claims, type TokenHeader } from './token.ts'
import type { Verifier } from './verifier.ts'

/** What authentication needs besides the request and its policy; one for each process. */
export interface AuthContext {
  readonly clock: Clock
  readonly keys: KeyRings
  readonly cache: TokenCache
  readonly verifier: Verifier
  /** Whether a token was withdrawn before its time; asked on every request, also for remembered tokens. */
  readonly revoked: (claims: Claims) => boolean
}

/**
 * Decides about a request under a route's `auth:`, authorization included, so that `allow` means allowed. Answers at once
 * for remembered tokens and for those that can be refused without cryptography; otherwise with a promise that never
 * rejects and takes at most about a second.
 */
export function authenticate(
  presented: Presented,
  policy: AuthPolicy,
  context: AuthContext,
): AuthDecision | Promise<AuthDecision> {
  const picked = pickToken(presented, policy.sources)
  if (picked.kind === 'none') return noToken()
  if (picked.kind === 'refused') return invalidToken(picked.reason)
  const { token } = picked
  if (token.length > MAX_TOKEN_LENGTH) return invalidToken('token_too_large')
  const digest = tokenDigest(token)
  for (const issuer of policy.issuers) {
    const known = remembered(digest, issuer, context)
    if (known !== null) return decide(known, issuer, policy, context)
  }
  const parsed = parseToken(token)
  if (parsed.kind === 'refused') return invalidToken(parsed.reason)
  const { header, claims } = parsed
  const issuer = policy.issuers.find((candidate) => candidate.issuer === claims['iss'])
  if (issuer === undefined) return invalidToken('unknown_issuer')
  if (!issuer.algorithms.includes(header.algorithm))
    return invalidToken('alg_not_allowed', issuer.name)
  const validity = checkClaims(header, claims, issuer, context.clock.wallMs())
  if (typeof validity === 'string') return invalidToken(validity, issuer.name)
  return verifyWithKeys({ token, digest, header, claims, validity, issuer, policy, context })
}

/** A token that passed every check but that of its signature. */
interface Unverified {
  readonly token: string
  readonly digest: string
  readonly header: TokenHeader
  readonly claims: Claims
  readonly validity: Validity
  readonly issuer: IssuerPlan
  readonly policy: AuthPolicy
  readonly context: AuthContext
}

function remembered(
  digest: string,
  issuer: IssuerPlan,
  context: AuthContext,
): VerifiedToken | null {
  const keySet = context.keys.keySet(issuer)
  return keySet && context.cache.get(digest, issuerRulesId(issuer), keySet.version)
}

function verifyWithKeys(unverified: Unverified): AuthDecision | Promise<AuthDecision> {
  const { header, issuer, context } = unverified
  const lookup = context.keys.find(issuer, header)
  if (lookup.kind !== 'unknown_key' && lookup.kind !== 'keys_unavailable') {
    return verify(unverified, lookup)
  }
  const asking = context.keys.mayAsk(issuer)
  if (asking === 'no') return verify(unverified, lookup)
  if (asking === 'full') return unavailable('auth_overloaded', issuer.name)
  return context.keys
    .ask(issuer, header.keyId)
    .then(() => verify(unverified, context.keys.find(issuer, header)))
}

function verify(unverified: Unverified, lookup: KeyLookup): AuthDecision | Promise<AuthDecision> {
  const { token, digest, header, issuer, context } = unverified
  if (lookup.kind === 'keys_unavailable') return unavailable('keys_unavailable', issuer.name)
  if (lookup.kind !== 'found') return invalidToken(lookup.kind, issuer.name)
  const id = digest + issuerRulesId(issuer) + lookup.version
  const check = context.verifier.verify(id, token, header.algorithm, lookup.keys)
  if (check === null) return unavailable('auth_overloaded', issuer.name)
  return check.then((good) => {
    if (!good) return invalidToken('signature_invalid', issuer.name)
    return remember(unverified, lookup.version)
  })
}

function remember(unverified: Unverified, keySetVersion: string): AuthDecision {
  const { token, digest, claims, validity, issuer, policy, context } = unverified
  const verified = { claims, validity, keySetVersion }
  if (token.length <= MAX_CACHED_TOKEN_LENGTH) {
    context.cache.add(digest, issuerRulesId(issuer), verified)
  }
  return decide(verified, issuer, policy, context)
}

/** What depends on the route or may change from one request to the next, and is therefore never remembered. */
function decide(
  { claims, validity }: VerifiedToken,
  issuer: IssuerPlan,
  policy: AuthPolicy,
  context: AuthContext,
): AuthDecision {
  if (context.revoked(claims)) return invalidToken('token_revoked', issuer.name)
  if (!hasAudience(claims, policy.audience)) return invalidToken('audience_mismatch', issuer.name)
  const headers = forwardedHeaders(claims, policy, issuer)
  if ('verdict' in headers) return headers
  const principal = {
    subject: typeof claims['sub'] === 'string' ? claims['sub'] : null,
    issuer: issuer.name,
    claims,
    expiresAtMs: validity.untilMs,
    headers,
  }
  const authorized = authorize(principal, policy)
  if ('status' in authorized) return { ...authorized, subject: principal.subject }
  return { verdict: 'allow', reason: authorized.reason, rule: authorized.rule, principal }
}

/** An absent claim makes no header; the client's own field of that name is gone before this. */
function forwardedHeaders(
  claims: Claims,
  policy: AuthPolicy,
  issuer: IssuerPlan,
): readonly string[] | AuthDenied {
  const headers: string[] = []
  for (const { header, claim } of policy.forward) {
    const value = claimValue(claims, claim)
    if (value === undefined || value === null) continue
    const text = headerValueOf(value)
    if (text === null) return invalidToken('claim_not_a_header', issuer.name)
    headers.push(header, text)
  }
  return headers
}
