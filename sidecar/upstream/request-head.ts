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
  let head = `${method} ${target} HTTP/1.1\r\n`
  head += fieldLines(headers)
  if (body !== null) {
    head +=
      body.length === null ? 'transfer-encoding: chunked\r\n' : `content-length: ${body.length}\r\n`
  } else if (CONTENT_METHODS.has(method)) {
    head += 'content-length: 0\r\n'
  }
  if (upgrade === null) return `${head}connection: keep-alive\r\n\r\n`
  if (!NAME.test(upgrade)) throw new TypeError('invalid character in the upgrade token')
  return `${head}connection: upgrade\r\nupgrade: ${upgrade}\r\n\r\n`
}

/** Field lines with their line ends, for a head or a trailer section; throws TypeError as `requestHead` does. */
export function fieldLines(headers: FlatHeaders): string {
  let lines = ''
  let values = ''
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!
    const value = headers[i + 1]!
    checkName(name)
    values += value
    lines += `${name}: ${value}\r\n`
  }
  // What is asked of each value holds for all of them in a row, and is asked faster.
  if (!VALUE.test(values)) {
    const at = headers.findIndex((text, i) => i % 2 === 1 && !VALUE.test(text))
    throw new TypeError(`invalid character in request field ${headers[at - 1]}`)
  }
  return lines
}

/** Names that passed before: they repeat. Bounded: cleared when full, and long names are not kept. */
const goodNames = new Set<string>()
const MAX_NAMES = 512
const MAX_KEPT_LENGTH = 64

function checkName(name: string): void {
  if (goodNames.has(name)) return
  if (!NAME.test(name)) throw new TypeError('invalid character in a request field name')
  if (OWN_FIELDS.has(name.toLowerCase())) {
    throw new TypeError(`request field ${name} is the transport's own`)
  }
  if (name.length > MAX_KEPT_LENGTH) return
  if (goodNames.size >= MAX_NAMES) goodNames.clear()
  goodNames.add(name)
}
