// Access records: one for each request, with the facts and without the secrets.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { after, before, suite, test } from 'node:test'
import { connect } from 'node:tls'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import type { AccessRecord } from '../../../sidecar/telemetry/access-record.ts'
import { call, openWebSocket } from './client.ts'
import { startIdentityProvider, type IdentityProvider } from './identity-provider.ts'
import { recordsOf } from './records.ts'
import { startUpstream, type Upstream } from './upstream.ts'

suite('access records', () => {
  let provider: IdentityProvider
  let upstream: Upstream
  let gateway: TestGateway

  before(async () => {
    provider = await startIdentityProvider()
    upstream = await startUpstream((request, response) => {
      request.resume()
      request.once('end', () => response.end('twelve bytes'))
    })
    gateway = await startGateway({
      config: `
workers: 1
issuers: { idp: "${provider.issuer}" }
listeners: [ { name: public, bind: "127.0.0.1:0", tls: { certs: ./certs }, sizes: { body: 1KiB } } ]
services: { api: { endpoints: ["${upstream.url}"] }, gone: { endpoints: ["http://127.0.0.1:1"] } }
routes:
  - { name: items, match: "/items/{id}", to: api, auth: public, cors: "https://a.com" }
  - { name: api, match: /api/*, to: api, auth: { issuer: idp, audience: api, scope: write, token: [header, "query:token"] } }
  - { name: gone, match: /gone, to: gone, auth: public }
telemetry: { accessLog: all }
`,
    })
  })

  after(async () => {
    await gateway?.stop()
    await upstream?.close()
    await provider?.stop()
  })

  /** The records that `act` brings about; it must be `count` of them. */
  async function recordsFor(act: () => Promise<unknown>, count = 1): Promise<AccessRecord[]> {
    const before = recordsOf(gateway.stdout()).length
    await act()
    await gateway.waitFor('its record', (out) => recordsOf(out).length >= before + count, 3000)
    const found = recordsOf(gateway.stdout()).slice(before)
    assert.equal(found.length, count)
    return found
  }

  test('a request that was answered', async () => {
    const [record] = await recordsFor(() =>
      call(gateway, {
        path: '/items/7?secret=1',
        method: 'POST',
        body: 'four',
        headers: { 'content-length': '4' },
      }),
    )
    const { time, id, durationMs, upstreamMs, ...rest } = record!
    assert.ok(Math.abs(Date.parse(time) - Date.now()) < 5000)
    assert.match(id, /^[0-9a-f]{32}$/)
    assert.ok(durationMs > 0 && durationMs < 5000)
    assert.ok(upstreamMs !== null && upstreamMs > 0 && upstreamMs <= durationMs)
    assert.deepEqual(rest, {
      listener: 'public',
      protocol: 'http/1.1',
      client: '127.0.0.1',
      host: 'localhost',
      method: 'POST',
      path: '/items/{id}',
      route: 'items',
      status: 200,
      reason: 'ok',
      rule: null,
      subject: null,
      issuer: null,
      shadowed: null,
      endpoint: upstream.url,
      bytesIn: 4,
      bytesOut: 12,
      error: null,
    })
  })

  test('a caller who is known, and one who is not let in; no token in either', async () => {
    const good = await provider.token({ claims: { scope: 'write', sub: 'bob\u202eroot' } })
    const bad = await provider.token({ claims: { scope: 'read', sub: 'carol' } })
    const expired = await provider.token({ expiresIn: -600 })
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
    const records = await recordsFor(async () => {
      await call(gateway, { path: '/api/1', headers: bearer(good) })
      await call(gateway, `/api/1?token=${good}&card=4711`)
      await call(gateway, { path: '/api/1', headers: bearer(bad) })
      await call(gateway, { path: '/api/1', headers: bearer(expired) })
      await call(gateway, '/api/1')
    }, 5)
    const facts = records.map(({ status, reason, rule, issuer, subject }) => ({
      status,
      reason,
      rule,
      issuer,
      subject,
    }))
    const known = { issuer: 'idp', subject: 'bob\\u202eroot' }
    assert.deepEqual(facts, [
      { status: 200, reason: 'ok', rule: null, ...known },
      { status: 200, reason: 'ok', rule: null, ...known },
      { status: 403, reason: facts[2]!.reason, rule: 'api', issuer: 'idp', subject: 'carol' },
      { status: 401, reason: 'token_expired', rule: 'api', issuer: 'idp', subject: null },
      { status: 401, reason: 'token_missing', rule: 'api', issuer: null, subject: null },
    ])
    assert.match(facts[2]!.reason, /scope/)
    for (const token of [good, bad, expired]) {
      assert.ok(!gateway.stdout().includes(token.slice(0, 40)))
      assert.ok(!gateway.stderr().includes(token.slice(0, 40)))
    }
    assert.ok(!gateway.stdout().includes('4711'))
  })

  test('preflights, allowed and refused', async () => {
    const preflight = (origin: string) => () =>
      call(gateway, {
        path: '/items/7',
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'GET' },
      })
    const [allowed] = await recordsFor(preflight('https://a.com'))
    assert.deepEqual([allowed!.status, allowed!.reason, allowed!.route], [204, 'ok', 'items'])
    const [refused] = await recordsFor(preflight('https://evil.example'))
    assert.deepEqual([refused!.status, refused!.reason], [403, 'cors_origin_not_allowed'])
  })

  test('no route, wrong upstream, body too large', async () => {
    const records = await recordsFor(async () => {
      await call(gateway, '/nowhere/secret-path?x=1')
      await call(gateway, '/gone')
      await call(gateway, { path: '/items/1', method: 'POST', body: Buffer.alloc(2048) })
    }, 3)
    assert.deepEqual(
      records.map(({ status, reason, path }) => [status, reason, path]),
      [
        [404, 'route_not_found', null],
        [502, 'upstream_connect_failed', '/gone'],
        [413, 'body_too_large', '/items/{id}'],
      ],
    )
    assert.equal(records[1]!.endpoint, 'http://127.0.0.1:1')
    // What is absent is null, never ''.
    assert.deepEqual([records[0]!.rule, records[2]!.endpoint], [null, null])
    assert.match(records[1]!.error ?? '', /ECONNREFUSED/)
  })

  test('what the parser refused, and what admission refused', async () => {
    for (const [text, status, reason] of [
      ['GET / HTTP/1.1\r\nHost: localhost\r\nBad Header: x\r\n\r\n', 400, 'malformed_request'],
      ['GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400, 'host_repeated'],
      ['TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n', 405, 'method_refused'],
    ] as const) {
      const [record] = await recordsFor(async () => {
        const socket = connect({
          host: '127.0.0.1',
          port: gateway.port('public'),
          ca: gateway.ca.certPem,
          servername: 'localhost',
        })
        socket.write(text)
        socket.resume()
        await once(socket, 'close')
      })
      assert.deepEqual(
        [record!.status, record!.reason, record!.client],
        [status, reason, '127.0.0.1'],
      )
    }
  })

  test('OPTIONS * is a request as well', async () => {
    const [record] = await recordsFor(() => call(gateway, { path: '*', method: 'OPTIONS' }))
    assert.deepEqual([record!.status, record!.reason], [204, 'ok'])
  })

  test('HTTP/2 requests', async () => {
    const [record] = await recordsFor(async () => {
      const session = connectHttp2(`https://localhost:${gateway.port('public')}`, {
        ca: gateway.ca.certPem,
      })
      const stream = session.request({ ':path': '/items/9' })
      stream.resume()
      await once(stream, 'close')
      session.close()
    })
    assert.deepEqual(
      [record!.protocol, record!.status, record!.reason, record!.bytesOut],
      ['h2', 200, 'ok', 12],
    )
  })

  test('a WebSocket, when it is over', async () => {
    const [record] = await recordsFor(async () => {
      const socket = await openWebSocket(gateway, '/items/ws')
      assert.equal(recordsOf(gateway.stdout()).filter(({ status }) => status === 101).length, 0)
      socket.end()
      await once(socket, 'close')
    })
    assert.deepEqual([record!.status, record!.reason, record!.endpoint], [101, 'ok', upstream.url])
  })

  test('an upstream that dies in the middle of its answer', async () => {
    const { handler } = upstream
    upstream.handler = (_request, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('begun', () => response.destroy())
    }
    try {
      const [record] = await recordsFor(() => assert.rejects(call(gateway, '/items/1')))
      assert.equal(record!.status, 200)
      assert.match(record!.reason, /^upstream_(body_aborted|reset)$/)
    } finally {
      upstream.handler = handler
    }
  })
})

