import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { connect as connectTcp } from 'node:net'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { appTransport } from '../../sidecar/app-transport.ts'
import { Inbound } from '../../sidecar/inbound.ts'
import type { AuthorizationRule } from '../../sidecar/policy/authorization-rule.ts'
import { systemClock } from '../../sidecar/runtime/clock.ts'
import { Metrics } from '../../sidecar/telemetry/metrics.ts'
import { Traffic } from '../../sidecar/traffic.ts'
import type { AccessRecord } from '../../sidecar/telemetry/access-record.ts'
import {
  connectMesh,
  createTestMesh,
  svidOf,
  TestIdentity,
  type TestMesh,
} from '../support/mesh-identity.ts'
import { RawClient } from '../support/raw-client.ts'
import { valuesOf } from '../support/request-reader.ts'
import {
  handshake,
  OPCODE,
  startWebSocketUpstream,
  webSocketFrame,
} from '../support/websocket-peer.ts'
import { until } from '../support/until.ts'

const SILENT = { info: () => {}, warn: () => {}, error: () => {} }
const GET = 'GET /orders HTTP/1.1\r\nHost: orders.mesh\r\n\r\n'

let mesh: TestMesh
let orders: TestIdentity
let billing: TestIdentity
let inbound: Inbound
let metrics: Metrics
let app: Server
let rules: AuthorizationRule[]
let records: AccessRecord[]
/** Everything the app has received. */
let received = ''

before(async () => {
  mesh = await createTestMesh()
})

beforeEach(async () => {
  orders = await mesh.identity('orders')
  billing = await mesh.identity('billing')
  rules = [{ name: 'all', verdict: 'allow', from: null, methods: null, paths: null }]
  received = ''
  app = createServer((socket) => {
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1')
      if (/(?:\r\n\r\n|body)$/.test(received))
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
    })
    socket.on('error', () => socket.destroy())
  })
  app.listen(0, '127.0.0.1')
  await once(app, 'listening')
  await open((app.address() as AddressInfo).port)
})

async function open(appPort: number): Promise<void> {
  metrics = new Metrics()
  records = []
  const clock = systemClock
  const traffic = new Traffic({
    clock,
    random: Math.random,
    newId: () => `id-${records.length}-of-a-request`,
    metrics,
    writer: { write: (line) => void records.push(JSON.parse(line) as AccessRecord) },
    accessLog: { kind: 'all' },
    service: 'orders',
    timeoutMs: 5000,
  })
  inbound = new Inbound({
    clock,
    random: Math.random,
    log: SILENT,
    metrics,
    traffic,
    identity: orders,
    rules: () => rules,
    app: appTransport({ kind: 'tcp', host: '127.0.0.1', port: appPort }, clock),
  })
  await inbound.open({ host: '127.0.0.1', port: 0 })
}

afterEach(() => {
  inbound.close()
  app.close()
})

const clients: RawClient[] = []
after(() => {
  for (const client of clients) client.destroy()
})

async function member(identity: TestIdentity = billing): Promise<RawClient> {
  const client = await connectMesh(inbound.port, identity)
  clients.push(client)
  return client
}

test('a member that may call reaches the app, which hears who calls', async () => {
  const client = await member()
  client.send(`GET /orders HTTP/1.1\r\nHost: orders.mesh\r\nX-Mesh-Client-Id: root\r\n\r\n`)
  const [answer] = await client.answers(1)
  assert.equal(answer?.status, 200)
  assert.match(received, new RegExp(`\r\nx-mesh-client-id: ${mesh.id('billing')}\r\n`))
  assert.doesNotMatch(received, /root/)
  await until('a record', () => records.length === 1)
  assert.deepEqual(
    [records[0]?.route, records[0]?.rule, records[0]?.status],
    ['billing', 'all', 200],
  )
})

