// Which check of a route's `auth:` a token meets and which one it fails, with the values that were compared.

import { authorize } from '../auth/authorize.ts'
import {
  checkClaims,
  claimText,
  claimValue,
  hasAudience,
  headerValueOf,
  type ClaimReason,
} from '../auth/claims.ts'
import type { AuthPolicy, IssuerPlan } from '../auth/plan.ts'
import type { Claims, TokenHeader } from '../auth/token.ts'
import type { ConfigPath } from '../../sidecar/runtime/problem.ts'
import { printable } from '../../sidecar/telemetry/printable.ts'
import type { StepWords, Trace } from './explain.ts'

/** What is known of the token a request came with. */
export type TokenEvidence =
  | { readonly kind: 'none' }
  /** It cannot be read, or two were sent. */
  | { readonly kind: 'unreadable'; readonly reason: string }
  /** There was one, and nothing of it is kept. */
  | { readonly kind: 'not_kept' }
  | {
      readonly kind: 'read'
      readonly header: TokenHeader
      readonly claims: Claims
      /** Names of claims whose values are not kept. */
      readonly withheld: ReadonlySet<string>
      readonly signature: SignatureEvidence
    }

export type SignatureEvidence =
  | { readonly kind: 'good'; readonly revoked: boolean }
  /** `signature_invalid`, `unknown_key`, `wrong_algorithm`, `keys_unavailable`, `auth_overloaded`. */
  | { readonly kind: 'bad'; readonly reason: string }
  /** Nobody looked: an earlier check refused the token. */
  | { readonly kind: 'unchecked' }

/** `status` null: passed. */
export interface TokenOutcome {
  readonly verdict: 'allow' | 'deny' | 'unknown'
  readonly status: 401 | 403 | 503 | null
}

const ALLOWED: TokenOutcome = { verdict: 'allow', status: null }
const UNKNOWN: TokenOutcome = { verdict: 'unknown', status: null }
const REFUSED: TokenOutcome = { verdict: 'deny', status: 401 }
const UNAVAILABLE: ReadonlySet<string> = new Set(['keys_unavailable', 'auth_overloaded'])
const STEPS = ['token', 'issuer', 'algorithm', 'claims', 'signature', 'audience', 'permission']

/** The order is that of `authenticate`; `at` is the path of the route's `auth:`. Pure. */
export function explainToken(
  evidence: TokenEvidence,
  policy: AuthPolicy,
  at: ConfigPath,
  nowMs: number,
  trace: Trace,
): TokenOutcome {
  const outcome = walk(evidence, policy, at, nowMs, trace)
  if (outcome.verdict === 'unknown') trace.end()
  const told = new Set(trace.steps.map(({ step }) => step))
  for (const step of STEPS) if (!told.has(step)) trace.skip(step, { reason: 'not_reached' })
  return outcome
}

/** For a public route. */
export function skipToken(trace: Trace, at: ConfigPath): void {
  trace.skip('token', { detail: 'the route is public', at })
}

