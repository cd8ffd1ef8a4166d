// Requests that a browser makes for somebody else's page: other origins, other names of ours, other media types.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { connectRaw } from '../../support/raw-client.ts'
import { startConsole, PASSWORD, type Session, type TestConsole } from './console.ts'

let world: TestConsole
let session: Session
before(async () => {
  world = await startConsole()
  session = await world.setUp()
})
after(() => world.stop())

const body = { name: 'eve', password: PASSWORD, role: 'admin' }

async function isRefused(headers: Record<string, string>, status: number, code: string) {
  const asked = { method: 'POST', body, headers }
  const answer = await world.ask('/api/v1/users', asked)
  assert.deepEqual([answer.status, answer.body['code']], [status, code])
  assert.doesNotMatch(world.accounts(), /eve/)
  const [last] = world.audit.search(null, 1).entries
  assert.deepEqual([last?.action, last?.result], ['addUser', code])
}

suite('a page of another site', () => {
  test('is refused by its origin', async () => {
    const { origin: _, ...bare } = session
    await isRefused({ ...session, origin: 'https://evil.example' }, 403, 'cross_site')
    await isRefused({ ...session, origin: 'null' }, 403, 'cross_site')
    await isRefused(
      { ...session, origin: world.origin().replace('https', 'http') },
      403,
      'cross_site',
    )
    await isRefused(bare, 403, 'cross_site')
    await isRefused({ ...bare, 'sec-fetch-site': 'none' }, 403, 'cross_site')
  })

  test('is refused by what the browser says of it', async () => {
    for (const site of ['cross-site', 'same-site']) {
      await isRefused({ ...session, 'sec-fetch-site': site }, 403, 'cross_site')
    }
  })

  test('is refused without the token of the session, even from our own origin', async () => {
    const { 'x-csrf-token': csrf, ...rest } = session
    await isRefused({ ...rest, 'sec-fetch-site': 'same-origin' }, 403, 'cross_site')
    await isRefused({ ...rest, 'x-csrf-token': `${csrf}x` }, 403, 'cross_site')
  })

  test('is refused as a form or as text', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      await isRefused({ ...session, 'content-type': type }, 415, 'media_type')
    }
  })

  test('signs nobody in', async () => {
    const headers = { origin: 'https://evil.example' }
    const asked = { method: 'POST', body: { name: 'root', password: PASSWORD }, headers }
    const answer = await world.ask('/api/v1/sessions', asked)
    assert.equal(answer.status, 403)
    assert.equal(answer.headers['set-cookie'], undefined)
  })

  test('reads nothing with the cookie of a session', async () => {
    for (const headers of [
      { cookie: session.cookie, 'sec-fetch-site': 'cross-site' },
      { cookie: session.cookie, origin: 'https://evil.example' },
    ]) {
      const answer = await world.ask('/api/v1/me', { headers })
      assert.equal(answer.status, 401)
      assert.equal(answer.headers['access-control-allow-origin'], undefined)
    }
  })

  test('gets no permission from a preflight', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'PUT' }
    const answer = await world.ask('/api/v1/config', { method: 'OPTIONS', headers })
    assert.equal(answer.status, 405)
    assert.equal(answer.headers['access-control-allow-origin'], undefined)
  })

  test('is refused under any other name, whatever it asks for', async () => {
    for (const host of [
      'evil.example',
      'evil.example:9443',
      '127.0.0.1.evil.example',
      'localhost.',
    ]) {
      for (const path of ['/api/v1/setup', '/api/v1/me', '/', '/nothing']) {
        const answer = await world.ask(path, { headers: { ...session, host } })
        assert.equal(answer.status, 421, `${host} ${path}`)
      }
    }
    const answer = await world.ask('/api/v1/me', {
      headers: { cookie: session.cookie, host: 'LOCALHOST:1' },
    })
    assert.equal(answer.status, 200)
  })

  test('is told in every answer to keep out', async () => {
    for (const path of ['/api/v1/me', '/nothing', '/%zz', '/openapi.json']) {
      const { headers } = await world.ask(path, { headers: session })
      assert.match(String(headers['content-security-policy']), /frame-ancestors 'none'/)
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.equal(headers['cache-control'], 'no-store')
      assert.equal(headers['referrer-policy'], 'no-referrer')
      assert.equal(headers['server'], undefined)
    }
  })

  test('finds no TRACE and no CONNECT', async () => {
    const port = world.network.ports()['admin']!
    for (const [line, found] of [
      ['TRACE /api/v1/me', /^HTTP\/1.1 405 /],
      ['CONNECT 127.0.0.1:22', /^$|^HTTP\/1.1 4/],
    ] as const) {
      const client = await connectRaw(port, { caPem: world.caPem() })
      client.send(`${line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
      await client.waitForClose()
      assert.match(client.received.toString(), found)
      client.destroy()
    }
  })

  test('gets no WebSocket', async () => {
    const headers = {
      origin: 'https://evil.example',
      cookie: session.cookie,
      connection: 'upgrade',
      upgrade: 'websocket',
    }
    assert.equal((await world.ask('/api/v1/me', { headers })).status, 401)
  })
})
