// Shares are 100 together, whatever is moved.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { allTo, mostFor, sharesOf, withShare } from '../../../../admin-ui/pages/releases/shares.ts'

suite('shares', () => {
  test('are made of any weights', () => {
    assert.deepEqual(sharesOf([90, 10]), [90, 10])
    assert.deepEqual(sharesOf([1, 1]), [50, 50])
    assert.deepEqual(sharesOf([1, 1, 1]), [34, 33, 33])
    assert.deepEqual(sharesOf([0, 7]), [0, 100])
  })

  test('move between the first and the one that is moved', () => {
    assert.deepEqual(withShare([80, 20], 1, 25), [75, 25])
    assert.deepEqual(withShare([70, 20, 10], 1, 50), [40, 50, 10])
    assert.deepEqual(allTo([70, 20, 10], 2), [0, 0, 100])
  })

  test('go no further than there is something left', () => {
    assert.equal(mostFor([70, 20, 10], 1), 90)
    assert.deepEqual(withShare([70, 20, 10], 1, 95), [0, 90, 10])
    assert.deepEqual(withShare([80, 20], 1, -5), [100, 0])
  })

  test('are whole and 100 together after any moves', () => {
    let shares = sharesOf([3, 2, 2, 1])
    for (let step = 0; step < 500; step++) {
      shares = withShare(shares, 1 + (step % 3), (step * 37.7) % 140)
      assert.equal(
        shares.reduce((sum, share) => sum + share, 0),
        100,
      )
      assert.ok(shares.every((share) => Number.isInteger(share) && share >= 0))
    }
  })
})
