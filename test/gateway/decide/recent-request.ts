// Recent requests for tests, as a worker would keep them.

import type { KeptToken, RecentRequest } from '../../../gateway/decide/explain-record.ts'
import type { Outcome } from '../../../gateway/decide/explain-record.ts'
import { factsOf, type FactsOptions } from './plan-of.ts'

export const AT_MS = Date.UTC(2030, 0, 1)

export function recentRequest(
  id: string,
  options: FactsOptions = {},
  outcome: Partial<Outcome> = {},
  token: KeptToken = { kind: 'none' },
): RecentRequest {
  const { authorization: _a, cookie: _c, id: _i, receivedAtMs: _r, ...facts } = factsOf(options)
  return {
    id,
    plane: 'edge',
    atMs: AT_MS,
    revision: 1,
    listener: 'public',
    facts: { ...facts, masked: [] },
    token,
    outcome: {
      status: 200,
      reason: 'ok',
      rule: null,
      route: null,
      service: null,
      endpoint: null,
      subject: null,
      issuer: null,
      forwarded: true,
      durationMs: 1,
      upstreamMs: 1,
      bytesIn: 0,
      bytesOut: 0,
      shadowed: [],
      ...outcome,
    },
  }
}
