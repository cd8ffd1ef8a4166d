import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freePort } from '../../support/free-port.ts'
import { startControl, startSidecar } from '../../support/mesh.ts'
import { until } from '../../support/until.ts'
import { ask, says, startApp } from './client.ts'

test('an instance whose app does not answer is known as unhealthy, and not called while another is there', async (t) => {
  const control = await startControl([{ to: 'billing', from: ['web'] }])
  const app = await startApp(says('paid'))
  const [web, good, bad] = await Promise.all([
    startSidecar(control, 'web', app.url),
    startSidecar(control, 'billing', app.url, { health: '/healthz' }),
    startSidecar(control, 'billing', `http://127.0.0.1:${await freePort()}`),
  ])
  t.after(async () => {
    await Promise.all([web, good, bad].map(({ sidecar }) => sidecar.stop()))
    await app.close()
    await control.remove()
  })
  await until('both instances to be known', async () => {
    const { text } = await web.admin('/snapshot')
    return text.includes('"healthy": false') && (text.match(/"instance"/g) ?? []).length === 2
  })
  for (let i = 0; i < 20; i++) assert.equal((await ask(web, 'http://billing.mesh/')).status, 200)
  assert.equal(bad.records.length, 0)
  assert.ok(app.seen.some(({ url }) => url === '/healthz'))
  assert.match((await bad.admin('/metrics')).text, /^sallyport_app_healthy 0$/m)
})
