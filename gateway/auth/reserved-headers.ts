// Request headers that a claim may never become: they frame, route or authenticate requests, or vouch for the gateway.

const RESERVED = new Set(
  `authorization proxy-authorization proxy-authenticate www-authenticate cookie set-cookie
   host origin referer date expect range alt-svc early-data max-forwards
   connection proxy-connection keep-alive te trailer transfer-encoding upgrade http2-settings
   forwarded via x-real-ip true-client-ip x-request-id x-correlation-id
   traceparent tracestate baggage
   x-http-method x-http-method-override x-method-override x-original-url x-rewrite-url`.split(
    /\s+/,
  ),
)
const RESERVED_PREFIXES = ['content-', 'x-forwarded-', 'sec-', 'access-control-', 'if-', 'accept']

/** `name` in lower case. */
export function isReservedHeader(name: string): boolean {
  return RESERVED.has(name) || RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix))
}
