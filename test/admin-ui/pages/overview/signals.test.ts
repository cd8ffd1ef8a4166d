import assert from 'node:assert/strict'
import { test } from 'node:test'
import { even } from '../../../../admin-ui/pages/overview/signals.ts'

const signal = {
  scope: 'all',
  name: '',
  requests: 10,
  refused: 2,
  limited: 0,
  failed: 1,
  meanMs: 1,
} as const

test('seconds that are left out count as none, and the slowest of a step is told', () => {
  const at = (atMs: number, p95Ms: number | null) => ({
    atMs,
    signals: [{ ...signal, p50Ms: 1, p95Ms, p99Ms: null }],
  })
  const nowMs = 1_000_001_500
  const { timesMs, perSecond, refused, p95Ms, p99Ms } = even(
    [at(999_998_000, 5), at(999_999_000, 9)],
    '5m',
    nowMs,
  )
  assert.equal(timesMs.length, 150)
  assert.equal(timesMs.at(-1), 999_998_000)
  assert.equal(perSecond.at(-1), 10)
  assert.equal(refused.at(-1), 2)
  assert.equal(p95Ms.at(-1), 9)
  assert.equal(p99Ms.at(-1), null)
  assert.equal(perSecond.at(-2), 0)
  assert.equal(p95Ms.at(-2), null)
})
