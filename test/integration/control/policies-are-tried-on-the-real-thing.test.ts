// The CORS simulator, the list of issuers, the issuer inspector and the test request, each held against a real gateway.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { callApi, type ApiFailure } from '../../../gateway/cli/api-client.ts'
import { controlSocketPath } from '../../../gateway/control/admin/local-socket.ts'
import type { ListedIssuer } from '../../../gateway/control/policies/issuers.ts'
import type { InspectedIssuer } from '../../../gateway/control/policies/discover-issuer.ts'
import type { Simulation } from '../../../gateway/control/policies/simulate-cors.ts'
import type { TestResult } from '../../../gateway/control/policies/test-requests.ts'
import { randomFrom } from '../../sidecar/forward/seeded-random.ts'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { sallyport } from '../../support/cli.ts'
import { until } from '../../support/until.ts'
import { call, type Answer } from '../edge/client.ts'
import { startIdentityProvider, type IdentityProvider } from '../edge/identity-provider.ts'
import { startUpstream, type Upstream } from '../edge/upstream.ts'

function configOf(provider: string, upstream: string): string {
  return `
workers: 1
issuers:
  idp: ${provider}
  away: { issuer: "https://away.invalid/", jwks: "https://away.invalid/jwks" }
listeners:
  - { name: public, bind: "127.0.0.1:0", tls: { certs: ./certs } }
  - { name: inner, bind: "127.0.0.1:0", tls: off }
services: { api: { endpoints: ["${upstream}"] } }
routes:
  - { name: one, match: /one/*, to: api, auth: public, cors: "https://app.example.com" }
  - { name: any, match: /any, to: api, auth: public, cors: { origins: "*", headers: "*", expose: [etag] } }
  - { name: cookies, match: { path: /cookies, methods: [GET, PUT] }, to: api, auth: public, cors: { origins: ["https://*.example.com", "https://other.test"], credentials: true, headers: [x-one, content-type], maxAge: 5m } }
  - { name: narrow, match: { path: /narrow, methods: [POST] }, to: api, auth: public, cors: { origins: "https://app.example.com", methods: [GET, POST, DELETE] } }
  - { name: tenant, match: { path: /tenant, headers: { x-tenant: acme } }, to: api, auth: public, cors: { origins: "https://app.example.com", headers: [x-tenant] } }
  - { name: none, match: /none, to: api, auth: public }
  - { name: locked, match: /locked, to: api, auth: { issuer: idp, audience: api } }
  - { name: file, match: /file, to: api, auth: public, listener: inner }
`
}

const PATHS: Readonly<Record<string, string>> = {
  one: '/one/1',
  any: '/any',
  cookies: '/cookies',
  narrow: '/narrow',
  tenant: '/tenant',
}
const ORIGINS = [
  'https://app.example.com',
  'https://a.example.com',
  'https://a.b.example.com',
  'https://other.test',
  'http://app.example.com',
  'null',
]
const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD']
const FIELDS = ['authorization', 'content-type', 'x-one', 'x-tenant', 'accept']

