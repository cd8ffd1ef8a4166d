import assert from 'node:assert/strict'
import { beforeEach, suite, test } from 'node:test'
import { FIGURES_MS } from '../../../../gateway/control/live/figures.ts'
import { Rollups } from '../../../../gateway/control/live/rollups.ts'
import { countedOnce, Sidecars } from '../../../../gateway/control/live/sidecars.ts'
import type { ToldFigures } from '../../../../gateway/control/mesh/operations.ts'
import type { TrafficRow } from '../../../../sidecar/telemetry/traffic-figures.ts'

const NOW_MS = Date.UTC(2030, 0, 1)

function told(
  service: string,
  rows: readonly [
    direction: TrafficRow['direction'],
    peer: string,
    outcomes: TrafficRow['outcomes'],
  ][],
): ToldFigures {
  const buckets = [0, 0, 1]
  return {
    service,
    instance: `${service}-1`,
    running: 2,
    rows: rows.map(([direction, peer, outcomes]) => {
      return { direction, peer, outcomes, buckets, sumMs: 8 }
    }),
  }
}

suite('what sidecars tell', () => {
  let sidecars: Sidecars
  beforeEach(() => {
    sidecars = new Sidecars()
  })

  test('is shown for each instance, with its age', () => {
    const rows = told('orders', [
      [
        'inbound',
        'web',
        [
          [200, 'ok', 3],
          [403, 'caller_not_allowed', 1],
          [404, 'ok', 1],
        ],
      ],
      ['outbound', 'billing', [[503, 'upstream_unavailable', 2]]],
    ])
    sidecars.hear(rows, NOW_MS)
    sidecars.hear({ ...rows, running: 7 }, NOW_MS + 1000)
    const view = sidecars.views(NOW_MS + 3000).get('orders orders-1')!
    assert.deepEqual([view.ageMs, view.running, view.denied], [2000, 7, 2])
    const { inbound, outbound } = view
    assert.deepEqual([inbound?.requests, inbound?.refused, inbound?.failed], [10, 4, 0])
    assert.deepEqual([outbound?.requests, outbound?.failed], [4, 4])
    assert.notEqual(inbound?.p95Ms, null)
    assert.equal(sidecars.views(NOW_MS + 2 * FIGURES_MS).size, 0)
  })

  test('makes a line from caller to service, but not from the edge, which counts its own', () => {
    const answered = [[200, 'ok', 3]] as const
    sidecars.hear(
      told('orders', [
        ['inbound', 'web', answered],
        ['inbound', 'system/edge', answered],
        ['outbound', 'billing', answered],
      ]),
      NOW_MS,
    )
    const calls = sidecars.calls(NOW_MS)
    assert.deepEqual(
      calls.map(({ from, to, requests }) => [from, to, requests]),
      [['web', 'orders', 3]],
    )
  })

  test('counts a call once, and apart from what came to the doors of the gateway', () => {
    const rollups = new Rollups()
    const both = [
      told('web', [
        [
          'outbound',
          'orders',
          [
            [200, 'ok', 5],
            [403, 'service_not_allowed', 1],
            [0, 'client_gone', 1],
          ],
        ],
      ]),
      told('orders', [['inbound', 'web', [[200, 'ok', 5]]]]),
    ]
    for (const row of both.flatMap(countedOnce)) rollups.add(row, NOW_MS)
    assert.deepEqual(rollups.points('5m', NOW_MS, { scope: 'all' }), [])
    const [point] = rollups.points('5m', NOW_MS, { scope: 'plane', name: 'sidecar' })
    const [signal] = point!.signals
    assert.deepEqual([signal?.requests, signal?.denied.mesh], [6, 1])
  })
})
