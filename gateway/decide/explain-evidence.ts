// What a presented token shows: read strictly, its signature checked with the keys that are known; nothing is fetched.

import type { KeyRings } from '../auth/key-rings.ts'
import type { AuthPolicy } from '../auth/plan.ts'
import { pickToken, type Presented } from '../auth/present.ts'
import { MAX_TOKEN_LENGTH, parseToken, type Claims } from '../auth/token.ts'
import type { Verifier } from '../auth/verifier.ts'
import type { SignatureEvidence, TokenEvidence } from './explain-token.ts'

const NOTHING: ReadonlySet<string> = new Set()

export interface SignatureChecks {
  readonly keys: Pick<KeyRings, 'find'>
  readonly verifier: Pick<Verifier, 'verify'>
  readonly revoked: (claims: Claims) => boolean
}

/** Without a look at the signature. */
export function readEvidence(
  presented: Omit<Presented, 'authorizationCount'>,
  policy: AuthPolicy,
): { readonly evidence: TokenEvidence; readonly token: string } {
  const picked = pickToken({ ...presented, authorizationCount: 1 }, policy.sources)
  if (picked.kind === 'none') return { evidence: picked, token: '' }
  if (picked.kind === 'refused') return unreadable(picked.reason)
  const { token } = picked
  if (token.length > MAX_TOKEN_LENGTH) return unreadable('token_too_large')
  const parsed = parseToken(token)
  if (parsed.kind === 'refused') return unreadable(parsed.reason)
  const { header, claims } = parsed
  const signature: SignatureEvidence = { kind: 'unchecked' }
  return { evidence: { kind: 'read', header, claims, withheld: NOTHING, signature }, token }
}

export async function gatherEvidence(
  presented: Omit<Presented, 'authorizationCount'>,
  policy: AuthPolicy,
  { keys, verifier, revoked }: SignatureChecks,
): Promise<TokenEvidence> {
  const { evidence, token } = readEvidence(presented, policy)
  if (evidence.kind !== 'read') return evidence
  const { header, claims } = evidence
  const issuer = policy.issuers.find((candidate) => candidate.issuer === claims['iss'])
  if (issuer === undefined) return evidence
  const found = keys.find(issuer, header)
  if (found.kind !== 'found') return { ...evidence, signature: { kind: 'bad', reason: found.kind } }
  const check = verifier.verify(`explain ${token}`, token, header.algorithm, found.keys)
  if (check === null) return { ...evidence, signature: { kind: 'bad', reason: 'auth_overloaded' } }
  const signature: SignatureEvidence = (await check)
    ? { kind: 'good', revoked: revoked(claims) }
    : { kind: 'bad', reason: 'signature_invalid' }
  return { ...evidence, signature }
}

function unreadable(reason: string): { evidence: TokenEvidence; token: string } {
  return { evidence: { kind: 'unreadable', reason }, token: '' }
}
