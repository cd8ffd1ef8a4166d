// The one table that turns a transport fault into a status; no other part chooses a status for a failed upstream.

import type { TransportErrorCode } from '../upstream/transport.ts'

const STATUS: Record<TransportErrorCode, 502 | 503 | 504> = {
  upstream_connect_failed: 502,
  upstream_connect_timeout: 504,
  upstream_tls_failed: 502,
  upstream_reset: 502,
  upstream_invalid_response: 502,
  upstream_timeout: 504,
  upstream_body_aborted: 502,
  upstream_overloaded: 503,
  upstream_unavailable: 503,
  // Whoever answered there is not who it should be.
  identity_mismatch: 502,
}

export function rescueStatus(code: TransportErrorCode): 502 | 503 | 504 {
  return STATUS[code]
}
