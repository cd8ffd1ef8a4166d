import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { AppHealth } from '../../sidecar/app-health.ts'
import type { AppAddress } from '../../sidecar/app-address.ts'
import type { HealthProbe } from '../../sidecar/options.ts'
import { systemClock, type Clock } from '../../sidecar/runtime/clock.ts'
import { until } from '../support/until.ts'

/** Pauses between probes pass at once; timeouts do not. */
const hasty: Clock = {
  ...systemClock,
  after: (delayMs, task) => systemClock.after(delayMs === 2000 ? 2000 : 1, task),
}

async function startApp(where: string | number, status: () => number): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(request.url === '/healthz' ? status() : 404).end()
  })
  if (typeof where === 'string') server.listen(where)
  else server.listen(where, '127.0.0.1')
  await once(server, 'listening')
  return server
}

function watch(app: AppAddress, probe: HealthProbe): { health: AppHealth; changes: boolean[] } {
  const changes: boolean[] = []
  const onChange = (healthy: boolean): void => void changes.push(healthy)
  return { health: new AppHealth({ app, probe, clock: hasty, onChange }), changes }
}

test('an app that answers its health path well is healthy, one that does not is not', async () => {
  let status = 200
  const server = await startApp(0, () => status)
  const { port } = server.address() as AddressInfo
  const { health, changes } = watch(
    { kind: 'tcp', host: '127.0.0.1', port },
    { kind: 'http', path: '/healthz' },
  )
  assert.equal(health.healthy, false)
  await health.start()
  assert.equal(health.healthy, true)
  status = 503
  await until('bad health', () => !health.healthy)
  status = 204
  await until('good health', () => health.healthy)
  health.close()
  assert.deepEqual(changes, [true, false, true])
  server.close()
})

test('without a path, an app is healthy that accepts connections', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-app-'))
  const path = join(folder, 'app.sock')
  const { health } = watch({ kind: 'unix', path }, { kind: 'tcp' })
  await health.start()
  assert.equal(health.healthy, false)
  const server = await startApp(path, () => 200)
  await until('good health', () => health.healthy)
  server.close()
  await until('bad health', () => !health.healthy)
  health.close()
  rmSync(folder, { recursive: true })
})

test('one lost probe is not yet bad health', async () => {
  let asked = 0
  const server = await startApp(0, () => (++asked === 2 ? 500 : 200))
  const { port } = server.address() as AddressInfo
  const { health, changes } = watch(
    { kind: 'tcp', host: '127.0.0.1', port },
    { kind: 'http', path: '/healthz' },
  )
  await health.start()
  await until('some probes', () => asked > 5)
  health.close()
  assert.deepEqual(changes, [true])
  server.close()
})
