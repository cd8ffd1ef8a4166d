import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { compilePlan, compileSteps, runInSlices } from '../../../gateway/config/compile.ts'
import { readMaterials } from '../../../gateway/config/materials.ts'
import { isStatic, type Plan } from '../../../gateway/config/plan.ts'
import { createAuthority } from '../../../gateway/control/authority.ts'
import { systemClock } from '../../../sidecar/runtime/clock.ts'
import type { Problem } from '../../../sidecar/runtime/problem.ts'
import { loaded, loadText, told, type Surroundings } from './memory-disk.ts'

/** As a data-plane process does it: from what crossed a process boundary as JSON. */
async function compileElsewhere(text: string, surroundings?: Surroundings): Promise<Plan> {
  const { config, materials } = loaded(await loadText(text, surroundings))
  const message = JSON.stringify({ config, materials })
  const received = JSON.parse(message) as { config: typeof config; materials: typeof materials }
  const problems: Problem[] = []
  const plan = compilePlan(received.config, received.materials, 7, (p) => problems.push(p))
  assert.ok(plan, JSON.stringify(problems))
  return plan
}

async function certificateFiles(names: readonly string[]): Promise<Record<string, string>> {
  const authority = await createAuthority('test', systemClock)
  const { certPem, keyPem } = await authority.issue({ names, days: 90 })
  return { '/config/certs/tls.crt': certPem, '/config/certs/tls.key': keyPem }
}

test('the smallest useful file becomes a plan with the documented defaults', async () => {
  const files = await certificateFiles(['api.example.com'])
  const plan = await compileElsewhere(
    `issuers: { idp: https://idp.example.com/ }
listeners: [ { name: public, bind: "0.0.0.0:8443", tls: { certs: ./certs } } ]
routes:
  - name: orders
    match: api.example.com/orders/*
    to: http://127.0.0.1:3001
    auth: { issuer: idp, audience: orders-api }
    cors: https://app.example.com
`,
    { files },
  )
  const [listener] = plan.listeners
  const [certificate] = listener?.tls?.certificates ?? []
  assert.deepEqual(
    { ...listener, tls: null },
    {
      name: 'public',
      host: '0.0.0.0',
      port: 8443,
      tls: null,
      http2: true,
      trustedHops: 0,
      headersTimeoutMs: 10_000,
      requestTimeoutMs: 60_000,
      idleTimeoutMs: 60_000,
      maxHeaderBytes: 16_384,
      maxBodyBytes: 10_485_760,
      maxMessageBytes: 16_777_216,
      maxConnections: 20_000,
    },
  )
  assert.deepEqual(certificate?.names, ['api.example.com'])
  assert.equal(listener?.tls?.minVersion, 'TLSv1.2')
  assert.equal(listener?.tls?.clientAuth, 'none')
  const [route] = plan.routes
  assert.equal(plan.revision, 7)
  assert.equal(plan.production, false)
  assert.deepEqual(plan.accessLog, { kind: 'failures' })
  assert.equal(route?.auth?.issuers[0], plan.issuers[0])
  assert.equal(route?.listeners, null)
  assert.equal(route?.timeoutMs, 15_000)
  assert.deepEqual([...(route?.upgrade ?? [])], ['websocket'])
  assert.deepEqual(route?.sticky, { kind: 'none' })
  const service = route?.to[0]?.service
  assert.ok(service && isStatic(service))
  assert.equal(service.endpoints[0]?.port, 3001)
  assert.ok(route?.cors)
  assert.deepEqual(plan.services, [route?.to[0]?.service])
})

