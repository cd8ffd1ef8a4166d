// The edge's own answers: RFC 9457 problem bodies that tell a stranger nothing but a code and the request's id.

import { STATUS_CODES } from 'node:http'
import type { Exchange } from '../../sidecar/forward/exchange.ts'
import { answerOurselves } from '../../sidecar/forward/own-answer.ts'
import type { FlatHeaders } from '../../sidecar/upstream/transport.ts'

export { reasonStatuses, statusOf } from '../decide/statuses.ts'

export interface ProblemAnswer {
  readonly status: number
  /** What the client reads: a stable word, never an inner detail. */
  readonly code: string
  /** '' where the request was too broken to be given an id. */
  readonly requestId: string
  /** More fields: WWW-Authenticate, Allow, CORS, Retry-After… */
  readonly headers: FlatHeaders
}

export function answerProblem(exchange: Exchange, answer: ProblemAnswer): void {
  answerOurselves(exchange, { ...answer, body: problemBody(answer) })
}

export function problemBody(answer: Pick<ProblemAnswer, 'status' | 'code' | 'requestId'>): Buffer {
  const problem = {
    type: `urn:sallyport:problem:${answer.code}`,
    title: STATUS_CODES[answer.status] ?? 'Error',
    status: answer.status,
    code: answer.code,
    ...(answer.requestId === '' ? {} : { requestId: answer.requestId }),
  }
  return Buffer.from(`${JSON.stringify(problem)}\n`)
}

/** A complete answer as bytes, for sockets that have no request or response object (parser errors). */
export function rawProblem(status: number, code: string): Buffer {
  const body = problemBody({ status, code, requestId: '' })
  const head =
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\ncontent-type: application/problem+json\r\n` +
    `content-length: ${body.length}\r\ncache-control: no-store\r\nconnection: close\r\n\r\n`
  return Buffer.concat([Buffer.from(head, 'latin1'), body])
}