function walk(
  evidence: TokenEvidence,
  policy: AuthPolicy,
  at: ConfigPath,
  nowMs: number,
  trace: Trace,
): TokenOutcome {
  if (evidence.kind === 'not_kept') {
    trace.skip('token', { reason: 'not_known', detail: 'nothing of its token is kept', at })
    return UNKNOWN
  }
  if (evidence.kind !== 'read') {
    const none = evidence.kind === 'none'
    const detail = none ? `no token (${sourcesOf(policy)})` : 'the token cannot be read'
    return fail(trace, 'token', { reason: none ? 'token_missing' : evidence.reason, detail, at })
  }
  const { header, claims, signature } = evidence
  const kid = header.keyId === null ? 'no kid' : `kid ${shown(header.keyId)}`
  trace.pass('token', { detail: `alg ${shown(header.algorithm)}, ${kid}`, at })
  const issuer = policy.issuers.find((candidate) => candidate.issuer === claims['iss'])
  if (issuer === undefined) {
    const detail = notIn(
      'iss',
      claims['iss'],
      policy.issuers.map(({ issuer: url }) => url),
    )
    return fail(trace, 'issuer', { reason: 'unknown_issuer', detail, at: [...at, 'issuer'] })
  }
  const rule = issuer.name
  const issuerAt = ['issuers', rule]
  trace.pass('issuer', { rule, detail: `iss = ${shown(claims['iss'])}`, at: issuerAt })
  const algorithm = { rule, at: [...issuerAt, 'algorithms'] }
  if (!issuer.algorithms.includes(header.algorithm)) {
    const detail = notIn('alg', header.algorithm, issuer.algorithms)
    return fail(trace, 'algorithm', { ...algorithm, reason: 'alg_not_allowed', detail })
  }
  trace.pass('algorithm', { ...algorithm, detail: `alg = ${shown(header.algorithm)}` })
  const validity = checkClaims(header, claims, issuer, nowMs)
  if (typeof validity === 'string') {
    const words = timeWords(validity, header, claims, issuer, nowMs)
    return fail(trace, 'claims', { reason: validity, rule, ...words })
  }
  const until = new Date(validity.untilMs).toISOString()
  trace.pass('claims', { rule, detail: `good until ${until} (clock skew included)`, at: issuerAt })
  return afterSignature(signature, { evidence, policy, issuer, at, trace })
}

interface Signed {
  readonly evidence: Extract<TokenEvidence, { kind: 'read' }>
  readonly policy: AuthPolicy
  readonly issuer: IssuerPlan
  readonly at: ConfigPath
  readonly trace: Trace
}

function afterSignature(signature: SignatureEvidence, signed: Signed): TokenOutcome {
  const { evidence, policy, issuer, at, trace } = signed
  const { claims, withheld } = evidence
  const rule = issuer.name
  const keys = { rule, at: ['issuers', rule, 'jwks'] }
  if (signature.kind === 'unchecked') {
    const detail = 'it was refused before anybody looked'
    trace.skip('signature', { ...keys, reason: 'not_known', detail })
    return UNKNOWN
  }
  if (signature.kind === 'bad') {
    const { reason } = signature
    const detail = keyWords(reason, evidence.header)
    const outcome = fail(trace, 'signature', { ...keys, reason, detail })
    return UNAVAILABLE.has(reason) ? { verdict: 'deny', status: 503 } : outcome
  }
  if (signature.revoked) {
    const detail = 'the token was withdrawn'
    return fail(trace, 'signature', { ...keys, reason: 'token_revoked', detail })
  }
  trace.pass('signature', { ...keys, detail: 'made by a key of the issuer' })
  const audience = { rule, at: [...at, 'audience'] }
  if (!hasAudience(claims, policy.audience)) {
    const detail = notIn('aud', claims['aud'], policy.audience ?? [])
    return fail(trace, 'audience', { ...audience, reason: 'audience_mismatch', detail })
  }
  trace.pass('audience', { ...audience, detail: `aud = ${shown(claims['aud'])}` })
  const missing = withheldName(policy, withheld)
  if (missing !== null) {
    const detail = `the value of claim ${missing} is not kept`
    trace.skip('permission', { reason: 'not_known', detail, at })
    return UNKNOWN
  }
  return permission(signed)
}

function permission({ evidence, policy, issuer, at, trace }: Signed): TokenOutcome {
  const { claims } = evidence
  const rule = issuer.name
  for (const { claim } of policy.forward) {
    const value = claimValue(claims, claim)
    if (value === undefined || value === null || headerValueOf(value) !== null) continue
    const detail = `${claim} = ${shown(value)} cannot be a header field`
    const words = { reason: 'claim_not_a_header', rule, detail, at: [...at, 'forward'] }
    return fail(trace, 'permission', words)
  }
  const decision = authorize({ claims, issuer: rule }, policy)
  if (decision.verdict === 'allow') {
    const scopes = policy.scopes.length === 0 ? '' : `scope holds ${policy.scopes.join(' ')}`
    trace.pass('permission', { reason: decision.reason, rule, detail: scopes, at })
    return ALLOWED
  }
  const { reason } = decision
  const named = policy.claims.find(({ claim }) => claim === decision.data?.['claim'])
  const words =
    named === undefined
      ? { detail: scopeWords(claims, policy), at: [...at, 'scope'] }
      : {
          detail: notIn(named.claim, claimValue(claims, named.claim), named.values),
          at: [...at, 'claims', named.claim],
        }
  fail(trace, 'permission', { reason, rule, ...words })
  return { verdict: 'deny', status: 403 }
}

