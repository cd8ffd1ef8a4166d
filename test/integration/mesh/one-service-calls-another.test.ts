import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  startControl,
  startSidecar,
  type TestControl,
  type TestSidecar,
} from '../../support/mesh.ts'
import { connectRaw } from '../../support/raw-client.ts'
import { until } from '../../support/until.ts'
import { ask, askPort, startApp, says, type App } from './client.ts'

let control: TestControl
let ordersApp: App
let billingApp: App
let webApp: App
let web: TestSidecar
let orders: TestSidecar
let billing: TestSidecar

before(async () => {
  control = await startControl([
    { to: 'orders', from: ['web'], name: 'web orders' },
    {
      to: 'billing',
      from: ['orders'],
      methods: ['GET'],
      paths: ['/invoices/*'],
      name: 'read invoices',
    },
  ])
  billingApp = await startApp(says('paid'))
  // The app of orders asks billing by its own sidecar.
  ordersApp = await startApp((request, response) => {
    request.resume()
    void askPort(orders.sidecar.ports.outbound, 'http://billing.mesh/invoices/7').then(
      ({ status, body }) => response.end(`billing said ${status} ${body}`),
    )
  })
  webApp = await startApp(says(''))
  ;[billing, orders, web] = await Promise.all([
    startSidecar(control, 'billing', billingApp.url),
    startSidecar(control, 'orders', ordersApp.url),
    startSidecar(control, 'web', webApp.url),
  ])
})

after(async () => {
  await Promise.all([web, orders, billing].map(({ sidecar }) => sidecar.stop()))
  await Promise.all([ordersApp.close(), billingApp.close(), webApp.close()])
  await control.remove()
})

test('a call goes from app to app through two sidecars, and on through two more', async () => {
  await until('every service to be known', async () =>
    (await ask(web, 'http://orders.mesh/orders')).body.startsWith('billing said 200'),
  )
  const answer = await ask(web, 'http://orders.mesh/orders')
  assert.deepEqual([answer.status, answer.body], [200, 'billing said 200 paid'])
  const [first] = ordersApp.seen.slice(-1)
  assert.equal(first?.headers['x-mesh-client-id'], 'spiffe://mesh.test/ns/default/svc/web')
  const [second] = billingApp.seen.slice(-1)
  assert.equal(second?.headers['x-mesh-client-id'], 'spiffe://mesh.test/ns/default/svc/orders')
})

test('what a rule does not allow is 403, names the rule, and does not reach the app', async () => {
  const calls = billingApp.seen.length
  const answer = await ask(orders, 'http://billing.mesh/refunds')
  const problem = JSON.parse(answer.body) as Record<string, unknown>
  assert.equal(answer.status, 403)
  assert.deepEqual(
    [problem['code'], problem['rule'], problem['hop']],
    ['caller_path_not_allowed', 'read invoices', 'billing inbound'],
  )
  const posted = await ask(orders, { url: 'http://billing.mesh/invoices/1', method: 'POST' })
  assert.match(posted.body, /caller_method_not_allowed/)
  assert.equal(billingApp.seen.length, calls)
})

test('a service that may call nobody there is not even told where it is', async () => {
  const answer = await ask(web, 'http://billing.mesh/invoices/1')
  assert.equal(answer.status, 403)
  assert.match(answer.body, /service_not_allowed/)
  assert.doesNotMatch((await web.admin('/snapshot')).text, /"billing"/)
})

test('the mesh port speaks TLS and nothing else', async () => {
  const calls = billingApp.seen.length
  const raw = await connectRaw(billing.sidecar.ports.inbound)
  raw.send('GET /invoices/1 HTTP/1.1\r\nHost: billing.mesh\r\n\r\n')
  await raw.waitForClose()
  assert.doesNotMatch(raw.received.toString('latin1'), /HTTP/)
  assert.equal(billingApp.seen.length, calls)
})

test('the admin port tells how it is, and no secret', async () => {
  assert.equal((await orders.admin('/live')).status, 200)
  assert.equal((await orders.admin('/ready')).status, 200)
  const snapshot = await orders.admin('/snapshot')
  assert.match(snapshot.text, /"id": "spiffe:\/\/mesh\.test\/ns\/default\/svc\/orders"/)
  assert.doesNotMatch(snapshot.text, /PRIVATE KEY/)
  const metrics = await orders.admin('/metrics')
  assert.match(
    metrics.text,
    /requests_total\{direction="inbound",service="orders",peer="web",status="200",reason="ok"\} \d+/,
  )
  assert.match(metrics.text, /^sallyport_ready 1$/m)
})
