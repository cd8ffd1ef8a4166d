import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createServer } from 'node:tls'
import { createKey } from '../../../sidecar/identity/key.ts'
import { meshServerOptions } from '../../../sidecar/identity/tls.ts'
import { startControl, startSidecar } from '../../support/mesh.ts'
import { svidOf, TestIdentity } from '../../support/mesh-identity.ts'
import { until } from '../../support/until.ts'
import { ask, says, startApp } from './client.ts'

test('an instance with a good certificate of another service gets no byte at an address of this one', async (t) => {
  const control = await startControl([{ to: 'billing', from: ['web'] }])
  t.after(() => control.remove())
  const { mesh } = control.running
  const app = await startApp(says(''))
  t.after(() => app.close())
  const web = await startSidecar(control, 'web', app.url)
  t.after(() => web.sidecar.stop())
  // The impostor is ledger, and has taken over an address that billing registered.
  const ledgerId = 'spiffe://mesh.test/ns/default/svc/ledger'
  const { csrPem, keyPem } = createKey()
  const { certPem, trust } = mesh.grant(csrPem, ledgerId)
  const identity = new TestIdentity(svidOf(ledgerId, { certPem, keyPem }), trust)
  let heard = 0
  let connections = 0
  const impostor = createServer(meshServerOptions(identity), (socket) => {
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk) => {
      heard += chunk.length
    })
  })
  impostor.on('connection', () => {
    connections += 1
  })
  t.after(() => impostor.close())
  impostor.listen(0, '127.0.0.1')
  await once(impostor, 'listening')
  const registered = mesh.registry.register(
    {
      id: 'spiffe://mesh.test/ns/default/svc/billing',
      service: 'billing',
      address: '127.0.0.1',
      serial: '1',
      notAfterMs: Date.now() + 3_600_000,
    },
    {
      instance: 'billing-1',
      epoch: 1,
      port: (impostor.address() as AddressInfo).port,
      protocol: 'http1',
      version: null,
      zone: null,
      weight: 100,
      address: null,
    },
    { healthy: true, status: 'up' },
    'billing',
  )
  assert.notEqual(registered.kind, 'refused')
  await until('the address to be known', async () =>
    (await web.admin('/snapshot')).text.includes('billing-1'),
  )
  const answer = await ask(web, { url: 'http://billing.mesh/', method: 'POST', body: 'secret' })
  assert.equal(answer.status, 502)
  assert.match(answer.body, /"code":"identity_mismatch"/)
  assert.ok(connections > 0)
  assert.equal(heard, 0)
  assert.ok(web.log.some(({ fields }) => fields['reason'] === 'identity_mismatch'))
})
