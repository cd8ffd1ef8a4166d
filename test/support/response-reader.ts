// Cuts the bytes a client received into HTTP/1.1 answers, complete or not; anything malformed throws.

import { valuesOf, type FieldList } from './request-reader.ts'

export interface RawResponse {
  readonly status: number
  readonly headers: FieldList
  readonly body: Buffer
  readonly trailers: FieldList
  /** false: cut short, or still on its way. */
  readonly complete: boolean
}

interface Cut {
  readonly body: Buffer
  readonly trailers: FieldList
  readonly complete: boolean
  /** Bytes of the body and its framing. */
  readonly used: number
}

const STATUS_LINE = /^HTTP\/1\.[01] (\d{3}) [\t\x20-\x7e\x80-\xff]*$/

/**
 * `methods[n]` belongs to the n-th final answer; default GET. `ended`: no more bytes will come, which completes an
 * answer without framing.
 */
export function readResponses(
  bytes: Buffer,
  methods: readonly string[],
  ended: boolean,
): readonly RawResponse[] {
  const responses: RawResponse[] = []
  let at = 0
  let final = 0
  while (at < bytes.length) {
    const end = bytes.indexOf('\r\n\r\n', at)
    if (end === -1) break
    const [line = '', ...lines] = bytes.toString('latin1', at, end).split('\r\n')
    const match = STATUS_LINE.exec(line)
    if (match === null) throw new Error(`no status line: ${JSON.stringify(line)}`)
    const status = Number(match[1])
    const headers = readFields(lines)
    const method = methods[final] ?? 'GET'
    const cut = cutBody(bytes.subarray(end + 4), { status, headers, method, ended })
    responses.push({ status, headers, ...cut })
    if (status >= 200) final++
    at = end + 4 + cut.used
    if (!cut.complete || status === 101) break
  }
  return responses
}

function cutBody(
  rest: Buffer,
  head: { status: number; headers: FieldList; method: string; ended: boolean },
): Cut {
  const { status, headers, method, ended } = head
  const none: Cut = { body: Buffer.alloc(0), trailers: [], complete: true, used: 0 }
  if (status < 200 || status === 204 || status === 304 || method === 'HEAD') return none
  if (valuesOf(headers, 'transfer-encoding').length > 0) return cutChunks(rest)
  const [length] = valuesOf(headers, 'content-length')
  if (length === undefined) {
    return { body: rest, trailers: [], complete: ended, used: rest.length }
  }
  const body = rest.subarray(0, Number(length))
  return { body, trailers: [], complete: body.length === Number(length), used: body.length }
}

function cutChunks(rest: Buffer): Cut {
  const parts: Buffer[] = []
  let at = 0
  for (;;) {
    const lineEnd = rest.indexOf('\r\n', at)
    if (lineEnd === -1) break
    const size = Number.parseInt(rest.toString('latin1', at, lineEnd), 16)
    if (Number.isNaN(size)) throw new Error('no chunk size')
    if (size === 0) {
      const empty = rest.toString('latin1', lineEnd + 2, lineEnd + 4) === '\r\n'
      const end = empty ? lineEnd : rest.indexOf('\r\n\r\n', lineEnd + 2)
      if (end === -1) break
      const lines = empty ? [] : rest.toString('latin1', lineEnd + 2, end).split('\r\n')
      const trailers = readFields(lines)
      return { body: Buffer.concat(parts), trailers, complete: true, used: end + 4 }
    }
    parts.push(rest.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = lineEnd + 2 + size + 2
    if (at > rest.length) break
  }
  return { body: Buffer.concat(parts), trailers: [], complete: false, used: rest.length }
}

function readFields(lines: readonly string[]): FieldList {
  return lines.map((line) => {
    const colon = line.indexOf(':')
    if (colon < 1) throw new Error(`no field: ${JSON.stringify(line)}`)
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
}
