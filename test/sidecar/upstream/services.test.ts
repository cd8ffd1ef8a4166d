import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { describe, it } from 'node:test'
import { systemClock } from '../../../sidecar/runtime/clock.ts'
import { anonymousService } from '../../../sidecar/upstream/compile.ts'
import { Services } from '../../../sidecar/upstream/services.ts'
import { startRawServer } from './raw-server.ts'
import { endpointAt, send } from './recorder.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

describe('services over plan swaps', () => {
  it('keep the connections of a service that did not change', async (t) => {
    const server = await startRawServer(t, (socket) => socket.write(OK))
    const services = new Services(systemClock)
    for (let i = 0; i < 3; i++) {
      const plan = anonymousService(endpointAt(server.port))
      services.update([plan])
      assert.equal((await send(services.get(plan)).over).body, 'ok')
    }
    assert.equal(server.sockets.length, 1)
    await services.close()
  })

  it('let requests of a replaced plan finish, those that start late too', async (t) => {
    const waiting: Socket[] = []
    const server = await startRawServer(t, (socket, head) => {
      if (head.includes('/wait')) waiting.push(socket)
      else socket.write(OK)
    })
    const services = new Services(systemClock)
    const before = anonymousService(endpointAt(server.port))
    services.update([before])
    await send(services.get(before)).over
    const running = send(services.get(before), { target: '/wait' })
    const after = { ...before, maxQueued: 7 }
    services.update([after])
    assert.notEqual(services.get(before), services.get(after))
    assert.equal((await send(services.get(after)).over).outcome, 'complete')
    assert.equal((await send(services.get(before)).over).outcome, 'complete')
    while (waiting.length === 0) await new Promise((resolve) => setImmediate(resolve))
    waiting[0]!.write(OK)
    assert.equal((await running.over).outcome, 'complete')
    // The old plan's connections go at once, the new plan's stays.
    const [first, kept, late] = server.sockets
    for (const socket of [first!, late!]) {
      if (!socket.destroyed) await once(socket, 'close', { signal: AbortSignal.timeout(2000) })
    }
    assert.equal(kept!.destroyed, false)
    await services.close()
  })

  it('refuse after closing, and know no plan they were not given', async () => {
    const services = new Services(systemClock)
    const plan = anonymousService(endpointAt(1))
    assert.throws(() => services.get(plan), TypeError)
    services.update([plan])
    await services.close()
    assert.equal((await send(services.get(plan)).over).outcome, 'upstream_unavailable')
  })
})
