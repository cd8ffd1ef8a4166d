import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RetryBudget } from '../../../sidecar/upstream/retry-budget.ts'
import { ManualClock } from '../../gateway/auth/manual-clock.ts'

function takeAll(budget: RetryBudget, share: number): number {
  let taken = 0
  while (taken < 10_000 && budget.take(share)) taken++
  return taken
}

describe('a retry budget', () => {
  it('has a reserve of three a second for services with few requests', () => {
    assert.equal(takeAll(new RetryBudget(new ManualClock()), 0.2), 30)
  })

  it('has a share of the requests on top', () => {
    const budget = new RetryBudget(new ManualClock())
    for (let i = 0; i < 1000; i++) budget.count()
    assert.equal(takeAll(budget, 0.2), 230)
    assert.equal(budget.take(0.2), false)
  })

  it('looks at the last ten seconds', async () => {
    const clock = new ManualClock()
    const budget = new RetryBudget(clock)
    for (let second = 0; second < 10; second++) {
      for (let i = 0; i < 100; i++) budget.count()
      await clock.advance(1000)
    }
    // The first second has just left the window.
    assert.equal(takeAll(budget, 0.1), 90 + 30)
    await clock.advance(9000)
    assert.equal(takeAll(budget, 0.1), 0)
    await clock.advance(1000)
    assert.equal(takeAll(budget, 0.1), 30)
    await clock.advance(3_600_000)
    assert.equal(takeAll(budget, 0.1), 30)
  })
})
