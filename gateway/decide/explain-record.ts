// What is kept of a past request so that it can be decided again: facts without secrets, and what became of it.

import { keySourceId } from '../auth/issuer-id.ts'
import type { Plan } from '../config/plan.ts'
import type { RequestFacts } from '../../sidecar/forward/facts.ts'
import { authorityText } from '../../sidecar/forward/host.ts'
import type { SignatureEvidence, TokenEvidence } from './explain-token.ts'

/** Plain data: it crosses a pipe, and the admin API answers it. */
export interface RecentRequest {
  readonly id: string
  /** Whose door it came to. */
  readonly plane: 'edge' | 'egress'
  /** When it ended, or a call was let out by egress: wall clock, ms. */
  readonly atMs: number
  /** Of the plan that decided. */
  readonly revision: number
  readonly listener: string
  readonly facts: KeptFacts
  readonly token: KeptToken
  readonly outcome: Outcome
}

/** As RequestFacts; values of secret-looking names are `•••`, fields longer than 256 characters are cut. */
export interface KeptFacts {
  readonly protocol: RequestFacts['protocol']
  readonly secure: boolean
  readonly method: string
  readonly host: string
  readonly port: number | null
  readonly path: string
  readonly query: string
  readonly clientIp: string
  readonly headers: readonly string[]
  readonly origin: string | null
  readonly accessControlRequestMethod: string | null
  readonly accessControlRequestHeaders: string | null
  readonly upgrade: string | null
  readonly contentLength: number | null
  /** Names of fields (`header:x`) and query parameters (`query:x`) that were masked or cut; `path`, `origin`: cut. */
  readonly masked: readonly string[]
}

export type KeptToken =
  | Exclude<TokenEvidence, { kind: 'read' }>
  | {
      readonly kind: 'read'
      readonly algorithm: string
      readonly keyId: string | null
      readonly type: string | null
      readonly claims: Readonly<Record<string, unknown>>
      /** Names of claims whose values stay in the worker. */
      readonly withheld: readonly string[]
      /** Whose keys were asked; '' for no known issuer. Another source may say something else. */
      readonly keySource: string
      readonly signature: SignatureEvidence
    }

export interface Outcome {
  readonly status: number
  /** `ok`, or the word of the access record. */
  readonly reason: string
  readonly rule: string | null
  readonly route: string | null
  readonly service: string | null
  readonly endpoint: string | null
  readonly subject: string | null
  readonly issuer: string | null
  /** It was sent on: the status is the upstream's, or says what went wrong there. */
  readonly forwarded: boolean
  readonly durationMs: number
  readonly upstreamMs: number | null
  readonly bytesIn: number
  readonly bytesOut: number
  readonly shadowed: readonly string[]
}

export const MASK = '•••'

/** Their values are needed to decide, and are no secrets; others only where a configuration names them. */
export const KEPT_CLAIMS: readonly string[] = [
  'iss',
  'sub',
  'aud',
  'exp',
  'nbf',
  'iat',
  'scope',
  'scp',
]

const SECRET =
  /auth|cookie|token|secret|passw|pwd|api-?_?key|session|signature|credential|jwt|private|^key$|^code$|^sig$|^state$/i

/** Whether a field or parameter of this name is likely to hold a secret; that a page asks for one is none. */
export function isSecretName(name: string): boolean {
  return SECRET.test(name)
}

/** Claims that the routes of these plans decide by. */
export function claimsNamedBy(plans: readonly Plan[]): readonly string[] {
  const names = new Set(KEPT_CLAIMS)
  for (const { routes } of plans) {
    for (const { auth, limits } of routes) {
      for (const { claim } of [...(auth?.claims ?? []), ...(auth?.forward ?? [])]) {
        names.add(claim)
        names.add(claim.split('.')[0]!)
      }
      for (const { key } of [...limits.beforeAuth, ...limits.afterAuth]) {
        for (const part of key) if (part.kind === 'claim') names.add(part.name.split('.')[0]!)
      }
    }
  }
  return [...names]
}

/** The same with the values of these claims only. */
export function withClaims(request: RecentRequest, names: ReadonlySet<string>): RecentRequest {
  const { token } = request
  if (token.kind !== 'read') return request
  const claims: Record<string, unknown> = {}
  const withheld: string[] = []
  for (const [name, value] of Object.entries(token.claims)) {
    if (names.has(name)) claims[name] = value
    else withheld.push(name)
  }
  return { ...request, token: { ...token, claims, withheld } }
}

export function factsOf({ id, facts }: RecentRequest): RequestFacts {
  const authority = authorityText(facts.host, facts.port)
  return { ...facts, id, authority, authorization: null, cookie: null, receivedAtMs: 0 }
}

/** A signature that other keys were asked about says nothing under this plan. */
export function evidenceOf({ token }: RecentRequest, plan: Plan): TokenEvidence {
  if (token.kind !== 'read') return token
  const { algorithm, keyId, type, claims, withheld, keySource, signature } = token
  const issuer = plan.issuers.find((candidate) => candidate.issuer === claims['iss'])
  const isSame = issuer !== undefined && keySourceId(issuer) === keySource
  return {
    kind: 'read',
    header: { algorithm, keyId, type },
    claims,
    withheld: new Set(withheld),
    signature: isSame ? signature : { kind: 'unchecked' },
  }
}
