// The Fastify application behind every listener: hooks in the fixed order, the proxied surface, nothing else.

import fastifyCors, { type FastifyCorsOptions } from '@fastify/cors'
import fastifyHttpProxy from '@fastify/http-proxy'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { IncomingMessage, Server } from 'node:http'
import { CORS_ROUTE_CONFIG, corsPluginOptions } from '../cors/plugin-options.ts'
import { attachState, stateOf, type RequestState } from './request-state.ts'
import type { RequestFacts } from '../../sidecar/forward/facts.ts'
import type { FlatHeaders } from '../../sidecar/upstream/transport.ts'
import type { RequestSteps } from './steps.ts'

/** OPTIONS is left out: @fastify/cors owns that route. */
const PROXIED_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/**
 * Builds the app; it never listens itself. Every request has its state attached before it gets here. `withCors` false
 * leaves the CORS plugin out, for requests on routes that have nothing for it to do.
 */
export async function createApp(
  server: Server,
  steps: RequestSteps,
  withCors: boolean,
): Promise<FastifyInstance> {
  const app = Fastify({
    // Requests come in through `routing` alone, after admission.
    serverFactory: () => server,
    logger: false,
    // Draining answers what still arrives; refusing it would drop requests at every reload.
    return503OnClosing: false,
    forceCloseConnections: false,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 16_384 },
    genReqId: () => '',
  })
  if (withCors) await app.register(fastifyCors, { delegator: corsDelegator })
  app.addHook('onRequest', (request, reply, done) => {
    const state = stateOf(request.raw)
    const proceed = leavesFromHook(state.facts) ? () => forwardNow(request, reply, steps) : done
    const takeOver = (): void => {
      if (!reply.sent) reply.hijack()
    }
    steps.beforeForward(state, () => corsHeadersOf(reply), takeOver, proceed)
  })
  await app.register(fastifyHttpProxy, {
    // Unused: `handler` hands every request to our forwarder. The plugin insists on having one.
    upstream: 'http://127.0.0.1',
    prefix: '/',
    httpMethods: [...PROXIED_METHODS],
    config: CORS_ROUTE_CONFIG,
    handler: (request, reply) => forwardNow(request, reply, steps),
  })
  app.setErrorHandler((error, request, reply) => {
    reply.hijack()
    steps.failed(stateOf(request.raw), error)
  })
  await app.ready()
  return app
}

/**
 * What a request needs an app for: CORS, or http-proxy's path checks. `none`: nothing, because a canonical path without
 * escapes holds nothing those could find; they look into what escapes decode to.
 */
export function appFor({ arrival, facts }: RequestState): 'cors' | 'plain' | 'none' {
  // OPTIONS is a route of the CORS plugin's app alone.
  if (facts.method === 'OPTIONS' || (arrival.route?.cors ?? null) !== null) return 'cors'
  return facts.path.includes('%') ? 'plain' : 'none'
}

/**
 * Attaches the state, and shows Fastify and its plugins what was decided on, never what was sent, and of the fields only
 * those they ask for. A content type is not among them: bodies pass through unread, and no parser may refuse or choose itself.
 */
export function showFastify(request: IncomingMessage, state: RequestState): void {
  const { facts, exchange } = state
  attachState(request, state)
  request.url = leavesFromHook(facts) ? '/' : facts.path
  if (facts.protocol === 'h2') {
    if (exchange.body !== null) request.headers['content-type'] = undefined
    return
  }
  request.headers = {
    origin: facts.origin ?? undefined,
    'access-control-request-method': facts.accessControlRequestMethod ?? undefined,
    'access-control-request-headers': facts.accessControlRequestHeaders ?? undefined,
    'transfer-encoding': exchange.body === null ? undefined : 'chunked',
  }
}

/** Fastify's only OPTIONS route belongs to @fastify/cors and reads no bodies; a path without escapes needs no check. */
function leavesFromHook({ method, path }: RequestFacts): boolean {
  return method === 'OPTIONS' || !path.includes('%')
}

function corsDelegator(
  request: FastifyRequest,
  callback: (error: Error | null, options: FastifyCorsOptions) => void,
): void {
  const { arrival } = stateOf(request.raw)
  callback(null, corsPluginOptions(arrival.cors, arrival.route?.cors ?? null))
}

function forwardNow(request: FastifyRequest, reply: FastifyReply, steps: RequestSteps): void {
  const state = stateOf(request.raw)
  const cors = corsHeadersOf(reply)
  reply.hijack()
  steps.forward(state, cors)
}

const NO_HEADERS: FlatHeaders = []

/** What @fastify/cors decided to send, as the plugin put it on the reply; nothing on routes without CORS. */
function corsHeadersOf(reply: FastifyReply): FlatHeaders {
  if (stateOf(reply.request.raw).arrival.route?.cors === null) return NO_HEADERS
  const headers: string[] = []
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value === undefined) continue
    if (name === 'vary' || name.startsWith('access-control-')) headers.push(name, String(value))
  }
  return headers
}
