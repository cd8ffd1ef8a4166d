// A real gateway answers generated requests; what explain says of each, by its id and by its description, is what happened.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { callApi } from '../../../gateway/cli/api-client.ts'
import { controlSocketPath } from '../../../gateway/control/admin/local-socket.ts'
import type { PlacedExplanation } from '../../../gateway/control/live/explainer.ts'
import { readEvents } from '../../../gateway/cli/tail-stream.ts'
import { freePort } from '../../support/free-port.ts'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { until } from '../../support/until.ts'
import { randomFrom } from '../../sidecar/forward/seeded-random.ts'
import { call, type Answer, type Ask } from '../edge/client.ts'
import { startIdentityProvider, type IdentityProvider } from '../edge/identity-provider.ts'
import { startUpstream, type Upstream } from '../edge/upstream.ts'

const ORIGIN = 'https://app.example.com'
const PATHS = [
  '/open/1',
  '/api/orders',
  '/api/orders?state=x',
  '/admin/x',
  '/few/1',
  '/nowhere',
  '/ten',
]
const METHODS = ['GET', 'GET', 'GET', 'POST', 'DELETE', 'OPTIONS']

function configOf(provider: string, upstream: string, metricsPort: number): string {
  return `
workers: 2
issuers: { idp: ${provider} }
telemetry: { accessLog: off, metrics: "127.0.0.1:${metricsPort}" }
listeners:
  - { name: public, bind: "127.0.0.1:0", tls: { certs: ./certs }, trustedHops: 1, sizes: { body: 1KiB } }
services: { api: { endpoints: ["${upstream}"] } }
routes:
  - { name: open, match: /open/*, to: api, auth: public, cors: { origins: ["${ORIGIN}"], methods: [GET, POST] }, ip: { deny: [203.0.113.0/24] } }
  - { name: api, match: { path: /api/*, methods: [GET, POST] }, to: api, cors: "${ORIGIN}", auth: { issuer: idp, audience: [api, web] } }
  - { name: admin, match: /admin/*, to: api, auth: { issuer: idp, audience: api, scope: "api:admin", claims: { tenant: [acme] } } }
  - { name: few, match: /few/*, to: api, auth: public, limits: [ 3/h per ip ] }
  - { name: tenant, match: { path: /ten, headers: { x-tenant: acme } }, to: api, auth: public }
tests:
  - { name: strangers stay out, request: { url: "https://localhost/api/x" }, expect: { status: 401, reason: token_missing } }
  - { name: other tenants stay out, request: { url: "https://localhost/admin/x", token: { issuer: idp, claims: { aud: api, scope: "api:admin", tenant: other } } }, expect: { verdict: deny, reason: claim_not_accepted } }
`
}

