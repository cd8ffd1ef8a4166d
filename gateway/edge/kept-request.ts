// From a finished request to what may be kept of it: no token, no cookie, no body, no value of a secret-looking name.

import { keySourceId } from '../auth/issuer-id.ts'
import { readEvidence } from '../decide/explain-evidence.ts'
import {
  isSecretName,
  MASK,
  type KeptFacts,
  type KeptToken,
  type RecentRequest,
} from '../decide/explain-record.ts'
import type { SignatureEvidence } from '../decide/explain-token.ts'
import type { RequestFacts } from '../../sidecar/forward/facts.ts'
import type { RequestState } from './request-state.ts'

const MAX_FIELD = 256
const MAX_PATH = 2048
const MAX_FIELDS = 100
/** What an entry takes besides its texts, roughly. */
const ENTRY_BYTES = 800

const BAD_SIGNATURE: ReadonlySet<string> = new Set([
  'signature_invalid',
  'unknown_key',
  'wrong_algorithm',
  'keys_unavailable',
  'auth_overloaded',
])
/** Refused for what stands in a token whose signature was found good. */
const AFTER_SIGNATURE: ReadonlySet<string> = new Set([
  'audience_mismatch',
  'claim_not_a_header',
  'claim_not_accepted',
  'insufficient_scope',
])

export interface KeptRequest {
  readonly request: RecentRequest
  /** Estimated. */
  readonly bytes: number
}

/** `withToken` false: nothing of the token is read. `atMs`: wall clock. */
export function keptRequest(
  state: RequestState,
  atMs: number,
  durationMs: number,
  withToken: boolean,
): KeptRequest {
  const { facts, plane, listener, arrival, exchange } = state
  const kept = keptFacts(facts, state)
  const token = withToken ? keptToken(state) : notRead(state)
  const request: RecentRequest = {
    id: facts.id,
    plane: 'edge',
    atMs,
    revision: plane.plan.revision,
    listener: listener.name,
    facts: kept,
    token,
    outcome: {
      status: state.status,
      reason: state.reason,
      rule: state.rule,
      route: arrival.route?.name ?? null,
      service: state.service,
      endpoint: state.endpoint,
      subject: state.subject,
      issuer: state.principal?.issuer ?? state.issuer,
      forwarded: state.service !== null,
      durationMs,
      upstreamMs: state.upstreamMs,
      bytesIn: exchange.bytesIn,
      bytesOut: exchange.bytesOut,
      shadowed: state.limits.flatMap(({ shadowed }) => shadowed),
    },
  }
  return { request, bytes: bytesOf(kept, state) }
}

function keptFacts(facts: RequestFacts, { arrival, plane }: RequestState): KeptFacts {
  const masked: string[] = []
  const { secretNames } = plane.plan
  const isSecret = (name: string): boolean =>
    isSecretName(name) || (secretNames.size > 0 && secretNames.has(name.toLowerCase()))
  const isCut = facts.path.length > MAX_PATH
  if (isCut) masked.push('path')
  return {
    protocol: facts.protocol,
    secure: facts.secure,
    method: facts.method,
    host: facts.host,
    port: facts.port,
    path: isCut ? facts.path.slice(0, MAX_PATH) : facts.path,
    query: keptQuery(facts.query, tokenParameters(arrival.route), isSecret, masked),
    clientIp: facts.clientIp,
    headers: keptHeaders(facts.headers, isSecret, masked),
    origin: cut(facts.origin, masked),
    accessControlRequestMethod: facts.accessControlRequestMethod,
    accessControlRequestHeaders: facts.accessControlRequestHeaders,
    upgrade: facts.upgrade,
    contentLength: facts.contentLength,
    masked,
  }
}

const NO_NAMES: ReadonlySet<string> = new Set()

/** Query parameters that the route takes its token from. */
function tokenParameters(route: RequestState['arrival']['route']): ReadonlySet<string> {
  const sources = route?.auth?.sources ?? []
  if (sources.every(({ kind }) => kind !== 'query')) return NO_NAMES
  return new Set(sources.flatMap((source) => (source.kind === 'query' ? [source.name] : [])))
}

type IsSecret = (name: string) => boolean

function keptQuery(
  query: string,
  tokens: ReadonlySet<string>,
  isSecret: IsSecret,
  masked: string[],
): string {
  if (query === '') return ''
  return query
    .split('&', MAX_FIELDS)
    .map((pair) => {
      const at = pair.indexOf('=')
      const name = at === -1 ? pair : pair.slice(0, at)
      if (!isSecret(decoded(name)) && !tokens.has(name) && pair.length <= MAX_FIELD) return pair
      masked.push(`query:${decoded(name)}`)
      return `${name.slice(0, MAX_FIELD)}=${MASK}`
    })
    .join('&')
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

function keptHeaders(
  headers: readonly string[],
  isSecret: IsSecret,
  masked: string[],
): readonly string[] {
  const kept: string[] = []
  for (let i = 0; i < headers.length && i < MAX_FIELDS * 2; i += 2) {
    const name = headers[i]!
    const value = headers[i + 1]!
    if (!isSecret(name) && value.length <= MAX_FIELD) kept.push(name, value)
    else {
      kept.push(name, MASK)
      masked.push(`header:${name}`)
    }
  }
  return kept
}

function cut(origin: string | null, masked: string[]): string | null {
  if (origin === null || origin.length <= MAX_FIELD) return origin
  masked.push('origin')
  return origin.slice(0, MAX_FIELD)
}

function notRead({ arrival, reason }: RequestState): KeptToken {
  const isNone = arrival.route?.auth == null || reason === 'token_missing'
  return isNone ? { kind: 'none' } : { kind: 'not_kept' }
}

function keptToken(state: RequestState): KeptToken {
  const { facts, arrival, plane } = state
  const policy = arrival.route?.auth ?? null
  if (policy === null) return { kind: 'none' }
  const { evidence } = readEvidence(facts, policy)
  if (evidence.kind !== 'read') return evidence
  const { header, claims } = evidence
  const issuer = plane.plan.issuers.find((candidate) => candidate.issuer === claims['iss'])
  return {
    kind: 'read',
    algorithm: header.algorithm,
    keyId: header.keyId,
    type: header.type,
    claims,
    withheld: [],
    keySource: issuer === undefined ? '' : keySourceId(issuer),
    signature: signatureOf(state),
  }
}

function signatureOf({ principal, reason }: RequestState): SignatureEvidence {
  if (BAD_SIGNATURE.has(reason)) return { kind: 'bad', reason }
  const isRevoked = reason === 'token_revoked'
  const isGood = principal !== null || isRevoked || AFTER_SIGNATURE.has(reason)
  return isGood ? { kind: 'good', revoked: isRevoked } : { kind: 'unchecked' }
}

function bytesOf({ path, query, headers }: KeptFacts, { facts }: RequestState): number {
  let bytes = ENTRY_BYTES + path.length + query.length + (facts.authorization?.length ?? 0)
  for (const text of headers) bytes += text.length
  return bytes
}
