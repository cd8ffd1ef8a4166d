// The errors a transport reports, each with a sentence for the log that names the endpoint and the fault.

import { SallyportError, errorCode, errorMessage } from '../runtime/errors.ts'
import type { TransportError, TransportErrorCode } from './transport.ts'

class TransportFault extends SallyportError {
  declare readonly code: TransportErrorCode
  readonly unanswered: boolean

  constructor(code: TransportErrorCode, message: string, cause: unknown, unanswered: boolean) {
    super(code, message, { cause })
    this.unanswered = unanswered
  }
}

/**
 * `subject`: the endpoint or service; `fault`: what happened, in words that hold no bytes of a message.
 * `unanswered`: the connection broke before a byte of an answer came.
 */
export function transportError(
  code: TransportErrorCode,
  subject: string,
  fault: string,
  cause?: unknown,
  unanswered = false,
): TransportError {
  const detail = cause === undefined ? '' : ` (${causeText(cause)})`
  return new TransportFault(code, `${subject}: ${fault}${detail}`, cause, unanswered)
}

/** True where no endpoint could be connected to, or proved to be the right one: not a byte was sent. */
export function isUnreached({ code }: TransportError): boolean {
  return (
    code === 'upstream_connect_failed' ||
    code === 'upstream_connect_timeout' ||
    code === 'upstream_tls_failed' ||
    code === 'identity_mismatch'
  )
}

/** True where the endpoint is to blame: not the caller, nor a bound of ours. */
export function isEndpointFault(error: TransportError): boolean {
  return (
    isUnreached(error) ||
    error.code === 'upstream_reset' ||
    error.code === 'upstream_timeout' ||
    error.code === 'upstream_invalid_response'
  )
}

function causeText(cause: unknown): string {
  const code = errorCode(cause)
  return code === 'unknown' ? errorMessage(cause) : code
}