test('whoever may not call gets 403 with reason and rule, and the app hears nothing', async () => {
  rules = [
    {
      name: 'read',
      verdict: 'allow',
      from: [mesh.id('billing')],
      methods: ['GET'],
      paths: ['/orders/*'],
    },
  ]
  const cases = [
    [billing, 'POST /orders', 'caller_method_not_allowed', 'read'],
    [billing, 'GET /admin', 'caller_path_not_allowed', 'read'],
    [billing, 'GET /orders/../admin', 'path_dot_segment', undefined],
    [await mesh.identity('ledger'), 'GET /orders', 'caller_not_allowed', undefined],
  ] as const
  for (const [identity, line, reason, rule] of cases) {
    const client = await member(identity)
    client.send(`${line} HTTP/1.1\r\nHost: orders.mesh\r\nContent-Length: 0\r\n\r\n`)
    const [answer] = await client.answers(1)
    const problem = JSON.parse(answer!.body.toString()) as Record<string, unknown>
    assert.equal(answer?.status, reason.startsWith('path') ? 400 : 403)
    assert.deepEqual([problem['code'], problem['rule']], [reason, rule])
    assert.equal(problem['hop'], 'orders inbound')
  }
  assert.equal(received, '')
  await until('every record', () => records.length === cases.length)
  assert.deepEqual(
    records.map(({ reason }) => reason),
    cases.map((each) => each[2]),
  )
})

test('the edge is told neither rule nor service, since strangers read its answers', async () => {
  rules = [{ name: 'secret', verdict: 'deny', from: null, methods: null, paths: null }]
  const client = await member(await mesh.identity('system/edge'))
  client.send(GET)
  const [answer] = await client.answers(1)
  assert.equal(answer?.status, 403)
  assert.doesNotMatch(answer.body.toString(), /secret|hop|orders/)
  await until('a record', () => records.length === 1)
  assert.equal(records[0]?.rule, 'secret')
  const broken = await member(await mesh.identity('system/edge'))
  broken.send('GET /orders/../admin HTTP/1.1\r\nHost: orders.mesh\r\n\r\n')
  const [refused] = await broken.answers(1)
  assert.equal(refused?.status, 400)
  assert.doesNotMatch(refused.body.toString(), /hop|orders/)
})

test('strangers are refused before the app gets a byte', async () => {
  const other = await createTestMesh()
  const foreign = await createTestMesh('elsewhere.test')
  const strangers: Record<string, TestIdentity> = {
    'of another authority': await other.identity('billing'),
    expired: await mesh.identity('billing', { notAfter: new Date(Date.now() - 1000) }),
    'not yet valid': await mesh.identity('billing', { notBefore: new Date(Date.now() + 30_000) }),
    'an authority itself': await mesh.identity('billing', { ca: true }),
    'for servers only': await mesh.identity('billing', { usages: ['server'] }),
    'of another trust domain': new TestIdentity(
      svidOf(foreign.id('billing'), await mesh.ca.issue([foreign.id('billing')])),
      mesh.trust,
    ),
    'of two ids': new TestIdentity(
      svidOf(mesh.id('billing'), await mesh.ca.issue([mesh.id('billing'), mesh.id('edge')])),
      mesh.trust,
    ),
    'named by DNS': new TestIdentity(
      svidOf(mesh.id('billing'), await mesh.ca.issue(['billing.mesh.test'])),
      mesh.trust,
    ),
  }
  for (const [what, stranger] of Object.entries(strangers)) {
    // With TLS 1.3 the client believes it is connected until it hears otherwise.
    stranger.change({ trust: mesh.trust })
    const client = await member(stranger).catch(() => null)
    client?.send(GET)
    await client?.waitForClose()
    assert.equal(client?.received.length ?? 0, 0, what)
  }
  assert.equal(received, '')
  const scrape = metrics.text()
  for (const reason of [
    'untrusted_chain',
    'expired',
    'certificate_is_ca',
    'foreign_trust_domain',
    'several_uri_sans',
    'not_a_spiffe_id',
  ]) {
    assert.match(scrape, new RegExp(`refused_total\\{reason="${reason}"\\} [1-9]`), reason)
  }
})

