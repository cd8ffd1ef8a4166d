// The one table from the reasons of the edge's refusals to the statuses of its answers.

import { admissionStatuses } from '../../sidecar/forward/admission-status.ts'
import { rescueStatus } from '../../sidecar/forward/rescue.ts'
import type { TransportErrorCode } from '../../sidecar/upstream/transport.ts'

const STATUS: Readonly<Record<string, number>> = {
  // every reason not named here or there is 400
  ...admissionStatuses(),
  // decisions
  route_not_found: 404,
  method_not_allowed: 405,
  ip_denied: 403,
  ip_not_allowed: 403,
  origin_not_allowed: 403,
  cors_origin_not_allowed: 403,
  cors_method_not_allowed: 403,
  cors_header_not_allowed: 403,
  cors_private_network_not_allowed: 403,
  upgrade_not_allowed: 400,
  rate_limited: 429,
  limit_blocked: 429,
  limit_store_down: 503,
  limit_overloaded: 503,
  body_too_large: 413,
  token_expired: 401,
  shutting_down: 503,
  internal_error: 500,
}

/** Every reason the edge may answer with and its status, for the README's reference. */
export function reasonStatuses(): Readonly<Record<string, number>> {
  return STATUS
}

export function statusOf(reason: string): number {
  if (reason.startsWith('upstream_') || reason === 'identity_mismatch') {
    return rescueStatus(reason as TransportErrorCode)
  }
  return STATUS[reason] ?? 400
}
