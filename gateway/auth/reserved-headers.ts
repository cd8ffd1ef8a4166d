// Request headers that a claim may never become: they frame, route or authenticate requests, or vouch for the gateway.

import { isGatewayField } from '../../sidecar/forward/gateway-fields.ts'

const RESERVED = new Set(
  `authorization www-authenticate cookie set-cookie
   origin referer date range alt-svc early-data max-forwards
   true-client-ip x-correlation-id baggage
   x-http-method x-http-method-override x-method-override x-original-url x-rewrite-url`.split(
    /\s+/,
  ),
)
const RESERVED_PREFIXES = ['content-', 'sec-', 'access-control-', 'if-', 'accept']

/** `name` in lower case. */
export function isReservedHeader(name: string): boolean {
  if (isGatewayField(name) || RESERVED.has(name)) return true
  return RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix))
}
