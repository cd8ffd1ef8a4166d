import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { quantileMs, Rollups } from '../../../../gateway/control/live/rollups.ts'
import type { CountRow } from '../../../../gateway/decide/explain-messages.ts'
import { BUCKETS } from '../../../../sidecar/telemetry/metrics.ts'

const START_MS = Date.UTC(2030, 0, 1)

function row(given: Partial<CountRow> = {}): CountRow {
  const buckets = Array.from({ length: BUCKETS.length + 1 }, () => 0)
  buckets[2] = 4
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

suite('the rollups', () => {
  test('add up what workers told, by second and by minute', () => {
    const rollups = new Rollups()
    rollups.add(row(), START_MS + 10)
    rollups.add(row(), START_MS + 900)
    rollups.add(row(), START_MS + 1000)
    const seconds = rollups.points('5m', START_MS + 1500, { scope: 'route' })
    assert.deepEqual(
      seconds.map(({ atMs, signals }) => [atMs - START_MS, signals[0]?.requests]),
      [
        [0, 8],
        [1000, 4],
      ],
    )
    const [minute] = rollups.points('24h', START_MS + 1500, { scope: 'all' })
    const { requests, refused, limited, failed, meanMs } = minute!.signals[0]!
    assert.deepEqual([requests, refused, limited, failed, meanMs], [12, 3, 3, 3, 3])
    const names = rollups
      .points('24h', START_MS + 1500, {})
      .flatMap(({ signals }) => signals.map(({ scope, name }) => `${scope} ${name}`))
    assert.deepEqual(names, ['all ', 'route api', 'service one', 'instance http://a'])
  })

  test('forget what is older than their window', () => {
    const rollups = new Rollups()
    rollups.add(row(), START_MS)
    assert.equal(rollups.points('5m', START_MS + 299_000, {}).length, 1)
    assert.equal(rollups.points('5m', START_MS + 301_000, {}).length, 0)
    assert.equal(rollups.points('24h', START_MS + 301_000, {}).length, 1)
    assert.equal(rollups.points('24h', START_MS + 86_460_000, {}).length, 0)
    rollups.add(row(), START_MS + 300_000)
    assert.deepEqual(
      rollups.points('5m', START_MS + 300_500, { scope: 'all' }).map(({ atMs }) => atMs),
      [START_MS + 300_000],
    )
  })

  test('count the rest under other, so that they stay bounded', () => {
    const rollups = new Rollups()
    for (let at = 0; at < 500; at++) rollups.add(row({ route: `r${at}`, instances: [] }), START_MS)
    const [point] = rollups.points('5m', START_MS, { scope: 'route' })
    const total = point!.signals.reduce((sum, { requests }) => sum + requests, 0)
    assert.equal(total, 2000)
    assert.ok(point!.signals.length <= 100)
    assert.ok(point!.signals.some(({ name }) => name === 'other'))
  })

  test('give quantiles within their bucket', () => {
    assert.equal(quantileMs([], 0.5), null)
    assert.equal(quantileMs([0, 10, 0], 0.5), 1.75)
    assert.equal(quantileMs([10, 0, 0, 0, 10], 0.99)! > 10, true)
    const slow = Array.from({ length: BUCKETS.length + 1 }, () => 0)
    slow[BUCKETS.length] = 1
    assert.equal(quantileMs(slow, 0.5), 10_000)
  })
})
