// Who may reach a route by address: deny beats allow, an empty allow list lets everybody in.

import { isIP } from 'node:net'
import { allow, deny, type Decision } from '../../sidecar/policy/decision.ts'
import type { IpPolicy } from './plan.ts'

const ALLOWED = allow('ip_allowed')
const DENIED = deny('ip_denied')
const NOT_ALLOWED = deny('ip_not_allowed')

/** `clientIp` is canonical; what is not an address is refused, because no list could name it. */
export function decideIp(clientIp: string, policy: IpPolicy): Decision {
  if (policy.isDenied(clientIp)) return DENIED
  if (isIP(clientIp) === 0) return NOT_ALLOWED
  return policy.allow.length === 0 || policy.isAllowed(clientIp) ? ALLOWED : NOT_ALLOWED
}
