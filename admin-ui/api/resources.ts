// Everything the console reads: where it is, and what it answers.

import type {
  AuditEntry,
  Denial,
  Health,
  InstanceView,
  JoinToken,
  LimitedKey,
  Page,
  Proposal,
  RecentRequest,
  Revision,
  RevisionSummary,
  Served,
  SignalPoint,
  Token,
  User,
  Window,
} from './contract.ts'
import type { Resource } from './resource.ts'

export const CONFIG: Resource<Served> = { path: '/api/v1/config' }
export const DENIED: Resource<{ items: readonly Denial[]; forgotten: number }> = {
  path: '/api/v1/egress/denied',
}
export const PROPOSALS: Resource<{ items: readonly Proposal[]; missed: number }> = {
  path: '/api/v1/egress/proposals',
}
export const INSTANCES: Resource<{ items: readonly InstanceView[] }> = { path: '/api/v1/instances' }
export const JOIN_TOKENS: Resource<{ items: readonly JoinToken[] }> = {
  path: '/api/v1/join-tokens',
}
export const REVOCATIONS: Resource<{ serials: readonly string[]; ids: readonly string[] }> = {
  path: '/api/v1/revocations',
}
export const USERS: Resource<Page<User>> = { path: '/api/v1/users?limit=500' }
export const TOKENS: Resource<Page<Token>> = { path: '/api/v1/tokens?limit=500' }
export const AUDIT_VERIFICATION: Resource<{
  isWhole: boolean
  fault: { file: string; line: number; reason: string } | null
}> = { path: '/api/v1/audit/verification' }

export function revisions(cursor: string | null): Resource<Page<RevisionSummary>> {
  return { path: withQuery('/api/v1/revisions', { limit: '50', cursor }) }
}

export function revision(number: number): Resource<Revision> {
  return { path: `/api/v1/revisions/${number}` }
}

export function revisionDiff(number: number, from: number | null): Resource<{ diff: string }> {
  const query = { from: from === null ? null : String(from) }
  return { path: withQuery(`/api/v1/revisions/${number}/diff`, query) }
}

export interface AuditFilter {
  readonly actor: string
  readonly action: string
  readonly target: string
  readonly result: string
}

export function audit(filter: AuditFilter, cursor: string | null): Resource<Page<AuditEntry>> {
  return { path: withQuery('/api/v1/audit', { limit: '50', ...filter, cursor }) }
}

export interface Node {
  readonly id: string
  readonly name: string
  readonly version: string
  readonly addresses: readonly string[]
  readonly revision: number | null
  readonly health: Health
  readonly reason: string
  readonly skewMs: number | null
  readonly silentMs: number
  readonly isThis: boolean
}

export const NODES: Resource<{
  items: readonly Node[]
  store: { kind: 'embedded' | 'redis'; isReachable: boolean; reason: string }
}> = { path: '/api/v1/nodes' }

/** Most often refused first. */
export const LIMITED_KEYS: Resource<{ items: readonly LimitedKey[] }> = {
  path: '/api/v1/limits/keys',
}

export interface Signals {
  readonly window: Window
  readonly points: readonly SignalPoint[]
  readonly ageMs: number | null
}

/** Of everything together. */
export function signals(window: Window): Resource<Signals> {
  return { path: withQuery('/api/v1/signals', { window, scope: 'all' }) }
}

export interface RecentRequests {
  readonly items: readonly RecentRequest[]
  /** Workers that did not answer in time. */
  readonly missing: number
}

/** Newest first. */
export function recentRequests(filter: Readonly<Record<string, string>>): Resource<RecentRequests> {
  return { path: withQuery('/api/v1/requests', { limit: '500', ...filter }) }
}

function withQuery(path: string, fields: Readonly<Record<string, string | null>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) {
    if (value !== null && value !== '') query.set(name, value)
  }
  return query.size === 0 ? path : `${path}?${query}`
}