test('by default only failures are recorded, and never a control character', async (t) => {
  const upstream = await startUpstream()
  t.after(() => upstream.close())
  const gateway = await startGateway({
    config: `
workers: 1
listeners: [ { name: public, bind: "127.0.0.1:0", tls: { certs: ./certs } } ]
routes: [ { name: all, match: /ok, to: "${upstream.url}", auth: public } ]
`,
  })
  t.after(() => gateway.stop())
  for (let i = 0; i < 5; i++) assert.equal((await call(gateway, '/ok')).status, 200)
  assert.equal((await call(gateway, '/nowhere')).status, 404)
  const socket = connect({
    host: '127.0.0.1',
    port: gateway.port('public'),
    ca: gateway.ca.certPem,
    servername: 'localhost',
  })
  socket.write(
    'GET /\u001b[31m\u009b HTTP/1.1\r\nHost: local\u001b[31mhost\r\nX\u0007: \u001b[31m\r\n\r\n',
  )
  socket.resume()
  await once(socket, 'close')
  await gateway.waitFor('the failures', (out) => recordsOf(out).length > 1)
  assert.deepEqual(
    recordsOf(gateway.stdout()).map(({ status }) => status),
    [404, 400],
  )
  // oxlint-disable-next-line no-control-regex
  assert.doesNotMatch(gateway.stdout(), /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
})
