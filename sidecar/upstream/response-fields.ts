// Which response fields concern one connection only, and which a trailer section may not carry.

/** Removed from every response: RFC 9110 section 7.6.1, and the two older proxy fields. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/**
 * Fields `Connection` can not remove, whatever it names: they are meant for every recipient (RFC 9110 section 7.6.1),
 * and losing one would change what the response means or how the browser guards it.
 */
const END_TO_END: ReadonlySet<string> = new Set([
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-range',
  'content-security-policy',
  'content-type',
  'date',
  'etag',
  'expires',
  'last-modified',
  'location',
  'retry-after',
  'set-cookie',
  'strict-transport-security',
  'vary',
  'www-authenticate',
  'x-content-type-options',
  'x-frame-options',
])

/** Fields that may not come after the content: framing, routing, authentication, control (RFC 9110 section 6.5.1). */
const NOT_IN_TRAILERS: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  ...END_TO_END,
  'age',
  'authorization',
  'cookie',
  'expect',
  'forwarded',
  'host',
  'max-forwards',
  'pragma',
  'proxy-authentication-info',
  'range',
])

const NOT_IN_TRAILERS_PREFIX = /^(?:access-control-|if-|x-forwarded-)/

const PLAIN_CONNECTION = /^(?:close|keep-alive|upgrade)$/i

/** `name` in lower case. */
export function isTrailerField(name: string): boolean {
  return !NOT_IN_TRAILERS.has(name) && !NOT_IN_TRAILERS_PREFIX.test(name)
}

/** `headers` without the fields that `connection` (a Connection field value) names. */
export function withoutNominated(headers: string[], connection: string): string[] {
  if (connection === '' || connection === 'keep-alive') return headers
  if (PLAIN_CONNECTION.test(connection)) return headers
  const nominated = new Set(connectionOptions(connection).filter((name) => !END_TO_END.has(name)))
  const kept: string[] = []
  for (let i = 0; i < headers.length; i += 2) {
    if (!nominated.has(headers[i]!.toLowerCase())) kept.push(headers[i]!, headers[i + 1]!)
  }
  return kept
}

export function connectionOptions(connection: string): string[] {
  return connection
    .toLowerCase()
    .split(',')
    .map((option) => option.trim())
}
