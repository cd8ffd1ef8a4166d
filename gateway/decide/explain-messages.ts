// What control asks the workers about their requests and what they tell it. Plain data: it crosses a pipe.

import type { MeasuresKept, MeasuresTold } from '../limit/measures.ts'
import type { RefusedEntry } from '../limit/refusals.ts'
import type { RecentRequest } from './explain-record.ts'
import type {
  DrainedEndpoint,
  EndpointReport,
  ListenerCounts,
  RouteFailure,
  WorkerLoad,
} from './live-state.ts'

/** Which requests are meant; what is left out fits all. */
export interface RequestFilter {
  readonly id?: string
  readonly plane?: RecentRequest['plane']
  readonly route?: string
  readonly service?: string
  /** `4` for all of 400 to 499, or a whole status. */
  readonly status?: number
  readonly method?: string
  readonly pathPrefix?: string
  readonly clientIp?: string
  readonly subject?: string
  /** Word of the refusal. */
  readonly reason?: string
  /** Name of the limit, the policy or the rule of egress that decided. */
  readonly rule?: string
  /** Stands somewhere in it; in lower case. */
  readonly text?: string
  readonly minMs?: number
  /** true: only what was refused or went wrong. */
  readonly failed?: boolean
}

export interface TailWish {
  readonly tail: number
  readonly filter: RequestFilter
  /** Most requests that went well, of one worker. */
  readonly perSecond: number
  readonly claims: readonly string[]
}

export type LiveQuestion =
  | MeasuresTold
  | {
      readonly kind: 'live-ask'
      readonly ask: number
      readonly filter: RequestFilter
      readonly limit: number
      /** Names of claims whose values are wanted. */
      readonly claims: readonly string[]
    }
  /** All tails there are; said again every few seconds, or they end. */
  | { readonly kind: 'live-tails'; readonly tails: readonly TailWish[] }
  | { readonly kind: 'live-endpoints-ask'; readonly ask: number }
  /** All that is drained, said again every few seconds. `ask` 0: nobody waits for an answer. */
  | {
      readonly kind: 'live-drain'
      readonly ask: number
      readonly drained: readonly DrainedEndpoint[]
    }

/** What control tells workers is told by its kind. */
export function isLiveQuestion(message: { readonly kind: string }): message is LiveQuestion {
  return message.kind.startsWith('live-')
}

export type LiveAnswer =
  | MeasuresKept
  /** Newest first, in pieces, so that no request waits for it. */
  | {
      readonly kind: 'live-found'
      readonly ask: number
      readonly requests: readonly RecentRequest[]
      readonly isLast: boolean
    }
  | {
      readonly kind: 'live-seen'
      readonly tail: number
      readonly requests: readonly RecentRequest[]
      /** Fitted, and were left out. */
      readonly skipped: number
    }
  | {
      readonly kind: 'live-counts'
      readonly rows: readonly CountRow[]
      readonly limits: readonly LimitCounts[]
    }
  /** To `live-endpoints-ask`, and to `live-drain` once it holds. */
  | {
      readonly kind: 'live-endpoints'
      readonly ask: number
      readonly endpoints: readonly EndpointReport[]
    }
  /** Every second, whatever happens. */
  | { readonly kind: 'live-load'; readonly load: WorkerLoad }
  /** One for each route that has any since they were told last. */
  | { readonly kind: 'live-failures'; readonly failures: readonly RouteFailure[] }
  | { readonly kind: 'live-listeners'; readonly counts: readonly ListenerCounts[] }
  /** Whom this worker limited most, from its start; told again whenever that has changed. */
  | { readonly kind: 'live-limited'; readonly entries: readonly RefusedEntry[] }

/** What one worker counted of one route (edge) or rule (egress) since it told last. */
export interface CountRow {
  readonly plane: 'edge' | 'egress'
  /** '' for none. */
  readonly route: string
  readonly service: string
  readonly outcomes: readonly (readonly [status: number, reason: string, count: number])[]
  /** Requests by duration; bounds as of DURATION_BUCKETS, and one more for what took longer. */
  readonly buckets: readonly number[]
  readonly sumMs: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly instances: readonly (readonly [
    endpoint: string,
    requests: number,
    failures: number,
    sumMs: number,
  ])[]
}

export interface LimitCounts {
  readonly limit: string
  readonly allowed: number
  readonly limited: number
  readonly shadowed: number
  readonly degraded: number
}

export function fits(request: RecentRequest, filter: RequestFilter): boolean {
  const { facts, outcome } = request
  const { id, route, service, status, method, pathPrefix, clientIp, subject, reason, minMs } =
    filter
  return (
    (id === undefined || request.id === id) &&
    (filter.plane === undefined || request.plane === filter.plane) &&
    (route === undefined || outcome.route === route) &&
    (service === undefined || outcome.service === service) &&
    (status === undefined || isOfStatus(outcome.status, status)) &&
    (method === undefined || facts.method === method) &&
    (pathPrefix === undefined || facts.path.startsWith(pathPrefix)) &&
    (clientIp === undefined || facts.clientIp === clientIp) &&
    (subject === undefined || outcome.subject === subject) &&
    (reason === undefined || outcome.reason === reason) &&
    (filter.rule === undefined || outcome.rule === filter.rule) &&
    (minMs === undefined || outcome.durationMs >= minMs) &&
    (filter.failed !== true || hasFailed(request)) &&
    (filter.text === undefined || textOf(request).includes(filter.text))
  )
}

/** What people see of it in a row. */
function textOf({ id, facts, outcome }: RecentRequest): string {
  const { method, host, path, clientIp } = facts
  const { status, reason, rule, route, service, subject } = outcome
  const rest = [rule, route, service, subject].join(' ')
  return `${method} ${host}${path} ${status} ${reason} ${clientIp} ${id} ${rest}`.toLowerCase()
}

export function hasFailed({ outcome: { status, reason } }: RecentRequest): boolean {
  return status >= 400 || status === 0 || reason !== 'ok'
}

function isOfStatus(status: number, wanted: number): boolean {
  return wanted < 10 ? Math.floor(status / 100) === wanted : status === wanted
}
