import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { systemClock } from '../../../sidecar/runtime/clock.ts'
import { Balancer } from '../../../sidecar/upstream/balancer.ts'
import { anonymousService } from '../../../sidecar/upstream/compile.ts'
import { Member } from '../../../sidecar/upstream/member.ts'
import { Services } from '../../../sidecar/upstream/services.ts'
import { ManualClock } from '../../gateway/auth/manual-clock.ts'
import { FakeTransport } from './fake-transport.ts'
import { startRawServer } from './raw-server.ts'
import { endpointAt, send } from './recorder.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

function balancerOf(...names: readonly string[]) {
  const plan = {
    name: 'orders',
    balance: 'round-robin',
    breaker: { failures: 3, openMs: 10_000 },
  } as const
  const balancer = new Balancer(plan, new ManualClock(), () => 0)
  const transports = names.map((name) => new FakeTransport(name))
  for (const transport of transports) transport.onCall = (call) => call.answer()
  balancer.setMembers(transports.map((transport) => new Member(transport.name, transport, 0)))
  const shares = (): readonly number[] => transports.map(({ calls }) => calls.length)
  return { balancer, shares, transports }
}

describe('a drained member', () => {
  it('gets no request, whatever the number of others', async () => {
    for (const names of [['a', 'b'], ['a', 'b', 'c'], ['a']]) {
      const { balancer, shares } = balancerOf(...names)
      balancer.setDrained(new Set(['a']))
      for (let i = 0; i < 6; i++) await send(balancer).over
      assert.equal(shares()[0], 0)
      balancer.setDrained(new Set())
      for (let i = 0; i < 6; i++) await send(balancer).over
      assert.ok(shares()[0]! > 0)
    }
  })

  it('is not what a request falls back on when the others fail', async () => {
    const { balancer, transports, shares } = balancerOf('a', 'b')
    transports[1]!.onCall = (call) => call.fail('upstream_connect_failed')
    balancer.setDrained(new Set(['a']))
    const { outcome } = await send(balancer).over
    assert.equal(outcome, 'upstream_connect_failed')
    assert.equal(shares()[0], 0)
  })

  it('is the last one: requests are told that there is no endpoint', async () => {
    const { balancer } = balancerOf('a')
    balancer.setDrained(new Set(['a']))
    assert.equal((await send(balancer).over).outcome, 'upstream_unavailable')
    assert.deepEqual(
      balancer.status().map(({ name, drained }) => [name, drained]),
      [['a', true]],
    )
  })

  it('is drained also where it comes later', () => {
    const { balancer, transports } = balancerOf('a')
    balancer.setDrained(new Set(['new']))
    const added = new Member('new', new FakeTransport('new'), 0)
    balancer.setMembers([...transports.map((one) => new Member(one.name, one, 0)), added])
    assert.deepEqual(
      balancer.status().map(({ drained }) => drained),
      [false, true],
    )
  })
})

describe('the endpoints of services', () => {
  it('stay drained over plan swaps', async (t) => {
    const server = await startRawServer(t, (socket) => socket.write(OK))
    const services = new Services(systemClock)
    const plan = anonymousService(endpointAt(server.port))
    const { url } = plan.endpoints[0]!
    services.update([plan])
    services.setDrained(new Map([[plan.name, new Set([url])]]))
    const changed = { ...plan, maxQueued: 7 }
    services.update([changed])
    assert.equal((await send(services.get(changed)).over).outcome, 'upstream_unavailable')
    services.setDrained(new Map())
    assert.equal((await send(services.get(changed)).over).body, 'ok')
    await services.close()
  })

  it('tell why the latest request failed in the words of the system, until one is answered', async (t) => {
    let isClosing = false
    const server = await startRawServer(t, (socket) => {
      if (isClosing) socket.destroy()
      else socket.write(OK)
    })
    const services = new Services(systemClock)
    const away = anonymousService(endpointAt(1))
    const there = anonymousService(endpointAt(server.port))
    services.update([away, there])
    const faultOf = ({ name }: { readonly name: string }): string | null =>
      services.status().get(name)![0]!.fault?.text ?? null
    await send(services.get(away)).over
    assert.equal(faultOf(away), 'connect ECONNREFUSED 127.0.0.1:1')
    isClosing = true
    await send(services.get(there)).over
    assert.match(faultOf(there) ?? '', /connection closed before a response/)
    isClosing = false
    await send(services.get(there)).over
    assert.equal(faultOf(there), null)
    await services.close()
  })

  it('count what is under way, and not what is idle', async (t) => {
    const server = await startRawServer(t, (socket, head) => {
      if (!head.includes('/wait')) socket.write(OK)
      else setImmediate(() => socket.write(OK))
    })
    const services = new Services(systemClock)
    const plan = anonymousService(endpointAt(server.port))
    services.update([plan])
    const running = (): number => services.status().get(plan.name)![0]!.inFlight
    const request = send(services.get(plan), { target: '/wait' })
    assert.equal(running(), 1)
    await request.over
    assert.equal(running(), 0)
    await services.close()
  })
})