function fail(trace: Trace, step: string, words: StepWords & { reason: string }): TokenOutcome {
  trace.fail(step, words)
  return REFUSED
}

/** A claim that some check wants and whose value is not kept, or null. */
function withheldName(policy: AuthPolicy, withheld: ReadonlySet<string>): string | null {
  const wanted = [...policy.claims, ...policy.forward].map(({ claim }) => claim)
  return wanted.find((name) => withheld.has(name) || withheld.has(name.split('.')[0]!)) ?? null
}

function sourcesOf({ sources }: AuthPolicy): string {
  return sources
    .map((source) => (source.kind === 'header' ? 'Authorization' : `${source.kind} ${source.name}`))
    .join(', ')
}

function scopeWords(claims: Claims, { scopes }: AuthPolicy): string {
  const has = claims['scope'] ?? claims['scp']
  return `scope = ${shown(has)} lacks some of ${list(scopes)}`
}

function keyWords(reason: string, { keyId, algorithm }: TokenHeader): string {
  switch (reason) {
    case 'unknown_key':
      return keyId === null
        ? `no key of the issuer verifies ${shown(algorithm)}`
        : `no key of the issuer has kid = ${shown(keyId)}`
    case 'wrong_algorithm':
      return `the key ${shown(keyId)} may not verify ${shown(algorithm)}`
    case 'keys_unavailable':
      return 'the keys of the issuer could not be fetched'
    case 'auth_overloaded':
      return 'too many tokens were being checked'
    default:
      return `no key of the issuer${keyId === null ? '' : ` with kid = ${shown(keyId)}`} made this signature`
  }
}

function timeWords(
  reason: ClaimReason,
  header: TokenHeader,
  claims: Claims,
  issuer: IssuerPlan,
  nowMs: number,
): { detail: string; at: ConfigPath } {
  const at = ['issuers', issuer.name]
  const skew = `clock skew ${issuer.clockSkewMs / 1000} s`
  const moment = (name: string): string => {
    const seconds = claims[name]
    if (typeof seconds !== 'number') return `${name} = ${shown(seconds)}`
    const date = new Date(seconds * 1000)
    return `${name} = ${Number.isNaN(date.valueOf()) ? seconds : date.toISOString()}`
  }
  const now = `now ${new Date(nowMs).toISOString()}, ${skew}`
  switch (reason) {
    case 'type_mismatch':
      return { detail: notIn('typ', header.type, [issuer.type ?? '']), at: [...at, 'type'] }
    case 'lifetime_too_long':
    case 'iat_missing':
      return {
        detail: `${moment('iat')}, ${moment('exp')}; at most ${(issuer.maxLifetimeMs ?? 0) / 1000} s`,
        at: [...at, 'maxLifetime'],
      }
    case 'sub_invalid':
      return { detail: `sub = ${shown(claims['sub'])}`, at }
    case 'token_not_yet_valid':
    case 'nbf_invalid':
      return { detail: `${moment('nbf')}, ${now}`, at: [...at, 'clockSkew'] }
    case 'iat_in_future':
    case 'iat_invalid':
      return { detail: `${moment('iat')}, ${now}`, at: [...at, 'clockSkew'] }
    default:
      return { detail: `${moment('exp')}, ${now}`, at: [...at, 'clockSkew'] }
  }
}

function notIn(name: string, value: unknown, accepted: readonly string[]): string {
  return `${name} = ${shown(value)} not in ${list(accepted)}`
}

function list(values: readonly string[]): string {
  const some = values.slice(0, 10).map((value) => `\`${value}\``)
  return `[${[...some, ...(values.length > 10 ? ['…'] : [])].join(', ')}]`
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return '(none)'
  return `\`${printable(claimText(value) ?? JSON.stringify(value), 200)}\``
}
