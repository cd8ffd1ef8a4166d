// The gateway answers for CORS alone: preflights end here, errors stay readable, the upstream's own words are replaced.
// The numbers are those of the public case list of the design's research.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { call, upgrade, type Answer } from './client.ts'
import { startIdentityProvider, type IdentityProvider } from './identity-provider.ts'
import { startUpstream, type Upstream } from './upstream.ts'

const ORIGIN = 'https://a.com'
const PROGRAM = resolve(import.meta.dirname, '../../../gateway/sallyport.mjs')

function accessControl({ headers }: Answer): string[] {
  return Object.keys(headers).filter((name) => name.startsWith('access-control-'))
}

function names(field: string | undefined): string[] {
  return (field ?? '').split(',').map((name) => name.trim().toLowerCase())
}

function assertReadable(answer: Answer, origin = ORIGIN): void {
  assert.equal(answer.headers['access-control-allow-origin'], origin, answer.body)
  assert.ok(names(answer.headers.vary).includes('origin'), String(answer.headers.vary))
}

suite('CORS', () => {
  let provider: IdentityProvider
  let upstream: Upstream
  let gateway: TestGateway

  before(async () => {
    provider = await startIdentityProvider()
    upstream = await startUpstream()
    gateway = await startGateway({
      config: `
workers: 1
issuers: { idp: "${provider.issuer}" }
listeners: [ { name: public, bind: "127.0.0.1:0", tls: { certs: ./certs }, sizes: { body: 1KiB } } ]
services: { api: { endpoints: ["${upstream.url}"] }, gone: { endpoints: ["http://127.0.0.1:1"] } }
routes:
  - name: api
    match: { path: /api/*, methods: [GET, POST, OPTIONS] }
    to: api
    auth: { issuer: idp, audience: api, scope: "api:write" }
    cors: { origins: ["${ORIGIN}"], methods: [GET, POST], headers: [authorization, x-own], expose: [etag], credentials: true, maxAge: 2h }
  - { name: open, match: /open/*, to: api, auth: public, cors: { origins: ["${ORIGIN}", "https://*.b.com"] } }
  - { name: any, match: /any/*, to: api, auth: public, cors: { origins: "*", headers: "*" } }
  - { name: bare, match: /bare/*, to: api, auth: public }
  - { name: gone, match: /gone/*, to: gone, auth: public, cors: "${ORIGIN}" }
`,
    })
  })

  after(async () => {
    await gateway?.stop()
    await upstream?.close()
    await provider?.stop()
  })

  function preflight(path: string, more: Record<string, string> = {}, origin = ORIGIN) {
    const headers = { origin, 'access-control-request-method': 'GET', ...more }
    return call(gateway, { path, method: 'OPTIONS', headers })
  }

  async function assertRefused(asked: Promise<Answer>): Promise<void> {
    const before = upstream.seen.length
    const answer = await asked
    assert.equal(answer.status, 403, answer.body)
    assert.deepEqual(accessControl(answer), [])
    assert.equal(upstream.seen.length, before)
  }

  test('C020: two Origin fields are refused', async () => {
    const headers = { origin: [ORIGIN, ORIGIN] }
    assert.equal((await call(gateway, { path: '/open/1', headers })).status, 400)
  })

  test('C021: the exact origin is echoed, with Vary', async () => {
    const answer = await call(gateway, { path: '/open/1', headers: { origin: ORIGIN } })
    assert.equal(answer.status, 200)
    assertReadable(answer)
  })

  test('C022: a wildcard origin stands for one label', async () => {
    const ask = (origin: string) => call(gateway, { path: '/open/1', headers: { origin } })
    assertReadable(await ask('https://x.b.com'), 'https://x.b.com')
    for (const origin of [
      'https://x.y.b.com',
      'https://b.com',
      'https://xb.com',
      'http://x.b.com',
    ]) {
      assert.deepEqual(accessControl(await ask(origin)), [], origin)
    }
  })

  test('a foreign origin is served and cannot read', async () => {
    for (const origin of ['https://evil.example', 'null', 'https://A.com', 'https://a.com.']) {
      const answer = await call(gateway, { path: '/open/1', headers: { origin } })
      assert.equal(answer.status, 200)
      assert.deepEqual(accessControl(answer), [], origin)
      assert.ok(names(answer.headers.vary).includes('origin'))
    }
  })

  test('C023-C025: a policy that allows too much is refused at load', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-cors-'))
    try {
      for (const origins of [
        '"*"',
        '[null]',
        '".*"',
        '["/a\\\\.com$/"]',
        '["https://*"]',
        '["*.com"]',
      ]) {
        const file = join(folder, 'sallyport.yaml')
        writeFileSync(
          file,
          `listeners: [ { name: p, bind: "127.0.0.1:0", tls: off } ]
routes: [ { name: r, match: /x, to: "http://127.0.0.1:1", auth: public, cors: { origins: ${origins}, credentials: true } } ]
`,
        )
        const run = spawnSync(process.execPath, [PROGRAM, 'check', file], { encoding: 'utf8' })
        assert.equal(run.status, 3, `${origins}: ${run.stdout}${run.stderr}`)
        assert.match(run.stderr, /sallyport\.yaml:2:\d+/)
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  test('C026-C027: a preflight for what is not listed is refused', async () => {
    await assertRefused(preflight('/api/1', { 'access-control-request-method': 'DELETE' }))
    await assertRefused(preflight('/api/1', { 'access-control-request-method': 'OPTIONS' }))
    await assertRefused(preflight('/api/1', { 'access-control-request-headers': 'x-own, x-other' }))
  })

  test('C028: any header does not mean authorization', async () => {
    const allowed = await preflight('/any/1', { 'access-control-request-headers': 'x-thing' })
    assert.equal(allowed.status, 204)
    assert.equal(allowed.headers['access-control-allow-origin'], '*')
    await assertRefused(preflight('/any/1', { 'access-control-request-headers': 'authorization' }))
  })

  test('C029: an answer is kept for two hours at most', async () => {
    const answer = await preflight('/api/1')
    assert.ok(Number(answer.headers['access-control-max-age']) <= 7200)
  })

  test('C030: OPTIONS without Access-Control-Request-Method is an ordinary request', async () => {
    const before = upstream.seen.length
    const answer = await call(gateway, {
      path: '/open/1',
      method: 'OPTIONS',
      headers: { origin: ORIGIN },
    })
    assert.equal(answer.status, 200)
    assertReadable(answer)
    assert.equal(upstream.seen[before]?.method, 'OPTIONS')
    const guarded = await call(gateway, {
      path: '/api/1',
      method: 'OPTIONS',
      headers: { origin: ORIGIN },
    })
    assert.equal(guarded.status, 401)
  })

  test('C031: a preflight needs no token and never reaches the upstream', async () => {
    const before = upstream.seen.length
    const answer = await preflight('/api/1', {
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,x-own',
    })
    assert.equal(answer.status, 204)
    assertReadable(answer)
    assert.equal(answer.headers['access-control-allow-credentials'], 'true')
    assert.deepEqual(names(answer.headers['access-control-allow-methods']), ['get', 'post'])
    assert.deepEqual(names(answer.headers['access-control-allow-headers']), [
      'authorization',
      'x-own',
    ])
    assert.equal(upstream.seen.length, before)
  })

  test('C032-C033: the upstream’s own CORS fields are replaced and its Vary is kept', async () => {
    upstream.handler = (_request, response) => {
      response.writeHead(200, {
        'access-control-allow-origin': '*',
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': 'x-inner',
        vary: 'Accept-Encoding',
      })
      response.end('ok')
    }
    try {
      const answer = await call(gateway, { path: '/open/1', headers: { origin: ORIGIN } })
      assertReadable(answer)
      assert.equal(answer.headers['access-control-allow-credentials'], undefined)
      assert.doesNotMatch(String(answer.headers['access-control-expose-headers']), /x-inner/)
      assert.deepEqual(names(answer.headers.vary).sort(), ['accept-encoding', 'origin'])
      const foreign = await call(gateway, {
        path: '/open/1',
        headers: { origin: 'https://evil.example' },
      })
      assert.deepEqual(accessControl(foreign), [])
      // Where the configuration says nothing of CORS, the upstream speaks for itself.
      const bare = await call(gateway, { path: '/bare/1', headers: { origin: ORIGIN } })
      assert.equal(bare.headers['access-control-allow-origin'], '*')
    } finally {
      upstream.handler = (request, response) => {
        request.resume()
        response.end('ok')
      }
    }
  })

  test('C034: a page of an allowed origin can read every refusal, a foreign one none', async () => {
    const readOnly = `Bearer ${await provider.token({ claims: { scope: 'api:read' } })}`
    upstream.handler = (request, response) => {
      request.resume()
      response.writeHead(404).end()
    }
    const asks = [
      { expected: 401, path: '/api/1' },
      { expected: 403, path: '/api/1', headers: { authorization: readOnly } },
      { expected: 404, path: '/open/missing' },
      { expected: 405, path: '/api/1', method: 'DELETE' },
      { expected: 413, path: '/open/1', method: 'POST', body: Buffer.alloc(2048) },
      { expected: 502, path: '/gone/1' },
    ]
    try {
      for (const { expected, headers, ...ask } of asks) {
        const answer = await call(gateway, { ...ask, headers: { origin: ORIGIN, ...headers } })
        assert.equal(answer.status, expected, answer.body)
        assertReadable(answer)
        const foreign = await call(gateway, {
          ...ask,
          headers: { origin: 'https://evil.example', ...headers },
        })
        assert.equal(foreign.status, expected)
        assert.deepEqual(accessControl(foreign), [], String(expected))
      }
    } finally {
      upstream.handler = (request, response) => {
        request.resume()
        response.end('ok')
      }
    }
  })

  test('C035: a refused preflight carries no Access-Control field', async () => {
    await assertRefused(preflight('/api/1', {}, 'https://evil.example'))
    await assertRefused(preflight('/api/1', {}, 'null'))
  })

  test('C036: OPTIONS without Origin is forwarded', async () => {
    const before = upstream.seen.length
    const answer = await call(gateway, { path: '/open/1', method: 'OPTIONS' })
    assert.equal(answer.status, 200)
    assert.equal(upstream.seen[before]?.method, 'OPTIONS')
  })

  test('C037: a page may not reach into a private network', async () => {
    await assertRefused(preflight('/api/1', { 'access-control-request-private-network': 'true' }))
  })

  test('C038: a WebSocket needs a known origin', async () => {
    const ask = async (origin: string | null, path = '/open/ws') => {
      const headers: Record<string, string> = origin === null ? {} : { origin }
      const upgraded = await upgrade(gateway, { path, headers })
      if (upgraded.kind === 'refused') return upgraded.answer.status
      upgraded.socket.destroy()
      return 101
    }
    assert.equal(await ask(ORIGIN), 101)
    assert.equal(await ask(null), 101)
    assert.equal(await ask('https://evil.example'), 403)
    assert.equal(await ask('https://evil.example', '/any/ws'), 403)
    assert.equal(await ask('https://evil.example', '/bare/ws'), 403)
    assert.equal(await ask('https://localhost', '/bare/ws'), 101)
  })

  test('C039: an answer for one origin says that it depends on it, and so does one without', async () => {
    assertReadable(await call(gateway, { path: '/open/1', headers: { origin: ORIGIN } }))
    const none = await call(gateway, '/open/1')
    assert.ok(names(none.headers.vary).includes('origin'))
    assert.deepEqual(accessControl(none), [])
    const any = await call(gateway, '/any/1')
    assert.equal(any.headers['access-control-allow-origin'], '*')
    assert.equal(any.headers.vary, undefined)
  })

  test('a preflight for an unknown path is not answered as allowed', async () => {
    const answer = await preflight('/nowhere')
    assert.equal(answer.status, 404)
    assert.deepEqual(accessControl(answer), [])
  })
})
