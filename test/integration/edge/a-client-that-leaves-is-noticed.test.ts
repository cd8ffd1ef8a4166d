// A client that goes away before its answer is complete: the upstream is let go at once, and the record says who left.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect as connectHttp2, constants, type ClientHttp2Session } from 'node:http2'
import { createConnection } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { connect, type TLSSocket } from 'node:tls'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { openWebSocket } from './client.ts'
import { recordsOf } from './records.ts'
import { startUpstream, type Upstream } from './upstream.ts'

suite('a client that leaves', { timeout: 30_000 }, () => {
  let upstream: Upstream
  let gateway: TestGateway
  let held: ServerResponse[] = []

  before(async () => {
    upstream = await startUpstream((_request, response) => {
      held.push(response)
      response.write('begun')
    })
    gateway = await startGateway({
      config: `
workers: 1
listeners: [ { name: public, bind: "127.0.0.1:0", tls: { certs: ./certs } } ]
services: { api: { endpoints: ["${upstream.url}"] } }
routes: [ { name: all, match: "/{what}", to: api, auth: public } ]
`,
    })
  })

  after(async () => {
    await gateway?.stop()
    await upstream?.close()
  })

  function connectTls(alpn: string): Promise<TLSSocket> {
    return new Promise((resolve, reject) => {
      const socket = connect({
        host: '127.0.0.1',
        port: gateway.port('public'),
        servername: 'localhost',
        ca: gateway.ca.certPem,
        ALPNProtocols: [alpn],
      })
      socket.once('secureConnect', () => resolve(socket))
      socket.once('error', reject)
    })
  }

  /** The upstream's connection of the one request under way is gone, and the record is written. */
  async function assertNoticed(leave: () => void): Promise<void> {
    const [response] = held.splice(0)
    const records = recordsOf(gateway.stdout()).length
    const gone = once(response!.socket!, 'close', { signal: AbortSignal.timeout(3000) })
    leave()
    await gone
    await gateway.waitFor('its record', (out) => recordsOf(out).length > records, 3000)
    const record = recordsOf(gateway.stdout()).at(-1)!
    assert.equal(record.reason, 'client_gone')
    assert.equal(record.status, 200)
  }

  async function request1(): Promise<TLSSocket> {
    const socket = await connectTls('http/1.1')
    socket.write('GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await once(socket, 'data')
    return socket
  }

  async function request2(): Promise<{ socket: TLSSocket; session: ClientHttp2Session }> {
    const socket = await connectTls('h2')
    const session = connectHttp2('https://localhost', { createConnection: () => socket })
    session.on('error', () => {})
    const stream = session.request({ ':path': '/slow' })
    stream.on('error', () => {})
    await once(stream, 'data')
    return { socket, session }
  }

  test('over HTTP/1.1, by closing its connection', async () => {
    const socket = await request1()
    await assertNoticed(() => socket.destroy())
  })

  test('over HTTP/1.1, by a reset', async () => {
    const raw = createConnection(gateway.port('public'), '127.0.0.1')
    const socket = connect({ socket: raw, servername: 'localhost', ca: gateway.ca.certPem })
    socket.write('GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await once(socket, 'data')
    await assertNoticed(() => raw.resetAndDestroy())
    socket.destroy()
  })

  test('over HTTP/2, by resetting its stream', async () => {
    const { session } = await request2()
    const stream = session.request({ ':path': '/slow' })
    stream.on('error', () => {})
    await once(stream, 'data')
    held.shift()
    await assertNoticed(() => stream.close(constants.NGHTTP2_CANCEL))
    session.destroy()
  })

  test('over HTTP/2, by closing its connection without a word', async () => {
    held = []
    const { socket, session } = await request2()
    await assertNoticed(() => socket.destroy())
    session.destroy()
  })

  test('from an idle HTTP/2 connection: ours is closed too', async () => {
    const socket = await connectTls('h2')
    const session = connectHttp2('https://localhost', { createConnection: () => socket })
    session.on('error', () => {})
    await once(session, 'remoteSettings')
    const ended = once(socket, 'close', { signal: AbortSignal.timeout(3000) })
    // Our half is closed; the gateway must answer with its own.
    socket.resume()
    socket.end()
    await ended
  })

  test('in the middle of a handshake: the connection is closed', async () => {
    const socket = createConnection({
      port: gateway.port('public'),
      host: '127.0.0.1',
      allowHalfOpen: true,
    })
    // The beginning of a ClientHello record.
    socket.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]))
    socket.resume()
    const ended = once(socket, 'end', { signal: AbortSignal.timeout(3000) })
    socket.end()
    await ended
  })

  test('from a WebSocket, by a reset: the upstream is not blamed', async () => {
    const records = recordsOf(gateway.stdout()).length
    const raw = createConnection(gateway.port('public'), '127.0.0.1')
    const socket = await openWebSocket(gateway, {
      path: '/ws',
      tls: { socket: raw },
    })
    const [upgraded] = [...upstream.sockets].slice(-1)
    const gone = once(upgraded!, 'close', { signal: AbortSignal.timeout(3000) })
    raw.resetAndDestroy()
    await gone
    socket.destroy()
    await gateway.waitFor('its record', (out) => recordsOf(out).length > records, 3000)
    assert.equal(recordsOf(gateway.stdout()).at(-1)!.reason, 'client_gone')
  })
})
