import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  even,
  evenLoad,
  failedPercent,
  perSecondOf,
  summed,
} from '../../../../admin-ui/pages/overview/signals.ts'

const signal = {
  scope: 'all',
  name: '',
  requests: 100,
  refused: 20,
  limited: 0,
  failed: 10,
  denied: { auth: 0, limit: 20, rule: 0, egress: 0, mesh: 0 },
  meanMs: 1,
  p50Ms: 1,
  p95Ms: null,
  p99Ms: null,
} as const
const NOW_MS = 1_000_001_500

function at(atMs: number, p95Ms: number | null = null) {
  return { atMs, signals: [{ ...signal, p95Ms }] }
}

test('times that are left out count as none, and the slowest of a step is told', () => {
  const points = [at(999_991_000, 5), at(999_999_000, 9)]
  const { timesMs, perSecond, refused, p95Ms, p99Ms, denied } = even(points, '5m', NOW_MS)
  assert.equal(timesMs.length, 30)
  assert.equal(timesMs.at(-1), 999_990_000)
  assert.equal(perSecond.at(-1), 20)
  assert.equal(refused.at(-1), 4)
  assert.equal(denied.limit.at(-1), 4)
  assert.equal(p95Ms.at(-1), 9)
  assert.equal(p99Ms.at(-1), null)
  assert.equal(perSecond.at(-2), 0)
  assert.equal(p95Ms.at(-2), null)
})

test('an hour is drawn by the minute, a day by ten', () => {
  assert.equal(even([], '1h', NOW_MS).timesMs.length, 60)
  assert.equal(even([], '24h', NOW_MS).timesMs.length, 144)
})

test('one plane is drawn without the other', () => {
  const points = [
    {
      atMs: 999_991_000,
      signals: [
        { ...signal, scope: 'plane', name: 'edge' } as const,
        { ...signal, scope: 'plane', name: 'egress', requests: 1 } as const,
      ],
    },
  ]
  const { perSecond } = even(points, '5m', NOW_MS, ({ name }) => name === 'egress')
  assert.equal(perSecond.at(-1), 0.1)
})

test('of the load the most of a step is told, and nothing where nothing was measured', () => {
  const point = { utilization: 0.5, sockets: 2, inFlight: 1, egressInFlight: 1, rssBytes: 1 }
  const load = evenLoad(
    [
      { atMs: 999_991_000, loopDelayMs: 3, ...point },
      { atMs: 999_993_000, loopDelayMs: 8, ...point },
    ],
    '5m',
    NOW_MS,
  )
  assert.deepEqual([load.loopDelayMs.at(-1), load.inFlight.at(-1)], [8, 2])
  assert.equal(load.loopDelayMs.at(-2), null)
})

test('the share of failures is that of the requests there were', () => {
  assert.equal(failedPercent([at(NOW_MS)], NOW_MS - 1000), 10)
  assert.equal(failedPercent([at(NOW_MS - 5000)], NOW_MS - 1000), null)
})

test('the rate of a plane is that of ten seconds, without those that may not have been told yet', () => {
  const second = (atMs: number, name: string) => {
    return { atMs, signals: [{ ...signal, scope: 'plane', name } as const] }
  }
  const points = [NOW_MS - 14_000, NOW_MS - 12_000, NOW_MS - 4000, NOW_MS - 1000].map((atMs) =>
    second(atMs, 'sidecar'),
  )
  const others = [second(NOW_MS - 5000, 'edge')]
  assert.equal(perSecondOf([...points, ...others], 'sidecar', NOW_MS), 20)
  assert.deepEqual(summed([1, 2], [10]), [11, 2])
})
