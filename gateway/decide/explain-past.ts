// A past request decided again under a plan, and what a draft would have changed for many of them.

import type { Plan } from '../config/plan.ts'
import { explainEdge } from './explain-edge.ts'
import { evidenceOf, factsOf, type RecentRequest } from './explain-record.ts'
import type { Explanation } from './explain.ts'

const LIMITED: ReadonlySet<string> = new Set([
  'rate_limited',
  'limit_blocked',
  'limit_store_down',
  'limit_overloaded',
])

/**
 * As of the moment it was made. A limit that refused it then is taken to refuse it again where the plan still has one of
 * that name on the route. null: the plan has no such listener.
 */
export function explainPast(
  request: RecentRequest,
  plan: Plan,
  withLost: boolean,
): Explanation | null {
  const { listener, atMs, outcome } = request
  if (!plan.tables.has(listener)) return null
  const { reason, rule } = outcome
  const limited = LIMITED.has(reason) && rule !== null ? { reason, limit: rule } : null
  const facts = factsOf(request)
  const evidence = evidenceOf(request, plan)
  return explainEdge({ facts, listener, evidence, limited, nowMs: atMs, withLost }, plan)
}

/** What became of a request under one plan. */
export interface Fate {
  /** null: passed on by a plan under which it was refused, so that nobody knows. */
  readonly status: number | null
  readonly reason: string
  readonly route: string | null
}

export interface ImpactGroup {
  readonly from: Fate
  readonly to: Fate
  readonly count: number
  /** Ids of the newest of them, at most 5. */
  readonly samples: readonly string[]
  /** Who made them, most requests first, at most 10; `subject` of the token, else the address. */
  readonly callers: readonly { readonly caller: string; readonly count: number }[]
  /** How many callers more there are. */
  readonly otherCallers: number
}

export interface Impact {
  readonly total: number
  /** What would decide is not kept of them. */
  readonly unknown: number
  /** Most requests first. */
  readonly changed: readonly ImpactGroup[]
}

const MAX_SAMPLES = 5
const MAX_CALLERS = 10
const UNKNOWN = 'unknown'
/** Cut because they are very long; every decision may depend on them. */
const ALWAYS_NEEDED: ReadonlySet<string> = new Set(['path', 'origin'])

/** `requests`: newest first. Pure. */
export function impactOf(requests: readonly RecentRequest[], current: Plan, draft: Plan): Impact {
  const groups = new Map<string, Counted>()
  const hidden = [maskedNames(current), maskedNames(draft)]
  let unknown = 0
  for (const request of requests) {
    const isHidden = request.facts.masked.some(
      (name) => ALWAYS_NEEDED.has(name) || hidden.some((names) => names.has(name)),
    )
    const from = isHidden ? UNKNOWN : fateOf(request, current)
    const to = isHidden ? UNKNOWN : fateOf(request, draft)
    if (from === UNKNOWN || to === UNKNOWN) {
      unknown++
      continue
    }
    const key = JSON.stringify([from, to])
    if (isSame(from, to)) continue
    const group: Counted = groups.get(key) ?? {
      from,
      to,
      count: 0,
      samples: [],
      callers: new Map(),
    }
    groups.set(key, group)
    group.count++
    const caller = request.outcome.subject ?? request.facts.clientIp
    group.callers.set(caller, (group.callers.get(caller) ?? 0) + 1)
    if (group.samples.length < MAX_SAMPLES) group.samples.push(request.id)
  }
  const changed = [...groups.values()].toSorted((a, b) => b.count - a.count).map(groupOf)
  return { total: requests.length, unknown, changed }
}

interface Counted extends Pick<ImpactGroup, 'from' | 'to'> {
  count: number
  readonly samples: string[]
  /** Bounded by the number of requests that are weighed. */
  readonly callers: Map<string, number>
}

function groupOf({ callers, ...group }: Counted): ImpactGroup {
  const all = [...callers].toSorted(([, a], [, b]) => b - a)
  return {
    ...group,
    callers: all.slice(0, MAX_CALLERS).map(([caller, count]) => ({ caller, count })),
    otherCallers: Math.max(0, all.length - MAX_CALLERS),
  }
}

export function fateOf(request: RecentRequest, plan: Plan): Fate | typeof UNKNOWN {
  const explanation = explainPast(request, plan, false)
  if (explanation === null) return { status: 0, reason: 'listener_removed', route: null }
  const { verdict, status, reason, route } = explanation
  if (verdict === 'unknown') return UNKNOWN
  const { outcome } = request
  const passed = verdict === 'allow' && status === null
  return { status: passed && outcome.forwarded ? outcome.status : status, reason, route }
}

function isSame(a: Fate, b: Fate): boolean {
  return a.status === b.status && a.reason === b.reason && a.route === b.route
}

/** Fields and parameters that routes are chosen by, as `KeptFacts.masked` spells them. */
function maskedNames({ routes }: Plan): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { match } of routes) {
    for (const { name } of match.headers) names.add(`header:${name}`)
    for (const { name } of match.query) names.add(`query:${name}`)
  }
  return names
}
