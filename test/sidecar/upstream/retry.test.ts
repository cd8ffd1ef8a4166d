import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DEFAULT_RETRIES } from '../../../sidecar/upstream/plan.ts'
import type { RetryPlan } from '../../../sidecar/upstream/plan.ts'
import { retrying } from '../../../sidecar/upstream/retry.ts'
import type {
  BodySink,
  FlatHeaders,
  Transport,
  TransportRequest,
} from '../../../sidecar/upstream/transport.ts'
import { ManualClock } from '../../gateway/auth/manual-clock.ts'
import type { FakeCall } from './fake-transport.ts'
import { FakeTransport } from './fake-transport.ts'
import { bodyOf, send } from './recorder.ts'
import type { Recorder } from './recorder.ts'

class Setting {
  readonly clock = new ManualClock()
  readonly inner = new FakeTransport('orders')
  readonly transport: Transport

  constructor(plan: Partial<RetryPlan> = {}, random = () => 0.5) {
    this.transport = retrying(this.inner, { ...DEFAULT_RETRIES, ...plan }, this.clock, random)
  }

  get calls(): readonly FakeCall[] {
    return this.inner.calls
  }

  /** Sends a request and lets each fault befall one sending of it; time passes in between. */
  async run(
    request: Partial<TransportRequest>,
    ...faults: readonly ((call: FakeCall) => void)[]
  ): Promise<Recorder> {
    const recorder = send(this.transport, request)
    for (const fault of faults) {
      fault(this.inner.last)
      await this.clock.advance(1000)
    }
    return recorder
  }
}

const answers =
  (status: number, headers: FlatHeaders = []) =>
  (call: FakeCall): void =>
    call.answer(status, headers)
const lost = (call: FakeCall): void => call.fail('upstream_reset', true)

/** Takes a body's bytes as a connection would, from `start` on. */
class Taker implements BodySink {
  text = ''
  ended = false
  aborted = false
  takes = true

  constructor(call: FakeCall) {
    call.request.body!.start(this)
  }

  onData(chunk: Buffer): boolean {
    this.text += chunk.toString('latin1')
    return this.takes
  }

  onEnd(): void {
    this.ended = true
  }

