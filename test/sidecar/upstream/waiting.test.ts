// Requests that wait for a connection: which one they get, how many are opened for them, and when they are told no.

import assert from 'node:assert/strict'
import { connect, createServer, type Socket } from 'node:net'
import { before, describe, it, type TestContext } from 'node:test'
import { anonymousService } from '../../../sidecar/upstream/compile.ts'
import type { ServicePlan } from '../../../sidecar/upstream/plan.ts'
import { Pool } from '../../../sidecar/upstream/pool.ts'
import { ManualClock } from '../../gateway/auth/manual-clock.ts'
import { createTestCa, type TestCa } from '../../support/certificates.ts'
import { until } from '../../support/until.ts'
import { listen, startRawServer, type RawServer } from './raw-server.ts'
import { endpointAt, send } from './recorder.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const CONNECT_MS = 1000

let ca: TestCa

before(async () => {
  ca = await createTestCa('waiting test')
})

interface House {
  readonly pool: Pool
  readonly clock: ManualClock
  readonly server: RawServer
  /** Requests that have arrived and got no answer yet. */
  readonly asked: Socket[]
  /** TCP connections whose handshake does not go on until `pass` is called. */
  readonly held: (() => void)[]
  /** From now on no handshake is held. */
  readonly open: () => void
}

/** A TLS server behind a gate that holds every handshake but the first `free` ones. */
async function startHouse(
  t: TestContext,
  free: number,
  plan: Partial<ServicePlan> = {},
): Promise<House> {
  const { certPem, keyPem } = await ca.issue(['127.0.0.1'])
  const asked: Socket[] = []
  const tls = { cert: certPem, key: keyPem }
  const server = await startRawServer(t, (socket) => asked.push(socket), tls)
  const held: (() => void)[] = []
  let passes = free
  const gate = createServer((socket) => {
    const inner = connect(server.port, '127.0.0.1')
    for (const end of [socket, inner]) end.on('error', () => inner.destroy())
    socket.on('close', () => inner.destroy())
    inner.on('close', () => socket.destroy())
    t.after(() => inner.destroy())
    const pass = (): void => void socket.pipe(inner).pipe(socket)
    if (passes-- > 0) pass()
    else held.push(pass)
  })
  const port = await listen(t, gate)
  const endpoint = endpointAt(port, 'https')
  const clock = new ManualClock()
  const whole = { ...anonymousService(endpoint), connectTimeoutMs: CONNECT_MS, ...plan }
  const pool = new Pool(endpoint, { ...whole, tls: { ...whole.tls, caPem: ca.certPem } }, clock)
  t.after(() => pool.close())
  const open = (): void => {
    passes = Infinity
    for (const pass of held.splice(0)) pass()
  }
  return { pool, clock, server, asked, held, open }
}

describe('a request that waits for a connection', () => {
  it('takes one that becomes free before its own is there', async (t) => {
    const { pool, asked, held, server } = await startHouse(t, 1)
    const first = send(pool)
    await until('the first', () => asked.length === 1)
    const second = send(pool, { target: '/second' })
    await until('a handshake', () => held.length === 1)
    asked.shift()!.write(OK)
    await first.over
    await until('the second', () => asked.length === 1)
    asked.shift()!.write(OK)
    assert.equal((await second.over).outcome, 'complete')
    assert.equal(server.sockets.length, 1)
  })

  it('is one of a crowd: eight handshakes at a time, or twice as many as there are connections', async (t) => {
    const { pool, asked, held, open } = await startHouse(t, 0)
    const calls = Array.from({ length: 100 }, () => send(pool))
    await until('handshakes', () => held.length === 8)
    assert.equal(pool.size, 8)
    assert.equal(pool.status().inFlight, 100)
    for (const pass of held.splice(0)) pass()
    await until('more handshakes', () => held.length === 16)
    assert.equal(pool.size, 24)
    open()
    const answers = (async () => {
      for (let answered = 0; answered < calls.length; answered++) {
        await until('a request', () => asked.length > 0)
        asked.shift()!.write(OK)
      }
    })()
    for (const { over } of calls) assert.equal((await over).outcome, 'complete')
    await answers
  })

  it('is told no when connecting takes too long, whether its own handshake had begun or not', async (t) => {
    const { pool, clock, held } = await startHouse(t, 0)
    const calls = Array.from({ length: 40 }, () => send(pool))
    await until('handshakes', () => held.length === 8)
    await clock.advance(CONNECT_MS + 100)
    for (const { over } of calls) assert.equal((await over).outcome, 'upstream_connect_timeout')
    await until('an end', () => pool.size === 0)
    assert.equal(held.length, 8)
  })

  it('pays for no slow handshake of somebody else while a connection stands', async (t) => {
    const { pool, clock, asked, held } = await startHouse(t, 1)
    const first = send(pool)
    await until('the first', () => asked.length === 1)
    send(pool, { target: '/given-up' }).dispatched!.abort()
    await until('a handshake', () => held.length === 1)
    await clock.advance(CONNECT_MS - 100)
    const young = send(pool, { target: '/young' })
    await clock.advance(200)
    await until('the end of the handshake', () => pool.status().fault !== null)
    assert.equal(young.outcome, 'running')
    asked.shift()!.write(OK)
    await first.over
    await until('the young one', () => asked.length === 1)
    asked.shift()!.write(OK)
    assert.equal((await young.over).outcome, 'complete')
  })

  it('does not wait for ever where the connections that stand stay busy', async (t) => {
    const { pool, clock, asked, held } = await startHouse(t, 1)
    const long = send(pool, { responseTimeoutMs: 60_000 })
    await until('the first', () => asked.length === 1)
    const second = send(pool, { responseTimeoutMs: 60_000 })
    await until('a handshake', () => held.length === 1)
    await clock.advance(CONNECT_MS + 100)
    assert.equal((await second.over).outcome, 'upstream_connect_timeout')
    assert.equal(long.outcome, 'running')
    asked.shift()!.write(OK)
    await long.over
  })
})

describe('a connection that nobody waits for any more', () => {
  it('serves the next request; and where the peer has dropped it, an idempotent one is sent again', async (t) => {
    const { pool, asked, server, open } = await startHouse(t, 0)
    send(pool).dispatched!.abort()
    open()
    await until('a connection', () => server.sockets.length === 1)
    await until('its rest', () => pool.size === 1 && pool.status().inFlight === 0)
    const next = send(pool)
    await until('the request', () => asked.length === 1)
    assert.equal(server.sockets.length, 1)
    asked.shift()!.destroy()
    await until('it again', () => asked.length === 1)
    asked.shift()!.write(OK)
    assert.equal((await next.over).outcome, 'complete')
  })

  it('ends with its pool, connected or not', async (t) => {
    const { pool, held } = await startHouse(t, 0)
    send(pool).dispatched!.abort()
    await until('a handshake', () => held.length === 1)
    await pool.close()
    assert.equal(pool.size, 0)
  })

  it('is not kept where it was begun with an identity that has been replaced', async (t) => {
    const { pool, held, open } = await startHouse(t, 0)
    send(pool).dispatched!.abort()
    await until('a handshake', () => held.length === 1)
    pool.renew()
    open()
    await until('its end', () => pool.size === 0)
  })
})