test('the port speaks TLS 1.3 with client certificates and nothing else', async () => {
  const plain = new RawClient(connectTcp(inbound.port, '127.0.0.1'))
  clients.push(plain)
  plain.send(GET)
  await plain.waitForClose()
  assert.doesNotMatch(plain.received.toString('latin1'), /HTTP/)
  const options = { host: '127.0.0.1', port: inbound.port, rejectUnauthorized: false }
  const { certPem: cert, keyPem: key } = billing.svid
  for (const more of [{}, { cert, key, maxVersion: 'TLSv1.2' as const }]) {
    const client = new RawClient(connectTls({ ...options, ...more }))
    clients.push(client)
    client.send(GET)
    await client.waitForClose()
    assert.equal(client.received.length, 0)
  }
  assert.equal(received, '')
  const scrape = metrics.text()
  for (const reason of ['not_tls', 'no_certificate', 'tls_version']) {
    assert.match(scrape, new RegExp(`reason="${reason}"`), reason)
  }
})

test('a revoked caller is cut off at once, on the connection it has and on new ones', async () => {
  const client = await member()
  client.send(GET)
  await client.answers(1)
  orders.change({ revocations: { serials: [billing.svid.serial], ids: [] } })
  await client.waitForClose()
  const again = await member().catch(() => null)
  again?.send(GET)
  await again?.waitForClose()
  assert.equal(again?.received.length ?? 0, 0)
})

test('after our own certificate was replaced, an old connection serves one more request', async () => {
  const client = await member()
  client.send(GET)
  const [first] = await client.answers(1)
  assert.deepEqual(valuesOf(first!.headers, 'connection'), ['keep-alive'])
  orders.change({ svid: await mesh.svid('orders') })
  client.send(GET)
  const [, second] = await client.answers(2)
  assert.equal(second?.status, 200)
  assert.deepEqual(valuesOf(second.headers, 'connection'), ['close'])
  await client.waitForClose()
})

test('a connection ends with the certificate of its caller, whatever passes over it', async () => {
  app.close()
  inbound.close()
  const upstream = await startWebSocketUpstream()
  await open(upstream.port)
  const notAfter = new Date((Math.floor(Date.now() / 1000) + 2) * 1000)
  const shortLived = await mesh.identity('billing', { notAfter })
  const client = await member(shortLived)
  client.send(handshake('orders.mesh'))
  const peer = await upstream.accepted()
  await client.waitFor('upgrade', () => client.received.includes('101'))
  const timer = setInterval(() => peer.send(webSocketFrame(OPCODE.text, Buffer.from('tick'))), 50)
  await client.waitForClose()
  clearInterval(timer)
  const lateMs = Date.now() - notAfter.getTime()
  assert.ok(lateMs > -600 && lateMs < 150, `closed ${lateMs} ms after the certificate expired`)
  await peer.waitForClose()
  await upstream.close()
  await until('a record', () => records.length === 1)
  assert.equal(records[0]?.reason, 'certificate_expired')
})

test('a rule that changes ends the streams that it forbids', async () => {
  app.close()
  inbound.close()
  const upstream = await startWebSocketUpstream()
  await open(upstream.port)
  const client = await member()
  client.send(handshake('orders.mesh'))
  await upstream.accepted()
  await client.waitFor('upgrade', () => client.received.includes('101'))
  rules = []
  inbound.recheckRules()
  await client.waitForClose()
  await upstream.close()
  await until('a record', () => records.length === 1)
  assert.equal(records[0]?.reason, 'caller_not_allowed')
})

test('a draining sidecar takes requests and says that each is the last', async () => {
  const client = await member()
  client.send(GET)
  await client.answers(1)
  const idle = await member()
  idle.send(GET)
  await idle.answers(1)
  client.send('POST /orders HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbo')
  await until('the request under way', () => received.includes('POST'))
  inbound.drain()
  await idle.waitForClose()
  client.send('dy')
  await client.answers(2)
  await client.waitForClose()
})

test('an app that is not there is 502, and the hop says so', async () => {
  app.close()
  const client = await member()
  client.send(GET)
  const [answer] = await client.answers(1)
  assert.equal(answer?.status, 502)
  assert.match(answer.body.toString(), /"code":"upstream_connect_failed".*"hop":"orders inbound"/)
})
