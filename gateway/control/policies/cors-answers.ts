// What the edge would say of CORS: decided by its own steps, and written by the plugin that writes for it.

import fastifyCors from '@fastify/cors'
import Fastify from 'fastify'
import type { RoutePlan } from '../../config/plan.ts'
import type { CorsDecision } from '../../cors/decide.ts'
import type { CorsPolicy } from '../../cors/plan.ts'
import { CORS_ROUTE_CONFIG, corsPluginOptions } from '../../cors/plugin-options.ts'
import { decideArrival } from '../../decide/edge.ts'
import { statusOf } from '../../decide/statuses.ts'
import type { RouteMatch } from '../../route/plan.ts'
import { compileRouteTable } from '../../route/table.ts'
import type { RequestFacts } from '../../../sidecar/forward/facts.ts'

/** A route, as far as CORS asks about it. */
export interface CorsRoute {
  readonly name: string
  /** null: every method. */
  readonly methods: ReadonlySet<string> | null
  /** Header fields it is chosen by: lower-case names. */
  readonly conditions: RouteMatch['headers']
  readonly cors: CorsPolicy | null
}

export interface CorsRequest {
  readonly method: string
  readonly origin: string
  /** Fields of a preflight; null for any other request. */
  readonly asks: { readonly method: string; readonly headers: string | null } | null
  /** Lower-case names of the fields that a script adds, with the values that the route wants of them. */
  readonly fields: readonly string[]
}

export interface CorsField {
  readonly name: string
  readonly value: string
}

export interface CorsAnswer {
  /** null: whatever the service answers, or a later step. */
  readonly status: number | null
  /** Why the gateway answers by itself, or `ok`. */
  readonly reason: string
  /** `access-control-*` and `vary`, in the order they are sent. */
  readonly headers: readonly CorsField[]
}

/** As the edge answers a request that reaches this route; rules of its `headers:` come on top. */
export async function corsAnswer(route: CorsRoute, request: CorsRequest): Promise<CorsAnswer> {
  const table = compileRouteTable([planOf(route)], () => {})
  const { cors, refusal } = decideArrival(factsOf(request, route), table)
  const isNotFound = refusal?.reason === 'route_not_found'
  // As the edge does it: of what is not found only OPTIONS passes the plugin, and a route without a policy says nothing.
  const isSilent = isNotFound ? request.method !== 'OPTIONS' : route.cors === null
  const policy = isNotFound ? null : route.cors
  const headers = isSilent ? [] : await writtenFields(cors, policy, request)
  if (cors.kind === 'preflight_allowed') return { status: 204, reason: 'ok', headers }
  if (cors.kind === 'preflight_refused') {
    const reason = `cors_${cors.reason}`
    return { status: statusOf(reason), reason, headers }
  }
  if (refusal === null) return { status: null, reason: 'ok', headers }
  return { status: statusOf(refusal.reason), reason: refusal.reason, headers }
}

/** What the plugin makes of the decision: asked, not repeated here. */
async function writtenFields(
  decision: CorsDecision,
  policy: CorsPolicy | null,
  { method, origin, asks }: CorsRequest,
): Promise<readonly CorsField[]> {
  const app = Fastify({ logger: false })
  try {
    await app.register(fastifyCors, {
      delegator: (_request, callback) => callback(null, corsPluginOptions(decision, policy)),
    })
    let sent: readonly CorsField[] = []
    app.addHook('onSend', (_request, reply, payload, done) => {
      sent = Object.entries(reply.getHeaders())
        .filter(([name]) => name === 'vary' || name.startsWith('access-control-'))
        .map(([name, value]) => ({ name, value: String(value) }))
      done(null, payload)
    })
    app.route({
      method: 'GET',
      url: '/',
      config: CORS_ROUTE_CONFIG,
      handler: (_request, reply) => reply.send(),
    })
    const isOptions = method === 'OPTIONS'
    await app.inject({
      // Of all other methods the plugin makes the same.
      method: isOptions ? 'OPTIONS' : 'GET',
      url: '/',
      headers: { origin, ...preflightFields(asks) },
    })
    return sent
  } finally {
    await app.close()
  }
}

function preflightFields(asks: CorsRequest['asks']): Record<string, string> {
  if (asks === null) return {}
  const { method, headers } = asks
  return {
    'access-control-request-method': method,
    ...(headers === null ? {} : { 'access-control-request-headers': headers }),
  }
}

function planOf({ name, methods, conditions, cors }: CorsRoute): RoutePlan {
  return {
    name,
    listeners: null,
    match: {
      hosts: [{ kind: 'any', value: '' }],
      path: { template: '/*', segments: [], prefix: true },
      methods,
      headers: conditions,
      query: [],
    },
    to: [],
    sticky: { kind: 'none' },
    auth: null,
    cors,
    limits: { beforeAuth: [], afterAuth: [] },
    ip: null,
    rewrite: null,
    requestHeaders: null,
    responseHeaders: null,
    timeoutMs: 0,
    retries: null,
    upgrade: new Set(),
  }
}

function factsOf(
  { method, origin, asks, fields }: CorsRequest,
  { conditions }: CorsRoute,
): RequestFacts {
  const met = asks === null ? conditions.filter(({ name }) => fields.includes(name)) : []
  const asked = Object.entries(preflightFields(asks)).flat()
  return {
    id: '',
    protocol: 'http/1.1',
    secure: true,
    method,
    host: 'localhost',
    port: null,
    authority: 'localhost',
    path: '/',
    query: '',
    clientIp: '127.0.0.1',
    headers: [...met.flatMap(({ name, value }) => [name, value]), ...asked],
    authorization: null,
    origin,
    accessControlRequestMethod: asks?.method ?? null,
    accessControlRequestHeaders: asks?.headers ?? null,
    cookie: null,
    upgrade: null,
    contentLength: 0,
    receivedAtMs: 0,
  }
}
