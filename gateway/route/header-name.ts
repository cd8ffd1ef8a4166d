// Which header fields a route's configuration may name: never those that frame a message or that the gateway vouches for.

import { isGatewayField } from '../../sidecar/forward/gateway-fields.ts'

/** Servers give all fields together some 8 or 16 KiB. */
const MAX_LENGTH = 256
const TOKEN = /^[!#$%&'*+.^`|~0-9A-Za-z-]+$/

/** Why a field may not be named here, or null. `name` is lower case. */
export function headerNameComplaint(name: string): { message: string; fix: string } | null {
  if (name.length > MAX_LENGTH) {
    const message = `\`${name.slice(0, 40)}…\` has ${name.length} characters`
    return { message, fix: `write a header name of at most ${MAX_LENGTH}` }
  }
  if (isGatewayField(name)) {
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
