import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import type { Plan } from '../../../gateway/config/plan.ts'
import { readDescribed, type DescribedRequest } from '../../../gateway/decide/explain-request.ts'
import { ManualClock } from '../auth/manual-clock.ts'
import { planOf } from './plan-of.ts'

suite('a described request', () => {
  let plan: Plan

  before(async () => {
    plan = await planOf('  - { name: r, match: /*, to: one, auth: public }')
  })

  function read(request: DescribedRequest) {
    return readDescribed(request, plan, new ManualClock(), 'id')
  }

  test('is read as one off the wire: canonical, with the address behind trusted hops', () => {
    const result = read({
      url: 'https://API.Example.com:8443/a//b/%7Ex?y=1#z',
      method: 'POST',
      headers: [['X-Forwarded-For', '203.0.113.7']],
      bodyBytes: 12,
    })
    assert.equal(result.kind, 'facts')
    const { facts, listener } = result
    assert.deepEqual(
      [facts.host, facts.port, facts.path, facts.query, facts.method, facts.contentLength],
      ['api.example.com', 8443, '/a/b/~x', 'y=1', 'POST', 12],
    )
    assert.deepEqual(
      [facts.clientIp, listener, facts.protocol],
      ['203.0.113.7', 'public', 'http/1.1'],
    )
  })

  test('over HTTP/2 has its host in :authority', () => {
    const result = read({ url: 'https://a.example/x', http2: true, headers: [['X-A', 'b']] })
    assert.equal(result.kind, 'facts')
    const { facts } = result
    assert.deepEqual(
      [facts.host, facts.protocol, [...facts.headers]],
      ['a.example', 'h2', ['x-a', 'b']],
    )
  })

  test('a Host field replaces the host of the URL', () => {
    const result = read({ url: 'http://127.0.0.1/x', headers: [['Host', 'b.example']] })
    assert.equal(result.kind === 'facts' ? result.facts.host : '', 'b.example')
  })

  test('that no gateway would admit is refused with the word and status of admission', () => {
    const refused = (request: DescribedRequest) => {
      const result = read(request)
      return result.kind === 'refused' ? [result.reason, result.status] : result
    }
    assert.deepEqual(refused({ url: 'http://a.example/x', method: 'BREW' }), [
      'method_unknown',
      501,
    ])
    assert.deepEqual(refused({ url: 'http://a.example/%zz' }), ['path_invalid_encoding', 400])
  })

  test('that says nothing sensible is told in words', () => {
    const message = (request: DescribedRequest) => {
      const result = read(request)
      return result.kind === 'invalid' ? result.message : result.kind
    }
    assert.match(message({ url: '' }), /is no URL/)
    assert.match(
      message({ url: 'http://a/', listener: 'x' }),
      /no listener `x`; listeners are: public/,
    )
  })
})
