// A caller is who its certificate or proxy token says, and reaches what its own rules allow.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createTestCa, type TestCa } from '../../support/certificates.ts'
import type { RawClient } from '../../support/raw-client.ts'
import { until } from '../../support/until.ts'
import { startEgress, type EgressUnderTest } from './egress-under-test.ts'
import { connectMesh, identityOf, type TestIdentity } from './mesh-identity.ts'
import { startHttp, type StandIn } from './stand-in.ts'

const ORDERS_TOKEN = 'orders-token-0123456789'
const REPORTS_TOKEN = 'reports-token-0123456789'

let ca: TestCa
let own: TestIdentity
let egress: EgressUnderTest
let server: StandIn
let seen: Record<string, unknown>[] = []

before(async () => {
  ca = await createTestCa('mesh root')
  own = await identityOf(ca, 'system/egress')
  server = await startHttp((request, response) => {
    seen.push(request.headers)
    response.end('ok')
  })
  const ports = [server.port]
  egress = await startEgress({
    identity: own,
    options: {
      mesh: '127.0.0.1:0',
      plain: '127.0.0.1:0',
      tokens: { orders: ORDERS_TOKEN, reports: REPORTS_TOKEN },
      rules: [
        { name: 'o', from: ['orders'], allow: [{ host: 'orders.test', ports, protocol: 'http' }] },
        {
          name: 'r',
          from: ['reports'],
          allow: [{ host: 'reports.test', ports, protocol: 'http' }],
        },
        { name: 't', from: ['orders'], allow: [{ host: 'tunnel.test', ports, protocol: 'tcp' }] },
      ],
    },
  })
  for (const name of ['orders.test', 'reports.test', 'tunnel.test']) {
    egress.dns.zones.set(name, ['127.0.0.1'])
  }
})

after(async () => {
  await egress.close()
  await server.close()
})

async function ask(client: RawClient, host: string, fields = ''): Promise<number> {
  const at = `${host}:${server.port}`
  client.send(`GET http://${at}/ HTTP/1.1\r\nHost: ${at}\r\n${fields}\r\n`)
  const [answer] = await client.answers(1)
  client.destroy()
  return answer!.status
}

const bearer = (token: string): string => `Proxy-Authorization: Bearer ${token}\r\n`
const basic = (pair: string): string =>
  `Proxy-Authorization: Basic ${Buffer.from(pair).toString('base64')}\r\n`

test('a proxy token tells who is calling', async () => {
  const cases: readonly (readonly [fields: string, host: string, status: number])[] = [
    [bearer(ORDERS_TOKEN), 'orders.test', 200],
    [bearer(ORDERS_TOKEN), 'reports.test', 403],
    [bearer(REPORTS_TOKEN), 'reports.test', 200],
    [bearer(REPORTS_TOKEN), 'orders.test', 403],
    [basic(`orders:${ORDERS_TOKEN}`), 'orders.test', 200],
    [basic(`${ORDERS_TOKEN}:`), 'orders.test', 200],
    ['', 'orders.test', 403],
    [bearer('wrong-token-0123456789'), 'orders.test', 407],
    [basic('orders:'), 'orders.test', 407],
    [bearer(ORDERS_TOKEN) + bearer(ORDERS_TOKEN), 'orders.test', 407],
    ['Proxy-Authorization: Digest x\r\n', 'orders.test', 407],
  ]
  for (const [fields, host, status] of cases) {
    assert.equal(await ask(await egress.connect(), host, fields), status, `${fields} ${host}`)
  }
})

test('a proxy token is neither passed on nor written down', async () => {
  seen = []
  await ask(await egress.connect(), 'orders.test', bearer(ORDERS_TOKEN))
  await ask(await egress.connect(), 'orders.test', bearer('wrong-token-0123456789'))
  assert.equal(seen.length, 1)
  assert.equal(seen[0]!['proxy-authorization'], undefined)
  const written = JSON.stringify([egress.records, egress.logged])
  assert.doesNotMatch(written, /token-0123456789/)
})

test('on the mesh door the certificate alone says who is calling', async () => {
  const orders = await identityOf(ca, 'orders')
  const forged =
    bearer(REPORTS_TOKEN) +
    'X-Mesh-Client-Id: spiffe://example.internal/ns/default/svc/reports\r\n' +
    'X-Sallyport-Caller: reports\r\nX-Forwarded-Client-Cert: By=x\r\n' +
    'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nbaggage: user=1\r\n'
  seen = []
  assert.equal(await ask(await connectMesh(egress.meshPort, orders), 'orders.test', forged), 200)
  assert.equal(await ask(await connectMesh(egress.meshPort, orders), 'reports.test', forged), 403)
  const fields = Object.keys(seen[0]!).filter((name) => /^x-(?!request)|trace|baggage/.test(name))
  assert.deepEqual(fields, [])
  assert.equal(egress.decisions.at(-1)?.['caller'], 'orders')
  assert.equal(egress.decisions.at(-1)?.['serial'], orders.svid.serial)
})

test('strangers are turned away by the mesh door', async () => {
  const other = await createTestCa('another root')
  const stranger = await identityOf(other, 'orders')
  // It trusts us, so that only our own check stands in its way.
  stranger.trust = own.trust
  const client = await connectMesh(egress.meshPort, stranger)
  await client.waitForClose()
  assert.equal(client.received.length, 0)
})

test('revocation ends a tunnel that stands', async () => {
  const orders = await identityOf(ca, 'orders')
  const client = await connectMesh(egress.meshPort, orders)
  client.send(`CONNECT tunnel.test:${server.port} HTTP/1.1\r\n\r\n`)
  await client.waitFor('the tunnel', () => client.received.includes(' 200 '))
  own.revoke({ serials: [orders.svid.serial], ids: [] })
  await client.waitForClose()
  await until('the record', () => egress.closes.at(-1)?.['reason'] === 'identity_revoked')
  own.revoke({ serials: [], ids: [] })
})

test('a tunnel ends with the certificate it was opened under', async () => {
  const brief = await identityOf(ca, 'orders', new Date(Date.now() + 3000))
  const client = await connectMesh(egress.meshPort, brief)
  client.send(`CONNECT tunnel.test:${server.port} HTTP/1.1\r\n\r\n`)
  await client.waitFor('the tunnel', () => client.received.includes(' 200 '))
  await client.waitForClose()
  await until('the record', () => egress.closes.at(-1)?.['reason'] === 'identity_expired')
})

test('a token that is withdrawn takes its tunnels with it', async () => {
  const client = await egress.tunnel(`tunnel.test:${server.port}`, bearer(ORDERS_TOKEN))
  assert.match(client.received.toString('latin1'), / 200 /)
  await egress.apply({
    mesh: '127.0.0.1:0',
    plain: '127.0.0.1:0',
    tokens: { orders: 'orders-token-renewed-01' },
    rules: [
      {
        name: 't',
        from: ['orders'],
        allow: [{ host: 'tunnel.test', ports: [server.port], protocol: 'tcp' }],
      },
    ],
  })
  await client.waitForClose()
  assert.equal(egress.closes.at(-1)?.['reason'], 'rule_removed')
})
