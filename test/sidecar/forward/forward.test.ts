import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { suite, test } from 'node:test'
import { forward, type ForwardOutcome } from '../../../sidecar/forward/forward.ts'
import { SallyportError } from '../../../sidecar/runtime/errors.ts'
import type { TransportError } from '../../../sidecar/upstream/transport.ts'
import { ManualClock } from '../../gateway/auth/manual-clock.ts'
import { FakeBody, FakeExchange, FakeTransport } from './fake-exchange.ts'

const RESET = new SallyportError('upstream_reset', 'gone') as TransportError

function run(exchange: FakeExchange, maxBodyBytes = 100) {
  const transport = new FakeTransport()
  const faults: string[] = []
  const outcomes: ForwardOutcome[] = []
  const clock = new ManualClock()
  const forwarding = forward(
    exchange,
    {
      method: 'POST',
      target: '/x',
      headers: ['host', 'api'],
      upgrade: null,
      responseTimeoutMs: 1000,
      maxBodyBytes,
      frameLimits: { maxMessageBytes: 100, maxFragments: 10, maxControlPerSecond: 10 },
      clock,
    },
    transport,
    {
      responseHeaders: (_status, upstream) => [...upstream, 'x-ours', '1'],
      answerFault: (reason) => faults.push(reason),
      onOutcome: (outcome) => outcomes.push(outcome),
    },
  )
  return { transport, faults, outcomes, clock, forwarding }
}

const nextTick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

suite('answers', () => {
  test('a short answer that comes at once leaves in one piece', async () => {
    const exchange = new FakeExchange()
    const { transport, outcomes, clock } = run(exchange)
    await clock.advance(7)
    transport.handler!.onHead(200, ['a', 'b'], 2)
    transport.handler!.onData(Buffer.from('ok'))
    transport.handler!.onEnd([])
    await nextTick()
    assert.deepEqual(exchange.written, ['200 a b x-ours 1', 'end ok'])
    assert.deepEqual(outcomes, [
      { status: 200, endpoint: transport.endpoint, reason: 'ok', upstreamMs: 7, error: null },
    ])
  })

  test('a head whose body takes its time is sent at once', async () => {
    const exchange = new FakeExchange()
    const { transport } = run(exchange)
    transport.handler!.onHead(200, [], null)
    transport.handler!.onWaiting()
    assert.deepEqual(exchange.written, ['200 x-ours 1', 'flush'])
    transport.handler!.onData(Buffer.from('one'))
    transport.handler!.onEnd(['t', '1'])
    assert.deepEqual(exchange.written.slice(2), ['one', 'end t 1'])
  })

  test('a slow client holds the upstream back, and lets it go on', async () => {
    const exchange = new FakeExchange()
    exchange.writable = false
    const { transport } = run(exchange)
    transport.handler!.onHead(200, [], null)
    transport.handler!.onWaiting()
    assert.equal(transport.handler!.onData(Buffer.from('one')), false)
    assert.equal(transport.handler!.onData(Buffer.from('two')), false)
    assert.equal(exchange.drainListeners.length, 1)
    exchange.drainListeners[0]!()
    assert.equal(transport.resumed, 1)
    exchange.writable = true
    assert.equal(transport.handler!.onData(Buffer.from('three')), true)
  })

  test('early hints are passed on', () => {
    const exchange = new FakeExchange()
    const { transport } = run(exchange)
    transport.handler!.onInformational(103, ['link', '</a>'])
    assert.deepEqual(exchange.written, ['informational 103'])
  })
})

