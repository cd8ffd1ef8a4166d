// From whatever was thrown to the refusal that is answered; what is our own fault goes to the log and not to the caller.

import type { FastifyReply } from 'fastify'
import { errorCode, errorMessage } from '../../../sidecar/runtime/errors.ts'
import type { Log } from '../../../sidecar/telemetry/log.ts'
import { problemInLanguage } from '../../language/answer-in-language.ts'
import { preferredLanguage } from '../../language/preferred-language.ts'
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

/** Answers with a problem document (RFC 9457), in the language of who asks. */
export function refuse(reply: FastifyReply, error: ApiError, requestId: string): void {
  if (error instanceof TooManyRequests) {
    reply.header('retry-after', String(error.retryAfterSeconds))
  }
  const language = preferredLanguage(reply.request.headers['accept-language'])
  const body = problemInLanguage(problemBody(error, requestId), language)
  reply
    .code(error.status)
    .header('content-type', 'application/problem+json')
    .header('content-language', language)
    .header('vary', 'accept-language')
    .send(Buffer.from(JSON.stringify(body)))
}

/** To the console's door, which says why by the code. */
export function leadBack(reply: FastifyReply, { code }: ApiError, requestId: string): void {
  const query = new URLSearchParams({ refused: code, request: requestId })
  reply.code(303).header('location', `/login?${query.toString()}`).send()
}
