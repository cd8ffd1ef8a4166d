import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  answerProblem,
  rawProblem,
  reasonStatuses,
  statusOf,
} from '../../../gateway/edge/answers.ts'
import { FakeBody, FakeExchange } from '../../sidecar/forward/fake-exchange.ts'

const ANSWER = {
  status: 404,
  code: 'route_not_found',
  requestId: 'id-1',
  headers: ['vary', 'Origin'],
}

test('every reason has one status, and what is unknown is the client’s fault', () => {
  assert.equal(statusOf('route_not_found'), 404)
  assert.equal(statusOf('upstream_timeout'), 504)
  assert.equal(statusOf('upstream_overloaded'), 503)
  assert.equal(statusOf('upstream_connect_failed'), 502)
  assert.equal(statusOf('host_repeated'), 400)
  for (const status of Object.values(reasonStatuses())) assert.ok(status >= 400 && status < 600)
})

test('a problem tells a code and an id, and is not stored', () => {
  const exchange = new FakeExchange()
  answerProblem(exchange, ANSWER)
  const [head = '', body = ''] = exchange.written
  assert.match(
    head,
    /^404 content-type application\/problem\+json content-length \d+ cache-control no-store/,
  )
  assert.match(head, /x-content-type-options nosniff vary Origin x-request-id id-1$/)
  assert.deepEqual(JSON.parse(body.slice('end '.length)), {
    type: 'urn:sallyport:problem:route_not_found',
    title: 'Not Found',
    status: 404,
    code: 'route_not_found',
    requestId: 'id-1',
  })
  assert.equal(Number(/content-length (\d+)/.exec(head)![1]), body.length - 'end '.length)
})

test('HEAD is told the length alone', () => {
  const exchange = new FakeExchange(null, { method: 'HEAD' })
  answerProblem(exchange, ANSWER)
  assert.match(exchange.written[0]!, /content-length [1-9]/)
  assert.equal(exchange.written[1], 'end')
})

test('a long body nobody will read ends the connection, a short one does not', () => {
  for (const [length, closes] of [
    [10, false],
    [64 * 1024, false],
    [64 * 1024 + 1, true],
    [null, true],
  ] as const) {
    const exchange = new FakeExchange(new FakeBody(length))
    answerProblem(exchange, ANSWER)
    assert.equal(exchange.written.includes('closeAfter'), closes, String(length))
  }
})

test('nobody is answered twice, and nobody who left', () => {
  const answered = new FakeExchange()
  answerProblem(answered, ANSWER)
  const count = answered.written.length
  answerProblem(answered, ANSWER)
  assert.equal(answered.written.length, count)
  const gone = new FakeExchange()
  gone.leave()
  answerProblem(gone, ANSWER)
  assert.deepEqual(gone.written, [])
})

test('a raw problem is a complete answer that ends its connection', () => {
  const text = rawProblem(431, 'head_too_large').toString('latin1')
  const [head = '', body = ''] = text.split('\r\n\r\n')
  assert.match(head, /^HTTP\/1\.1 431 Request Header Fields Too Large\r\n/)
  assert.match(head, /\r\nconnection: close$/)
  assert.equal(Number(/content-length: (\d+)/.exec(head)![1]), body.length)
  assert.equal((JSON.parse(body) as { code: string }).code, 'head_too_large')
})