suite('faults', () => {
  test('of the upstream before its head are answered in our words', () => {
    const exchange = new FakeExchange()
    const { transport, faults, outcomes } = run(exchange)
    transport.handler!.onError(RESET)
    assert.deepEqual(faults, ['upstream_reset'])
    assert.deepEqual(exchange.written, [])
    assert.equal(outcomes.length, 1)
    assert.equal(outcomes[0]!.status, 0)
    assert.equal(outcomes[0]!.error, RESET)
  })

  test('of the upstream behind its head cut the answer, which keeps its status', async () => {
    const exchange = new FakeExchange()
    const { transport, faults, outcomes } = run(exchange)
    transport.handler!.onHead(200, [], 100)
    transport.handler!.onWaiting()
    transport.handler!.onData(Buffer.from('begun'))
    transport.handler!.onError(RESET)
    assert.deepEqual(faults, [])
    assert.deepEqual(exchange.written.slice(-2), ['begun', 'abort'])
    assert.deepEqual(
      outcomes.map(({ status, reason }) => [status, reason]),
      [[200, 'upstream_reset']],
    )
  })

  test('a fault in the same tick as the head is still answered whole', () => {
    const exchange = new FakeExchange()
    const { transport, faults, outcomes } = run(exchange)
    transport.handler!.onHead(200, [], 100)
    transport.handler!.onError(RESET)
    assert.deepEqual(faults, ['upstream_reset'])
    assert.deepEqual(exchange.written, [])
    assert.equal(outcomes[0]!.status, 0)
  })

  test('a client that leaves ends the upstream’s request, once', async () => {
    const exchange = new FakeExchange()
    const { transport, faults, outcomes } = run(exchange)
    transport.handler!.onHead(200, [], null)
    transport.handler!.onWaiting()
    exchange.leave()
    exchange.leave()
    assert.equal(transport.aborted, 1)
    assert.deepEqual(faults, [])
    assert.deepEqual(
      outcomes.map(({ status, reason }) => [status, reason]),
      [[200, 'client_gone']],
    )
  })

  test('a client that left before, while its token was checked, causes no request', () => {
    const exchange = new FakeExchange()
    exchange.leave()
    const { transport, faults, outcomes } = run(exchange)
    assert.equal(transport.requests.length, 0)
    assert.deepEqual(faults, [])
    assert.deepEqual(
      outcomes.map(({ reason }) => reason),
      ['client_gone'],
    )
  })

  test('an unasked upgrade is a fault of the upstream', () => {
    const exchange = new FakeExchange()
    const { transport, faults } = run(exchange)
    const socket = new PassThrough()
    transport.handler!.onUpgrade([], socket, Buffer.alloc(0))
    assert.equal(socket.destroyed, true)
    assert.deepEqual(faults, ['upstream_invalid_response'])
  })

  test('what comes after the end is ignored', () => {
    const exchange = new FakeExchange()
    const { transport, faults, outcomes, forwarding } = run(exchange)
    transport.handler!.onError(RESET)
    transport.handler!.onError(RESET)
    transport.handler!.onHead(200, [], 0)
    transport.handler!.onEnd([])
    forwarding.stop('token_expired')
    exchange.leave()
    assert.equal(outcomes.length, 1)
    assert.equal(faults.length, 1)
    assert.deepEqual(exchange.written, [])
  })
})

suite('stopping', () => {
  test('before the head is answered, after it cut', async () => {
    const early = new FakeExchange()
    const first = run(early)
    first.forwarding.stop('token_expired')
    assert.deepEqual(first.faults, ['token_expired'])
    assert.equal(first.transport.aborted, 1)

    const late = new FakeExchange()
    const second = run(late)
    second.transport.handler!.onHead(200, [], null)
    second.transport.handler!.onWaiting()
    second.forwarding.stop('token_expired')
    assert.equal(late.written.at(-1), 'abort')
    assert.equal(second.outcomes[0]!.reason, 'token_expired')
  })
})

suite('request bodies', () => {
  test('announced too large are refused before anything is sent', () => {
    const exchange = new FakeExchange(new FakeBody(101))
    const { transport, faults, outcomes } = run(exchange, 100)
    assert.equal(transport.requests.length, 0)
    assert.deepEqual(faults, ['body_too_large'])
    assert.equal(outcomes.length, 1)
  })

  test('that grow too large are cut off, and never ended cleanly', () => {
    const body = new FakeBody(null)
    const { transport, faults } = run(new FakeExchange(body), 10)
    const sink = { bytes: 0, ended: false }
    transport.requests[0]!.body!.start({
      onData: (chunk) => (sink.bytes += chunk.length) >= 0,
      onEnd: () => {
        sink.ended = true
      },
      onAbort: () => {},
    })
    body.send('12345', '67890', 'x', 'y')
    body.sink!.onEnd([])
    assert.deepEqual(sink, { bytes: 10, ended: false })
    assert.deepEqual(faults, ['body_too_large'])
    assert.equal(transport.aborted, 1)
  })

  test('that are short are held on HTTP/2 until they are whole', () => {
    const body = new FakeBody(6)
    const { transport } = run(new FakeExchange(body, { multiplexed: true }))
    body.send('abc')
    assert.equal(transport.requests.length, 0)
    body.send('def')
    body.sink!.onEnd([])
    assert.equal(transport.requests.length, 1)
    assert.equal(transport.requests[0]!.body!.length, 6)
  })

  test('that do not match their length on HTTP/2 never reach the upstream', () => {
    for (const [length, text] of [
      [6, 'abc'],
      [2, 'abc'],
    ] as const) {
      const body = new FakeBody(length)
      const { transport, outcomes } = run(new FakeExchange(body, { multiplexed: true }))
      body.send(text)
      body.sink!.onEnd([])
      assert.equal(transport.requests.length, 0)
      assert.equal(outcomes.length, 1)
    }
  })
})
