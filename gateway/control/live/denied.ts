// What kind of guard refused a request, from the word of its refusal.

import type { CountRow } from '../../decide/explain-messages.ts'

/**
 * `auth`: no token, a bad one, or one that is not enough; `limit`: too many; `rule`: address, origin, method, route or
 * form; `egress`: no rule lets it out; `mesh`: the other side of a mesh connection did not prove to be who it should be,
 * or no rule of the mesh lets the caller in.
 */
export const DENIED_KINDS = ['auth', 'limit', 'rule', 'egress', 'mesh'] as const
export type DeniedKind = (typeof DENIED_KINDS)[number]
export type DeniedCounts = Readonly<Record<DeniedKind, number>>
/** Where a request is decided on. Of sidecars only what they are told in figures is known, no single request. */
export type Plane = CountRow['plane'] | 'sidecar'

const AUTH =
  /^(?:auth_|token_|authorization_|insufficient_|issuer_|signature_|claim|audience_|keys_)/
/** By the upstream, or no refusal at all. */
const NOT_OURS: ReadonlySet<string> = new Set(['ok', 'client_gone', 'client_stalled'])

/** null: it was let through, or it failed without a guard. */
export function deniedKind(plane: Plane, status: number, reason: string): DeniedKind | null {
  if (reason === 'identity_mismatch') return 'mesh'
  if (NOT_OURS.has(reason) || status < 400) return null
  if (plane === 'sidecar') return inMesh(status)
  if (plane === 'egress') return status === 403 || status === 407 ? 'egress' : null
  if (status === 429 || reason.startsWith('limit_')) return 'limit'
  if (status === 401 || AUTH.test(reason)) return 'auth'
  return status < 500 ? 'rule' : null
}

function inMesh(status: number): DeniedKind | null {
  if (status === 401 || status === 403) return 'mesh'
  return status < 500 ? 'rule' : null
}

export function deniedIn({
  plane,
  outcomes,
}: Pick<CountRow, 'outcomes'> & { readonly plane: Plane }): DeniedCounts {
  const counts = { auth: 0, limit: 0, rule: 0, egress: 0, mesh: 0 }
  for (const [status, reason, count] of outcomes) {
    const kind = deniedKind(plane, status, reason)
    if (kind !== null) counts[kind] += count
  }
  return counts
}
