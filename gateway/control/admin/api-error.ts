// Why the admin API refuses: stable codes, the one table from them to statuses, and RFC 9457 bodies.

import { STATUS_CODES } from 'node:http'
import type { ConfigPath, Problem } from '../../../sidecar/runtime/problem.ts'
import { SallyportError } from '../../../sidecar/runtime/errors.ts'

const STATUS = {
  bad_request: 400,
  not_signed_in: 401,
  /** The password is right; send the code of the second factor, too. */
  second_factor_needed: 401,
  not_permitted: 403,
  /** Of a session: set up a second factor before anything else. */
  second_factor_required: 403,
  /** Of a session: show again who you are, then ask again. */
  reauthentication_needed: 403,
  /** A page of another name that leads to our address (DNS rebinding). */
  host_not_allowed: 421,
  cross_site: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  /** A valid configuration that could not be put to work; the one before serves on. */
  rejected: 409,
  stale: 412,
  too_large: 413,
  media_type: 415,
  invalid: 422,
  config_invalid: 422,
  precondition_required: 428,
  too_many_requests: 429,
  internal_error: 500,
  not_available: 503,
} as const

export type ApiErrorCode = keyof typeof STATUS

/** One fault of the input. `pointer`: JSON Pointer (RFC 6901) into the body. */
export interface FieldProblem {
  readonly pointer: string
  readonly detail: string
  readonly hint: string
  /** Of a configuration text only. */
  readonly severity?: 'error' | 'warning'
  readonly line?: number
  readonly column?: number
  /** JSON Pointer to the other place that the problem is between: what a route is shadowed by. */
  readonly related?: string
}

export class ApiError extends SallyportError {
  readonly status: number
  readonly errors: readonly FieldProblem[]

  constructor(code: ApiErrorCode, message: string, errors: readonly FieldProblem[] = []) {
    super(code, message)
    this.status = STATUS[code]
    this.errors = errors
  }
}

/** Whoever asks too often waits. */
export class TooManyRequests extends ApiError {
  readonly retryAfterSeconds: number
  /** Refused for the same reason a moment ago: the audit has been told of it. */
  readonly isRepeated: boolean

  constructor(message: string, retryAfterSeconds: number, isRepeated = false) {
    super('too_many_requests', message)
    this.retryAfterSeconds = retryAfterSeconds
    this.isRepeated = isRepeated
  }
}

export interface ProblemBody {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly requestId: string
  readonly errors?: readonly FieldProblem[]
}

export function problemBody(error: ApiError, requestId: string): ProblemBody {
  return {
    type: `urn:sallyport:problem:${error.code}`,
    title: STATUS_CODES[error.status] ?? 'Error',
    status: error.status,
    code: error.code,
    detail: error.message,
    requestId,
    ...(error.errors.length === 0 ? {} : { errors: error.errors }),
  }
}

export function fieldProblem({ path, message, fix }: Problem): FieldProblem {
  return { pointer: pointer(path), detail: message, hint: fix }
}

function pointer(path: ConfigPath): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
