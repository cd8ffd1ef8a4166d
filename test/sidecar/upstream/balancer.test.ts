import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Balancer } from '../../../sidecar/upstream/balancer.ts'
import { Member } from '../../../sidecar/upstream/member.ts'
import type { Balance } from '../../../sidecar/upstream/plan.ts'
import type { TransportErrorCode } from '../../../sidecar/upstream/transport.ts'
import { ManualClock } from '../../gateway/auth/manual-clock.ts'
import { randomFrom } from '../forward/seeded-random.ts'
import type { FakeCall } from './fake-transport.ts'
import { FakeTransport } from './fake-transport.ts'
import { send } from './recorder.ts'

class Service {
  readonly clock = new ManualClock()
  readonly balancer: Balancer
  readonly members: Member[]
  readonly #transports: FakeTransport[]

  constructor(names: string, balance: Balance = 'round-robin') {
    const plan = { name: 'orders', balance, breaker: { failures: 3, openMs: 10_000 } }
    this.balancer = new Balancer(plan, this.clock, randomFrom(1))
    this.#transports = names.split(' ').map((name) => new FakeTransport(name))
    this.members = this.#transports.map((transport) => new Member(transport.name, transport, 0))
    this.balancer.setMembers(this.members)
  }

  of(name: string): FakeTransport {
    return this.#transports.find((transport) => transport.name === name)!
  }

  /** Answers each request as `answer` says for its member. */
  answers(answer: (name: string, call: FakeCall) => void): void {
    for (const transport of this.#transports) {
      transport.onCall = (call) => answer(transport.name, call)
    }
  }

  /** How many of `count` requests, one after the other, went to each member. */
  async share(count: number): Promise<Record<string, number>> {
    const before = this.#transports.map(({ calls }) => calls.length)
    for (let i = 0; i < count; i++) await send(this.balancer).over
    return Object.fromEntries(
      this.#transports.map(({ name, calls }, i) => [name, calls.length - before[i]!]),
    )
  }

  breakers(): string {
    return this.balancer
      .status()
      .map(({ breaker }) => breaker)
      .join(' ')
  }
}

describe('least-loaded balancing', () => {
  it('prefers the fast one', async () => {
    const service = new Service('fast slow', 'least-loaded')
    service.answers((name, call) => {
      service.clock.after(name === 'fast' ? 2 : 80, () => call.answer())
      void service.clock.advance(80)
    })
    const { fast, slow } = await service.share(200)
    assert.ok(fast! > 180, `${fast} to ${slow}`)
    assert.ok(slow! >= 1)
  })

  it('prefers the one with less to do', async () => {
    const service = new Service('a b c', 'least-loaded')
    const sent = Array.from({ length: 90 }, () => send(service.balancer))
    for (const { inFlight } of service.balancer.status())
      assert.ok(inFlight >= 25 && inFlight <= 35)
    for (const name of ['a', 'b', 'c']) for (const call of service.of(name).calls) call.answer()
    for (const recorder of sent) assert.equal((await recorder.over).outcome, 'complete')
    assert.deepEqual(
      service.members.map(({ inFlight }) => inFlight),
      [0, 0, 0],
    )
  })

  it('gives more to the one with more weight', () => {
    const service = new Service('light heavy', 'least-loaded')
    service.members[1]!.weight = 9
    for (let i = 0; i < 100; i++) send(service.balancer)
    assert.deepEqual(
      service.members.map(({ inFlight }) => inFlight),
      [10, 90],
    )
  })

  it('is not drawn to one that fails fast', async () => {
    const service = new Service('well sick', 'least-loaded')
    service.answers((name, call) => {
      service.clock.after(name === 'well' ? 40 : 1, () => call.answer(name === 'well' ? 200 : 503))
      void service.clock.advance(40)
    })
    const { well, sick } = await service.share(100)
    assert.ok(sick! < 15, `${sick} to ${well}`)
  })

  it('forgets about requests that were aborted or handed over', () => {
    const service = new Service('a b', 'least-loaded')
    send(service.balancer).dispatched!.abort()
    const upgraded = send(service.balancer, { upgrade: 'websocket' })
    for (const name of ['a', 'b']) {
      for (const call of service.of(name).calls) {
        if (!call.aborted) call.handler.onUpgrade([], null as never, Buffer.alloc(0))
      }
    }
    assert.equal(upgraded.outcome, 'upgraded')
    upgraded.dispatched!.abort()
    assert.deepEqual(
      service.members.map(({ inFlight }) => inFlight),
      [0, 0],
    )
  })
})

