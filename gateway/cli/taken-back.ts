// The options by which a change is taken back by itself: unless it is confirmed, or because requests fail.

import type { ParseArgsOptionsConfig } from 'node:util'
import { SallyportError } from '../../sidecar/runtime/errors.ts'
import { parseDurationMs } from '../../sidecar/runtime/units.ts'

const DEFAULT_POINTS = 5
const DEFAULT_WINDOW = '15s'

export const TAKEN_BACK_USAGE =
  '[--confirm-within 60s] [--guard [--guard-points 5] [--guard-window 15s]]'

export const TAKEN_BACK_OPTIONS = {
  'confirm-within': { type: 'string' },
  guard: { type: 'boolean' },
  'guard-points': { type: 'string' },
  'guard-window': { type: 'string' },
} as const satisfies ParseArgsOptionsConfig

/** Fields of the call. Throws SallyportError `usage`. */
export function takenBackUnless(values: Readonly<Record<string, unknown>>): object {
  const { 'confirm-within': confirmWithin } = values
  const guard = guardOf(values)
  return {
    ...(typeof confirmWithin === 'string' && { confirmWithin }),
    ...(guard !== null && { guard }),
  }
}

function guardOf(values: Readonly<Record<string, unknown>>): object | null {
  const { 'guard-points': points, 'guard-window': window } = values
  if (values['guard'] !== true && points === undefined && window === undefined) return null
  const share = typeof points === 'string' ? Number(points) : DEFAULT_POINTS
  if (!(share > 0 && share <= 100)) {
    throw new SallyportError('usage', '--guard-points: write percentage points, like 5')
  }
  const windowMs = parseDurationMs(typeof window === 'string' ? window : DEFAULT_WINDOW)
  if (windowMs === null) throw new SallyportError('usage', '--guard-window: write a time, like 15s')
  return { points: share, windowMs }
}
