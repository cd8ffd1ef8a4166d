// What a worker tells of one route and service in a second, for tests.

import type { CountRow } from '../../../../gateway/decide/explain-messages.ts'
import { BUCKETS } from '../../../../sidecar/telemetry/metrics.ts'

/** Every request took less than `tookMs` and more than the bucket below that. */
export function countRow(
  row: Partial<CountRow> & Pick<CountRow, 'outcomes'>,
  tookMs = 10,
): CountRow {
  const requests = row.outcomes.reduce((sum, [, , count]) => sum + count, 0)
  const at = BUCKETS.findIndex((seconds) => tookMs <= seconds * 1000)
  const buckets = Array.from({ length: BUCKETS.length + 1 }, () => 0)
  buckets[at === -1 ? BUCKETS.length : at] = requests
  return {
    plane: 'edge',
    route: 'shop',
    service: 'v1',
    buckets,
    sumMs: requests * tookMs,
    bytesIn: 0,
    bytesOut: 0,
    instances: [],
    ...row,
  }
}
