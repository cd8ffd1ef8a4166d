import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { loadSnapshot } from '../../../sidecar/snapshot/snapshot-file.ts'
import { createSidecar, startControl, startSidecar, type TestControl } from '../../support/mesh.ts'
import { until } from '../../support/until.ts'
import { ask, says, startApp, startLoad, type App } from './client.ts'

let control: TestControl
let app: App

before(async () => {
  control = await startControl([{ to: 'billing', from: ['web'] }])
  app = await startApp(says('paid'))
})

after(async () => {
  await app.close()
  await control.remove()
})

test('traffic goes on without control, and every sidecar says how stale it is', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'sallyport-sidecar-'))
  const billing = await startSidecar(control, 'billing', app.url)
  const web = await startSidecar(control, 'web', app.url, { 'data-dir': dataDir })
  await until(
    'billing to be known',
    async () => (await ask(web, 'http://billing.mesh/')).status === 200,
  )
  const load = startLoad(web, 'http://billing.mesh/', 200)
  await until('load', () => load.sent() > 20)
  await control.stop()
  const sentBefore = load.sent()
  await until('control to be missed', () =>
    web.log.some(({ message }) => message.startsWith('control is away')),
  )
  await until('more load', () => load.sent() > sentBefore + 100)
  const { failures } = await load.stop()
  assert.deepEqual(failures, [])
  assert.match((await web.admin('/snapshot')).text, /"state": "stale"/)
  const age = /^sallyport_snapshot_age_seconds (\S+)$/m.exec((await web.admin('/metrics')).text)
  assert.ok(Number(age?.[1]) > 0)
  assert.equal((await web.admin('/ready')).status, 200)
  await control.start()
  await until('control to be back', () =>
    web.log.some(({ message }) => message === 'control is back'),
  )
  assert.equal((await ask(web, 'http://billing.mesh/')).status, 200)
  await Promise.all([web.sidecar.stop(), billing.sidecar.stop()])
  const file = join(dataDir, 'snapshot.json')
  assert.equal(loadSnapshot(file).kind, 'snapshot')
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.doesNotMatch(readFileSync(file, 'utf8'), /PRIVATE KEY/)
  rmSync(dataDir, { recursive: true })
})

test('a sidecar that starts while control is away lives, is not ready, and joins as soon as it can', async () => {
  const web = await createSidecar(control, 'web', app.url)
  await control.stop()
  const started = web.sidecar.start()
  await until('the admin port', () => web.sidecar.ports.admin > 0)
  assert.equal((await web.admin('/live')).status, 200)
  const { status, text } = await web.admin('/ready')
  assert.equal(status, 503)
  assert.match(text, /"stage": "joining"/)
  await control.start()
  await started
  assert.equal((await web.admin('/ready')).status, 200)
  await web.sidecar.stop()
})

test('a sidecar that waits for control can be stopped', async () => {
  const web = await createSidecar(control, 'web', app.url)
  await control.stop()
  const started = web.sidecar.start()
  await until('the admin port', () => web.sidecar.ports.admin > 0)
  await web.sidecar.stop()
  await assert.rejects(started, { code: 'stopped' })
  await control.start()
})
