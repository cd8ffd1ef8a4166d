// How long an API token may live.

import { parseDurationMs } from '../../../sidecar/runtime/units.ts'
import { ApiError } from '../admin/api-error.ts'

const MIN_MS = 60_000
const MAX_MS = 366 * 86_400_000

/** Throws ApiError. */
export function tokenLifeMs(text: string): number {
  const ms = parseDurationMs(text)
  if (ms !== null && ms >= MIN_MS && ms <= MAX_MS) return ms
  throw new ApiError('invalid', 'expiresIn: write 1m to 366d')
}
