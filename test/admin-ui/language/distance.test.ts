// How long ago or ahead a moment is, as people of each language write it.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { formatDistance } from '../../../admin-ui/language/distance.ts'

suite('a distance in time', () => {
  const NOW_MS = 1_900_000_000_000
  const MINUTE_MS = 60_000

  test('is said in the largest unit that fits', () => {
    const said = (awayMs: number) => formatDistance(NOW_MS + awayMs, NOW_MS, 'en')
    assert.equal(said(-9000), '9 seconds ago')
    assert.equal(said(-3.5 * MINUTE_MS), '3 minutes ago')
    assert.equal(said(120 * MINUTE_MS), 'in 2 hours')
    assert.equal(said(-400), 'now')
    assert.equal(said(400), 'now')
  })

  test('has no space between number and counter in Japanese', () => {
    const said = (awayMs: number) => formatDistance(NOW_MS + awayMs, NOW_MS, 'ja')
    assert.equal(said(-9000), '9秒前')
    assert.equal(said(5 * MINUTE_MS), '5分後')
    assert.equal(said(0), '今')
  })
})