test('the commented example loads without a problem, and its plan says what it says', async () => {
  const example = new URL('../../../deploy/config/sallyport.yaml', import.meta.url)
  const files = await certificateFiles(['api.example.com', '*.shop.example.com'])
  const text = readFileSync(example, 'utf8')
  const env = { CI_PROXY_TOKEN: 'a-token-of-the-tests', STRIPE_KEY: 'sk_test' }
  assert.deepEqual(told(await loadText(text, { files, env })), [])
  const plan = await compileElsewhere(text, { files, env })
  assert.deepEqual(
    plan.listeners.map(({ name, port, http2 }) => ({ name, port, http2 })),
    [
      { name: 'public', port: 8443, http2: true },
      { name: 'local', port: 8080, http2: false },
    ],
  )
  const [orders, reports, billing, status] = plan.routes
  assert.deepEqual(
    orders?.to.map(({ service, weight }) => [service.name, weight]),
    [
      ['orders', 90],
      ['orders-next', 10],
    ],
  )
  assert.deepEqual(orders?.listeners, ['public'])
  assert.deepEqual(orders?.sticky, { kind: 'cookie' })
  assert.equal(orders?.auth?.issuers.length, 2)
  assert.equal(orders?.ip?.isDenied('192.0.2.66'), true)
  assert.deepEqual(orders?.rewrite, { prefix: '/' })
  assert.equal(orders?.requestHeaders?.remove.has('x-debug'), true)
  assert.equal(orders?.responseHeaders?.set[0]?.name, 'strict-transport-security')
  assert.equal(reports?.upgrade.size, 0)
  assert.equal(status?.auth, null)
  assert.deepEqual(billing?.to[0]?.service, { mesh: true, name: 'billing' })
  assert.deepEqual([...(orders?.retries?.on ?? [])], ['connect', 'reset', 502, 503, 504])
  assert.deepEqual([...plan.tables.keys()], ['public', 'local'])
  assert.deepEqual(
    plan.mesh?.authorize.get('billing')?.map(({ verdict }) => verdict),
    ['allow', 'deny'],
  )
  assert.equal(plan.egress?.rules[0]?.owner, 'team-pay')
  assert.deepEqual([...(plan.egress?.external.keys() ?? [])], ['api.stripe.com'])
})

const ROUTE = 'routes: [{ name: r, match: /x, to: "http://127.0.0.1:1", auth: public }]\n'

test('each listener has a table of the routes it serves', async () => {
  const plan = await compileElsewhere(`listeners:
  - { name: a, bind: "127.0.0.1:1", tls: off }
  - { name: b, bind: "[::1]:2", tls: off }
routes:
  - { name: both, match: /x, to: "http://127.0.0.1:1", auth: public }
  - { name: one, match: /y, to: "http://127.0.0.1:1", auth: public, listener: b }
  - { name: own, match: /x, to: "http://127.0.0.1:1", auth: public, listener: b }
`)
  const find = (listener: string, path: string) =>
    plan.tables.get(listener)!.find({ host: 'h', path, method: 'GET', query: '', headers: [] }).kind
  assert.equal(find('a', '/x'), 'route')
  assert.equal(find('a', '/y'), 'not_found')
  assert.equal(find('b', '/y'), 'route')
  assert.equal(plan.services.length, 1)
})

function twoListeners(listener: string): string {
  return `listeners:
  - { name: a, bind: "127.0.0.1:1", tls: off }
  - { name: b, bind: "127.0.0.1:2", tls: off }
routes:
  - { name: first, match: /x, to: "http://127.0.0.1:1", auth: public, listener: ${listener} }
  - { name: second, match: /x, to: "http://127.0.0.1:1", auth: public }
`
}

test('a route is called unreachable only where it is so on every listener', async () => {
  assert.deepEqual(told(await loadText(twoListeners('a'))), [])
  assert.equal(told(await loadText(twoListeners('[a, b]'))).length, 1)
})

test('sizes, times and words other than the defaults arrive in the plan', async () => {
  const plan = await compileElsewhere(`${ROUTE}listeners:
  - { name: a, bind: "localhost:0", tls: off, sizes: { body: unlimited, headers: 1KiB }, timeouts: { idle: 1.5s } }
  - { name: b, bind: "[0:0::1]:0", tls: off }
telemetry: { accessLog: { sample: 2.5% } }
`)
  const [a, b] = plan.listeners
  assert.equal(a?.maxBodyBytes, Number.MAX_SAFE_INTEGER)
  assert.equal(a?.maxHeaderBytes, 1024)
  assert.equal(a?.idleTimeoutMs, 1500)
  assert.equal(b?.host, '::1')
  assert.deepEqual(plan.accessLog, { kind: 'sample', ratio: 0.025 })
})

function listenerWithCa(more: string): string {
  return `${ROUTE}listeners: [{ name: a, tls: { certs: certs/, clientCa: ca.pem${more} } }]\n`
}

