// What authentication and authorization answer, and the challenge a client is given (RFC 6750 section 3).

import type { Decision } from '../../sidecar/policy/decision.ts'
import type { Claims } from './token.ts'

/** Who sent the request, proven by a token. */
export interface Principal {
  /** `sub`, or null where the token has none. */
  readonly subject: string | null
  /** Name of the issuer in the configuration. */
  readonly issuer: string
  /** Frozen to its depths. */
  readonly claims: Claims
  /** From this wall-clock moment on the token is refused: no stream may outlive it. */
  readonly expiresAtMs: number
  /** Request headers made of claims: [name, value, …], values latin1 and free of control characters. */
  readonly headers: readonly string[]
}

export interface AuthAllowed extends Decision {
  readonly verdict: 'allow'
  readonly principal: Principal
}

export interface AuthDenied extends Decision {
  readonly verdict: 'deny'
  /** 401: no or no good token. 403: a good one that may not do this. 503: nobody can tell at the moment. */
  readonly status: 401 | 403 | 503
  /** `sub` of a good token that may not do this, for the record. */
  readonly subject?: string | null
  /** Value of WWW-Authenticate; null where the answer carries none (503). */
  readonly challenge: string | null
}

/** `rule` is the issuer's name where one was chosen. `reason` is for the log: a client is told the challenge only. */
export type AuthDecision = AuthAllowed | AuthDenied

/** The request came without a token. */
export function noToken(): AuthDenied {
  return { verdict: 'deny', reason: 'token_missing', rule: '', status: 401, challenge: 'Bearer' }
}

/** The token is no good, for a reason the client is not told. */
export function invalidToken(reason: string, rule = ''): AuthDenied {
  return { verdict: 'deny', reason, rule, status: 401, challenge: 'Bearer error="invalid_token"' }
}

/** The token is good but not good enough. `scopes`: what it would take, or empty where it is not about scopes. */
export function notPermitted(
  reason: string,
  rule: string,
  scopes: readonly string[],
  data: Readonly<Record<string, unknown>>,
): AuthDenied {
  const suffix = scopes.length === 0 ? '' : `, scope="${scopes.join(' ')}"`
  const challenge = `Bearer error="insufficient_scope"${suffix}`
  return { verdict: 'deny', reason, rule, data, status: 403, challenge }
}

/** The token may be good: it cannot be verified now. */
export function unavailable(
  reason: 'keys_unavailable' | 'auth_overloaded',
  rule: string,
): AuthDenied {
  return { verdict: 'deny', reason, rule, status: 503, challenge: null }
}
