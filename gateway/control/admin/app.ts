// The admin API as a Fastify application: every operation behind the same checks, every refusal a problem document.

import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { ServerOptions } from 'node:https'
import type { Log } from '../../../sidecar/telemetry/log.ts'
import { answerInLanguage } from '../../language/answer-in-language.ts'
import { preferredLanguage } from '../../language/preferred-language.ts'
import { ApiError, TooManyRequests } from './api-error.ts'
import { Call, type ApiEvent, type Caller } from './call.ts'
import { asApiError, leadBack, refuse } from './faults.ts'
import type { IdempotencyKeys } from './idempotency.ts'
import type { Operation, Principal } from './operation.ts'
import { isAt } from './path.ts'

const MAX_BODY_BYTES = 1024 * 1024

export type { ApiEvent, Caller } from './call.ts'

export interface AdminAppOptions {
  readonly operations: readonly Operation[]
  /** Who is asking. Throws ApiError where the credential itself is at fault, unless `isOpen`: then it is ANYONE's. */
  readonly authenticate: (request: FastifyRequest, isOpen: boolean) => Promise<Caller> | Caller
  /** Looks at every request before anything else does, whatever it asks for. Throws ApiError. */
  readonly guard?: (request: FastifyRequest) => void
  /** Serves over TLS; without it only a control socket may be listened on. */
  readonly tls?: ServerOptions
  /** How often anybody may call: makes the check of every call, which throws TooManyRequests. Absent: without bound. */
  readonly rate?: (
    app: FastifyInstance,
  ) => Promise<
    (principal: Principal, request: FastifyRequest, reply: FastifyReply) => Promise<void>
  >
  /** Without them an Idempotency-Key is not heeded. */
  readonly idempotency?: IdempotencyKeys
  /** Adds what is served besides the operations: the console's pages. */
  readonly pages?: (app: FastifyInstance) => void
  readonly newId: () => string
  /** Before anything is changed. Throws where that could not be written down. */
  readonly beforeChange: () => void
  readonly onEvent: (event: ApiEvent) => void
  readonly log: Log
}

/** Said with every answer; a page that is served here says its own content-security-policy. */
const HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** Not listening yet. */
export async function createAdminApp(options: AdminAppOptions): Promise<FastifyInstance> {
  const app = newServer(options)
  const calls = new WeakMap<FastifyRequest, Call>()
  const checkRate = await options.rate?.(app)
  const fail = (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const known = asApiError(error, options.log)
    const isRepeated = known instanceof TooManyRequests && known.isRepeated
    if (!isRepeated) calls.get(request)?.tell(known.code)
    if (isVisit(request)) leadBack(reply, known, request.id)
    else refuse(reply, known, request.id)
  }
  app.setErrorHandler(fail)
  app.removeContentTypeParser('text/plain')
  app.addHook('onRequest', async (request, reply) => {
    for (const [name, value] of Object.entries(HEADERS)) reply.header(name, value)
    reply.header('x-request-id', request.id)
    const { operation } = request.routeOptions.config as { operation?: Operation }
    const call = operation === undefined ? null : new Call(operation, request, options)
    if (call !== null) calls.set(request, call)
    options.guard?.(request)
    if (operation === undefined || call === null) return
    const caller = await options.authenticate(request, operation.role === 'anyone')
    call.admit(caller)
    await checkRate?.(caller.principal, request, reply)
  })
  app.setNotFoundHandler((request, reply) => {
    refuse(reply, notFound(options.operations, request, reply), request.id)
  })
  for (const operation of options.operations) {
    const { method, path, maxBodyBytes = MAX_BODY_BYTES } = operation
    app.route({
      method,
      url: path,
      bodyLimit: maxBodyBytes,
      config: { operation },
      handler: async (request, reply) =>
        spoken(operation, await calls.get(request)!.run(reply), request, reply),
    })
  }
  options.pages?.(app)
  await app.ready()
  return app
}

/** The audit is evidence: it is the same for everybody. */
function spoken(
  { path }: Operation,
  answer: unknown,
  { headers }: FastifyRequest,
  reply: FastifyReply,
): unknown {
  if (answer === reply || path.startsWith('/api/v1/audit')) return answer
  reply.header('vary', 'accept-language')
  return answerInLanguage(answer, preferredLanguage(headers['accept-language']))
}

function newServer({ tls, newId, log }: AdminAppOptions): FastifyInstance {
  const options = {
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    exposeHeadRoutes: false,
    requestTimeout: 30_000,
    keepAliveTimeout: 5000,
    genReqId: newId,
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      reply.headers(HEADERS)
      refuse(reply, asApiError(error, log), request.id)
    },
  } as const
  if (tls === undefined) return Fastify(options)
  return Fastify({ ...options, https: tls })
}

/** A person looks at what comes back, and could do nothing with a problem document. */
function isVisit({ routeOptions, headers }: FastifyRequest): boolean {
  const { operation } = routeOptions.config as { operation?: Operation }
  return operation?.isVisited === true && (headers.accept ?? '').includes('text/html')
}

/** Which methods there are at a path is no secret: it stands in our documentation. */
function notFound(
  operations: readonly Operation[],
  request: FastifyRequest,
  reply: FastifyReply,
): ApiError {
  const [path = ''] = request.url.split('?', 1)
  const methods = operations
    .filter((operation) => isAt(operation.path, path))
    .map((one) => one.method)
  if (methods.length === 0 && request.method !== 'TRACE') {
    return new ApiError('not_found', 'there is nothing here')
  }
  reply.header('allow', methods.join(', '))
  return new ApiError('method_not_allowed', `${request.method} is not something to do here`)
}
