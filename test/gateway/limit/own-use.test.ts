import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ownUse, type OwnUse } from '../../../gateway/limit/own-use.ts'
import { bucketParams, windowParams } from '../../../gateway/limit/params.ts'

const MINUTE = 60_000
/** Some process has been running for a while. */
const T0 = 1_234_567
const window = () => ownUse(windowParams({ count: 100, perMs: MINUTE }, null))
/** A token every 600 ms. */
const bucket = () => ownUse(bucketParams({ count: 100, perMs: MINUTE }, 20, null))

function taken(own: OwnUse, instances: number, nowMs: number): number {
  let count = 0
  while (count < 1000 && own.take(1, instances, nowMs) === 0) count += 1
  return count
}

test('the share of one of several is their part of the limit', () => {
  assert.equal(taken(window(), 4, T0), 25)
  assert.equal(taken(bucket(), 4, T0), 5)
  assert.equal(taken(window(), 1000, T0), 1)
})

test('what the store granted this process is charged to its share', () => {
  for (const [own, share] of [
    [window(), 25],
    [bucket(), 5],
  ] as const) {
    own.add(3, 4, T0)
    assert.equal(taken(own, 4, T0 + 1), share - 3)
  }
})

test('a window gives nothing back before it is over, however much the store granted', () => {
  const own = window()
  own.add(15, 4, T0)
  own.add(30, 4, T0 + 30_000)
  assert.equal(taken(own, 4, T0 + 31_000), 0)
  assert.equal(taken(own, 4, T0 + 65_000), 0, 'the thirty are still in the window')
  assert.equal(taken(own, 4, T0 + 95_000), 25)
})

test('a bucket refills at its part of the rate, from where the store left it or from empty', () => {
  const own = bucket()
  own.add(20, 4, T0)
  assert.equal(taken(own, 4, T0), 0)
  assert.equal(taken(own, 4, T0 + 2399), 0)
  assert.equal(taken(own, 4, T0 + 2400), 1)
  assert.equal(taken(own, 4, T0 + 2400 + 60_000), 5)
})

test('the time to wait is exact for a bucket, and never too short for a window', () => {
  const emptied = bucket()
  taken(emptied, 4, T0)
  const retryMs = emptied.take(1, 4, T0)
  assert.equal(retryMs, 2400)
  assert.equal(emptied.take(1, 4, T0 + retryMs), 0)
  for (let offsetMs = 0; offsetMs < 9000; offsetMs += 777) {
    const own = window()
    own.add(10, 4, T0 + offsetMs)
    own.add(15, 4, T0 + offsetMs + 20_000)
    const nowMs = T0 + offsetMs + 40_000
    const waitMs = own.take(1, 4, nowMs)
    assert.ok(waitMs >= 20_000 && waitMs < 26_000, `${waitMs}`)
    assert.equal(own.take(1, 4, nowMs + waitMs), 0)
  }
})

test('a request that costs more than the share passes once, and is charged in full', () => {
  const own = window()
  assert.equal(own.take(60, 4, T0), 0)
  assert.ok(own.take(60, 4, T0 + 30_000) > 0)
  assert.ok(own.take(1, 4, T0 + 30_000) > 0)
  const drained = bucket()
  assert.equal(drained.take(20, 4, T0), 0)
  assert.ok(drained.take(1, 4, T0 + 15 * 2400) > 0)
  assert.equal(drained.take(1, 4, T0 + 16 * 2400), 0)
})

test('a rate of nothing admits nothing', () => {
  for (const burst of [null, 20]) {
    const rate = { count: 0, perMs: MINUTE }
    const own = ownUse(burst === null ? windowParams(rate, null) : bucketParams(rate, burst, null))
    assert.ok(own.take(1, 1, T0) > 0)
  }
})

test('what another limit refused is as if it had not been taken, but only once and in its time', () => {
  for (const [own, share] of [
    [window(), 25],
    [bucket(), 5],
  ] as const) {
    taken(own, 4, T0)
    own.undo(2, T0)
    assert.equal(taken(own, 4, T0 + 1), 2)
    // All of that has passed, so there is nothing to undo.
    assert.equal(taken(own, 4, T0 + 2 * MINUTE), share)
    own.undo(2, T0)
    assert.equal(taken(own, 4, T0 + 2 * MINUTE), 0)
  }
})

test('more processes mean a smaller share from then on', () => {
  const own = window()
  assert.equal(taken(own, 4, T0), 25)
  assert.ok(own.take(1, 8, T0) > 0)
  assert.equal(taken(own, 2, T0), 25)
})