test('a client CA asks for certificates unless something else is said', async () => {
  const authority = await createAuthority('clients', systemClock)
  const files = {
    ...(await certificateFiles(['h.example'])),
    '/config/ca.pem': authority.certPem,
  }
  const plain = await compileElsewhere(listenerWithCa(''), { files })
  assert.equal(plain.listeners[0]?.tls?.clientAuth, 'required')
  assert.match(plain.listeners[0]?.tls?.clientCaPem ?? '', /BEGIN CERTIFICATE/)
  const none = await compileElsewhere(listenerWithCa(', clientAuth: none'), { files })
  assert.equal(none.listeners[0]?.tls?.clientAuth, 'none')
})

async function clash(first: string, second: string): Promise<boolean> {
  const text = `${ROUTE}listeners: [{ name: a, bind: "${first}", tls: off }, { name: b, bind: "${second}", tls: off }]\n`
  return told(await loadText(text)).some((line) => line.includes('same address'))
}

test('listeners clash where one address stands for the other', async () => {
  assert.equal(await clash('127.0.0.1:1', '127.0.0.1:1'), true)
  assert.equal(await clash('127.0.0.1:1', '0.0.0.0:1'), true)
  assert.equal(await clash('[::]:1', '127.0.0.1:1'), true)
  assert.equal(await clash('127.0.0.1:1', '127.0.0.2:1'), false)
  assert.equal(await clash('0.0.0.0:1', '[::1]:1'), false)
  assert.equal(await clash('127.0.0.1:1', '127.0.0.1:2'), false)
  assert.equal(await clash('127.0.0.1:0', '127.0.0.1:0'), false)
})

test('what was not read with the configuration cannot be compiled, and nothing is served', async () => {
  const files = await certificateFiles(['h.example'])
  const text = `${ROUTE}listeners: [{ name: a, tls: { certs: ./certs } }]\n`
  const { config } = loaded(await loadText(text, { files }))
  const problems: Problem[] = []
  const materials = { readAtMs: Date.now(), files: {}, folders: {} }
  assert.equal(
    compilePlan(config, materials, 1, (p) => problems.push(p)),
    null,
  )
  assert.match(problems[0]!.message, /was not read with the configuration/)
})

test('ten thousand routes load and compile in slices', async (context) => {
  const routes = Array.from(
    { length: 10_000 },
    (_, i) =>
      `  - { name: r${i}, match: "h${i % 500}.example.com/a/${i}/*", to: s${i % 1000}, auth: { issuer: idp, audience: a${i} } }\n`,
  )
  const services = Array.from(
    { length: 1000 },
    (_, i) => `  s${i}: { endpoints: ["http://127.0.0.1:${3000 + i}"] }\n`,
  )
  const text = `listeners: [{ name: a, tls: off }]\nissuers: { idp: https://idp.example }\nservices:\n${services.join('')}routes:\n${routes.join('')}`
  const startMs = performance.now()
  const { config, materials } = loaded(await loadText(text))
  const loadedMs = performance.now()
  let lastMs = loadedMs
  let longestMs = 0
  const clock = {
    monotonicMs: () => {
      const nowMs = performance.now()
      longestMs = Math.max(longestMs, nowMs - lastMs)
      lastMs = nowMs
      return nowMs
    },
  }
  const steps = compileSteps(config, readMaterials(materials), 1, () => undefined)
  const plan = await runInSlices(steps, clock)
  const compileMs = performance.now() - loadedMs
  assert.equal(plan?.routes.length, 10_000)
  const rounded = [loadedMs - startMs, compileMs, longestMs].map(Math.round)
  context.diagnostic(
    `load ${rounded[0]} ms, compile ${rounded[1]} ms, longest step ${rounded[2]} ms`,
  )
})

function* hundredSteps(): Generator<void, string> {
  for (let step = 0; step < 100; step++) yield
  return 'done'
}

test('slices give the event loop its turn', async () => {
  let nowMs = 0
  let turns = 0
  let isDone = false
  const turn = () => {
    turns += 1
    if (!isDone) setImmediate(turn)
  }
  setImmediate(turn)
  const clock = { monotonicMs: () => (nowMs += 1) }
  assert.equal(await runInSlices(hundredSteps(), clock, 10), 'done')
  isDone = true
  assert.ok(turns >= 9, `${turns} turns`)
})
