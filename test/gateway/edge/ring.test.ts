import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { RecentRequests, Ring } from '../../../gateway/edge/ring.ts'
import { recentRequest } from '../decide/recent-request.ts'

function idsOf(ring: Ring): string[] {
  return [...ring.newestFirst()].map(({ id }) => id)
}

suite('the ring', () => {
  test('holds the newest, by count', () => {
    const ring = new Ring({ maxCount: 3, maxBytes: 1000 })
    for (const id of ['a', 'b', 'c', 'd', 'e']) ring.add(recentRequest(id), 10)
    assert.deepEqual(idsOf(ring), ['e', 'd', 'c'])
    assert.deepEqual([ring.size, ring.bytes], [3, 30])
  })

  test('holds no more bytes than it may, whatever their sizes', () => {
    const ring = new Ring({ maxCount: 100, maxBytes: 100 })
    let seed = 1
    for (let round = 0; round < 1000; round++) {
      seed = (seed * 16807) % 2147483647
      ring.add(recentRequest(String(round)), seed % 60)
      assert.ok(ring.bytes <= 100, String(ring.bytes))
    }
    assert.equal(idsOf(ring)[0], '999')
    ring.add(recentRequest('too large'), 101)
    assert.equal(idsOf(ring)[0], '999')
  })

  test('what went well never displaces a refusal', () => {
    const recent = new RecentRequests()
    recent.add(recentRequest('refused', {}, { status: 403, reason: 'ip_denied' }), 100)
    for (let round = 0; round < 10_000; round++) recent.add(recentRequest(`ok-${round}`), 1000)
    assert.equal(recent.find({ id: 'refused' }, 1)[0]?.outcome.reason, 'ip_denied')
    assert.equal(recent.find({}, 100_000).length, 2001)
  })

  test('is searched by every part of a filter', () => {
    const recent = new RecentRequests()
    const outcome = { status: 401, reason: 'token_missing', route: 'api', durationMs: 7 }
    const options = { method: 'PUT', target: '/api/x' }
    recent.add(recentRequest('1', options, { ...outcome, subject: 'alice', service: 'one' }), 10)
    recent.add(recentRequest('2'), 10)
    const one = { method: 'PUT', pathPrefix: '/api', clientIp: '192.0.2.1', subject: 'alice' }
    const more = { route: 'api', status: 4, reason: 'token_missing', minMs: 7, failed: true }
    assert.equal(recent.find({ ...one, ...more, service: 'one' }, 9).length, 1)
    const misses = [
      { method: 'GET' },
      { pathPrefix: '/b' },
      { clientIp: '192.0.2.2' },
      { subject: 'bob' },
      { route: 'b' },
      { status: 5 },
      { status: 403 },
      { reason: 'x' },
      { minMs: 8 },
      { service: 'two' },
    ]
    for (const miss of misses) {
      assert.deepEqual(recent.find({ ...one, ...more, ...miss }, 9), [], JSON.stringify(miss))
    }
    assert.deepEqual(recent.find({ failed: false }, 9).length, 2)
  })
})
