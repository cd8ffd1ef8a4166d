import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import { createAdminApp } from '../../../../gateway/control/admin/app.ts'
import { LOCAL_PRINCIPAL } from '../../../../gateway/control/admin/local-socket.ts'
import { Live } from '../../../../gateway/control/live/live.ts'
import { liveOperations } from '../../../../gateway/control/live/operations.ts'
import { compilePlan } from '../../../../gateway/config/compile.ts'
import type { LiveQuestion } from '../../../../gateway/decide/explain-messages.ts'
import type { RecentRequest } from '../../../../gateway/decide/explain-record.ts'
import { keySourceId } from '../../../../gateway/auth/issuer-id.ts'
import { ecKey, rsaKey, signToken } from '../../auth/fixture.ts'
import { ManualClock } from '../../auth/manual-clock.ts'
import { loaded, loadText } from '../../config/memory-disk.ts'
import { recentRequest } from '../../decide/recent-request.ts'

const TEXT = `listeners:
  - { name: public, bind: "127.0.0.1:8443", tls: off }
issuers:
  idp: https://idp.example/
services:
  one: { endpoints: ["http://127.0.0.1:1"] }
  orders: { mesh: true }
routes:
  - name: open
    match: /open/*
    to: one
    auth: public
  - name: api
    match: { path: /api/*, methods: [GET] }
    to: one
    auth:
      issuer: idp
      audience: web
mesh:
  trustDomain: example.internal
  authorize:
    - { to: other, from: [edge] }
    - { to: orders, from: [edge], methods: [GET] }
    - { to: orders, from: [billing], paths: ["/x/*"] }
egress:
  plain: 127.0.0.1:3128
  rules:
    - { name: pay, from: [billing], allow: [api.example.com] }
`

interface Explained {
  readonly status: number | null
  readonly reason: string
  readonly verdict: string
  readonly recorded: { readonly status: number } | null
  readonly steps: readonly {
    readonly step: string
    readonly verdict: string
    readonly detail: string
    readonly place: { readonly line: number; readonly column: number } | null
  }[]
}

