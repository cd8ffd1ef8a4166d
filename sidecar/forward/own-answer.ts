// An answer in our own words, the same for every door: an RFC 9457 body, the request's id, and what becomes of the
// connection.

import type { FlatHeaders } from '../upstream/transport.ts'
import type { Exchange } from './exchange.ts'

export interface OwnAnswer {
  readonly status: number
  /** '' where the request was too broken to be given an id. */
  readonly requestId: string
  /** Besides those that every such answer has. */
  readonly headers: FlatHeaders
  /** JSON (RFC 9457). */
  readonly body: Buffer
}

/** Bodies smaller than this are read to their end, so that the connection can be used again. */
const DRAIN_BYTES = 64 * 1024

/** A request body nobody will read ends the connection, unless it is short. Does nothing where an answer has begun. */
export function answerOurselves(exchange: Exchange, answer: OwnAnswer): void {
  if (exchange.answered || exchange.gone) return
  const { body } = exchange
  if (body !== null && (body.length === null || body.length > DRAIN_BYTES)) exchange.closeAfter()
  const headers = [
    'content-type',
    'application/problem+json',
    'content-length',
    String(answer.body.length),
    'cache-control',
    'no-store',
    'x-content-type-options',
    'nosniff',
    ...answer.headers,
  ]
  if (answer.requestId !== '') headers.push('x-request-id', answer.requestId)
  exchange.writeHead(answer.status, headers)
  exchange.end(exchange.head.method === 'HEAD' ? undefined : answer.body)
}