suite('explain', () => {
  let provider: IdentityProvider
  let upstream: Upstream
  let gateway: TestGateway
  let metricsPort: number
  const api = (method: string, path: string, body?: unknown) =>
    callApi({ kind: 'socket', path: socketOf(gateway) }, method, path, body)

  before(async () => {
    provider = await startIdentityProvider()
    upstream = await startUpstream()
    metricsPort = await freePort()
    gateway = await startGateway({ config: configOf(provider.issuer, upstream.url, metricsPort) })
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

  async function tokens(): Promise<readonly string[]> {
    const good = await provider.token({ claims: { scope: 'api:admin', tenant: 'acme' } })
    return [
      good,
      await provider.token(),
      await provider.token({ claims: { scope: 'api:admin', tenant: 'other' } }),
      await provider.token({ claims: { aud: 'mobile' } }),
      await provider.token({ expiresIn: -3600 }),
      await provider.token({ claims: { iss: 'https://other.example/' } }),
      await provider.token({ header: { kid: 'nobody' } }),
      `${good.slice(0, -6)}AAAAAA`,
      'not.a.token',
    ]
  }

  async function generated(count: number): Promise<readonly Ask[]> {
    const random = randomFrom(7)
    const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!
    const all = await tokens()
    return Array.from({ length: count }, () => {
      const method = pick(METHODS)
      const path = pick(PATHS)
      const headers: Record<string, string> = {}
      if (random() < 0.7) headers['authorization'] = `Bearer ${pick(all)}`
      if (random() < 0.4) headers['origin'] = pick([ORIGIN, 'https://evil.example'])
      if (method === 'OPTIONS') headers['access-control-request-method'] = pick(['GET', 'DELETE'])
      if (random() < 0.5) headers['x-tenant'] = pick(['acme', 'other'])
      if (random() < 0.5) headers['x-forwarded-for'] = pick(['203.0.113.9', '198.51.100.7'])
      if (method !== 'POST') return { method, path, headers }
      const body = 'x'.repeat(pick([10, 2000]))
      return { method, path, headers, body }
    })
  }

  test('says of 100 generated requests what the gateway did, by id and by description', async () => {
    let refused = 0
    for (const ask of await generated(100)) {
      const answer = await call(gateway, ask)
      if (answer.status >= 400) refused++
      const id = answer.headers['x-request-id']
      const said = `${ask.method} ${ask.path} ${JSON.stringify(ask.headers)}`
      if (typeof id === 'string') await agreesById(id, answer, said)
      if (answer.status !== 429) await agreesByDescription(ask, answer, said)
    }
    assert.ok(refused > 30 && refused < 95, `${refused} were refused`)
  })

  async function agreesById(id: string, answer: Answer, said: string): Promise<void> {
    let explained: PlacedExplanation | null = null
    await until(`request ${id}`, async () => {
      explained = (await api('POST', '/api/v1/explain', { request: id }).catch(
        () => null,
      )) as PlacedExplanation | null
      return explained !== null
    })
    const { status, verdict, recorded, reason, steps } = explained!
    assert.equal(recorded?.status, answer.status, said)
    assert.equal(status ?? recorded?.status, answer.status, `${said}\n${JSON.stringify(steps)}`)
    if (verdict === 'deny') assert.equal(reason, recorded?.reason, said)
    const failed = steps.find((step) => step.verdict === 'fail')
    if (verdict === 'deny') assert.ok((failed?.place?.line ?? 0) > 1, said)
  }

  async function agreesByDescription(ask: Ask, answer: Answer, said: string): Promise<void> {
    const headers = Object.entries(ask.headers ?? {}).map(([name, value]) => {
      return { name, value: String(value) }
    })
    const { status, steps } = (await api('POST', '/api/v1/explain', {
      http: {
        url: `https://localhost${ask.path}`,
        method: ask.method ?? 'GET',
        headers,
        bodyBytes: ask.body?.length ?? 0,
      },
    })) as PlacedExplanation
    assert.equal(status ?? 200, answer.status, `${said}\n${JSON.stringify(steps)}`)
  }

  test('weighs a draft by the requests of before', async () => {
    const before = await listed()
    const { text } = (await api('GET', '/api/v1/config')) as { text: string }
    const draft = text.replace('name: open, match: /open/*', 'name: open, match: /closed/*')
    const impact = (await api('POST', '/api/v1/config:impact', { text: draft })) as {
      total: number
      unknown: number
      changed: readonly { count: number; to: { status: number | null } }[]
    }
    const affected = before.filter(({ outcome }) => outcome.route === 'open').length
    const counted = impact.changed.reduce((sum, { count }) => sum + count, 0)
    assert.ok(affected > 5)
    assert.deepEqual([impact.total, impact.unknown, counted], [before.length, 0, affected])
    assert.deepEqual([...new Set(impact.changed.map(({ to }) => to.status))], [404])
  })

  async function listed() {
    const { items } = (await api('GET', '/api/v1/requests?limit=500')) as {
      items: readonly { outcome: { route: string | null } }[]
    }
    return items
  }

  test('keeps no token, no cookie and no secret of a query', async () => {
    const secret = 'c2VjcmV0LXZhbHVl'
    const answer = await call(gateway, {
      path: `/open/secret?api_key=${secret}`,
      headers: {
        authorization: `Bearer ${secret}`,
        cookie: `session=${secret}`,
        'x-token': secret,
      },
    })
    const id = answer.headers['x-request-id'] as string
    await until('the request', () =>
      api('GET', `/api/v1/requests/${id}`).then(
        () => true,
        () => false,
      ),
    )
    const kept = JSON.stringify(await api('GET', `/api/v1/requests/${id}`))
    assert.match(kept, /\/open\/secret/)
    assert.doesNotMatch(kept, new RegExp(secret))
  })

  test('a failing policy test blocks a change and says where', async () => {
    const { text } = (await api('GET', '/api/v1/config')) as { text: string }
    const draft = text.replace('audience: [api, web] }', 'audience: [api, web] }, timeout: 3s')
    await api('POST', '/api/v1/config:try', { text: draft })
    const open = text.replace('auth: { issuer: idp, audience: [api, web] }', 'auth: public')
    await assert.rejects(api('POST', '/api/v1/config:try', { text: open }), (error: Error) => {
      assert.match(error.message, /policy test `strangers stay out` fails: status is forwarded/)
      return true
    })
  })

  test('a tail shows requests as they end, and goes on where it was cut', async () => {
    const target = { kind: 'socket', path: socketOf(gateway) } as const
    const path = '/api/v1/events/requests?status=404'
    const seen: string[] = []
    const first = new AbortController()
    let lastId = ''
    const asking = setInterval(() => void call(gateway, '/nowhere').catch(() => {}), 50)
    try {
      for await (const { id, event, data } of readEvents(target, path, first.signal)) {
        if (event !== 'request') continue
        lastId = id ?? ''
        seen.push((JSON.parse(data) as { facts: { path: string } }).facts.path)
        if (seen.length === 3) break
      }
    } finally {
      clearInterval(asking)
      first.abort()
    }
    assert.deepEqual(seen, ['/nowhere', '/nowhere', '/nowhere'])
    const marked = await call(gateway, '/nowhere/while-away')
    assert.equal(marked.status, 404)
    const again = new AbortController()
    const resumed = `${path}&lastEventId=${encodeURIComponent(lastId)}`
    for await (const { event, data } of readEvents(target, resumed, again.signal)) {
      assert.equal(event, 'request')
      if (data.includes('/nowhere/while-away')) break
    }
    again.abort()
  })

  test('figures of all workers are added up for the console and for Prometheus', async () => {
    await until('figures', async () => {
      const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
      return /^sallyport_edge_requests_total\{route="few",.*reason="rate_limited"\} \d+$/m.test(
        text,
      )
    })
    const kept = (await listed()).filter(({ outcome }) => outcome.route === 'open').length
    await until(`${kept} requests`, async () => {
      const { points } = (await api('GET', '/api/v1/signals?window=24h&scope=route&name=open')) as {
        points: readonly { signals: readonly { requests: number }[] }[]
      }
      const all = points.flatMap(({ signals }) => signals.map(({ requests }) => requests))
      return all.reduce((sum, count) => sum + count, 0) === kept
    })
  })
})

function socketOf(gateway: TestGateway): string {
  return controlSocketPath(join(gateway.folder, 'data'))
}
