// The head of an ordinary answer in one piece. Node looks at each field several times over, at a thirtieth of what a
// request costs; here its fields were checked when they were read, and one look is what a last door needs.

import { STATUS_CODES, type ServerResponse } from 'node:http'
import { LineStarts } from '../upstream/line-starts.ts'
import type { FlatHeaders } from '../upstream/transport.ts'

/**
 * What Node's `writeHead` leaves behind in its answer, under the names of Node 24, which this product is pinned to; the
 * test of this file compares every byte and how the connection goes on.
 */
interface Answer {
  statusCode: number
  readonly shouldKeepAlive: boolean
  readonly maxRequestsOnConnectionReached?: boolean
  /** false towards HTTP/1.0. */
  readonly useChunkedEncodingByDefault: boolean
  readonly _expect_continue: boolean
  _contentLength: number | null
  _removedContLen: boolean
  _header: string | null
  _headerSent: boolean
}

/** From these Node concludes how the answer or its connection goes on, and how it ends a body. */
const CONCLUDED_FROM: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'keep-alive',
  'trailer',
  'transfer-encoding',
])
const starts = new LineStarts(CONCLUDED_FROM)

const NOT_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/
const LENGTH = /^\d{1,15}$/

/**
 * Does what `response.writeHead(status, headers)` does for an answer that has a length and a date, on a connection that
 * stays. false: this is no such answer, or a field is not as it must be; nothing was done, and Node knows what to do.
 */
export function writeOrdinaryHead(
  response: ServerResponse,
  status: number,
  headers: FlatHeaders,
): boolean {
  const answer = response as unknown as Answer
  const { shouldKeepAlive, useChunkedEncodingByDefault, maxRequestsOnConnectionReached } = answer
  if (!shouldKeepAlive || !useChunkedEncodingByDefault || answer._expect_continue) return false
  if (maxRequestsOnConnectionReached === true || answer._header !== null) return false
  const line = status < 200 || status === 204 || status === 304 ? undefined : STATUS_CODES[status]
  if (line === undefined) return false
  let head = `HTTP/1.1 ${status} ${line}`
  let length: string | null = null
  let hasDate = false
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!
    const value = headers[i + 1]!
    const start = starts.of(name)
    if (start === null || NOT_IN_VALUE.test(value)) return false
    if (name.length === 14 && name.toLowerCase() === 'content-length') {
      if (length !== null || !LENGTH.test(value)) return false
      length = value
    } else if (name.length === 4 && name.toLowerCase() === 'date') hasDate = true
    head += start
    head += value
  }
  if (length === null || !hasDate) return false
  answer.statusCode = status
  answer._contentLength = Number(length)
  answer._removedContLen = false
  answer._header = `${head}\r\nConnection: keep-alive\r\n\r\n`
  answer._headerSent = false
  return true
}
