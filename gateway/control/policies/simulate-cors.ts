// The CORS simulator: a script's call, what the gateway would answer to it and its preflight, and what the browser makes of it.

import { compileCors } from '../../cors/compile.ts'
import { CorsOptions } from '../../cors/options.ts'
import type { CorsPolicy } from '../../cors/plan.ts'
import type { Plan, RoutePlan } from '../../config/plan.ts'
import { statusOf } from '../../decide/statuses.ts'
import { check } from '../../../sidecar/runtime/check.ts'
import type { Problem } from '../../../sidecar/runtime/problem.ts'
import { ApiError, fieldProblem } from '../admin/api-error.ts'
import {
  droppedHeaders,
  judge,
  preflightOf,
  sentMethod,
  type BrowserVerdict,
  type ScriptCall,
} from './browser.ts'
import { corsAnswer, type CorsAnswer, type CorsRoute } from './cors-answers.ts'

export interface CorsQuestion {
  /** Name of a route that is served; absent: one that does not exist yet. */
  readonly route?: string
  /** A `cors:` in place of the route's own; null: none. */
  readonly cors?: unknown
  /** Methods the route takes; default: the route's own, else all. */
  readonly methods?: readonly string[]
  readonly origin: string
  readonly method: string
  readonly headers?: readonly { readonly name: string; readonly value?: string }[]
  readonly credentials?: boolean
}

export interface Simulation {
  readonly route: string | null
  /** null: the browser sends none. */
  readonly preflight:
    | (CorsAnswer & { readonly asks: { readonly method: string; readonly headers: string | null } })
    | null
  /** What the gateway would say to the request itself, also where a preflight keeps it from being sent. */
  readonly actual: CorsAnswer & { readonly isSent: boolean }
  readonly verdict: BrowserVerdict
  /** No `cors:` applies: the gateway adds no field, and what the service says reaches the page. */
  readonly isOff: boolean
  /** How browsers spell this origin; null: as it was given. */
  readonly spelled: string | null
  /** Fields that browsers leave out, because no script may set them. */
  readonly dropped: readonly string[]
}

const FORWARDED = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** Throws ApiError: `not_found` for an unknown route, `config_invalid` for a `cors:` that would be refused. */
export async function simulateCors(question: CorsQuestion, plan: Plan): Promise<Simulation> {
  const route = routeOf(question, plan)
  const call: ScriptCall = {
    origin: question.origin,
    method: question.method,
    headers: (question.headers ?? []).map(({ name, value }) => ({
      name: name.trim().toLowerCase(),
      value: value ?? null,
    })),
    credentials: question.credentials ?? false,
  }
  const { origin } = call
  const fields = call.headers.map(({ name }) => name)
  const asks = preflightOf(call)
  const preflight =
    asks === null ? null : await corsAnswer(route, { method: 'OPTIONS', origin, asks, fields })
  const method = sentMethod(call.method)
  const actual = FORWARDED.includes(method)
    ? await corsAnswer(route, { method, origin, asks: null, fields })
    : { status: statusOf('method_unknown'), reason: 'method_unknown', headers: [] }
  const verdict = judge(call, preflight, actual)
  const isSent = verdict.outcome === 'readable' || verdict.outcome === 'unreadable'
  return {
    route: question.route ?? null,
    preflight: asks === null || preflight === null ? null : { ...preflight, asks },
    actual: { ...actual, isSent },
    verdict,
    isOff: route.cors === null,
    spelled: otherSpelling(origin),
    dropped: droppedHeaders(call),
  }
}

function routeOf(question: CorsQuestion, plan: Plan): CorsRoute {
  const { route: name, cors, methods } = question
  const served = name === undefined ? null : routeNamed(name, plan)
  const own = served?.match.methods ?? null
  const taken = methods === undefined || methods.length === 0 ? own : new Set(methods)
  return {
    name: name ?? '',
    methods: taken,
    conditions: served?.match.headers ?? [],
    cors: cors === undefined ? (served?.cors ?? null) : policyOf(cors, taken),
  }
}

function routeNamed(name: string, { routes }: Plan): RoutePlan {
  const found = routes.find((route) => route.name === name)
  if (found !== undefined) return found
  throw new ApiError('not_found', `there is no route \`${name}\` in what is served`)
}

function policyOf(options: unknown, methods: ReadonlySet<string> | null): CorsPolicy | null {
  if (options === null) return null
  const problems: Problem[] = []
  const report = (problem: Problem): void => void problems.push(problem)
  const isRead = check(CorsOptions, options, report, ['cors'])
  const policy = isRead
    ? compileCors(options as CorsOptions, { match: { methods } }, ['cors'], report)
    : null
  if (policy !== null) return policy
  const [first] = problems
  throw new ApiError(
    'config_invalid',
    first?.message ?? 'this `cors:` cannot be used',
    problems.map(fieldProblem),
  )
}

/** What differs from the way browsers write an origin can never be what they send. */
function otherSpelling(origin: string): string | null {
  if (!/^https?:/i.test(origin) || !URL.canParse(origin)) return null
  const spelled = new URL(origin).origin
  return spelled === origin ? null : spelled
}
