// From whatever was thrown to the refusal that is answered; what is our own fault goes to the log and not to the caller.

import type { FastifyReply } from 'fastify'
import { errorCode, errorMessage } from '../../../sidecar/runtime/errors.ts'
import type { Log } from '../../../sidecar/telemetry/log.ts'
import { ApiError, problemBody, TooManyRequests } from './api-error.ts'

export function asApiError(error: unknown, log: Log): ApiError {
  if (error instanceof ApiError) return error
  if (errorCode(error) === 'audit_unavailable') {
    return new ApiError('not_available', errorMessage(error))
  }
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new ApiError('too_large', 'the body is larger than may be')
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

/** Answers with a problem document (RFC 9457). */
export function refuse(reply: FastifyReply, error: ApiError, requestId: string): void {
  if (error instanceof TooManyRequests) {
    reply.header('retry-after', String(error.retryAfterSeconds))
  }
  reply
    .code(error.status)
    .header('content-type', 'application/problem+json')
    .send(Buffer.from(JSON.stringify(problemBody(error, requestId))))
}
