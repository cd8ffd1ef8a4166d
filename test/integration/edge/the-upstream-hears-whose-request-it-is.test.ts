// Addresses and ids: what the gateway tells the upstream of the client is its own finding, never the client's word.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { call } from './client.ts'
import { startUpstream, type Upstream } from './upstream.ts'

const FORGED = {
  'x-forwarded-for': '10.1.1.1',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-proto': 'http',
  'x-forwarded-port': '1',
  'x-forwarded-prefix': '/admin',
  'x-forwarded-client-cert': 'By=evil',
  'x-real-ip': '10.1.1.1',
  'x-client-ip': '10.1.1.1',
  'true-client-ip': '10.1.1.1',
  'cf-connecting-ip': '10.1.1.1',
  forwarded: 'for=10.1.1.1;host=evil.example',
  via: '1.1 evil',
  traceparent: '00-11111111111111111111111111111111-2222222222222222-01',
  tracestate: 'evil=1',
  baggage: 'admin=true',
  'x-original-url': '/admin',
  'x-rewrite-url': '/admin',
  'x-http-method-override': 'DELETE',
  'x-request-id': 'forged-request-id',
  x_forwarded_for: '10.1.1.1',
  content_length: '7',
}

suite('what the upstream hears of the client', () => {
  let upstream: Upstream
  let gateway: TestGateway

  before(async () => {
    upstream = await startUpstream()
    gateway = await startGateway({
      config: `
workers: 1
listeners:
  - { name: public, bind: "127.0.0.1:0", tls: { certs: ./certs } }
  - { name: behind, bind: "127.0.0.1:0", tls: { certs: ./certs }, trustedHops: 1 }
services: { api: { endpoints: ["${upstream.url}"] } }
routes:
  - { name: all, match: /*, to: api, auth: public }
  - { name: office, match: /office, to: api, auth: public, ip: { allow: [192.0.2.0/24, "2001:db8::/32"], deny: [192.0.2.66] } }
  - { name: barred, match: /barred, to: api, auth: public, ip: { deny: [127.0.0.0/8] } }
`,
    })
  })

  after(async () => {
    await gateway?.stop()
    await upstream?.close()
  })

  test('nothing a client claims of itself arrives', async () => {
    assert.equal((await call(gateway, { path: '/x', headers: FORGED })).status, 200)
    const { headers } = upstream.seen.at(-1)!
    const { port } = new URL(`https://localhost:${gateway.port('public')}`)
    assert.ok(port)
    assert.equal(headers['x-forwarded-for'], '127.0.0.1')
    assert.equal(headers['x-real-ip'], '127.0.0.1')
    assert.equal(headers['x-forwarded-host'], 'localhost')
    assert.equal(headers['x-forwarded-proto'], 'https')
    assert.equal(headers['forwarded'], 'for=127.0.0.1;host=localhost;proto=https')
    const all = JSON.stringify(upstream.seen.at(-1)!.rawHeaders)
    for (const trace of [
      '10.1.1.1',
      'evil',
      '1111111111',
      '/admin',
      'DELETE',
      'forged',
      'content_length',
    ]) {
      assert.ok(!all.includes(trace), `${trace} in ${all}`)
    }
  })

  test('the request id is fresh, and the same in answer, upstream and trace', async () => {
    const ids = new Set<string>()
    for (let i = 0; i < 3; i++) {
      const answer = await call(gateway, {
        path: '/x',
        headers: { 'x-request-id': 'forged-request-id' },
      })
      const { headers } = upstream.seen.at(-1)!
      const id = String(answer.headers['x-request-id'])
      assert.match(id, /^[0-9a-f]{32}$/)
      assert.equal(headers['x-request-id'], id)
      assert.match(
        String(headers['traceparent']),
        new RegExp(`^00-${id.replaceAll('-', '')}-[0-9a-f]{16}-0[01]$`),
      )
      ids.add(id)
    }
    assert.equal(ids.size, 3)
  })

  test('Host is kept, and its port with it', async () => {
    await call(gateway, { path: '/x', headers: { host: 'LOCALHOST:8443' } })
    const { headers } = upstream.seen.at(-1)!
    assert.equal(headers.host, 'localhost:8443')
    assert.equal(headers['x-forwarded-host'], 'localhost:8443')
    assert.equal(headers['forwarded'], 'for=127.0.0.1;host="localhost:8443";proto=https')
  })

  test('one trusted hop: the last entry counts, and nothing to its left', async () => {
    const seenFrom = async (forwardedFor: string | string[]): Promise<unknown> => {
      const headers = { 'x-forwarded-for': forwardedFor, 'x-request-id': 'from-the-proxy' }
      await call(gateway, { path: '/x', listener: 'behind', headers })
      return upstream.seen.at(-1)!.headers['x-forwarded-for']
    }
    assert.equal(await seenFrom('192.0.2.7'), '192.0.2.7')
    assert.equal(await seenFrom('10.1.1.1, 192.0.2.7'), '192.0.2.7')
    assert.equal(await seenFrom(['10.1.1.1', '192.0.2.7:4711']), '192.0.2.7')
    assert.equal(await seenFrom('[2001:DB8:0::1]:80'), '2001:db8::1')
    assert.equal(
      upstream.seen.at(-1)!.headers['forwarded'],
      'for="[2001:db8::1]";host=localhost;proto=https',
    )
    assert.equal(await seenFrom('unknown'), '127.0.0.1')
    assert.equal(upstream.seen.at(-1)!.headers['x-request-id'], 'from-the-proxy')
  })

  test('IP rules look at the address that was found, and never at a forged one', async () => {
    const ask = async (path: string, forwardedFor: string, listener: string): Promise<number> =>
      (await call(gateway, { path, listener, headers: { 'x-forwarded-for': forwardedFor } })).status
    assert.equal(await ask('/office', '192.0.2.7', 'behind'), 200)
    assert.equal(await ask('/office', '2001:db8::7', 'behind'), 200)
    assert.equal(await ask('/office', '::ffff:192.0.2.7', 'behind'), 200)
    assert.equal(await ask('/office', '192.0.2.66', 'behind'), 403)
    assert.equal(await ask('/office', '198.51.100.1', 'behind'), 403)
    assert.equal(await ask('/office', '192.0.2.7, 198.51.100.1', 'behind'), 403)
    assert.equal(await ask('/office', '192.0.2.7', 'public'), 403)
    assert.equal(await ask('/barred', '192.0.2.7', 'public'), 403)
    assert.equal(await ask('/barred', '192.0.2.7', 'behind'), 200)
  })

  test('a refusal by address is answered before a token would be asked for, with its own code', async () => {
    const before = upstream.seen.length
    const answer = await call(gateway, '/barred')
    assert.equal((JSON.parse(answer.body) as { code: string }).code, 'ip_denied')
    assert.equal(upstream.seen.length, before)
  })
})
