// The answers of the mesh door: JSON, and for refusals a problem document (RFC 9457) with a stable code.

import { STATUS_CODES, type ServerResponse } from 'node:http'

export interface Answer {
  readonly status: number
  /** null: no body. */
  readonly body: unknown
}

/** Whatever is not named here is 500. */
const STATUS: Readonly<Record<string, number>> = {
  body_not_json: 400,
  body_invalid: 400,
  bad_csr: 400,
  weak_key: 400,
  // no member, or not the one it would be
  no_certificate: 401,
  malformed_token: 401,
  unknown_token: 401,
  foreign_bundle: 401,
  foreign_service: 401,
  expired_token: 401,
  replayed_token: 401,
  token_not_valid: 401,
  unknown_subject: 401,
  join_not_offered: 401,
  reserved_service: 403,
  not_a_member: 403,
  foreign_address: 403,
  unknown_path: 404,
  unknown_lease: 404,
  method_not_allowed: 405,
  old_epoch: 409,
  body_too_large: 413,
  body_not_of_that_type: 415,
  rate_limited: 429,
  too_many_instances: 429,
  too_many_watches: 429,
  registry_full: 503,
  no_keys: 503,
  store_failed: 503,
  authority_expired: 503,
}

/** `detail` is for people; it never says more than the caller may know. */
export function refusal(code: string, detail?: string): Answer {
  const status = STATUS[code] ?? 500
  const title = STATUS_CODES[status] ?? ''
  const said = detail === undefined ? {} : { detail }
  return { status, body: { type: 'about:blank', title, status, code, ...said } }
}

export function isRefusal({ status }: Answer): boolean {
  return status >= 400
}

/** The stable code of a refusal; null for everything else. */
export function codeOf({ body }: Answer): string | null {
  const code = (body as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : null
}

/** `isLast`: the connection ends with it. */
export function send(response: ServerResponse, answer: Answer, isLast: boolean): void {
  if (response.headersSent || response.destroyed) return
  const text = answer.body === null ? '' : JSON.stringify(answer.body)
  const type = isRefusal(answer) ? 'application/problem+json' : 'application/json'
  response.writeHead(answer.status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...(answer.status === 429 ? { 'retry-after': '5' } : {}),
    ...(isLast ? { connection: 'close' } : {}),
  })
  response.end(text)
}
