// The sidecar's own answers: the one table from reasons to statuses, and RFC 9457 problem bodies that say which hop spoke.

import { STATUS_CODES } from 'node:http'
import { admissionStatuses } from './forward/admission-status.ts'
import type { Exchange } from './forward/exchange.ts'
import { answerOurselves } from './forward/own-answer.ts'
import { rescueStatus } from './forward/rescue.ts'
import type { FlatHeaders, TransportErrorCode } from './upstream/transport.ts'

const STATUS: Readonly<Record<string, number>> = {
  // every reason not named here or there is 400
  ...admissionStatuses(),
  // authorization (sidecar/policy/authorize.ts)
  denied_by_rule: 403,
  caller_not_allowed: 403,
  caller_method_not_allowed: 403,
  caller_path_not_allowed: 403,
  // mesh names (sidecar/mesh-name.ts) and what is behind them
  service_not_allowed: 403,
  no_egress: 403,
  not_a_mesh_name: 421,
  mesh_port_unknown: 421,
  identity_mismatch: 502,
  // ends from our side
  body_too_large: 413,
  shutting_down: 503,
  no_identity: 503,
  internal_error: 500,
}

/** Every reason the sidecar may answer with and its status, for the reference. */
export function reasonStatuses(): Readonly<Record<string, number>> {
  return STATUS
}

export function statusOf(reason: string): number {
  if (reason.startsWith('upstream_')) return rescueStatus(reason as TransportErrorCode)
  return STATUS[reason] ?? 400
}

export interface ProblemAnswer {
  /** Stable word: also the record's reason and the metric's label. */
  readonly reason: string
  /** `orders inbound`: who answers, since several hops may stand between a caller and the app; '' is not said. */
  readonly hop: string
  /** '' where the request was too broken to be given an id. */
  readonly requestId: string
  /** The rule that decided; '' for none. */
  readonly rule?: string
  /** What to do instead, one sentence. */
  readonly hint?: string
  readonly headers?: FlatHeaders
}

export function answerProblem(exchange: Exchange, answer: ProblemAnswer): void {
  const { reason, requestId, headers = [] } = answer
  const body = problemBody(answer)
  answerOurselves(exchange, { status: statusOf(reason), requestId, headers, body })
}

/** A complete answer as bytes, for sockets that have no request or response object: parser errors, CONNECT. */
export function rawProblem(answer: ProblemAnswer): Buffer {
  const status = statusOf(answer.reason)
  const body = problemBody(answer)
  // Many clients of CONNECT drop the body, so the reason stands in the first line as well.
  const head =
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'} (${answer.reason})\r\n` +
    `content-type: application/problem+json\r\ncontent-length: ${body.length}\r\n` +
    'cache-control: no-store\r\nconnection: close\r\n\r\n'
  return Buffer.concat([Buffer.from(head, 'latin1'), body])
}

function problemBody(answer: ProblemAnswer): Buffer {
  const { reason, hop, requestId, rule = '', hint = '' } = answer
  const status = statusOf(reason)
  const problem = {
    type: `urn:sallyport:problem:${reason}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code: reason,
    ...(hop === '' ? {} : { hop }),
    ...(rule === '' ? {} : { rule }),
    ...(hint === '' ? {} : { detail: hint }),
    ...(requestId === '' ? {} : { requestId }),
  }
  return Buffer.from(`${JSON.stringify(problem)}\n`)
}
