// The errors a transport reports, each with a sentence for the log that names the endpoint and the fault.

import { SallyportError, errorCode, errorMessage } from '../runtime/errors.ts'
import type { TransportError, TransportErrorCode } from './transport.ts'

/** `subject`: the endpoint or service; `fault`: what happened, in words that hold no bytes of a message. */
export function transportError(
  code: TransportErrorCode,
  subject: string,
  fault: string,
  cause?: unknown,
): TransportError {
  const detail = cause === undefined ? '' : ` (${causeText(cause)})`
  return new SallyportError(code, `${subject}: ${fault}${detail}`, { cause }) as TransportError
}

/** True where the request never reached an endpoint, so that another one may be tried. */
export function isUnsent(error: TransportError): boolean {
  return (
    error.code === 'upstream_connect_failed' ||
    error.code === 'upstream_connect_timeout' ||
    error.code === 'upstream_tls_failed' ||
    error.code === 'upstream_overloaded'
  )
}

function causeText(cause: unknown): string {
  const code = errorCode(cause)
  return code === 'unknown' ? errorMessage(cause) : code
}
