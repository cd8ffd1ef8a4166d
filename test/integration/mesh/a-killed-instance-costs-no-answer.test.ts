import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startControl, startSidecar } from '../../support/mesh.ts'
import { spawnSidecar } from '../../support/sidecar-process.ts'
import { until } from '../../support/until.ts'
import { says, startApp, startLoad } from './client.ts'

test('kill -9 of one of two instances under load: idempotent calls go to the other, and none fails', async (t) => {
  const control = await startControl([{ to: 'billing', from: ['web'] }])
  const app = await startApp(says('paid'))
  const [web, staying, dying] = await Promise.all([
    startSidecar(control, 'web', app.url),
    spawnSidecar(control, 'billing', app.url),
    spawnSidecar(control, 'billing', app.url),
  ])
  t.after(async () => {
    await Promise.all([web.sidecar.stop(), staying.end('SIGTERM'), dying.end('SIGKILL')])
    await app.close()
    await control.remove()
  })
  await until(
    'both instances to be known',
    async () => ((await web.admin('/snapshot')).text.match(/"instance"/g) ?? []).length === 2,
  )
  const load = startLoad(web, 'http://billing.mesh/', 200)
  const calls = (port: number): number =>
    web.records.filter(({ endpoint }) => endpoint?.endsWith(`:${port}`)).length
  await until(
    'calls of both',
    () => calls(dying.ports.inbound) > 10 && calls(staying.ports.inbound) > 10,
  )
  await dying.end('SIGKILL')
  const killedAt = web.records.length
  const before = load.sent()
  await until('more load', () => load.sent() > before + 300)
  const { failures } = await load.stop()
  assert.deepEqual(failures, [])
  const late = web.records.slice(killedAt + 100)
  assert.ok(late.every(({ endpoint }) => endpoint?.endsWith(`:${staying.ports.inbound}`)))
})
