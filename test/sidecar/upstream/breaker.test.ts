import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CLOSED, afterEvent } from '../../../sidecar/upstream/breaker.ts'
import type { BreakerEvent, BreakerState } from '../../../sidecar/upstream/breaker.ts'

const PLAN = { failures: 3, openMs: 10_000 }
const NOW = 50_000

const closed = (failures: number): BreakerState => ({ kind: 'closed', failures })
const open = (sinceMs: number, untilMs: number, times: number): BreakerState => ({
  kind: 'open',
  sinceMs,
  untilMs,
  times,
})
const halfOpen = (times: number): BreakerState => ({ kind: 'half-open', sinceMs: 1, times })

describe('a breaker', () => {
  const cases: [string, BreakerState, BreakerEvent, BreakerState][] = [
    ['counts a failure', closed(0), 'failed', closed(1)],
    ['forgets failures that were not in a row', closed(2), 'succeeded', closed(0)],
    ['opens with the last failure it allows', closed(2), 'failed', open(NOW, NOW + 10_000, 1)],
    ['opens at once where nobody listens', closed(0), 'unreached', open(NOW, NOW + 1000, 1)],
    ['is not moved by a request that says nothing', closed(1), 'given-up', closed(1)],
    ['lets one request try it', open(1, NOW, 2), 'trying', halfOpen(2)],
    ['ignores late failures while open', open(1, 2, 1), 'failed', open(1, 2, 1)],
    ['ignores late answers while open', open(1, 2, 1), 'succeeded', open(1, 2, 1)],
    ['closes when the trial succeeds', halfOpen(4), 'succeeded', CLOSED],
    ['opens again when the trial fails', halfOpen(1), 'failed', open(NOW, NOW + 10_000, 2)],
    ['doubles the time while nobody listens', halfOpen(2), 'unreached', open(NOW, NOW + 4000, 3)],
    ['at most to the time of a failure', halfOpen(40), 'unreached', open(NOW, NOW + 10_000, 41)],
    ['is due again at once when the trial says nothing', halfOpen(2), 'given-up', open(1, NOW, 2)],
  ]
  for (const [name, before, event, expected] of cases) {
    it(name, () => {
      assert.deepEqual(
        afterEvent(before, event, PLAN, NOW, () => 0),
        expected,
      )
    })
  }

  it('opens for up to a fifth longer, so that endpoints do not come back together', () => {
    const state = afterEvent(closed(2), 'failed', PLAN, NOW, () => 0.5)
    assert.deepEqual(state, open(NOW, NOW + 11_000, 1))
  })
})
