// Which certificate of a folder an authority is to renew, and when: pure functions.

import type { X509Certificate } from 'node:crypto'
import type { Candidate } from '../../../config/certificate-pairs.ts'
import { isSelfIssued } from '../../../config/certificate-pairs.ts'
import type { FolderView } from '../folder.ts'

/** Of its life, when a certificate is renewed; a node of a fleet later than the other by as much as `jitter`. */
const RENEW_AT = 2 / 3
const JITTER = 0.02
const FIRST_RETRY_MS = 5 * 60_000
/** Where the authority was not even reached, nothing of ours was wrong. */
const FIRST_UNREACHED_MS = 30_000
const MAX_RETRY_MS = 6 * 3_600_000

/** File of a listener's certificate, unless one of the same names is there already. */
export function ownFileOf(folder: string, listener: string): string {
  return `${folder}/acme-${listener}.pem`
}

/** What is there for these names: in the file that is ours, or in one of somebody else for exactly them. */
export function heldOf(
  { folder, pairs }: FolderView,
  listener: string,
  names: readonly string[],
): Candidate | null {
  const own = ownFileOf(folder, listener)
  return (
    pairs.find(({ file }) => file === own) ??
    pairs.find((pair) => hasNames(pair.names, names)) ??
    null
  )
}

/** When to order: 0 at once. `share`: [0, 1), the same for one certificate. */
export function dueAtMs(held: Candidate | null, names: readonly string[], share: number): number {
  const leaf: X509Certificate | undefined = held?.chain[0]
  // What nobody else vouches for was put there until there is a real one.
  if (held === null || leaf === undefined || isSelfIssued(leaf)) return 0
  if (!hasNames(held.names, names)) return 0
  const fromMs = leaf.validFromDate.getTime()
  const lifeMs = leaf.validToDate.getTime() - fromMs
  return fromMs + lifeMs * (RENEW_AT + JITTER * share)
}

/** How long to wait after so many failures in a row. `retryAfterMs`: what the authority asked for. */
export function retryInMs(
  attempts: number,
  isReached: boolean,
  retryAfterMs: number,
  random: number,
): number {
  const first = isReached ? FIRST_RETRY_MS : FIRST_UNREACHED_MS
  const backoffMs = Math.min(MAX_RETRY_MS, first * 2 ** Math.min(attempts - 1, 20))
  return Math.max(retryAfterMs, backoffMs * (1 + 0.2 * random))
}

function hasNames(has: readonly string[], wanted: readonly string[]): boolean {
  return has.length === wanted.length && wanted.every((name) => has.includes(name))
}
