// SIGTERM under way: what began is finished, everybody is told to go elsewhere, and the program ends with 0.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { Agent } from 'node:https'
import { connect } from 'node:net'
import { afterEach, beforeEach, suite, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { call, closeCode, openWebSocket, readToEnd } from './client.ts'
import { startUpstream, type Upstream } from './upstream.ts'

suite('SIGTERM', { timeout: 60_000 }, () => {
  let upstream: Upstream
  let gateway: TestGateway
  /** Answers that the test holds back. */
  let held: ServerResponse[]

  beforeEach(async () => {
    held = []
    upstream = await startUpstream((request, response) => {
      if (request.url === '/slow') held.push(response)
      else response.end('ok')
    })
    gateway = await startGateway({
      config: `
workers: 2
listeners: [ { name: public, bind: "127.0.0.1:0", tls: { certs: ./certs } } ]
services: { api: { endpoints: ["${upstream.url}"] } }
routes: [ { name: all, match: /*, to: api, auth: public } ]
telemetry: { accessLog: all }
`,
    })
  })

  afterEach(async () => {
    await gateway?.stop()
    await upstream?.close()
  })

  function untilHeld(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const look = (): void => (held.length >= count ? resolve() : void setImmediate(look))
    look()
    return promise
  }

  /** The port no longer accepts, so the drain has begun. */
  async function untilClosed(): Promise<void> {
    for (;;) {
      const socket = connect(gateway.port('public'), '127.0.0.1')
      const open = await once(socket, 'connect').then(
        () => true,
        () => false,
      )
      socket.destroy()
      if (!open) return
    }
  }

  test('a slow request is answered, with connection: close, and the program ends at once', async () => {
    const agent = new Agent({ keepAlive: true })
    try {
      const slow = call(gateway, { path: '/slow', agent })
      await untilHeld(1)
      gateway.process.kill('SIGTERM')
      await untilClosed()
      held[0]!.end('at last')
      const answer = await slow
      assert.equal(answer.status, 200)
      assert.equal(answer.body, 'at last')
      assert.equal(answer.headers.connection, 'close')
      const answeredMs = performance.now()
      if (gateway.process.exitCode === null) await once(gateway.process, 'exit')
      assert.equal(gateway.process.exitCode, 0)
      assert.ok(performance.now() - answeredMs < 3000, 'it lingered')
    } finally {
      agent.destroy()
    }
  })

  test('an idle keep-alive connection does not hold it up', async () => {
    const agent = new Agent({ keepAlive: true })
    try {
      assert.equal((await call(gateway, { path: '/', agent })).status, 200)
      const startMs = performance.now()
      gateway.process.kill('SIGTERM')
      await once(gateway.process, 'exit')
      assert.equal(gateway.process.exitCode, 0)
      assert.ok(performance.now() - startMs < 5000, 'it lingered')
    } finally {
      agent.destroy()
    }
  })

  test('a request that crosses the signal on an idle connection is still answered', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    try {
      assert.equal((await call(gateway, { path: '/', agent })).status, 200)
      gateway.process.kill('SIGTERM')
      await untilClosed()
      const answer = await call(gateway, { path: '/', agent })
      assert.equal(answer.status, 200)
      assert.equal(answer.headers.connection, 'close')
    } finally {
      agent.destroy()
    }
  })

  test('a connection is never taken by a process that does not serve it', async () => {
    const slow = call(gateway, '/slow')
    await untilHeld(1)
    gateway.process.kill('SIGTERM')
    for (let open = true; open;) {
      const socket = connectTls({
        host: '127.0.0.1',
        port: gateway.port('public'),
        rejectUnauthorized: false,
      })
      const { promise, resolve } = Promise.withResolvers<string>()
      socket.once('secureConnect', () => resolve('served'))
      socket.once('error', () => resolve('refused'))
      const timer = setTimeout(() => resolve('left alone'), 2000)
      const outcome = await promise
      clearTimeout(timer)
      socket.destroy()
      assert.notEqual(outcome, 'left alone')
      open = outcome === 'served'
    }
    held[0]!.end('at last')
    assert.equal((await slow).body, 'at last')
  })

  test('a WebSocket hears 1001 and is closed', async () => {
    const socket = await openWebSocket(gateway, '/echo')
    const rest = readToEnd(socket)
    gateway.process.kill('SIGTERM')
    assert.equal(closeCode(await rest), 1001)
    if (gateway.process.exitCode === null) await once(gateway.process, 'exit')
    assert.equal(gateway.process.exitCode, 0)
  })

  test('an HTTP/2 session hears GOAWAY, and its running stream is finished', async () => {
    const session = connectHttp2(`https://localhost:${gateway.port('public')}`, {
      ca: gateway.ca.certPem,
      lookup: (_host, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
    })
    try {
      const stream = session.request({ ':path': '/slow' })
      await untilHeld(1)
      const goaway = once(session, 'goaway')
      gateway.process.kill('SIGTERM')
      const [code] = (await goaway) as [number]
      assert.equal(code, 0)
      held[0]!.end('at last')
      let body = ''
      for await (const chunk of stream) body += String(chunk)
      assert.equal(body, 'at last')
      if (gateway.process.exitCode === null) await once(gateway.process, 'exit')
      assert.equal(gateway.process.exitCode, 0)
    } finally {
      session.destroy()
    }
  })

  test('a second SIGTERM changes nothing', async () => {
    const slow = call(gateway, '/slow')
    await untilHeld(1)
    gateway.process.kill('SIGTERM')
    await untilClosed()
    gateway.process.kill('SIGTERM')
    held[0]!.end('at last')
    assert.equal((await slow).body, 'at last')
    if (gateway.process.exitCode === null) await once(gateway.process, 'exit')
    assert.equal(gateway.process.exitCode, 0)
  })

  test('the record of the last request is written', async () => {
    const slow = call(gateway, '/slow')
    await untilHeld(1)
    gateway.process.kill('SIGTERM')
    await untilClosed()
    held[0]!.end('at last')
    await slow
    if (gateway.process.exitCode === null) await once(gateway.process, 'exit')
    await gateway.waitFor('the record', (out) => out.includes('"status":200'))
  })
})
