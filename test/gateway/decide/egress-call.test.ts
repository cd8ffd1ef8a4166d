import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { recentCall, type EgressCall } from '../../../gateway/decide/egress-call.ts'
import { fits } from '../../../gateway/decide/explain-messages.ts'
import { recentRequest } from './recent-request.ts'

const CALL: EgressCall = {
  id: 'e1',
  tookMs: 3,
  caller: 'billing',
  client: '127.0.0.1',
  method: null,
  host: 'api.example.com',
  port: 443,
  path: null,
  rule: 'pay',
  isLetOut: true,
  reason: 'ok',
  status: 200,
  address: '192.0.2.1',
  connectMs: 2,
}

suite('a call that was asked of egress', () => {
  test('is a recent request of the plane of egress', () => {
    const request = recentCall(CALL, 5, 7)
    const { facts, outcome } = request
    assert.deepEqual(
      [request.plane, request.revision, facts.method, facts.host, facts.port, facts.path],
      ['egress', 7, 'CONNECT', 'api.example.com', 443, ''],
    )
    assert.deepEqual([outcome.subject, outcome.rule, outcome.route], ['billing', 'pay', null])
  })

  test('keeps nothing of a query or a password that was written where a host should be', () => {
    const odd = { ...CALL, host: 'http://ann:hunter2@host/x?token=abc', path: '/p?q=abc' }
    const text = JSON.stringify(recentCall(odd, 5, 7))
    assert.doesNotMatch(text, /hunter2|abc/)
  })

  test('is told from requests of the edge, by its plane, its rule and what stands in it', () => {
    const call = recentCall(CALL, 5, 7)
    const request = recentRequest('r1', { target: '/Orders/7' })
    const both = [call, request]
    const ids = (filter: Parameters<typeof fits>[1]) =>
      both.filter((one) => fits(one, filter)).map(({ id }) => id)
    assert.deepEqual(ids({}), ['e1', 'r1'])
    assert.deepEqual(ids({ plane: 'egress' }), ['e1'])
    assert.deepEqual(ids({ plane: 'edge' }), ['r1'])
    assert.deepEqual(ids({ rule: 'pay' }), ['e1'])
    assert.deepEqual(ids({ text: '/orders' }), ['r1'])
    assert.deepEqual(ids({ text: 'billing' }), ['e1'])
  })
})
