// Egress's own answers: the one table from reasons to statuses, told in the reason phrase, in Proxy-Status (RFC 9209)
// and in an RFC 9457 body, because many clients of proxies show only one of the three. No answer names an address.

import { admissionStatuses } from '../../sidecar/forward/admission-status.ts'
import { rescueStatus } from '../../sidecar/forward/rescue.ts'
import type { FlatHeaders, TransportErrorCode } from '../../sidecar/upstream/transport.ts'

interface Meaning {
  readonly status: number
  /** A type of RFC 9209 section 2.3. */
  readonly error: string
}

const denied: Meaning = { status: 403, error: 'http_request_denied' }
const malformed: Meaning = { status: 400, error: 'http_request_error' }
const limited: Meaning = { status: 429, error: 'connection_limit_reached' }
const overloaded: Meaning = { status: 503, error: 'connection_limit_reached' }

/** Every decision's reason that is not named here is a refusal by the rules: 403. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  malformed_host: malformed,
  address_forbidden: { status: 403, error: 'destination_ip_prohibited' },
  proxy_token_invalid: { status: 407, error: 'http_request_denied' },
  dns_not_found: { status: 502, error: 'dns_error' },
  dns_failed: { status: 502, error: 'dns_error' },
  dns_timeout: { status: 504, error: 'dns_timeout' },
  dns_overloaded: overloaded,
  connect_refused: { status: 502, error: 'connection_refused' },
  connect_timeout: { status: 504, error: 'connection_timeout' },
  connect_failed: { status: 502, error: 'destination_unavailable' },
  address_changed: { status: 502, error: 'destination_ip_prohibited' },
  destination_unavailable: { status: 503, error: 'destination_unavailable' },
  caller_limit_reached: limited,
  destination_limit_reached: limited,
  egress_limit_reached: overloaded,
  idle_timeout: { status: 504, error: 'http_response_timeout' },
  lifetime_over: { status: 504, error: 'http_response_timeout' },
  shutting_down: { status: 503, error: 'proxy_internal_response' },
  internal_error: { status: 500, error: 'proxy_internal_error' },
  upstream_connect_failed: { status: 502, error: 'destination_unavailable' },
  upstream_connect_timeout: { status: 504, error: 'connection_timeout' },
  upstream_tls_failed: { status: 502, error: 'tls_certificate_error' },
  upstream_reset: { status: 502, error: 'connection_terminated' },
  upstream_invalid_response: { status: 502, error: 'http_protocol_error' },
  upstream_timeout: { status: 504, error: 'http_response_timeout' },
  upstream_overloaded: overloaded,
}

export interface Answer {
  readonly status: number
  readonly reason: string
  readonly phrase: string
  readonly headers: FlatHeaders
  readonly body: Buffer
}

export interface AnswerFacts {
  /** Stable word. */
  readonly reason: string
  /** The request itself could not be read, as opposed to refused or failed. */
  readonly unreadable: boolean
  /** A sentence for the caller's developer; '' where the reason says it all. No address but one the caller named. */
  readonly detail: string
  /** '' where there is none. */
  readonly requestId: string
}

export function answerOf(facts: AnswerFacts): Answer {
  const { reason, detail, requestId } = facts
  const { status, error } = meaningOf(facts)
  const phrase = `Egress ${reason}`
  const problem = {
    type: `urn:sallyport:problem:${reason}`,
    title: phrase,
    status,
    code: reason,
    ...(detail === '' ? {} : { detail }),
    ...(requestId === '' ? {} : { requestId }),
  }
  const body = Buffer.from(`${JSON.stringify(problem)}\n`)
  const headers = [
    'content-type',
    'application/problem+json',
    'content-length',
    String(body.length),
    'cache-control',
    'no-store',
    'proxy-status',
    `sallyport; error=${error}; details="${reason}"`,
  ]
  if (requestId !== '') headers.push('x-request-id', requestId)
  if (status === 407) headers.push('proxy-authenticate', 'Basic realm="sallyport egress"')
  if (status === 429 || status === 503) headers.push('retry-after', '1')
  if (reason === 'websocket_version') headers.push('sec-websocket-version', '13')
  return { status, reason, phrase, headers, body }
}

/** The whole answer as bytes, for a socket that no HTTP server holds any more; the connection ends with it. */
export function answerBytes(answer: Answer): Buffer {
  let head = `HTTP/1.1 ${answer.status} ${answer.phrase}\r\n`
  for (let i = 0; i < answer.headers.length; i += 2) {
    head += `${answer.headers[i]}: ${answer.headers[i + 1]}\r\n`
  }
  return Buffer.concat([Buffer.from(`${head}connection: close\r\n\r\n`, 'latin1'), answer.body])
}

function meaningOf({ reason, unreadable }: AnswerFacts): Meaning {
  if (unreadable) return { ...malformed, status: admissionStatuses()[reason] ?? malformed.status }
  const meaning = MEANINGS[reason]
  if (meaning !== undefined) return meaning
  if (!reason.startsWith('upstream_')) return denied
  return { status: rescueStatus(reason as TransportErrorCode), error: 'destination_unavailable' }
}
