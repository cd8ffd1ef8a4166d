// Which route takes a request, which service gets it, and what becomes of path and headers on the way.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { call } from './client.ts'
import { startUpstream, type Upstream } from './upstream.ts'

suite('routes', () => {
  let one: Upstream
  let two: Upstream
  let gateway: TestGateway

  before(async () => {
    one = await startUpstream((request, response) => {
      request.resume()
      response.writeHead(200, { server: 'one/1.0', 'x-inner': 'yes', 'x-request-id': 'theirs' })
      response.end('one')
    })
    two = await startUpstream((request, response) => {
      request.resume()
      response.end('two')
    })
    gateway = await startGateway({
      config: `
workers: 2
listeners:
  - { name: public, bind: "127.0.0.1:0", tls: { certs: ./certs } }
  - { name: inner, bind: "127.0.0.1:0", tls: { certs: ./certs } }
services: { one: { endpoints: ["${one.url}"] }, two: { endpoints: ["${two.url}"] } }
routes:
  - { name: exact-host, match: "api.example.com/*", to: one, auth: public }
  - { name: any-sub, match: "*.example.com/*", to: two, auth: public }
  - { name: items, match: "/items/{id}", to: one, auth: public }
  - { name: items-new, match: /items/new, to: two, auth: public }
  - { name: get, match: { path: /only, methods: [GET, PUT] }, to: one, auth: public }
  - { name: tenant, match: { path: /tenant, headers: { x-tenant: acme }, query: { v: "2" } }, to: two, auth: public }
  - { name: tenants, match: /tenant, to: one, auth: public }
  - { name: rewrite, match: /v1/orders/*, to: one, auth: public, rewrite: { prefix: /o } }
  - { name: rewrite-root, match: /root/*, to: one, auth: public, rewrite: { prefix: / } }
  - name: rules
    match: /rules
    to: one
    auth: public
    headers:
      request: { set: { x-from: gateway, user-agent: sallyport }, remove: [x-secret] }
      response: { set: { x-frame-options: DENY }, remove: [server, x-inner] }
  - { name: canary, match: /canary, auth: public, to: [ { service: one, weight: 80 }, { service: two, weight: 20 } ] }
  - { name: by-cookie, match: /by-cookie, auth: public, sticky: cookie, to: [ { service: one }, { service: two } ] }
  - { name: by-header, match: /by-header, auth: public, sticky: "header:x-user", to: [ { service: one }, { service: two } ] }
  - { name: inner-only, listener: inner, match: /inner, to: one, auth: public }
`,
    })
  })

  after(async () => {
    await gateway?.stop()
    await one?.close()
    await two?.close()
  })

  async function answerer(path: string, headers: Record<string, string> = {}): Promise<string> {
    const { status, body } = await call(gateway, { path, headers })
    return status === 200 ? body : String(status)
  }

  test('the most specific host and path win, whatever their order', async () => {
    assert.equal(await answerer('/x', { host: 'api.example.com' }), 'one')
    assert.equal(await answerer('/x', { host: 'API.Example.com.:443' }), 'one')
    assert.equal(await answerer('/x', { host: 'web.example.com' }), 'two')
    assert.equal(await answerer('/x', { host: 'a.b.example.com' }), '404')
    assert.equal(await answerer('/x', { host: 'example.com' }), '404')
    assert.equal(await answerer('/items/7'), 'one')
    assert.equal(await answerer('/items/new'), 'two')
    assert.equal(await answerer('/items/7/8'), '404')
    assert.equal(await answerer('/items'), '404')
  })

  test('headers and query choose among routes of one path', async () => {
    assert.equal(await answerer('/tenant?v=2', { 'x-tenant': 'acme' }), 'two')
    assert.equal(await answerer('/tenant?v=3', { 'x-tenant': 'acme' }), 'one')
    assert.equal(await answerer('/tenant?v=2'), 'one')
    assert.equal(await answerer('/tenant?v=2&v=3', { 'x-tenant': 'acme' }), 'one')
  })

  test('404 tells nothing but a code and an id, 405 names the methods', async () => {
    const missing = await call(gateway, '/nowhere')
    assert.equal(missing.status, 404)
    assert.equal(missing.headers['content-type'], 'application/problem+json')
    const problem = JSON.parse(missing.body) as Record<string, unknown>
    assert.deepEqual(Object.keys(problem).sort(), ['code', 'requestId', 'status', 'title', 'type'])
    assert.equal(problem['code'], 'route_not_found')
    assert.equal(problem['requestId'], missing.headers['x-request-id'])

    const refused = await call(gateway, { path: '/only', method: 'DELETE' })
    assert.equal(refused.status, 405)
    assert.deepEqual(refused.headers.allow?.split(', ').sort(), ['GET', 'HEAD', 'PUT'])
    assert.equal((await call(gateway, { path: '/only', method: 'HEAD' })).status, 200)
  })

  test('a route of one listener is not on the other', async () => {
    assert.equal(await answerer('/inner'), '404')
    assert.equal((await call(gateway, { path: '/inner', listener: 'inner' })).body, 'one')
  })

  test('rewrite replaces the prefix, and the query stays', async () => {
    for (const [path, expected] of [
      ['/v1/orders/7?a=b%20c', '/o/7?a=b%20c'],
      ['/v1/orders', '/o'],
      ['/v1/orders/', '/o/'],
      ['/root/a/b', '/a/b'],
      ['/root', '/'],
      ['/root/', '/'],
    ] as const) {
      assert.equal(await answerer(path), 'one')
      assert.equal(one.seen.at(-1)!.url, expected, path)
    }
  })

  test('header rules hold for requests and answers', async () => {
    const headers = { 'x-secret': '1', 'user-agent': 'curl', 'x-from': 'client' }
    const answer = await call(gateway, { path: '/rules', headers })
    const seen = one.seen.at(-1)!
    assert.equal(seen.headers['x-from'], 'gateway')
    assert.equal(seen.headers['user-agent'], 'sallyport')
    assert.equal(seen.headers['x-secret'], undefined)
    assert.equal(answer.headers['x-frame-options'], 'DENY')
    assert.equal(answer.headers['server'], undefined)
    assert.equal(answer.headers['x-inner'], undefined)
    assert.notEqual(answer.headers['x-request-id'], 'theirs')
  })

  test('weights are kept', async () => {
    let toTwo = 0
    for (let i = 0; i < 400; i++) if ((await answerer('/canary')) === 'two') toTwo += 1
    // 20 % of 400 is 80, with a standard deviation of 8: five of them either way.
    assert.ok(toTwo >= 40 && toTwo <= 120, `${toTwo} of 400`)
  })

  test('a cookie keeps a caller where it was', async () => {
    const first = await call(gateway, '/by-cookie')
    const [cookie = ''] = first.headers['set-cookie'] ?? []
    assert.match(cookie, /^__sallyport_to=\d+; Path=\/; HttpOnly; SameSite=Lax; Secure$/)
    const [pair = ''] = cookie.split(';')
    for (let i = 0; i < 20; i++) {
      const again = await call(gateway, { path: '/by-cookie', headers: { cookie: `a=b; ${pair}` } })
      assert.equal(again.body, first.body)
      assert.equal(again.headers['set-cookie'], undefined)
    }
    const forged = await call(gateway, {
      path: '/by-cookie',
      headers: { cookie: '__sallyport_to=-1' },
    })
    assert.equal(forged.status, 200)
    assert.equal(forged.headers['set-cookie']?.length, 1)
  })

  test('a header keeps a caller where it was, and spreads callers', async () => {
    const seen = new Set<string>()
    for (let user = 0; user < 20; user++) {
      const headers = { 'x-user': `user-${user}` }
      const first = await answerer('/by-header', headers)
      assert.equal(await answerer('/by-header', headers), first)
      seen.add(first)
    }
    assert.deepEqual([...seen].sort(), ['one', 'two'])
  })
})
