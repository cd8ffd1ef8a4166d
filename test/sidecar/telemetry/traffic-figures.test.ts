import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  MAX_OUTCOMES,
  MAX_PEERS,
  TrafficFigures,
} from '../../../sidecar/telemetry/traffic-figures.ts'

suite('the figures of a sidecar', () => {
  test('count each side of each direction, once', () => {
    const figures = new TrafficFigures()
    figures.count('inbound', 'web', 200, 'ok', 3)
    figures.count('inbound', 'web', 200, 'ok', 30_000)
    figures.count('inbound', 'web', 403, 'caller_not_allowed', 0)
    figures.count('outbound', 'billing', 503, 'upstream_unavailable', 1)
    const [inbound, outbound, ...more] = figures.take()
    assert.deepEqual(more, [])
    assert.deepEqual(
      [inbound?.direction, inbound?.peer, inbound?.sumMs],
      ['inbound', 'web', 30_003],
    )
    assert.deepEqual(inbound?.outcomes, [
      [200, 'ok', 2],
      [403, 'caller_not_allowed', 1],
    ])
    assert.equal(inbound?.buckets.at(-1), 1)
    assert.deepEqual(outbound?.outcomes, [[503, 'upstream_unavailable', 1]])
    assert.deepEqual(figures.take(), [])
  })

  test('stay as short as they may be, however many callers and answers there are', () => {
    const figures = new TrafficFigures()
    for (let at = 0; at < 3 * MAX_PEERS; at++) figures.count('inbound', `peer-${at}`, 200, 'ok', 1)
    for (let at = 0; at < 300; at++) figures.count('outbound', 'odd', 200 + at, 'ok', 1)
    const rows = figures.take()
    const inbound = rows.filter(({ direction }) => direction === 'inbound')
    assert.equal(inbound.length, MAX_PEERS + 1)
    const other = inbound.find(({ peer }) => peer === 'other')
    assert.deepEqual(other?.outcomes, [[200, 'ok', 2 * MAX_PEERS]])
    const odd = rows.find(({ peer }) => peer === 'odd')!
    assert.ok(odd.outcomes.length <= MAX_OUTCOMES)
    assert.deepEqual(odd.outcomes, [
      [200, 'other', 100],
      [300, 'other', 100],
      [400, 'other', 100],
    ])
  })
})
