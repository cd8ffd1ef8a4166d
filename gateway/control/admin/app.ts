// The admin API as a Fastify application: every operation behind the same checks, every refusal a problem document.

import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import { check } from '../../../sidecar/runtime/check.ts'
import { errorCode, errorMessage } from '../../../sidecar/runtime/errors.ts'
import type { Problem } from '../../../sidecar/runtime/problem.ts'
import type { Log } from '../../../sidecar/telemetry/log.ts'
import { ApiError, fieldProblem, problemBody } from './api-error.ts'
import { mayAct, type Change, type Operation, type Principal } from './operation.ts'

const MAX_BODY_BYTES = 1024 * 1024

/** What one call came to, for the audit: changes and refusals; reads that were allowed are not told. */
export interface ApiEvent {
  readonly operation: string
  readonly principal: Principal | null
  /** Of the client; null over the control socket. */
  readonly address: string | null
  readonly requestId: string
  /** null where it was refused before that was known. */
  readonly change: Change | null
  /** `ok`, or the code of the refusal. */
  readonly result: string
}

export interface AdminAppOptions {
  readonly operations: readonly Operation[]
  /** Who is asking; null: nobody we know. Throws ApiError where the credential itself is at fault. */
  readonly authenticate: (request: FastifyRequest) => Promise<Principal | null> | Principal | null
  readonly newId: () => string
  /** Before anything is changed. Throws where that could not be written down. */
  readonly beforeChange: () => void
  readonly onEvent: (event: ApiEvent) => void
  readonly log: Log
}

/** Not listening yet. */
export async function createAdminApp(options: AdminAppOptions): Promise<FastifyInstance> {
  const app = Fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    exposeHeadRoutes: false,
    requestTimeout: 30_000,
    keepAliveTimeout: 5000,
    genReqId: options.newId,
  })
  app.addHook('onSend', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    reply.header('x-content-type-options', 'nosniff')
    reply.header('x-request-id', request.id)
  })
  app.setErrorHandler((error, request, reply) => {
    answer(reply, asApiError(error, options.log), request.id)
  })
  app.setNotFoundHandler((request, reply) => {
    answer(
      reply,
      new ApiError('not_found', `there is nothing at ${request.method} here`),
      request.id,
    )
  })
  for (const operation of options.operations) mount(app, operation, options)
  await app.ready()
  return app
}

function mount(app: FastifyInstance, operation: Operation, options: AdminAppOptions): void {
  app.route({
    method: operation.method,
    url: operation.path,
    handler: async (request, reply) => {
      let principal: Principal | null = null
      let change: Change | null = null
      const tell = (result: string): void => {
        const address = request.socket.remoteAddress ?? null
        const { id: requestId } = request
        options.onEvent({ operation: operation.id, principal, address, requestId, change, result })
      }
      try {
        principal = await options.authenticate(request)
        const result = await call(
          operation,
          request,
          principal,
          (told) => {
            change = told
          },
          options.beforeChange,
        )
        if (operation.method !== 'GET') tell('ok')
        reply.code(operation.status ?? 200)
        return result
      } catch (error) {
        const known = asApiError(error, options.log)
        tell(known.code)
        throw known
      }
    },
  })
}

function call(
  operation: Operation,
  request: FastifyRequest,
  principal: Principal | null,
  change: (change: Change) => void,
  beforeChange: () => void,
): unknown {
  if (principal === null) throw new ApiError('not_signed_in', 'sign in, or send an API token')
  if (!mayAct(principal.role, operation.role)) {
    const message = `this takes the role ${operation.role}; ${principal.name} is ${principal.role}`
    throw new ApiError('not_permitted', message)
  }
  const query = checked(operation.query, request.query, 'query') as Record<string, string>
  const body = operation.body === undefined ? null : checked(operation.body, request.body, 'body')
  if (operation.method !== 'GET') beforeChange()
  const params = request.params as Record<string, string>
  return operation.run({ principal, requestId: request.id, params, query, body, change })
}

function checked(schema: TSchema | undefined, value: unknown, where: 'query' | 'body'): unknown {
  const given = value ?? {}
  if (schema === undefined) {
    const [extra] = Object.keys(given)
    if (extra === undefined) return given
    throw new ApiError('invalid', `unknown ${where} field \`${extra}\``)
  }
  const problems: Problem[] = []
  if (check(schema, given, (problem) => problems.push(problem))) return given
  const errors = problems.map(fieldProblem)
  throw new ApiError('invalid', `${where}: ${problems[0]!.message}`, errors)
}

function asApiError(error: unknown, log: Log): ApiError {
  if (error instanceof ApiError) return error
  if (errorCode(error) === 'audit_unavailable') {
    return new ApiError('not_available', errorMessage(error))
  }
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new ApiError('too_large', `a body may have ${MAX_BODY_BYTES} bytes`)
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new ApiError('media_type', 'send content-type: application/json')
  }
  if (typeof statusCode === 'number' && statusCode < 500) {
    return new ApiError('bad_request', errorMessage(error))
  }
  log.error('the admin API failed', {
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
  })
  return new ApiError('internal_error', 'this is our fault; the log says more')
}

function answer(reply: FastifyReply, error: ApiError, requestId: string): void {
  reply
    .code(error.status)
    .header('content-type', 'application/problem+json')
    .send(Buffer.from(JSON.stringify(problemBody(error, requestId))))
}
