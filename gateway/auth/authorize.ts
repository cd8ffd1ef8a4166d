// Whether a proven principal may do what the route asks for: scopes (RFC 6749 section 3.3) and rules about claims.

import { allow, type Decision } from '../../sidecar/policy/decision.ts'
import { notPermitted, type AuthDenied, type Principal } from './auth-decision.ts'
import { claimText, claimValue } from './claims.ts'
import type { AuthPolicy } from './plan.ts'
import type { Claims } from './token.ts'

/** Allows when every scope is granted and every claim rule is met by one of its values. Pure. */
export function authorize(
  principal: Pick<Principal, 'claims' | 'issuer'>,
  policy: Pick<AuthPolicy, 'scopes' | 'claims'>,
): Decision | AuthDenied {
  const { claims, issuer } = principal
  if (policy.scopes.length > 0) {
    const granted = grantedScopes(claims)
    const missing = policy.scopes.filter((scope) => !granted.has(scope))
    if (missing.length > 0)
      return notPermitted('insufficient_scope', issuer, policy.scopes, { missing })
  }
  for (const { claim, values } of policy.claims) {
    if (!matches(claimValue(claims, claim), values)) {
      return notPermitted('claim_not_accepted', issuer, [], { claim })
    }
  }
  return allow('authorized', issuer)
}

/** `scope` and `scp` are two spellings of one claim: a space-separated string or, in `scp`, a list. */
function grantedScopes({ scope, scp }: Claims): ReadonlySet<string> {
  const granted = new Set<string>()
  for (const claim of [scope, scp]) {
    const scopes: readonly unknown[] = typeof claim === 'string' ? claim.split(' ') : asList(claim)
    for (const one of scopes) if (typeof one === 'string') granted.add(one)
  }
  return granted
}

function asList(claim: unknown): readonly unknown[] {
  return Array.isArray(claim) ? claim : []
}

function matches(value: unknown, accepted: readonly string[]): boolean {
  const candidates: readonly unknown[] = Array.isArray(value) ? value : [value]
  return candidates.some((candidate) => {
    const text = claimText(candidate)
    return text !== null && accepted.includes(text)
  })
}
