import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createKey } from '../../../sidecar/identity/key.ts'
import { startControl, startSidecar } from '../../support/mesh.ts'
import { connectMesh, svidOf, TestIdentity } from '../../support/mesh-identity.ts'
import { spawnSidecar } from '../../support/sidecar-process.ts'
import { until } from '../../support/until.ts'
import { ask, askPort, says, startApp } from './client.ts'

test('SIGTERM: out of the registry, new calls for a while, running ones to their end, their own calls too, exit 0', async (t) => {
  const control = await startControl([
    { to: 'orders', from: ['web'] },
    { to: 'billing', from: ['orders'] },
  ])
  const billingApp = await startApp(says('paid'))
  const finish = Promise.withResolvers<void>()
  const ordersApp = await startApp((request, response) => {
    request.resume()
    if (request.url !== '/slow') response.end('quick')
    else {
      // When it goes on, its sidecar has long been draining.
      void finish.promise
        .then(() => askPort(orders.ports.outbound, 'http://billing.mesh/'))
        .then(({ status, body }) => response.end(`${status} ${body}`))
    }
  })
  const [web, billing, orders] = await Promise.all([
    startSidecar(control, 'web', ordersApp.url),
    startSidecar(control, 'billing', billingApp.url),
    spawnSidecar(control, 'orders', ordersApp.url, ['--propagation', '700ms']),
  ])
  t.after(async () => {
    await Promise.all([web.sidecar.stop(), billing.sidecar.stop(), orders.end('SIGKILL')])
    await Promise.all([ordersApp.close(), billingApp.close(), control.remove()])
  })
  await until(
    'orders to be known',
    async () => (await ask(web, 'http://orders.mesh/')).status === 200,
  )
  const { csrPem, keyPem } = createKey()
  const callerId = 'spiffe://mesh.test/ns/default/svc/web'
  const { certPem, trust } = control.running.mesh.grant(csrPem, callerId)
  const caller = new TestIdentity(svidOf(callerId, { certPem, keyPem }), trust)
  const slow = ask(web, 'http://orders.mesh/slow')
  await until('the slow call', () => ordersApp.seen.some(({ url }) => url === '/slow'))
  const ended = orders.end('SIGTERM')
  await until('orders to be out of the registry', () => control.endpoints('orders').length === 0)
  const ready = await fetch(`http://127.0.0.1:${orders.ports.admin}/ready`)
  assert.equal(ready.status, 503)
  // Somebody who has not heard of it yet.
  const late = await connectMesh(orders.ports.inbound, caller)
  t.after(() => late.destroy())
  late.send('GET / HTTP/1.1\r\nHost: orders.mesh\r\n\r\n')
  const [taken] = await late.answers(1)
  assert.equal(taken?.status, 200)
  finish.resolve()
  assert.equal((await slow).body, '200 paid')
  assert.equal(await ended, 0, orders.stderr())
  assert.equal(
    control.running.mesh.registry.list().filter(({ service }) => service === 'orders').length,
    0,
  )
})
