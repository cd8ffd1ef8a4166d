// A stream does not outlive the token that opened it: server-sent events are cut, a WebSocket is closed with 1008.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { after, before, suite, test } from 'node:test'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { closeCode, open, openWebSocket, readToEnd } from './client.ts'
import { startIdentityProvider, type IdentityProvider } from './identity-provider.ts'
import { recordWhere } from './records.ts'
import { startUpstream, type Upstream } from './upstream.ts'

/** `exp` counts whole seconds, so a token of 2 s ends after more than 1 s and at most 2 s, give or take a sweep. */
const EARLIEST_MS = 900
const LATEST_MS = 2600

suite('expiry', { concurrency: true }, () => {
  let provider: IdentityProvider
  let upstream: Upstream
  let gateway: TestGateway

  before(async () => {
    provider = await startIdentityProvider()
    upstream = await startUpstream((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: first\n\n')
    })
    gateway = await startGateway({
      config: `
workers: 1
issuers: { idp: { issuer: "${provider.issuer}", clockSkew: 0s } }
listeners: [ { name: public, bind: "127.0.0.1:0", tls: { certs: ./certs } } ]
services: { api: { endpoints: ["${upstream.url}"] } }
routes:
  - { name: sse, match: /sse, to: api, auth: { issuer: idp, audience: api } }
  - { name: h2, match: /h2, to: api, auth: { issuer: idp, audience: api } }
  - { name: ws, match: /ws, to: api, auth: { issuer: idp, audience: api } }
`,
    })
  })

  after(async () => {
    await gateway?.stop()
    await upstream?.close()
    await provider?.stop()
  })

  async function shortLived(): Promise<{ authorization: string }> {
    return { authorization: `Bearer ${await provider.token({ expiresIn: 2 })}` }
  }

  function assertInTime(startedMs: number): void {
    const tookMs = performance.now() - startedMs
    assert.ok(tookMs >= EARLIEST_MS && tookMs <= LATEST_MS, `after ${Math.round(tookMs)} ms`)
  }

  async function assertRecorded(route: string, status: number): Promise<void> {
    const record = await recordWhere(gateway, route, (each) => each.route === route)
    assert.deepEqual(
      [record.reason, record.status, record.subject],
      ['token_expired', status, 'alice'],
    )
  }

  test('server-sent events over HTTP/1.1 are cut, never ended cleanly', async () => {
    const startedMs = performance.now()
    const response = await open(gateway, { path: '/sse', headers: await shortLived() })
    assert.equal(response.statusCode, 200)
    await assert.rejects(async () => {
      for await (const chunk of response) assert.ok(String(chunk).startsWith('data:'))
    })
    assertInTime(startedMs)
    await assertRecorded('sse', 200)
  })

  test('server-sent events over HTTP/2 are reset', async () => {
    const startedMs = performance.now()
    const session = connectHttp2(`https://localhost:${gateway.port('public')}`, {
      ca: gateway.ca.certPem,
    })
    const stream = session.request({ ':path': '/h2', ...(await shortLived()) })
    stream.resume()
    await once(stream, 'response')
    await assert.rejects(once(stream, 'end'))
    assertInTime(startedMs)
    session.close()
    await assertRecorded('h2', 200)
  })

  test('a WebSocket is closed with 1008, and its upstream is told', async () => {
    const startedMs = performance.now()
    const socket = await openWebSocket(gateway, { path: '/ws', headers: await shortLived() })
    assert.equal(closeCode(await readToEnd(socket)), 1008)
    assertInTime(startedMs)
    await assertRecorded('ws', 101)
  })
})