  onAbort(): void {
    this.aborted = true
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

describe('a request is sent again', () => {
  const rules: [string, string, (call: FakeCall) => void, boolean][] = [
    ['GET', 'not connected', (call) => call.fail('upstream_connect_failed'), true],
    ['GET', 'not connected in time', (call) => call.fail('upstream_connect_timeout'), true],
    ['GET', 'no TLS', (call) => call.fail('upstream_tls_failed'), true],
    ['GET', 'the wrong peer', (call) => call.fail('identity_mismatch'), true],
    ['GET', 'lost before an answer', lost, true],
    ['GET', 'lost in the middle of a head', (call) => call.fail('upstream_reset'), false],
    ['GET', 'no answer in time', (call) => call.fail('upstream_timeout'), false],
    ['GET', 'an answer that can not be read', (c) => c.fail('upstream_invalid_response'), false],
    ['GET', 'our own queue is full', (call) => call.fail('upstream_overloaded'), false],
    ['GET', 'there is no endpoint', (call) => call.fail('upstream_unavailable'), false],
    ['GET', 'a body that broke off', (call) => call.fail('upstream_body_aborted'), false],
    ['GET', '502', answers(502), true],
    ['GET', '503', answers(503), true],
    ['GET', '504', answers(504), true],
    ['GET', '503 that asks to wait', answers(503, ['Retry-After', '1']), false],
    ['GET', '500', answers(500), false],
    ['GET', '429', answers(429), false],
    ['GET', '200', answers(200), false],
    ['HEAD', 'lost before an answer', lost, true],
    ['OPTIONS', '502', answers(502), true],
    ['PUT', 'lost before an answer', lost, true],
    ['DELETE', '503', answers(503), true],
    ['POST', 'not connected', (call) => call.fail('upstream_connect_failed'), true],
    ['POST', 'the wrong peer', (call) => call.fail('identity_mismatch'), true],
    ['POST', 'lost before an answer', lost, false],
    ['POST', '503', answers(503), false],
    ['PATCH', 'lost before an answer', lost, false],
    ['PATCH', '502', answers(502), false],
    ['get', 'lost before an answer', lost, false],
  ]
  for (const [method, name, fault, isAgain] of rules) {
    it(`${isAgain ? 'after' : 'never after'} ${method}: ${name}`, async () => {
      const setting = new Setting()
      await setting.run({ method }, fault)
      assert.equal(setting.calls.length, isAgain ? 2 : 1)
    })
  }

  it('and the caller hears of the last sending only', async () => {
    const setting = new Setting({ attempts: 2 })
    const recorder = await setting.run({}, answers(503), lost, answers(204))
    assert.deepEqual([recorder.outcome, recorder.status], ['complete', 204])
    assert.equal(recorder.dispatched!.endpoint, 'orders')
    assert.equal(setting.calls.length, 3)
  })

  it('as often as the plan says, then the answer stands', async () => {
    const setting = new Setting({ attempts: 2 })
    const recorder = await setting.run({}, answers(502), answers(503), answers(504))
    assert.deepEqual([recorder.outcome, recorder.status], ['complete', 504])
    assert.equal(setting.calls.length, 3)
  })

  it('for the causes of the plan only', async () => {
    const setting = new Setting({ on: new Set(['connect', 503] as const) })
    await setting.run({}, answers(502))
    await setting.run({}, lost)
    assert.equal(setting.calls.length, 2)
  })

  it('with a mark that counts, which whoever stands behind it heeds', async () => {
    const setting = new Setting()
    await setting.run({}, answers(503))
    const sent = setting.calls.map(({ request }) => request.headers.slice(-2))
    assert.deepEqual(sent, [
      ['x-sallyport-attempt', '1'],
      ['x-sallyport-attempt', '2'],
    ])
    const behind = new Setting()
    const { headers } = setting.calls[0]!.request
    const recorder = await behind.run({ headers }, answers(503))
    assert.equal(recorder.status, 503)
    assert.equal(behind.calls.length, 1)
    assert.equal(behind.calls[0]!.request.headers, headers)
  })

  it('within its own time, after a pause that is partly chance', async () => {
    const setting = new Setting({}, () => 0.8)
    const recorder = send(setting.transport, { responseTimeoutMs: 1000 })
    await setting.clock.advance(400)
    setting.inner.last.answer(503)
    await setting.clock.advance(19)
    assert.equal(setting.calls.length, 1)
    await setting.clock.advance(1)
    assert.equal(setting.inner.last.request.responseTimeoutMs, 580)
    setting.inner.last.answer()
    assert.equal((await recorder.over).status, 200)
  })

  it('not when its time would be over', async () => {
    const setting = new Setting({}, () => 0.8)
    const recorder = send(setting.transport, { responseTimeoutMs: 1000 })
    await setting.clock.advance(980)
    setting.inner.last.answer(503)
    assert.equal((await recorder.over).status, 503)
    await setting.clock.advance(1000)
    assert.equal(setting.calls.length, 1)
  })

  it('until the budget of the service is used up', async () => {
    const setting = new Setting({}, () => 0)
    setting.inner.onCall = (call) => call.answer(503)
    const sent = Array.from({ length: 500 }, () => send(setting.transport))
    await turn()
    await setting.clock.advance(1000)
    for (const recorder of sent) assert.equal((await recorder.over).status, 503)
    assert.equal(setting.calls.length, 500 + 100 + 30)
  })

  it('not once the caller was told something', async () => {
    const setting = new Setting()
    const recorder = send(setting.transport)
    setting.inner.last.handler.onInformational(103, [])
    setting.inner.last.answer(503)
    await setting.clock.advance(1000)
    assert.deepEqual([recorder.interim, recorder.status], [[103], 503])
    const cut = send(setting.transport)
    setting.inner.last.handler.onHead(200, [], 5)
    setting.inner.last.fail('upstream_reset', true)
    assert.equal((await cut.over).outcome, 'aborted')
    assert.equal(setting.calls.length, 2)
  })

  it('not after the caller left', async () => {
    const setting = new Setting()
    const recorder = send(setting.transport)
    setting.inner.last.answer(503)
    recorder.dispatched!.abort()
    recorder.dispatched!.abort()
    await setting.clock.advance(1000)
    assert.equal(setting.calls.length, 1)
    assert.equal(recorder.outcome, 'running')
  })

  it('and the connection of a short answer is kept, that of a long one is not', () => {
    const setting = new Setting({ attempts: 3 })
    for (const [length, isKept] of [
      [0, true],
      [1000, true],
      [1 << 20, false],
      [null, false],
    ] as const) {
      const recorder = send(setting.transport)
      const call = setting.inner.last
      call.handler.onHead(503, [], length)
      assert.equal(call.aborted, !isKept)
      if (isKept) {
        assert.equal(call.handler.onData(Buffer.from('gone')), true)
        call.handler.onWaiting()
        call.handler.onEnd([])
      }
      assert.equal(recorder.outcome, 'running')
    }
  })

  it('and everything else passes through', async () => {
    const setting = new Setting()
    const recorder = send(setting.transport)
    const call = setting.inner.last
    call.handler.onHead(200, ['a', 'b'], 2)
    assert.equal(call.handler.onData(Buffer.from('ok')), true)
    recorder.dispatched!.resume()
    call.handler.onEnd([])
    assert.deepEqual([recorder.body, recorder.headers, call.resumed], ['ok', ['a', 'b'], 1])
    const upgraded = send(setting.transport, { upgrade: 'websocket' })
    setting.inner.last.handler.onUpgrade([], null as never, Buffer.alloc(0))
    assert.equal(upgraded.outcome, 'upgraded')
    send(setting.transport).dispatched!.abort()
    assert.equal(setting.inner.last.aborted, true)
    await setting.transport.close()
    assert.equal(setting.inner.closed, true)
  })
})

describe('a request with content is sent again', () => {
  it('whole, where it is idempotent', async () => {
    const setting = new Setting()
    send(setting.transport, { method: 'PUT', body: bodyOf(['one ', 'two'], 7) })
    const first = new Taker(setting.inner.last)
    await turn()
    assert.deepEqual([first.text, first.ended], ['one two', true])
    setting.inner.last.fail('upstream_reset', true)
    await setting.clock.advance(100)
    const { body } = setting.inner.last.request
    assert.equal(body!.length, 7)
    const second = new Taker(setting.inner.last)
    assert.deepEqual([second.text, second.ended], ['one two', true])
  })

  it('never where it is a POST whose bytes were written', async () => {
    for (const fault of [lost, answers(503), answers(502)]) {
      const setting = new Setting({ attempts: 3 })
      const recorder = send(setting.transport, { method: 'POST', body: bodyOf(['one'], 3) })
      const taker = new Taker(setting.inner.last)
      await turn()
      assert.equal(taker.ended, true)
      fault(setting.inner.last)
      await recorder.over
      await setting.clock.advance(1000)
      assert.equal(setting.calls.length, 1)
    }
  })

  it('as a POST where it could not be connected, and its content was not touched', async () => {
    const setting = new Setting()
    send(setting.transport, { method: 'POST', body: bodyOf(['one'], 3) })
    setting.inner.last.fail('upstream_connect_failed')
    await setting.clock.advance(100)
    const taker = new Taker(setting.inner.last)
    await turn()
    assert.deepEqual([taker.text, taker.ended], ['one', true])
    setting.inner.last.fail('upstream_reset', true)
    await setting.clock.advance(100)
    assert.equal(setting.calls.length, 2)
  })

  it('and goes on where it was while it is still coming', async () => {
    const setting = new Setting()
    const source = bodyOf(['one ', 'two ', 'three'], 13)
    send(setting.transport, { method: 'PUT', body: source })
    const first = new Taker(setting.inner.last)
    first.takes = false
    await turn()
    assert.equal(first.text, 'one ')
    const { body } = setting.inner.last.request
    setting.inner.last.answer(503)
    // What a connection does when it is dropped; the new sending is not to be disturbed by it.
    body!.resume()
    await setting.clock.advance(100)
    assert.equal(setting.calls[0]!.aborted, true)
    const second = new Taker(setting.inner.last)
    await turn()
    assert.deepEqual([first.text, second.text, second.ended], ['one ', 'one two three', true])
  })

  it('and what arrives during the pause is held back', async () => {
    const setting = new Setting()
    let sink: BodySink | null = null
    let resumed = 0
    send(setting.transport, {
      method: 'PUT',
      body: {
        length: null,
        start: (target) => {
          sink = target
        },
        resume: () => {
          resumed++
        },
      },
    })
    const first = new Taker(setting.inner.last)
    sink!.onData(Buffer.from('one '))
    setting.inner.last.fail('upstream_reset', true)
    assert.equal(sink!.onData(Buffer.from('two ')), false)
    await setting.clock.advance(100)
    const second = new Taker(setting.inner.last)
    assert.deepEqual([first.text, second.text, resumed], ['one ', 'one two ', 1])
    second.takes = false
    assert.equal(sink!.onData(Buffer.from('or ')), false)
    // A sending that is over has no say in the pace of the one that is not.
    setting.calls[0]!.request.body!.resume()
    assert.equal(resumed, 1)
    setting.calls[1]!.request.body!.resume()
    assert.equal(resumed, 2)
    sink!.onData(Buffer.from('three'))
    sink!.onEnd([])
    assert.deepEqual([second.text, second.ended], ['one two or three', true])
  })

  it('only where it is at most 64 KiB', async () => {
    for (const [bytes, sendings] of [
      [65_536, 2],
      [65_537, 1],
    ] as const) {
      const setting = new Setting()
      send(setting.transport, { method: 'PUT', body: bodyOf(['x'.repeat(bytes)], bytes) })
      const taker = new Taker(setting.inner.last)
      await turn()
      assert.equal(taker.text.length, bytes)
      setting.inner.last.fail('upstream_reset', true)
      await setting.clock.advance(100)
      assert.equal(setting.calls.length, sendings)
    }
  })

  it('not once it broke off', async () => {
    const setting = new Setting()
    const recorder = send(setting.transport, {
      method: 'PUT',
      body: bodyOf(['one'], null, 'abort'),
    })
    const taker = new Taker(setting.inner.last)
    await turn()
    assert.equal(taker.aborted, true)
    setting.inner.last.fail('upstream_reset', true)
    await recorder.over
    assert.equal(setting.calls.length, 1)
  })

  it('and runs out into the void when the caller leaves during the pause', async () => {
    const setting = new Setting()
    let sink: BodySink | null = null
    let resumed = 0
    const recorder = send(setting.transport, {
      method: 'PUT',
      body: {
        length: null,
        start: (target) => {
          sink = target
        },
        resume: () => {
          resumed++
        },
      },
    })
    assert.equal(new Taker(setting.inner.last).text, '')
    setting.inner.last.fail('upstream_reset', true)
    assert.equal(sink!.onData(Buffer.from('one')), false)
    recorder.dispatched!.abort()
    recorder.dispatched!.abort()
    assert.equal(resumed, 1)
    assert.equal(sink!.onData(Buffer.from('two')), true)
    await setting.clock.advance(1000)
    assert.equal(setting.calls.length, 1)
    assert.equal(recorder.outcome, 'running')
  })
})
