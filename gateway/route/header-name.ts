// Which header fields a route's configuration may name: never those that frame a message or that the gateway vouches for.

const TOKEN = /^[!#$%&'*+.^`|~0-9A-Za-z-]+$/

const OWNED_EXACT: ReadonlySet<string> = new Set([
  // Framing and hop-by-hop (RFC 9110 section 7.6.1).
  'connection',
  'content-length',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  // Who asks whom, by which way.
  'forwarded',
  'host',
  'traceparent',
  'tracestate',
  'via',
  'x-real-ip',
  'x-request-id',
])
const OWNED_PREFIXES = [':', 'x-forwarded-', 'x-sallyport-']

/** Why a field may not be named here, or null. `name` is lower case. */
export function headerNameComplaint(name: string): { message: string; fix: string } | null {
  if (isOwned(name)) {
    return {
      message: `header \`${name}\` is the gateway's own`,
      fix: 'remove it; the gateway sets or strips this field itself',
    }
  }
  // Servers that turn `-` into `_` could not tell `x_real_ip` from the field the gateway vouches for.
  if (name.includes('_')) {
    return {
      message: `header \`${name}\` has an underscore, and the gateway drops such fields`,
      fix: `write \`${name.replaceAll('_', '-')}\``,
    }
  }
  if (TOKEN.test(name)) return null
  return {
    message: `\`${name}\` is not a header name`,
    fix: 'write letters, digits and hyphens, as in `x-tenant`',
  }
}

function isOwned(name: string): boolean {
  return OWNED_EXACT.has(name) || OWNED_PREFIXES.some((prefix) => name.startsWith(prefix))
}
