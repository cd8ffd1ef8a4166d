// The admin API as a Fastify application: every operation behind the same checks, every refusal a problem document.

import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import { check } from '../../../sidecar/runtime/check.ts'
import { errorCode, errorMessage } from '../../../sidecar/runtime/errors.ts'
import type { Problem } from '../../../sidecar/runtime/problem.ts'
import type { Log } from '../../../sidecar/telemetry/log.ts'
import { ApiError, fieldProblem, problemBody } from './api-error.ts'
import {
  ANYONE,
  mayAct,
  type Change,
  type Operation,
  type OperationRequest,
  type Principal,
} from './operation.ts'

const MAX_BODY_BYTES = 1024 * 1024

/** What one call came to, for the audit: changes and refusals; reads that were allowed are not told. */
export interface ApiEvent {
  readonly operation: string
  readonly principal: Principal
  /** Of the client; '' over the control socket. */
  readonly address: string
  readonly requestId: string
  /** null where it was refused before that was known. */
  readonly change: Change | null
  /** `ok`, or the code of the refusal. */
  readonly result: string
}

export interface Caller {
  readonly principal: Principal
  /** Of the browser's session, or null. */
  readonly sessionId: string | null
}

export interface AdminAppOptions {
  readonly operations: readonly Operation[]
  /** Who is asking. Throws ApiError where the credential itself is at fault, unless `isOpen`: then it is ANYONE's. */
  readonly authenticate: (request: FastifyRequest, isOpen: boolean) => Promise<Caller> | Caller
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
      let principal = ANYONE
      let change: Change | null = null
      const address = request.socket.remoteAddress ?? ''
      const tell = (result: string): void => {
        const { id: requestId } = request
        options.onEvent({ operation: operation.id, principal, address, requestId, change, result })
      }
      try {
        const caller = await options.authenticate(request, operation.role === 'anyone')
        principal = caller.principal
        const result = await operation.run({
          ...admitted(operation, principal, request, options.beforeChange),
          ...caller,
          requestId: request.id,
          address,
          header: (name, value) => void reply.header(name, value),
          change: (told) => {
            change = told
          },
        })
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

/** The checked input of a call that may be made. */
function admitted(
  operation: Operation,
  principal: Principal,
  request: FastifyRequest,
  beforeChange: () => void,
): Pick<OperationRequest, 'params' | 'query' | 'body'> {
  if (!mayAct(principal.role, operation.role)) {
    if (principal.role === null) {
      throw new ApiError('not_signed_in', 'sign in, or send an API token')
    }
    const message = `this takes the role ${operation.role}; ${principal.name} is ${principal.role}`
    throw new ApiError('not_permitted', message)
  }
  const query = checked(operation.query, request.query, 'query') as Record<string, string>
  const body = operation.body === undefined ? null : checked(operation.body, request.body, 'body')
  if (operation.method !== 'GET') beforeChange()
  return { params: request.params as Record<string, string>, query, body }
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