suite('the live view in the admin API', () => {
  const clock = new ManualClock()
  let recent: RecentRequest[] = []
  let live: Live
  let ask: (
    method: 'GET' | 'POST',
    url: string,
    payload?: object,
  ) => Promise<{ status: number; body: Record<string, unknown>; type: string; text: string }>

  before(async () => {
    const { config, materials } = loaded(await loadText(TEXT))
    const plan = compilePlan(config, materials, 3, () => {})!
    live = new Live({
      clock,
      bootId: 'boot',
      check: (text) => loadText(text),
      readFile: async () => TEXT,
      storeFault: () => null,
      dial: async () => null,
      tellAll: (question) => answer(question),
    })
    live.use(plan, 'gateway.yaml', 1)
    live.learnText(TEXT)
    const keys = { keys: [rsaKey.jwk as Record<string, string>] }
    live.learnKeys(keySourceId(plan.issuers[0]!), keys)
    const app = await createAdminApp({
      operations: liveOperations(live),
      authenticate: () => ({ principal: LOCAL_PRINCIPAL, sessionId: null }),
      newId: () => 'r',
      beforeChange: () => {},
      onEvent: () => {},
      log: { info() {}, warn() {}, error: () => {} },
    })
    ask = async (method, url, payload) => {
      const { statusCode, body, headers } = await app.inject({
        method,
        url,
        ...(payload === undefined ? {} : { payload }),
      })
      const type = String(headers['content-type'])
      const isJson = type.includes('json')
      const value = (isJson ? JSON.parse(body) : {}) as Record<string, unknown>
      return { status: statusCode, body: value, type, text: body }
    }
  })

  function answer(question: LiveQuestion): void {
    if (question.kind !== 'live-ask') return
    const { id } = question.filter
    const requests = recent.filter((request) => id === undefined || request.id === id)
    live.hear(1, { kind: 'live-found', ask: question.ask, requests, isLast: true })
  }

  async function explain(body: object): Promise<Explained> {
    const { status, body: explained } = await ask('POST', '/api/v1/explain', body)
    assert.equal(status, 200, JSON.stringify(explained))
    return explained as unknown as Explained
  }

  function failedAt({ steps }: Explained): string {
    const step = steps.find(({ verdict }) => verdict === 'fail')
    return `${step?.step} ${step?.place?.line}:${step?.place?.column} ${step?.detail}`
  }

  test('explains a described request down to line and column', async () => {
    const http = { url: 'http://a.example/api/x', method: 'POST', headers: [] }
    const method = await explain({ http })
    assert.equal(method.status, 405)
    assert.equal(failedAt(method), 'method 14:37 POST is not GET, HEAD')
    const exp = clock.wallMs() / 1000 + 60
    const token = (aud: string, key = rsaKey) => {
      const claims = { iss: 'https://idp.example/', aud, exp }
      const value = `Bearer ${signToken(key, claims)}`
      return { ...http, method: 'GET', headers: [{ name: 'Authorization', value }] }
    }
    const mobile = await explain({ http: token('mobile') })
    assert.equal(failedAt(mobile), 'audience 18:17 aud = `mobile` not in [`web`]')
    assert.equal((await explain({ http: token('web') })).verdict, 'allow')
    const unknown = await explain({ http: token('web', { ...ecKey, algorithm: 'ES256' }) })
    assert.deepEqual([unknown.status, unknown.reason], [401, 'unknown_key'])
    const malformed = await explain({ http: { url: 'http://a.example/%zz' } })
    assert.deepEqual([malformed.status, malformed.reason], [400, 'path_invalid_encoding'])
  })

  test('explains a past request by its id, and the last one', async () => {
    const outcome = { status: 404, reason: 'route_not_found', forwarded: false }
    recent = [recentRequest('abc', { target: '/none' }, outcome)]
    for (const request of ['abc', 'last']) {
      const found = await explain({ request })
      assert.deepEqual([found.status, found.recorded?.status], [404, 404])
    }
    const { status, body } = await ask('POST', '/api/v1/explain', { request: 'gone' })
    assert.equal(status, 404)
    assert.match(String(body['detail']), /no request `gone` is kept/)
    const one = await ask('GET', '/api/v1/requests/abc')
    assert.equal(one.body['id'], 'abc')
    const list = await ask('GET', '/api/v1/requests?status=4xx&limit=10')
    assert.equal((list.body['items'] as unknown[]).length, 1)
  })

  test('explains what wants out, and calls within the mesh', async () => {
    const out = await explain({ egress: { from: 'billing', to: 'api.example.com' } })
    assert.equal(out.verdict, 'allow')
    assert.equal(out.steps.find(({ step }) => step === 'rule')?.place?.line, 28)
    const call = { from: 'billing', to: 'orders', method: 'GET', path: '/y' }
    const refused = await explain({ mesh: call })
    assert.deepEqual([refused.status, refused.reason], [403, 'caller_path_not_allowed'])
    assert.match(failedAt(refused), /^rule 24:7 /)
    assert.equal((await explain({ mesh: { ...call, path: '/x/1' } })).verdict, 'allow')
    const { status } = await ask('POST', '/api/v1/explain', { mesh: { ...call, from: 'a b' } })
    assert.equal(status, 422)
  })

  test('takes one question at a time', async () => {
    for (const body of [{}, { request: 'a', http: { url: 'http://a/' } }]) {
      assert.equal((await ask('POST', '/api/v1/explain', body)).status, 422)
    }
  })

  test('weighs a draft, and refuses one that is not valid with every problem', async () => {
    recent = ['1', '2'].map((id) => recentRequest(id, { target: '/open/x' }))
    const text = TEXT.replace('    auth: public', '    auth: { issuer: idp, audience: web }')
    const { body } = await ask('POST', '/api/v1/config:impact', { text })
    assert.deepEqual(body, {
      total: 2,
      unknown: 0,
      missing: 0,
      changed: [
        {
          from: { status: 200, reason: 'ok', route: 'open' },
          to: { status: 401, reason: 'token_missing', route: 'open' },
          count: 2,
          samples: ['1', '2'],
          callers: [{ caller: '192.0.2.1', count: 2 }],
          otherCallers: 0,
        },
      ],
    })
    const wrong = await ask('POST', '/api/v1/config:impact', { text: text.replace('idp,', 'idq,') })
    assert.equal(wrong.status, 422)
    assert.match(JSON.stringify(wrong.body['errors']), /"line":12/)
  })

  test('shows figures with their age', async () => {
    const row = {
      plane: 'edge',
      route: 'open',
      service: 'one',
      outcomes: [[200, 'ok', 2]],
      buckets: [2],
      sumMs: 1,
      bytesIn: 0,
      bytesOut: 0,
      instances: [],
    } as const
    live.hear(1, { kind: 'live-counts', rows: [row], limits: [] })
    await clock.advance(1500)
    const { body } = await ask('GET', '/api/v1/signals?scope=route&name=open')
    assert.equal(body['ageMs'], 1500)
    assert.match(JSON.stringify(body['points']), /"name":"open","requests":2/)
    assert.match(live.metricsText(), /sallyport_edge_requests_total\{route="open".* 2/)
  })

  test('streams a tail as server-sent events until the control plane ends', async () => {
    const streaming = ask('GET', '/api/v1/events/requests?route=open')
    await new Promise((resolve) => setImmediate(resolve))
    await clock.advance(1)
    live.hear(1, { kind: 'live-seen', tail: 1, requests: [recentRequest('seen')], skipped: 0 })
    live.close()
    const { status, type, text } = await streaming
    assert.deepEqual([status, type], [200, 'text/event-stream; charset=utf-8'])
    assert.match(text, /id: boot\.1\nevent: request\ndata: \{"id":"seen"/)
  })
})