describe('a balancer', () => {
  it('takes members in turn where it is told to', async () => {
    const service = new Service('a b c')
    service.answers((_, call) => call.answer())
    assert.deepEqual(await service.share(9), { a: 3, b: 3, c: 3 })
  })

  it('says at once that there is nobody', async () => {
    const service = new Service('a')
    service.balancer.setMembers([])
    const recorder = send(service.balancer)
    assert.equal(recorder.error, null)
    const { error } = await recorder.over
    assert.equal(error?.code, 'upstream_unavailable')
    assert.equal(error.message, 'orders: there is no endpoint')
    const aborted = send(service.balancer)
    aborted.dispatched!.abort()
    await send(service.balancer).over
    assert.equal(aborted.outcome, 'running')
  })

  it('asks the unhealthy only where no other is left', async () => {
    const service = new Service('a b')
    service.answers((_, call) => call.answer())
    service.members[0]!.healthy = false
    service.balancer.setMembers(service.members)
    assert.deepEqual(await service.share(4), { a: 0, b: 4 })
    service.members[1]!.healthy = false
    service.balancer.setMembers(service.members)
    assert.deepEqual(await service.share(4), { a: 2, b: 2 })
  })

  const faults: [string, (call: FakeCall) => void, boolean][] = [
    ['502', (call) => call.answer(502), true],
    ['503', (call) => call.answer(503), true],
    ['504', (call) => call.answer(504), true],
    ['a lost connection', (call) => call.fail('upstream_reset'), true],
    ['an answer that can not be read', (call) => call.fail('upstream_invalid_response'), true],
    ['no answer in time', (call) => call.fail('upstream_timeout'), true],
    [
      'an answer cut short',
      (call) => {
        call.handler.onHead(503, [], null)
        call.fail('upstream_reset')
      },
      true,
    ],
    ['500', (call) => call.answer(500), false],
    ['429', (call) => call.answer(429), false],
    ['404', (call) => call.answer(404), false],
    ['a body the caller broke off', (call) => call.fail('upstream_body_aborted'), false],
  ]
  for (const [name, fault, counts] of faults) {
    it(`${counts ? 'passes over' : 'keeps asking'} a member after ${name}, three times`, async () => {
      const service = new Service('a b')
      service.answers((member, call) => (member === 'a' ? fault(call) : call.answer()))
      await service.share(6)
      assert.equal(service.breakers(), counts ? 'open closed' : 'closed closed')
      assert.deepEqual(await service.share(4), counts ? { a: 0, b: 4 } : { a: 2, b: 2 })
    })
  }

  it('tries a member with one request at a time, and believes that one alone', async () => {
    const service = new Service('a b')
    const late = send(service.balancer)
    service.answers((name, call) => call.answer(name === 'a' ? 503 : 200))
    await service.share(6)
    assert.equal(service.breakers(), 'open closed')
    await service.clock.advance(12_000)
    service.of('a').onCall = null
    const trial = send(service.balancer)
    assert.equal(trial.dispatched!.endpoint, 'a')
    assert.equal(service.breakers(), 'half-open closed')
    assert.deepEqual(await service.share(3), { a: 0, b: 3 })
    service.of('a').calls[0]!.answer()
    await late.over
    assert.equal(service.breakers(), 'half-open closed')
    service.of('a').last.answer()
    await trial.over
    assert.equal(service.breakers(), 'closed closed')
  })

  it('tries again when the trial was given up, or fails', async () => {
    const service = new Service('a b')
    service.answers((name, call) => call.answer(name === 'a' ? 503 : 200))
    await service.share(6)
    await service.clock.advance(12_000)
    service.of('a').onCall = null
    send(service.balancer).dispatched!.abort()
    const second = send(service.balancer)
    assert.equal(second.dispatched!.endpoint, 'a')
    service.of('a').last.fail('upstream_reset')
    assert.equal((await second.over).outcome, 'upstream_reset')
    assert.equal(service.breakers(), 'open closed')
    assert.deepEqual(await service.share(3), { a: 0, b: 3 })
  })

  it('never passes over more than half', async () => {
    const service = new Service('a b c d')
    service.answers((_, call) => call.answer(503))
    await service.share(40)
    assert.equal(service.breakers(), 'open open open open')
    const shares = await service.share(20)
    assert.deepEqual(shares, { a: 10, b: 10, c: 0, d: 0 })
  })

  const unsent: [TransportErrorCode, string][] = [
    ['upstream_connect_failed', 'open closed closed closed'],
    ['upstream_connect_timeout', 'open closed closed closed'],
    ['upstream_tls_failed', 'open closed closed closed'],
    ['identity_mismatch', 'open closed closed closed'],
    ['upstream_overloaded', 'closed closed closed closed'],
  ]
  for (const [code, breakers] of unsent) {
    it(`goes on to another member after ${code}`, async () => {
      const service = new Service('a b c d')
      service.answers((name, call) => (name === 'a' ? call.fail(code) : call.answer()))
      assert.equal((await send(service.balancer).over).outcome, 'complete')
      assert.equal(service.breakers(), breakers)
    })
  }

  it('tries three members at most', async () => {
    const service = new Service('a b c d')
    service.answers((_, call) => call.fail('upstream_connect_failed'))
    const { error } = await send(service.balancer).over
    assert.equal(error?.message, 'orders: no endpoint could be reached (upstream_connect_failed)')
    assert.equal(service.breakers().split('open').length - 1, 3)
  })

  it('keeps the deadline while it goes on, and gives up when it has passed', async () => {
    const service = new Service('a b c')
    const recorder = send(service.balancer, { responseTimeoutMs: 1000 })
    await service.clock.advance(600)
    service.of('a').last.fail('upstream_connect_timeout')
    const second = service.of(recorder.dispatched!.endpoint).last
    assert.equal(second.request.responseTimeoutMs, 400)
    await service.clock.advance(400)
    second.fail('upstream_connect_timeout')
    assert.equal((await recorder.over).outcome, 'upstream_connect_timeout')
    assert.equal(service.of('b').calls.length + service.of('c').calls.length, 1)
  })

  it('throws over a request that can not be written, and counts nothing', () => {
    const service = new Service('a b')
    service.of('a').dispatch = () => {
      throw new TypeError('no')
    }
    assert.throws(() => send(service.balancer), TypeError)
    assert.equal(service.members[0]!.inFlight, 0)
  })

  it('closes its members', async () => {
    const service = new Service('a b')
    await service.balancer.close()
    assert.deepEqual([service.of('a').closed, service.of('b').closed], [true, true])
  })
})
