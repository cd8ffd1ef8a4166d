// A limit tried on requests of the past: what it promises, and whom it would have refused.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Plan } from '../../../../gateway/config/plan.ts'
import { promiseOf, readLimit, replay } from '../../../../gateway/control/policies/replay-limit.ts'
import type { KeptToken, RecentRequest } from '../../../../gateway/decide/explain-record.ts'

const PLAN = { issuers: [{ name: 'idp', issuer: 'https://idp.test/' }] } as unknown as Plan

function request(atMs: number, more: Partial<RecentRequest['facts']> = {}): RecentRequest {
  return {
    id: String(atMs),
    plane: 'edge',
    atMs,
    revision: 1,
    listener: 'public',
    facts: {
      protocol: 'http/1.1',
      secure: true,
      method: 'GET',
      host: 'a.test',
      port: null,
      path: '/',
      query: '',
      clientIp: '192.0.2.1',
      headers: [],
      origin: null,
      accessControlRequestMethod: null,
      accessControlRequestHeaders: null,
      upgrade: null,
      contentLength: 0,
      masked: [],
      ...more,
    },
    token: { kind: 'none' },
    outcome: {
      status: 200,
      reason: 'ok',
      rule: null,
      route: 'orders',
      service: null,
      endpoint: null,
      subject: null,
      issuer: null,
      forwarded: true,
      durationMs: 0,
      upstreamMs: null,
      bytesIn: 0,
      bytesOut: 0,
      shadowed: [],
    },
  }
}

const at = (...times: readonly number[]): readonly RecentRequest[] =>
  times.map((time) => request(time))

suite('a limit that is tried', () => {
  test('promises what its rate and burst say', () => {
    assert.deepEqual(promiseOf(readLimit('100/min per ip', 'orders', true)), {
      kind: 'window',
      burst: 100,
      count: 100,
      perMs: 60_000,
      cost: 1,
      isFallback: false,
    })
    const bucket = promiseOf(readLimit({ rate: '10/s', burst: 20, key: ['ip'] }, 'orders', true))
    assert.deepEqual([bucket.kind, bucket.burst, bucket.count], ['bucket', 20, 10])
  })

  test('refuses the third of a window of two, also across its edge', () => {
    const limit = readLimit('2/s per ip', 'orders', true)
    const { requests, limitedRequests, callers, limitedCallers } = replay(
      limit,
      at(0, 900, 950, 1050, 1899, 3000),
      PLAN,
      0,
    )
    assert.deepEqual([requests, limitedRequests, callers, limitedCallers], [6, 1 + 1, 1, 1])
  })

  test('refills a bucket at its rate', () => {
    const limit = readLimit({ rate: '1/s', burst: 3, key: ['ip'] }, 'orders', true)
    assert.equal(replay(limit, at(0, 1, 2, 3, 1000, 1100), PLAN, 0).limitedRequests, 2)
  })

  test('counts callers apart, by address and by subject of their issuer', () => {
    const limit = readLimit('1/min per ip', 'orders', true)
    const two = [request(0), request(1, { clientIp: '192.0.2.2' }), request(2), request(3)]
    const { callers, limitedCallers, top } = replay(limit, two, PLAN, 0)
    assert.deepEqual([callers, limitedCallers], [2, 1])
    assert.deepEqual(top, [{ label: 'ip 192.0.2.1', requests: 3, limited: 2 }])
    const token = (sub: string): KeptToken => ({
      kind: 'read',
      algorithm: 'RS256',
      keyId: null,
      type: null,
      claims: { iss: 'https://idp.test/', sub },
      withheld: [],
      keySource: '',
      signature: { kind: 'good', revoked: false },
    })
    const bySubject = readLimit('1/min per sub', 'orders', true)
    const signed = ['alice', 'bob', 'alice'].map((sub, index) => ({
      ...request(index),
      token: token(sub),
    }))
    assert.equal(replay(bySubject, signed, PLAN, 0).limitedRequests, 1)
  })

  test('leaves out what never came to it, and says what it cannot know', () => {
    const limit = readLimit('1/min per header:x-api-key', 'orders', true)
    const masked = request(0, { masked: ['header:x-api-key'] })
    const refused = request(1)
    const earlier = {
      ...refused,
      outcome: { ...refused.outcome, forwarded: false, reason: 'token_missing' },
    }
    const { requests, unknown, callers } = replay(limit, [masked, earlier], PLAN, 0)
    assert.deepEqual([requests, unknown, callers], [1, 1, 0])
  })

  test('leaves out preflights, which end before any limit', () => {
    const limit = readLimit('1/min per ip', 'orders', true)
    const [one, two] = [request(0), request(1)]
    const preflight = { ...two, outcome: { ...two.outcome, status: 204, forwarded: false } }
    const { requests, limitedRequests } = replay(limit, [one, preflight], PLAN, 0)
    assert.deepEqual([requests, limitedRequests], [1, 0])
  })

  test('counts nothing of before the time that it is asked about', () => {
    const limit = readLimit('1/min per ip', 'orders', true)
    const { requests, limitedRequests, fromMs } = replay(limit, at(0, 10, 20, 30), PLAN, 20)
    assert.deepEqual([requests, limitedRequests, fromMs], [2, 1, 20])
  })

  test('that cannot be is refused with what to write', () => {
    for (const wrong of ['often', '0/s per ip', { rate: '5/fortnight', key: ['ip'] }, 7, null]) {
      assert.throws(() => readLimit(wrong, 'orders', true), { code: 'config_invalid' })
    }
  })
})
