// Everything the console reads: where it is, and what it answers.

import type {
  DeniedCall,
  Health,
  InstanceView,
  JoinToken,
  LimitedList,
  LimitMeasure,
  ListedIssuer,
  LoadPoint,
  NodeMode,
  NodeState,
  Page,
  Proposal,
  RecentRequest,
  ReleaseView,
  Revision,
  RevisionSummary,
  RouteFigure,
  Served,
  ServiceView,
  SignalPoint,
  Token,
  Topology,
  User,
  Window,
} from './contract.ts'
import type { Resource } from './resource.ts'

/** For anybody, before there is an administrator. */
export const SETUP: Resource<{ readonly tokenFile: string | null }> = { path: '/api/v1/setup' }
export const CONFIG: Resource<Served> = { path: '/api/v1/config' }
export const DENIED: Resource<{ items: readonly DeniedCall[]; forgotten: number }> = {
  path: '/api/v1/egress/denied',
}
/** Whether changes can be written to the file, or are made where it comes from. */
export const CONFIG_SOURCE: Resource<{
  readonly file: string
  readonly isWritable: boolean
  readonly reason: string
}> = { path: '/api/v1/config/source' }

export interface EgressModes {
  readonly configured: string
  /** What all should do now. */
  readonly inForce: string
  /** When learning ends, or ended; null: it has no end. */
  readonly learnUntilMs: number | null
  /** Of the node that answers. */
  readonly workers: readonly { readonly worker: number; readonly mode: string | null }[]
  /** Workers that did not answer in time. */
  readonly missing: number
  readonly nodes: readonly NodeMode[]
  /** Why the other nodes are not known; or empty. */
  readonly storeFault: string
  readonly isAsConfigured: boolean
  /** Rules with a mode of their own. */
  readonly otherwise: readonly { readonly rule: string; readonly mode: string }[]
}

/** As the workers say it of themselves. */
export const EGRESS_MODES: Resource<EgressModes> = { path: '/api/v1/egress/modes' }
export const PROPOSALS: Resource<{ items: readonly Proposal[]; missed: number }> = {
  path: '/api/v1/egress/proposals',
}
export const ISSUERS: Resource<{ items: readonly ListedIssuer[] }> = { path: '/api/v1/issuers' }
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

export const RELEASES: Resource<Page<ReleaseView>> = { path: '/api/v1/releases?limit=500' }

/** No item where it is no release. */
export function release(route: string): Resource<Page<ReleaseView>> {
  return { path: withQuery('/api/v1/releases', { route }) }
}

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
export const LIMITED_KEYS: Resource<LimitedList> = { path: '/api/v1/limits/keys' }
export const LIMIT_MEASURES: Resource<{ items: readonly LimitMeasure[] }> = {
  path: '/api/v1/limits/measures',
}

export interface Signals {
  readonly window: Window
  readonly points: readonly SignalPoint[]
  readonly load: readonly LoadPoint[]
  readonly ageMs: number | null
}

/** Of everything together, or of edge, egress and sidecars apart. */
export function signals(window: Window, scope: 'all' | 'plane' = 'all'): Resource<Signals> {
  return { path: withQuery('/api/v1/signals', { window, scope }) }
}

export const NODE: Resource<NodeState> = { path: '/api/v1/node' }
export const SERVICES: Resource<{ items: readonly ServiceView[]; missing: number }> = {
  path: '/api/v1/services',
}
export const ROUTE_FIGURES: Resource<{
  windowMs: number
  items: readonly RouteFigure[]
  ageMs: number | null
}> = { path: '/api/v1/routes/figures' }
export const TOPOLOGY: Resource<Topology & { windowMs: number; ageMs: number | null }> = {
  path: '/api/v1/topology',
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
