// What a worker tells of one route in a moment, for tests of what is made of it.

import type { CountRow } from '../../../../gateway/decide/explain-messages.ts'
import { BUCKETS } from '../../../../sidecar/telemetry/metrics.ts'

/** Four requests of route `api`, all in the bucket of that index. */
export function countRow(bucket: number, given: Partial<CountRow> = {}): CountRow {
  const buckets = Array.from({ length: BUCKETS.length + 1 }, () => 0)
  buckets[bucket] = 4
  return {
    plane: 'edge',
    route: 'api',
    service: 'one',
    outcomes: [
      [200, 'ok', 2],
      [429, 'rate_limited', 1],
      [502, 'upstream_reset', 1],
    ],
    buckets,
    sumMs: 12,
    bytesIn: 0,
    bytesOut: 0,
    instances: [['http://a', 3, 1, 6]],
    ...given,
  }
}
