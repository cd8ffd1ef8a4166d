// Q014–Q031: writing the same request differently, and requests that might not count.

import assert from 'node:assert/strict'
import { connect as connectHttp2 } from 'node:http2'
import { once } from 'node:events'
import { connectRaw } from '../../support/raw-client.ts'
import type { BypassCase } from './bypass-case.ts'
import { admittedOf, ask, askMany, bearer } from './client.ts'

const PER_IP = 'auth: public, limits: [ 2/min per ip ]'
const PER_SUB = 'auth: { issuer: idp, audience: api }, limits: [ 2/min per sub ]'
const PER_KEY =
  'auth: public, limits: [ { rate: 2/min, key: ["header:x-api-key"] }, 1000/min per ip ]'

/** Another spelling of the path is counted with the first one, or leads nowhere. */
function spelling(id: string, change: (path: string) => string): BypassCase {
  return {
    id,
    route: PER_IP,
    check: async ({ port, reached }, path) => {
      await askMany([port], 2, { path })
      const before = reached().length
      for (let i = 0; i < 3; i++) {
        const { status } = await ask(port, { path: change(path) })
        assert.ok([400, 404, 429].includes(status), `${status}`)
      }
      assert.equal(reached().length, before)
    },
  }
}

/** `base` twice, and then everything of `others` is refused. */
function sameCaller(
  id: string,
  route: string,
  base: Readonly<Record<string, string>>,
  others: readonly Readonly<Record<string, string>>[],
): BypassCase {
  return {
    id,
    route,
    check: async ({ port }, path) => {
      assert.equal(admittedOf(await askMany([port], 5, { path, headers: base })), 2)
      for (const headers of others) {
        assert.equal((await ask(port, { path, headers })).status, 429, JSON.stringify(headers))
      }
    },
  }
}

const upgrade = (path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`

export const KEY_CASES: readonly BypassCase[] = [
  spelling('Q014', (path) => path.toUpperCase()),
  spelling('Q015', (path) => `/${path}`),
  spelling('Q016', (path) => `${path}/`),
  spelling('Q017', (path) => path.replace('q', '%71')),
  spelling('Q018', (path) => `${path}?x=1`),
  spelling('Q019', (path) => `${path};x`),
  spelling('Q020', (path) => `/.${path}`),
  {
    id: 'Q021',
    route: PER_IP,
    check: async ({ port }, path) => {
      await askMany([port], 2, { path })
      for (const method of ['HEAD', 'OPTIONS', 'POST', 'DELETE']) {
        assert.equal((await ask(port, { path, method })).status, 429, method)
      }
    },
  },
  {
    id: 'Q022',
    route: PER_IP,
    check: async ({ gateway, port }, path) => {
      await askMany([port], 2, { path })
      const session = connectHttp2(`https://localhost:${gateway.port('secure')}`, {
        ca: gateway.ca.certPem,
      })
      const stream = session.request({ ':path': path })
      const [headers] = (await once(stream, 'response')) as [Record<string, unknown>]
      session.destroy()
      assert.equal(headers[':status'], 429)
    },
  },
  {
    id: 'Q023',
    route: PER_IP,
    match: 'q023.test/*',
    check: async ({ port }) => {
      const asHost = (host: string) => ask(port, { path: '/', headers: { host } })
      for (const wanted of [200, 200, 429]) assert.equal((await asHost('q023.test')).status, wanted)
      for (const host of ['Q023.TEST', 'q023.test:80', 'q023.test:9999', 'q023.test.']) {
        const { status } = await asHost(host)
        assert.ok([400, 404, 429].includes(status), `${host}: ${status}`)
      }
    },
  },
  sameCaller('Q024', PER_KEY, { 'x-api-key': 'k' }, [
    { 'X-API-KEY': 'k' },
    { 'X-Api-Key': '  k\t' },
  ]),
  {
    id: 'Q025',
    route: PER_SUB,
    check: async ({ port, issuer }, path) => {
      const token = await issuer.token('q025', 'api')
      assert.equal(admittedOf(await askMany([port], 5, { path, headers: bearer(token) })), 2)
      const other = await issuer.token('q025', 'api', 7_200_000)
      assert.notEqual(token, other)
      for (const authorization of [`Bearer ${other}`, `bearer ${token}`, `BEARER ${other}`]) {
        assert.equal((await ask(port, { path, headers: { authorization } })).status, 429)
      }
      // A signature has more than one spelling in base64url only for those who do not check it.
      const [head, body, signature = ''] = token.split('.')
      for (const respelled of [`${signature}=`, `${signature}==`, `${signature} `]) {
        const headers = bearer(`${head}.${body}.${respelled}`)
        const { status } = await ask(port, { path, headers })
        assert.ok(status === 429 || status === 401, `${status}`)
      }
    },
  },
  {
    id: 'Q026',
    route: 'auth: { issuer: idp, audience: api }, limits: [ 2/min per ip ]',
    check: async ({ port, issuer }, path) => {
      for (const wanted of [401, 401, 429]) {
        assert.equal((await ask(port, { path, headers: bearer('x.y.z') })).status, wanted)
      }
      const headers = bearer(await issuer.token('q026', 'api'))
      assert.equal((await ask(port, { path, headers })).status, 429)
    },
  },
  {
    id: 'Q027',
    exception:
      'limits belong to routes and a 404 has none: it asks no upstream, verifies nothing and costs less than a 429 would',
  },
  {
    id: 'Q028',
    exception:
      'a 405 is decided before limits, like every refusal that costs nothing: it reaches neither token check nor upstream, so nothing that a limit protects',
  },
  {
    id: 'Q029',
    route: PER_IP,
    check: async ({ port }, path) => {
      const statuses: number[] = []
      for (let i = 0; i < 3; i++) {
        const raw = await connectRaw(port)
        raw.send(upgrade(path))
        await raw.waitFor('answer', () => raw.responses().length > 0)
        statuses.push(raw.responses()[0]!.status)
        raw.destroy()
      }
      assert.deepEqual(statuses, [101, 101, 429])
      assert.equal((await ask(port, { path })).status, 429)
    },
  },
  {
    id: 'Q030',
    exception:
      'messages are not requests: an open WebSocket is one request that was counted; its frames have bounds of size, number and control frames of their own',
  },
  {
    id: 'Q031',
    route: PER_SUB,
    check: async ({ port, issuer }, path) => {
      const [a, b] = [await issuer.token('q031-a', 'api'), await issuer.token('q031-b', 'api')]
      const flood = askMany([port], 100, { path, headers: bearer(a) })
      const calm = askMany([port], 2, { path, headers: bearer(b) })
      assert.equal(admittedOf(await calm), 2)
      assert.equal(admittedOf(await flood), 2)
    },
  },
]
