// When a change goes back because requests fail, and when it stays.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  ErrorGuard,
  judge,
  MIN_REQUESTS,
} from '../../../../gateway/control/releases/error-guard.ts'
import type { CountRow } from '../../../../gateway/decide/explain-messages.ts'
import { ManualClock } from '../../auth/manual-clock.ts'
import { countRow } from './count-row.ts'

const GUARD = { points: 5, windowMs: 15_000 }

suite('the decision', () => {
  test('is by the rise in points, not by the share alone', () => {
    const half = { requests: 100, failed: 50 }
    assert.equal(judge(GUARD, half, { requests: 100, failed: 54 }), null)
    assert.equal(judge(GUARD, half, { requests: 100, failed: 55 }), null)
    assert.notEqual(judge(GUARD, half, { requests: 100, failed: 56 }), null)
  })

  test('says both shares', () => {
    const reason = judge(GUARD, { requests: 1000, failed: 3 }, { requests: 250, failed: 31 })
    assert.equal(reason, 'auto-reverted: 5xx 12.4 % against 0.3 %')
  })

  test('is not made on a few requests', () => {
    const all = (requests: number) => ({ requests, failed: requests })
    assert.equal(judge(GUARD, all(0), all(MIN_REQUESTS - 1)), null)
    assert.notEqual(judge(GUARD, { requests: 0, failed: 0 }, all(MIN_REQUESTS)), null)
  })
})

function start() {
  const clock = new ManualClock()
  const breaches: (readonly [text: string, reason: string])[] = []
  const ended: string[] = []
  const guard = new ErrorGuard({
    clock,
    onBreach: (text, reason) => breaches.push([text, reason]),
    onEnd: () => ended.push('ended'),
  })
  /** What workers tell in so many seconds. */
  const hear = async (seconds: number, row: CountRow): Promise<void> => {
    for (let second = 0; second < seconds; second++) {
      guard.heard([row])
      await clock.advance(1000)
    }
  }
  return { clock, breaches, ended, guard, hear }
}

const GOOD = countRow({ outcomes: [[200, 'ok', 100]] })
const BAD = countRow({
  outcomes: [
    [200, 'ok', 90],
    [502, 'upstream_refused', 10],
  ],
})

suite('a guarded change', () => {
  test('goes back once the share is too high over the window, and once only', async () => {
    const { breaches, guard, hear } = start()
    await hear(10, GOOD)
    guard.arm(GUARD, 'before\n', 60_000)
    assert.deepEqual(guard.guard, GUARD)
    await hear(15, BAD)
    assert.deepEqual(breaches, [])
    await hear(2, BAD)
    assert.deepEqual(breaches, [['before\n', 'auto-reverted: 5xx 10.0 % against 0.0 %']])
    assert.equal(guard.guard, null)
    await hear(30, BAD)
    assert.equal(breaches.length, 1)
  })

  test('stays where requests failed before, too', async () => {
    const { breaches, guard, hear } = start()
    await hear(10, BAD)
    guard.arm(GUARD, 'before\n', 60_000)
    await hear(59, BAD)
    assert.deepEqual(breaches, [])
  })

  test('is not blamed for what workers tell of the time before it', async () => {
    const { breaches, guard, hear } = start()
    guard.arm(GUARD, 'before\n', 60_000)
    guard.heard([BAD, BAD, BAD])
    await hear(1, BAD)
    await hear(40, GOOD)
    assert.deepEqual(breaches, [])
  })

  test('goes back also where it fails only later, for as long as it is watched', async () => {
    const { breaches, clock, ended, guard, hear } = start()
    guard.arm(GUARD, 'before\n', 60_000)
    await hear(30, GOOD)
    await hear(12, BAD)
    assert.equal(breaches.length, 1)
    assert.deepEqual(ended, [])
    guard.arm(GUARD, 'before\n', 60_000)
    await hear(61, GOOD)
    assert.deepEqual(ended, ['ended'])
    assert.equal(guard.guard, null)
    assert.equal(clock.pending, 0)
    await hear(30, BAD)
    assert.equal(breaches.length, 1)
  })

  test('is not watched any more once that is cancelled', async () => {
    const { breaches, clock, guard, hear } = start()
    guard.arm(GUARD, 'before\n', 60_000)
    guard.cancel()
    assert.equal(clock.pending, 0)
    await hear(30, BAD)
    assert.deepEqual(breaches, [])
  })

  test('is judged by what came in, not by what went out', async () => {
    const { breaches, guard, hear } = start()
    guard.arm(GUARD, 'before\n', 60_000)
    await hear(30, { ...BAD, plane: 'egress' })
    assert.deepEqual(breaches, [])
  })
})
