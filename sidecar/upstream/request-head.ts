// Serialises the head of a request; the last place where something that splits or smuggles a request can be stopped.

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
    lines += lineStart(name)
    if (!VALUE.test(value)) throw new TypeError(`invalid character in request field ${name}`)
    lines += value
  }
  return lines
}

/** Line ends with the names that passed before: they repeat. Bounded: cleared when full, and long names are not kept. */
const lineStarts = new Map<string, string>()
const MAX_NAMES = 512
const MAX_KEPT_LENGTH = 64

/** A line end, `name` and its colon; throws TypeError where that is no name, or one that is the transport's own. */
function lineStart(name: string): string {
  const known = lineStarts.get(name)
  if (known !== undefined) return known
  if (!NAME.test(name)) throw new TypeError('invalid character in a request field name')
  if (OWN_FIELDS.has(name.toLowerCase())) {
    throw new TypeError(`request field ${name} is the transport's own`)
  }
  // A copy in one piece: V8 keeps a text that was put together as its pieces, and each use would walk over them.
  const start = Buffer.from(`\r\n${name}: `, 'latin1').toString('latin1')
  if (name.length > MAX_KEPT_LENGTH) return start
  if (lineStarts.size >= MAX_NAMES) lineStarts.clear()
  lineStarts.set(name, start)
  return start
}
