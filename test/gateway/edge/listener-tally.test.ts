import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ListenerTally } from '../../../gateway/edge/listener-tally.ts'

test('requests are counted by door and route, by what became of them, and once', () => {
  const tally = new ListenerTally()
  for (const status of [200, 404, 500, 0]) tally.count('public', 'orders', status)
  tally.count('inside', 'orders', 200)
  assert.deepEqual(tally.take(), [
    { listener: 'public', route: 'orders', requests: 4, refused: 1, failed: 2 },
    { listener: 'inside', route: 'orders', requests: 1, refused: 0, failed: 0 },
  ])
  assert.deepEqual(tally.take(), [])
})

test('pairs beyond the bound are left out, and those before still count', () => {
  const tally = new ListenerTally()
  for (let at = 0; at < 3000; at++) tally.count('public', `r${at}`, 200)
  tally.count('public', 'r0', 200)
  const counts = tally.take()
  assert.equal(counts.length, 2000)
  assert.equal(counts[0]?.requests, 2)
})
