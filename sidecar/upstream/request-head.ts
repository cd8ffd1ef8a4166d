// Serialises the head of a request; the last place where something that splits or smuggles a request can be stopped.

import { LineStarts } from './line-starts.ts'
import type { FlatHeaders, TransportRequest } from './transport.ts'

const METHOD = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const NAME = METHOD
const TARGET = /^[\x21-\x7e]+$/
// Characters above 0xff would be cut to their low byte on the wire: U+010A would become a line feed.
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/** Fields the transport alone writes. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

const starts = new LineStarts(OWN_FIELDS)

// Content is expected with these methods, so its absence is said (RFC 9110 section 8.6).
const CONTENT_METHODS: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

/**
 * The head as it goes on the wire, to be encoded as latin1: request line, `headers` in their order, then framing and
 * Connection. Throws TypeError where any part holds what its place does not allow, or where `headers` carries a field
 * that is the transport's own.
 */
export function requestHead(request: TransportRequest): string {
  const { method, target, headers, body, upgrade } = request
  if (!METHOD.test(method)) throw new TypeError('invalid character in request method')
  if (!TARGET.test(target)) throw new TypeError('invalid character in request target')
  let head = `${method} ${target} HTTP/1.1`
  head += fieldLines(headers)
  if (body !== null) {
    head +=
      body.length === null ? '\r\ntransfer-encoding: chunked' : `\r\ncontent-length: ${body.length}`
  } else if (CONTENT_METHODS.has(method)) {
    head += '\r\ncontent-length: 0'
  }
  if (upgrade === null) return `${head}\r\nconnection: keep-alive\r\n\r\n`
  if (!NAME.test(upgrade)) throw new TypeError('invalid character in the upgrade token')
  return `${head}\r\nconnection: upgrade\r\nupgrade: ${upgrade}\r\n\r\n`
}

/** Field lines, each behind a line end, for a head or a trailer section; throws TypeError as `requestHead` does. */
export function fieldLines(headers: FlatHeaders): string {
  let lines = ''
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!
    const value = headers[i + 1]!
    const start = starts.of(name)
    if (start === null) throw refusedName(name)
    lines += start
    if (!VALUE.test(value)) throw new TypeError(`invalid character in request field ${name}`)
    lines += value
  }
  return lines
}

function refusedName(name: string): TypeError {
  return OWN_FIELDS.has(name.toLowerCase())
    ? new TypeError(`request field ${name} is the transport's own`)
    : new TypeError('invalid character in a request field name')
}
