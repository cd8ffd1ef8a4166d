// Edge → orders' sidecar → orders → orders' sidecar → billing's sidecar → billing, all of them real processes.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { connectMesh } from '../../support/mesh-identity.ts'
import { connectRaw } from '../../support/raw-client.ts'
import { until } from '../../support/until.ts'
import { startIdentityProvider, type IdentityProvider } from '../edge/identity-provider.ts'
import { askPort, startApp, type Answer, type App } from '../mesh/client.ts'
import { startMeshNode, type MeshNode, type RunningSidecar } from './mesh-node.ts'
import { hasRoomForTap, notTls, WireTap } from './wire-tap.ts'

const SECRET = 'nobody-else-may-read-this'
const ODD_SUBJECT = 'zoë: root 100%'
const ODD_ENCODED = 'zo%C3%AB:%20root%20100%25'

suite('a call across three services', { timeout: 60_000 }, () => {
  let provider: IdentityProvider
  let billingApp: App
  let ordersApp: App
  let node: MeshNode
  let orders: RunningSidecar
  let billing: RunningSidecar
  let reports: RunningSidecar
  /** On the way to billing's sidecar; null where there is no room for it. */
  let tap: WireTap | null = null

  before(async () => {
    provider = await startIdentityProvider()
    billingApp = await startApp((request, response) => {
      request.resume()
      response.end(`billing: ${SECRET}`)
    })
    ordersApp = await startApp((request, response) => {
      request.resume()
      if (request.url !== '/orders/7') response.end('orders')
      else {
        void askPort(orders.ports.outbound, {
          url: 'http://billing.mesh/invoices/7',
          headers: { 'x-secret': SECRET, 'x-sallyport-subject': 'root' },
        }).then(({ status, body }) => response.end(`${status} ${body}`))
      }
    })
    const auth = { issuer: 'idp', audience: 'api' }
    node = await startMeshNode({
      sections: {
        issuers: { idp: provider.issuer },
        services: { orders: { mesh: true } },
        routes: [
          { name: 'open', match: '/open/*', to: 'orders', auth: 'public' },
          { name: 'orders', match: '/orders/*', to: 'orders', auth },
        ],
      },
      authorize: [
        {
          name: 'use-orders',
          to: 'orders',
          from: ['edge', 'reports'],
          paths: ['/orders/*', '/open/*'],
        },
        {
          name: 'read-invoices',
          to: 'billing',
          from: ['orders'],
          methods: ['GET'],
          paths: ['/invoices/*'],
        },
        {
          name: 'no-drafts',
          to: 'billing',
          from: ['orders'],
          paths: ['/invoices/drafts'],
          verdict: 'deny',
        },
      ],
    })
    ;[orders, reports] = await Promise.all([
      node.sidecar('orders', ordersApp.url),
      node.sidecar('reports', ordersApp.url),
    ])
    // Its callers are told of an address where somebody listens in.
    const elsewhere = hasRoomForTap() ? ['--address=::1'] : []
    billing = await node.sidecar('billing', billingApp.url, elsewhere)
    if (hasRoomForTap()) {
      tap = new WireTap({ host: '127.0.0.1', port: billing.ports.inbound })
      await tap.open('::1', billing.ports.inbound)
    }
    await node.known(orders, 'billing')
    await node.known(reports, 'orders')
    await until('the edge to know orders', async () => (await ask('/open/x')).status === 200)
  })

  after(async () => {
    await node?.stop()
    tap?.close()
    await Promise.all([ordersApp?.close(), billingApp?.close(), provider?.stop()])
  })

  const ask = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    askPort(node.edge, { url: `http://127.0.0.1:${node.edge}${path}`, headers })
  const bearer = async (sub: string): Promise<{ authorization: string }> => ({
    authorization: `Bearer ${await provider.token({ claims: { sub } })}`,
  })
  const lastSubject = (app: App): unknown => app.seen.at(-1)?.headers['x-sallyport-subject']

  test('arrives, and every hop knows its caller by certificate', async () => {
    const answer = await ask('/orders/7', await bearer('alice'))
    assert.deepEqual([answer.status, answer.body], [200, `200 billing: ${SECRET}`])
    const caller = (app: App): unknown => app.seen.at(-1)?.headers['x-mesh-client-id']
    assert.equal(caller(ordersApp), 'spiffe://mesh.test/ns/system/svc/edge')
    assert.equal(caller(billingApp), 'spiffe://mesh.test/ns/default/svc/orders')
  })

  test('tells the app behind the edge whose request it is, in fields that only the edge can set', async () => {
    const forged = { 'x-sallyport-subject': 'root', 'x-mesh-client-id': 'root' }
    await ask('/orders/1', { ...forged, ...(await bearer('alice')) })
    assert.equal(lastSubject(ordersApp), 'alice')
    await ask('/orders/1', { ...forged, ...(await bearer(ODD_SUBJECT)) })
    assert.equal(lastSubject(ordersApp), ODD_ENCODED)
    const split = await ask('/orders/1', await bearer('zoe\r\nx-sallyport-subject: root'))
    assert.equal(split.status, 401)
    await ask('/open/1', forged)
    assert.equal(lastSubject(ordersApp), undefined)
    assert.doesNotMatch(JSON.stringify(ordersApp.seen.at(-1)), /root/)
  })

  test('a service that says it speaks for somebody is not believed', async () => {
    await askPort(orders.ports.outbound, {
      url: 'http://billing.mesh/invoices/1',
      headers: { 'x-sallyport-subject': 'root', 'x-mesh-client-id': 'root' },
    })
    assert.equal(lastSubject(billingApp), undefined)
    // Nor one that leaves its sidecar out and speaks with its good certificate itself.
    const direct = await connectMesh(orders.ports.inbound, await node.identity('reports'))
    direct.send('GET /orders/2 HTTP/1.1\r\nHost: orders.mesh\r\nX-Sallyport-Subject: root\r\n\r\n')
    const [answer] = await direct.answers(1)
    direct.destroy()
    assert.equal(answer?.status, 200)
    assert.equal(ordersApp.seen.at(-1)?.url, '/orders/2')
    assert.doesNotMatch(JSON.stringify(ordersApp.seen.at(-1)), /root/)
  })

  test('is refused by name of the rule where caller, method or path may not, and the app hears nothing', async () => {
    const calls = billingApp.seen.length
    const cases = [
      ['GET', '/refunds', 'caller_path_not_allowed', 'read-invoices'],
      ['DELETE', '/invoices/7', 'caller_method_not_allowed', 'read-invoices'],
      ['GET', '/invoices/drafts', 'denied_by_rule', 'no-drafts'],
    ]
    for (const [method = '', path = '', code, rule] of cases) {
      const url = `http://billing.mesh${path}`
      const { status, body } = await askPort(orders.ports.outbound, { url, method })
      const problem = JSON.parse(body) as Record<string, unknown>
      assert.deepEqual([status, problem['code'], problem['rule']], [403, code, rule])
    }
    const stranger = await askPort(reports.ports.outbound, 'http://billing.mesh/invoices/7')
    assert.match(stranger.body, /"code":"service_not_allowed"/)
    const direct = await connectMesh(billing.ports.inbound, await node.identity('reports'))
    direct.send('GET /invoices/7 HTTP/1.1\r\nHost: billing.mesh\r\n\r\n')
    const [refused] = await direct.answers(1)
    direct.destroy()
    assert.match(String(refused?.body), /"status":403,"code":"caller_not_allowed"/)
    assert.equal(billingApp.seen.length, calls)
    const refusals = () => billing.records().filter(({ reason }) => reason !== 'ok')
    await until('the last refusal in the log', () => {
      return refusals().at(-1)?.['reason'] === 'caller_not_allowed'
    })
    const reasons = refusals().map(({ reason, endpoint }) => [reason, endpoint])
    assert.deepEqual(
      reasons.slice(-4).map(([reason]) => reason),
      [
        'caller_path_not_allowed',
        'caller_method_not_allowed',
        'denied_by_rule',
        'caller_not_allowed',
      ],
    )
    // No connection to the app was even looked for.
    assert.ok(reasons.slice(-4).every(([, endpoint]) => endpoint === null))
  })

  test('crosses the wire as TLS records and nothing else', (t) => {
    if (tap === null) {
      t.skip('this machine has no ::1')
      return
    }
    assert.ok(tap.connections.length > 0)
    for (const { sent, received } of tap.connections) {
      for (const bytes of [Buffer.concat(sent), Buffer.concat(received)]) {
        assert.ok(bytes.length > 500)
        assert.equal(notTls(bytes), null)
        assert.doesNotMatch(bytes.toString('latin1'), /nobody-else|HTTP\/1|spiffe:|invoices/)
      }
    }
  })

  test('no door of the mesh answers anything but TLS to plain text', async () => {
    const doors = [orders, billing, reports].map(({ ports }) => ports.inbound)
    const calls = ordersApp.seen.length + billingApp.seen.length
    for (const port of [...doors, node.door]) {
      for (const text of [
        'GET /invoices/7 HTTP/1.1\r\nHost: x\r\n\r\n',
        'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
        '\0\0\0\0',
      ]) {
        const raw = await connectRaw(port)
        raw.send(text)
        raw.socket.end()
        await raw.waitForClose()
        assert.equal(notTls(raw.received), null)
        assert.ok(raw.received.length < 16, String(raw.received))
      }
    }
    assert.equal(ordersApp.seen.length + billingApp.seen.length, calls)
  })
})
