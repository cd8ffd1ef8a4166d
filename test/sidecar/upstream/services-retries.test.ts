import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'
import { systemClock } from '../../../sidecar/runtime/clock.ts'
import { anonymousService } from '../../../sidecar/upstream/compile.ts'
import { DEFAULT_RETRIES } from '../../../sidecar/upstream/plan.ts'
import { Services } from '../../../sidecar/upstream/services.ts'
import type { Transport, TransportRequest } from '../../../sidecar/upstream/transport.ts'
import { startRawServer } from './raw-server.ts'
import type { RawServer } from './raw-server.ts'
import { bodyOf, endpointAt, send } from './recorder.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const BUSY = 'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy'

/** A server whose first answer is a fault, and a transport to it that sends again. */
async function faultyOnce(
  t: TestContext,
  fault: (socket: Socket) => void,
): Promise<{ server: RawServer; transport: Transport }> {
  let count = 0
  const server = await startRawServer(t, (socket) => {
    if (count++ === 0) fault(socket)
    else socket.write(OK)
  })
  const services = new Services(systemClock)
  const plan = anonymousService(endpointAt(server.port))
  services.update([plan])
  t.after(() => services.close())
  return { server, transport: services.get(plan, DEFAULT_RETRIES) }
}

describe('services with retries', () => {
  const withBody = (method: string): Partial<TransportRequest> => ({
    method,
    body: bodyOf(['hello'], 5),
  })
  const reset = (socket: Socket): void => void socket.resetAndDestroy()
  const busy = (socket: Socket): void => void socket.write(BUSY)
  const halfHead = (socket: Socket): void => void socket.end('HTTP/1.1 2')
  const cases: [string, Partial<TransportRequest>, (socket: Socket) => void, number, string][] = [
    ['GET, reset', {}, reset, 2, 'complete'],
    ['PUT, reset', withBody('PUT'), reset, 2, 'complete'],
    ['POST, reset', withBody('POST'), reset, 1, 'upstream_reset'],
    ['POST without content, reset', { method: 'POST' }, reset, 1, 'upstream_reset'],
    ['GET, a head cut short', {}, halfHead, 1, 'upstream_reset'],
    ['GET, 503', {}, busy, 2, 'complete'],
    ['POST, 503', withBody('POST'), busy, 1, 'complete'],
  ]
  for (const [name, request, fault, heads, outcome] of cases) {
    it(`${heads === 2 ? 'send again' : 'never send again'}: ${name}`, async (t) => {
      const { server, transport } = await faultyOnce(t, fault)
      const recorder = await send(transport, request).over
      assert.equal(recorder.outcome, outcome)
      assert.equal(server.heads.length, heads)
      assert.match(server.heads.at(-1)!, new RegExp(`\r\nx-sallyport-attempt: ${heads}\r\n`))
      if (heads === 2) assert.equal(recorder.body, 'ok')
    })
  }

  it('keep the connection of an answer that nobody heard', async (t) => {
    const { server, transport } = await faultyOnce(t, busy)
    assert.equal((await send(transport).over).body, 'ok')
    assert.equal((await send(transport).over).body, 'ok')
    assert.equal(server.sockets.length, 1)
  })

  it('have one transport for each plan, and one budget for all of them', async (t) => {
    const server = await startRawServer(t, busy)
    const services = new Services(systemClock)
    const plan = anonymousService(endpointAt(server.port))
    services.update([plan])
    const plans = [DEFAULT_RETRIES, { ...DEFAULT_RETRIES, budget: 0 }]
    const [first, second] = plans.map((retries) => services.get(plan, retries))
    assert.equal(services.get(plan, DEFAULT_RETRIES), first)
    assert.notEqual(first, second)
    for (let i = 0; i < 40; i++) await send(i % 2 === 0 ? first! : second!).over
    // The reserve of 30, and a fifth of the requests so far for the first plan alone.
    assert.ok(server.heads.length >= 70 && server.heads.length <= 78, String(server.heads.length))
    await services.close()
  })
})
