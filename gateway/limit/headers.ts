// The header fields that tell a client about its limits (draft-ietf-httpapi-ratelimit-headers-11, RFC 9110 section 10.2.3).

import type { LimitDecision, LimitState } from './decision.ts'

/**
 * `RateLimit-Policy` with every limit, `RateLimit` with the deciding one, and `Retry-After` on a refusal:
 * [name, value, …] with lower-case names.
 */
export function limitHeaders(decision: LimitDecision): string[] {
  const { limits, deciding, retryAfterSeconds } = decision
  const fields: string[] = []
  if (limits.length > 0) fields.push('ratelimit-policy', limits.map(policy).join(', '))
  if (deciding !== null) fields.push('ratelimit', current(deciding))
  if (retryAfterSeconds !== null) fields.push('retry-after', String(retryAfterSeconds))
  return fields
}

function policy({ name, limit, windowSeconds }: LimitState): string {
  return `${quoted(name)};q=${limit};w=${windowSeconds}`
}

function current({ name, remaining, resetSeconds }: LimitState): string {
  return `${quoted(name)};r=${remaining};t=${resetSeconds}`
}

/** An RFC 8941 string: printable ASCII. */
function quoted(text: string): string {
  const printable = text.replace(/[^\x20-\x7e]/g, '?')
  return `"${printable.replace(/["\\]/g, '\\$&')}"`
}
