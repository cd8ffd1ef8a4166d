// A limit that is only thought of: what it promises, and whom it would have refused of the requests that are on record.

import type { Plan } from '../../config/plan.ts'
import type { RecentRequest } from '../../decide/explain-record.ts'
import { compileLimits } from '../../limit/compile.ts'
import { keyOf, labelOf, type LimitSubject } from '../../limit/keys.ts'
import { LimitsOptions } from '../../limit/options.ts'
import type { LimitParams, LimitPlan } from '../../limit/plan.ts'
import { check } from '../../../sidecar/runtime/check.ts'
import type { Problem } from '../../../sidecar/runtime/problem.ts'
import { ApiError, fieldProblem } from '../admin/api-error.ts'

/** At most `burst` at once and `count` in every `perMs` besides; of a window `burst` is all there is in `perMs`. */
export interface LimitPromise {
  readonly kind: 'window' | 'bucket'
  readonly burst: number
  readonly count: number
  readonly perMs: number
  readonly cost: number
  /** A claim of the token says the rate; this is what those without it get. */
  readonly isFallback: boolean
}

export interface LimitedCaller {
  readonly label: string
  readonly requests: number
  readonly limited: number
}

export interface Replay {
  readonly requests: number
  readonly limitedRequests: number
  readonly callers: number
  readonly limitedCallers: number
  /** What they are counted by is masked on record. */
  readonly unknown: number
  /** Of the oldest that counted, wall clock; null: there was none. */
  readonly fromMs: number | null
  /** Most often limited first, at most 10. */
  readonly top: readonly LimitedCaller[]
}

const MAX_TOP = 10
/** Refused before any limit is asked. */
const EARLIER = /^(?:cors_|ip_|method_|upgrade_|origin_)/
const LIMITED = /^(?:rate_limited|limit_)/

/** One entry of `limits:` as a route of that name would have it. Throws ApiError `config_invalid`. */
export function readLimit(limit: unknown, route: string, hasAuth: boolean): LimitPlan {
  const problems: Problem[] = []
  const report = (problem: Problem): void => {
    if (problem.severity === 'error') problems.push(problem)
  }
  const at = ['limits']
  const plans = check(LimitsOptions, [limit], report, at)
    ? compileLimits([limit] as LimitsOptions, route, hasAuth, at, report)
    : []
  const [plan] = plans
  if (plan !== undefined && problems.length === 0) return plan
  throw new ApiError(
    'config_invalid',
    problems[0]?.message ?? 'this limit cannot be used',
    problems.map(fieldProblem),
  )
}

export function promiseOf({ rate, cost }: LimitPlan): LimitPromise {
  const isFallback = rate.kind === 'claim'
  const params = paramsOf(rate)
  if (params.kind === 'window') {
    const { max, windowMs } = params
    return { kind: 'window', burst: max, count: max, perMs: windowMs, cost, isFallback }
  }
  const burst = params.size + params.outstanding
  return { kind: 'bucket', burst, ...params.rate, cost, isFallback }
}

/** `requests` in any order, all of one route; none before `sinceMs` (wall clock) counts. Pure: exact sliding windows and buckets, each caller from a full one. */
export function replay(
  limit: LimitPlan,
  requests: readonly RecentRequest[],
  plan: Plan,
  sinceMs: number,
): Replay {
  const promise = promiseOf(limit)
  const counted = requests
    .filter((request) => startOf(request) >= sinceMs && reaches(limit, request.outcome))
    .toSorted((a, b) => startOf(a) - startOf(b))
  const callers = new Map<
    string,
    { label: string; count: Counter; requests: number; limited: number }
  >()
  let unknown = 0
  for (const request of counted) {
    if (isMasked(limit, request)) {
      unknown++
      continue
    }
    const subject = subjectOf(request, plan)
    const key = keyOf(limit, subject)
    const caller = callers.get(key) ?? {
      label: labelOf(limit, subject) || '*',
      count: counterOf(promise),
      requests: 0,
      limited: 0,
    }
    callers.set(key, caller)
    caller.requests++
    if (!caller.count(startOf(request))) caller.limited++
  }
  const all = [...callers.values()]
  const limited = all.filter((caller) => caller.limited > 0)
  return {
    requests: counted.length,
    limitedRequests: limited.reduce((sum, caller) => sum + caller.limited, 0),
    callers: all.length,
    limitedCallers: limited.length,
    unknown,
    fromMs: counted[0] === undefined ? null : startOf(counted[0]),
    top: limited
      .toSorted((a, b) => b.limited - a.limited)
      .slice(0, MAX_TOP)
      .map((caller) => ({
        label: caller.label,
        requests: caller.requests,
        limited: caller.limited,
      })),
  }
}

/** Whether one more is admitted at that time; times never go back. */
type Counter = (atMs: number) => boolean

function counterOf({ kind, burst, count, perMs, cost }: LimitPromise): Counter {
  if (kind === 'window') {
    const admitted: number[] = []
    return (atMs) => {
      while (admitted.length > 0 && admitted[0]! <= atMs - perMs) admitted.shift()
      if ((admitted.length + 1) * cost > burst) return false
      admitted.push(atMs)
      return true
    }
  }
  let tokens = burst
  let lastMs = Number.NEGATIVE_INFINITY
  return (atMs) => {
    tokens = Math.min(burst, tokens + ((atMs - lastMs) * count) / perMs)
    lastMs = atMs
    if (tokens < cost) return false
    tokens -= cost
    return true
  }
}

function paramsOf(rate: LimitPlan['rate']): LimitParams {
  return rate.kind === 'fixed' ? rate.params : rate.fallback
}

/** A preflight that was allowed went well and was not forwarded: it ends before any limit. */
function reaches({ stage }: LimitPlan, { forwarded, reason }: RecentRequest['outcome']): boolean {
  if (forwarded || LIMITED.test(reason)) return true
  return stage === 'before_auth' && reason !== 'ok' && !EARLIER.test(reason)
}

function startOf({ atMs, outcome }: RecentRequest): number {
  return atMs - outcome.durationMs
}

function isMasked({ key }: LimitPlan, { facts }: RecentRequest): boolean {
  return key.some((part) => part.kind === 'header' && facts.masked.includes(`header:${part.name}`))
}

function subjectOf({ facts, token, outcome }: RecentRequest, { issuers }: Plan): LimitSubject {
  const { clientIp, headers } = facts
  const claims = token.kind === 'read' ? token.claims : {}
  const issuer = issuers.find((one) => one.issuer === claims['iss'])
  const { sub } = claims
  const caller =
    issuer === undefined
      ? null
      : { issuer: issuer.name, subject: typeof sub === 'string' ? sub : null, claims }
  return { clientIp, route: outcome.route ?? '', headers, caller }
}
