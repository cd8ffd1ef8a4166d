// A change that nobody confirms goes back to what was there before; one that is confirmed stays.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Reverting } from '../../../../gateway/control/config/reverting.ts'
import { ManualClock } from '../../auth/manual-clock.ts'

function start() {
  const clock = new ManualClock()
  const reverted: string[] = []
  return { clock, reverted, reverting: new Reverting(clock, (text) => reverted.push(text)) }
}

test('a change is taken back at its time, once', async () => {
  const { clock, reverted, reverting } = start()
  reverting.arm('one', 1000)
  assert.equal(reverting.atMs, clock.wallMs() + 1000)
  await clock.advance(999)
  assert.deepEqual(reverted, [])
  await clock.advance(1)
  assert.deepEqual(reverted, ['one'])
  assert.equal(reverting.atMs, null)
  await clock.advance(5000)
  assert.deepEqual(reverted, ['one'])
})

test('a change that is confirmed stays', async () => {
  const { clock, reverted, reverting } = start()
  reverting.arm('one', 1000)
  reverting.cancel()
  assert.equal(reverting.atMs, null)
  await clock.advance(5000)
  assert.deepEqual(reverted, [])
  assert.equal(clock.pending, 0)
})

test('a further change goes back to what was there before both, at its own time', async () => {
  const { clock, reverted, reverting } = start()
  reverting.arm('one', 1000)
  await clock.advance(500)
  reverting.arm('two', 1000)
  await clock.advance(999)
  assert.deepEqual(reverted, [])
  await clock.advance(1)
  assert.deepEqual(reverted, ['one'])
})

test('after it was taken back the next change goes back to what is there then', async () => {
  const { clock, reverted, reverting } = start()
  reverting.arm('one', 1000)
  await clock.advance(1000)
  reverting.arm('two', 1000)
  await clock.advance(1000)
  assert.deepEqual(reverted, ['one', 'two'])
})
