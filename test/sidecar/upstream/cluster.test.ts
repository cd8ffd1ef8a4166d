import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { describe, it } from 'node:test'
import { systemClock } from '../../../sidecar/runtime/clock.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { Cluster } from '../../../sidecar/upstream/cluster.ts'
import { anonymousService } from '../../../sidecar/upstream/compile.ts'
import type { EndpointPlan, ServicePlan } from '../../../sidecar/upstream/plan.ts'
import { closedPort, startRawServer } from './raw-server.ts'
import { bodyOf, endpointAt, send } from './recorder.ts'

function planOf(endpoints: EndpointPlan[], change: Partial<ServicePlan> = {}): ServicePlan {
  const inTurn = { name: 'orders', balance: 'round-robin' as const }
  return { ...anonymousService(endpoints[0]!), ...inTurn, endpoints, ...change }
}

function says(text: string): (socket: Socket) => void {
  return (socket) =>
    void socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`)
}

/** The system's clock, set forward at will. */
class MovedClock implements Clock {
  aheadMs = 0
  wallMs = (): number => systemClock.wallMs()
  monotonicMs = (): number => systemClock.monotonicMs() + this.aheadMs
  after = (delayMs: number, task: () => void): (() => void) => systemClock.after(delayMs, task)
}

describe('a cluster', () => {
  it('takes its endpoints in turn, and says which one it took', async (t) => {
    const a = endpointAt((await startRawServer(t, says('a'))).port)
    const b = endpointAt((await startRawServer(t, says('b'))).port)
    const cluster = new Cluster(planOf([a, b]), systemClock)
    const bodies: string[] = []
    for (let i = 0; i < 4; i++) {
      const recorder = send(cluster)
      assert.equal(recorder.dispatched!.endpoint, i % 2 === 0 ? a.url : b.url)
      bodies.push((await recorder.over).body)
    }
    assert.deepEqual(bodies, ['a', 'b', 'a', 'b'])
    await cluster.close()
  })

  it('goes on to the next endpoint when one can not be reached, body and all', async (t) => {
    const down = endpointAt(await closedPort())
    const up = await startRawServer(t, says('up'))
    const cluster = new Cluster(planOf([down, endpointAt(up.port)]), systemClock)
    const recorder = send(cluster, { method: 'POST', body: bodyOf(['hello'], 5) })
    assert.equal((await recorder.over).body, 'up')
    assert.equal(recorder.dispatched!.endpoint, endpointAt(up.port).url)
    await cluster.close()
  })

  it('passes over an endpoint that could not be reached, then tries it again', async (t) => {
    const clock = new MovedClock()
    const dead = await startRawServer(t, () => {})
    const up = await startRawServer(t, says('up'))
    const attempts = (): number => dead.sockets.length
    const deadEndpoint = { ...endpointAt(dead.port), secure: true }
    const plan = planOf([deadEndpoint, endpointAt(up.port)], { connectTimeoutMs: 50 })
    const cluster = new Cluster(plan, clock, () => 0)
    for (let i = 0; i < 6; i++) assert.equal((await send(cluster).over).body, 'up')
    assert.equal(attempts(), 1)
    for (const [aheadMs, expected] of [
      [1100, 2],
      [1100, 2],
      [1000, 3],
      [3000, 3],
      [1100, 4],
    ] as const) {
      clock.aheadMs += aheadMs
      for (let i = 0; i < 2; i++) assert.equal((await send(cluster).over).body, 'up')
      assert.equal(attempts(), expected, `after ${aheadMs} ms more`)
    }
    await cluster.close()
  })

  it('tries each endpoint once, also those passed over, and then says that none can be reached', async () => {
    const endpoints = [endpointAt(await closedPort()), endpointAt(await closedPort())]
    const cluster = new Cluster(planOf(endpoints), systemClock)
    for (let i = 0; i < 3; i++) {
      const { error } = await send(cluster).over
      assert.equal(error?.code, 'upstream_connect_failed')
      assert.match(error.message, /^orders: no endpoint could be reached/)
    }
    await cluster.close()
  })

  it('never repeats a request that reached an endpoint', async (t) => {
    const broken = await startRawServer(t, (socket) => socket.destroy())
    const up = await startRawServer(t, says('up'))
    const cluster = new Cluster(planOf([endpointAt(broken.port), endpointAt(up.port)]), systemClock)
    assert.equal((await send(cluster).over).outcome, 'upstream_reset')
    assert.equal(up.heads.length, 0)
    await cluster.close()
  })

  it('aborts and resumes wherever the request is', async (t) => {
    const up = await startRawServer(t, (socket) =>
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'),
    )
    const cluster = new Cluster(
      planOf([endpointAt(up.port), endpointAt(await closedPort())]),
      systemClock,
    )
    const recorder = await send(cluster).headed
    recorder.dispatched!.resume()
    recorder.dispatched!.abort()
    await cluster.close()
    assert.equal(recorder.outcome, 'running')
  })
})