suite('policies', () => {
  let provider: IdentityProvider
  let upstream: Upstream
  let gateway: TestGateway
  const api = (method: string, path: string, body?: unknown) =>
    callApi(
      { kind: 'socket', path: controlSocketPath(`${gateway.folder}/data`) },
      method,
      path,
      body,
    )
  const simulate = (body: object) =>
    api('POST', '/api/v1/cors:simulate', body) as Promise<Simulation>
  const send = (body: object) => api('POST', '/api/v1/test-request', body) as Promise<TestResult>
  const refusal = async (asked: Promise<unknown>): Promise<ApiFailure> =>
    asked.then(
      (answer) => assert.fail(JSON.stringify(answer)),
      (error: unknown) => error as ApiFailure,
    )

  before(async () => {
    provider = await startIdentityProvider()
    upstream = await startUpstream()
    gateway = await startGateway({ config: configOf(provider.issuer, upstream.url) })
    await until('the control plane', () =>
      api('GET', '/api/v1/config').then(
        () => true,
        () => false,
      ),
    )
  })

  after(async () => {
    await gateway?.stop()
    await upstream?.close()
    await provider?.stop()
  })

  /** As the simulator tells them. */
  function corsFields({ headers }: Answer): Readonly<Record<string, string>> {
    const found = Object.entries(headers).filter(
      ([name]) => name === 'vary' || name.startsWith('access-control-'),
    )
    return Object.fromEntries(found.map(([name, value]) => [name, String(value)]))
  }

  function named(fields: Simulation['actual']['headers']): Readonly<Record<string, string>> {
    return Object.fromEntries(fields.map(({ name, value }) => [name, value]))
  }

  test('the simulator says of 120 generated calls what the gateway answers', async () => {
    const random = randomFrom(11)
    const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!
    const seen = new Map<string, number>()
    for (let i = 0; i < 120; i++) {
      const route = pick(Object.keys(PATHS))
      const path = PATHS[route]!
      const [origin, method] = [pick(ORIGINS), pick(METHODS)]
      const names = FIELDS.filter(() => random() < 0.25)
      const headers = names.map((name) => ({ name, value: name === 'x-tenant' ? 'acme' : 'x' }))
      const credentials = random() < 0.5
      const simulated = await simulate({ route, origin, method, headers, credentials })
      const said = `${route} ${method} ${origin} [${names.join(' ')}]\n${JSON.stringify(simulated)}`
      seen.set(simulated.verdict.outcome, (seen.get(simulated.verdict.outcome) ?? 0) + 1)
      if (simulated.preflight !== null) {
        const { asks } = simulated.preflight
        const answer = await call(gateway, {
          method: 'OPTIONS',
          path,
          headers: {
            origin,
            'access-control-request-method': asks.method,
            ...(asks.headers === null ? {} : { 'access-control-request-headers': asks.headers }),
          },
        })
        assert.equal(simulated.preflight.status, answer.status, said)
        assert.deepEqual(named(simulated.preflight.headers), corsFields(answer), said)
      }
      const fields = Object.fromEntries(headers.map(({ name, value }) => [name, value]))
      const answer = await call(gateway, { method, path, headers: { origin, ...fields } })
      assert.equal(simulated.actual.status ?? 200, answer.status, said)
      assert.deepEqual(named(simulated.actual.headers), corsFields(answer), said)
    }
    for (const outcome of ['readable', 'unreadable', 'blocked']) {
      assert.ok((seen.get(outcome) ?? 0) > 5, `${outcome}: ${seen.get(outcome)}`)
    }
  })

  test('`*` with credentials is refused with the reason, and a route without `cors:` says so', async () => {
    const asked = { origin: 'https://a.test', method: 'GET' }
    const cors = { origins: '*', credentials: true }
    const { problem } = await refusal(simulate({ ...asked, cors }))
    assert.equal(problem?.['code'], 'config_invalid')
    assert.match(String(problem?.['detail']), /would let every site act as the user/)
    const draft = await simulate({ ...asked, cors: 'https://a.test' })
    assert.equal(draft.verdict.outcome, 'readable')
    assert.equal((await simulate({ ...asked, route: 'none' })).isOff, true)
    assert.equal((await refusal(simulate({ ...asked, route: 'nobody' }))).status, 404)
  })

  test('the issuers are listed with their keys, their faults and the routes that take their tokens', async () => {
    const list = async () =>
      ((await api('GET', '/api/v1/issuers')) as { items: readonly ListedIssuer[] }).items
    await until('fetched keys', async () => (await list())[0]?.health?.state === 'fresh')
    await until('a failed fetch', async () => (await list())[1]?.health?.state === 'failed')
    const [idp, away] = await list()
    assert.deepEqual(idp?.routes, ['locked'])
    assert.deepEqual(idp?.keys, [{ kid: 'key-1', type: 'RSA', curve: null, alg: 'RS256' }])
    assert.match(away?.health?.lastError ?? '', /away\.invalid/)
    assert.deepEqual(away?.keys, [])
  })

  test('an issuer is inspected where the configuration names it, and nothing else inside is', async () => {
    const discover = (url: string) =>
      api('POST', '/api/v1/issuers:discover', { url }) as Promise<InspectedIssuer>
    const found = await discover(provider.issuer.replace(/\/$/, ''))
    assert.equal(found.issuer, provider.issuer)
    assert.deepEqual(
      found.keys.map(({ kid, bits, refused }) => [kid, bits, refused]),
      [['key-1', 2048, null]],
    )
    const asked = upstream.seen.length
    for (const url of [
      upstream.url,
      `https://127.0.0.1:${upstream.port}/`,
      'https://169.254.169.254/',
      'https://[::ffff:169.254.169.254]/',
      'https://10.0.0.1/',
      'https://[::1]/',
      'http://idp.example.com/',
      'file:///etc/passwd',
      'https://u:p@idp.example.com/',
    ]) {
      const { status, problem } = await refusal(discover(url))
      assert.equal(status, 422, url)
      assert.ok(String(problem?.['detail']).length > 10, url)
    }
    assert.equal(upstream.seen.length, asked)
  })

  test('a test request goes through the listener and comes back with status, route and id', async () => {
    const { outcome, route, recorded } = await send({ url: 'https://localhost/one/7?a=b' })
    assert.ok(outcome.kind === 'answered', JSON.stringify(outcome))
    assert.equal(outcome.status, 200)
    assert.equal(outcome.body.text, 'ok')
    assert.equal(outcome.nameFault, null)
    assert.equal(route, 'one')
    assert.equal(recorded?.service, 'api')
    assert.equal(upstream.seen.at(-1)?.url, '/one/7?a=b')
    assert.match(outcome.requestId ?? '', /.{8}/)
    const locked = await send({ url: 'https://localhost/locked' })
    assert.ok(locked.outcome.kind === 'answered')
    assert.equal(locked.outcome.status, 401)
    assert.equal(locked.recorded?.reason, 'token_missing')
    const token = await provider.token()
    const headers = [{ name: 'authorization', value: `Bearer ${token}` }]
    const opened = await send({ url: 'https://localhost/locked', headers })
    assert.ok(opened.outcome.kind === 'answered' && opened.outcome.status === 200)
  })

  test('a host that the certificate does not carry is told, and no other address is ever asked', async () => {
    const { outcome, address } = await send({ url: 'https://shop.example.com/any' })
    assert.ok(outcome.kind === 'answered')
    assert.match(outcome.nameFault ?? '', /shop\.example\.com/)
    assert.equal(address, `127.0.0.1:${gateway.port('public')}`)
    const inside = await send({ url: 'http://169.254.169.254/latest/meta-data', listener: 'inner' })
    assert.ok(inside.outcome.kind === 'answered')
    assert.equal(inside.outcome.status, 404)
    assert.equal(inside.address, `127.0.0.1:${gateway.port('inner')}`)
  })

  test('a test request cannot be framed otherwise, nor carry what signs in here', async () => {
    const url = 'https://localhost/any'
    const before = upstream.seen.length
    for (const [name, value] of [
      ['Host', 'other'],
      ['Transfer-Encoding', 'chunked'],
      ['Content-Length', '5'],
      ['Connection', 'x-secret'],
      ['x-a', 'b\r\nx-c: d'],
      ['bad name', 'x'],
      ['authorization', `Bearer sap_0123456789ab_${'x'.repeat(43)}`],
      ['cookie', `a=b; __Host-sallyport=${'x'.repeat(43)}`],
    ] as const) {
      const { status } = await refusal(send({ url, headers: [{ name, value }] }))
      assert.equal(status, 422, name)
    }
    assert.equal(upstream.seen.length, before)
  })

  test('what is no text is not shown, and of a text 4 KiB are', async () => {
    const shown = async (type: string, body: string | Buffer) => {
      upstream.handler = (request, response) => {
        request.resume()
        response.writeHead(200, { 'content-type': type })
        response.end(body)
      }
      const { outcome } = await send({ url: 'http://localhost/file', listener: 'inner' })
      assert.ok(outcome.kind === 'answered', JSON.stringify(outcome))
      return outcome.body
    }
    assert.deepEqual(await shown('text/plain', 'é'.repeat(3000)), {
      text: 'é'.repeat(2048),
      isCut: true,
    })
    assert.deepEqual(await shown('image/png', 'text'), { text: null, isCut: false })
    assert.deepEqual(await shown('text/plain', Buffer.from([0xff, 0xfe])), {
      text: null,
      isCut: false,
    })
    assert.deepEqual(await shown('application/json', '{"a":1}'), { text: '{"a":1}', isCut: false })
  })

  test('the command line says the same', async () => {
    const cli = (...args: readonly string[]) =>
      sallyport(...args, '--data-dir', `${gateway.folder}/data`)
    const cors = await cli('cors', 'one', '--origin', 'https://app.example.com', '--method', 'PUT')
    assert.equal(cors.code, 0, cors.stderr)
    assert.match(cors.stdout, /^readable: /)
    assert.match(cors.stdout, /preflight +access-control-allow-origin +https:\/\/app\.example\.com/)
    const issuers = await cli('issuers')
    assert.match(issuers.stdout, /idp .*fresh .*key-1 .*locked/)
    const discovered = await cli('issuers', 'discover', provider.issuer)
    assert.match(discovered.stdout, /key-1 +RSA +RS256/)
    const inside = await cli('issuers', 'discover', 'https://169.254.169.254/')
    assert.equal(inside.code, 1)
    assert.match(inside.stderr, /not public/)
    const sent = await cli('request', 'https://localhost/locked')
    assert.match(sent.stdout, /^401 in [\d.]+ ms, route locked, request \S+/)
    assert.equal((await cli('cors', 'one')).code, 2)
  })

  test('the audit says who asked for what, without the query', async () => {
    await send({ url: 'https://localhost/any?access_token=hidden' })
    const { items } = (await api('GET', '/api/v1/audit?limit=50')) as { items: readonly object[] }
    const text = JSON.stringify(items)
    assert.match(text, /test-request\/GET https:\/\/localhost\/any/)
    assert.match(text, /issuer-discovery\//)
    assert.doesNotMatch(text, /hidden|u:p@/)
  })
})
