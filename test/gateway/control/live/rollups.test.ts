import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { quantileMs } from '../../../../gateway/control/live/quantile.ts'
import { Rollups } from '../../../../gateway/control/live/rollups.ts'
import type { CountRow } from '../../../../gateway/decide/explain-messages.ts'
import { BUCKETS } from '../../../../sidecar/telemetry/metrics.ts'
import { countRow } from './count-row.ts'

const START_MS = Date.UTC(2030, 0, 1)

const row = (given: Partial<CountRow> = {}): CountRow => countRow(2, given)

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
    const all = ['all ', 'plane edge', 'route api', 'service one', 'instance http://a']
    assert.deepEqual(names, all)
    const hour = rollups.points('1h', START_MS + 1500, { scope: 'all' })
    assert.deepEqual(
      hour.map(({ atMs, signals }) => [atMs - START_MS, signals[0]?.requests]),
      [[0, 12]],
    )
  })

  test('tell what was refused by which kind of guard, and leave out what the service answered', () => {
    const rollups = new Rollups()
    rollups.add(
      row({
        outcomes: [
          [404, 'ok', 9],
          [503, 'ok', 8],
          [401, 'token_missing', 1],
          [403, 'insufficient_scope', 2],
          [503, 'keys_unavailable', 3],
          [429, 'rate_limited', 4],
          [403, 'ip_denied', 5],
          [404, 'route_not_found', 6],
          [502, 'identity_mismatch', 7],
        ],
      }),
      START_MS,
    )
    const refused = [[403, 'denied_by_rule', 2]] as const
    rollups.add(row({ plane: 'egress', service: 'billing', outcomes: refused }), START_MS)
    const [point] = rollups.points('5m', START_MS, { scope: 'all' })
    const denied = { auth: 6, limit: 4, rule: 11, egress: 2, mesh: 7 }
    assert.deepEqual(point!.signals[0]!.denied, denied)
    const planes = rollups.points('5m', START_MS, { scope: 'plane' })[0]!.signals
    assert.deepEqual(
      planes.map(({ name, requests }) => [name, requests]),
      [
        ['edge', 45],
        ['egress', 2],
      ],
    )
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
