// Header fields that belong to whoever forwards a message: they frame it, or say who asks whom by which way.

const EXACT: ReadonlySet<string> = new Set([
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
const PREFIXES = [':', 'x-forwarded-', 'x-sallyport-']

/** `name` in lower case. Nobody else may set such a field, or have one made of something. */
export function isGatewayField(name: string): boolean {
  return EXACT.has(name) || PREFIXES.some((prefix) => name.startsWith(prefix))
}
