// The ways in which checks ask the real world: a real store, real ports, a real folder.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { realProbes } from '../../../../gateway/control/system/probes.ts'
import type { RedisPlan } from '../../../../gateway/limit/plan.ts'
import { systemClock } from '../../../../sidecar/runtime/clock.ts'
import { startRedis, type TestRedis } from '../../../support/redis.ts'

const probes = realProbes(systemClock, Math.random)
const storeAt = (port: number, username: string | null = null): RedisPlan => ({
  kind: 'redis',
  topology: { kind: 'single', endpoint: { host: '127.0.0.1', port }, database: 0 },
  username,
  password: username === null ? null : 'secret',
  tls: null,
  prefix: 'sallyport',
})

suite('the probe of a store', () => {
  let redis: TestRedis
  before(async () => {
    redis = await startRedis([
      '--maxmemory-policy',
      'allkeys-lru',
      '--user',
      'weak',
      'on',
      '>secret',
      '~*',
      '+@all',
      '-eval',
      '-info',
    ])
  })
  after(() => redis?.kill())

  test('tells how far it is, whether it runs scripts, what it forgets and its time', async () => {
    const { pingMs, scriptProblem, evictionPolicy, skewMs } = await probes.askStore(
      storeAt(redis.port),
    )
    assert.ok(pingMs > 0)
    assert.equal(scriptProblem, null)
    assert.equal(evictionPolicy, 'allkeys-lru')
    // The same machine has one clock.
    assert.ok(Math.abs(skewMs) < 1000)
  })

  test('tells that a user may not run scripts, and does not guess what it may not ask', async () => {
    const { scriptProblem, evictionPolicy } = await probes.askStore(storeAt(redis.port, 'weak'))
    assert.match(scriptProblem ?? '', /NOPERM/)
    assert.equal(evictionPolicy, null)
  })

  test('rejects with the reason where nobody answers', async () => {
    const { port } = await freed()
    await assert.rejects(probes.askStore(storeAt(port)), /ECONNREFUSED/)
  })
})

suite('the probes of this machine', () => {
  test('tell whether a port is free, and whether somebody answers there', async () => {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    assert.match((await probes.tryToBind('127.0.0.1', port)) ?? '', /EADDRINUSE/)
    assert.equal(await probes.tryToConnect('127.0.0.1', port), null)
    await new Promise((resolve) => server.close(resolve))
    assert.equal(await probes.tryToBind('127.0.0.1', port), null)
    assert.equal(await probes.tryToConnect('127.0.0.1', port), 'ECONNREFUSED')
  })

  test('tell who may look into a folder, and what is free there', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-probes-'))
    chmodSync(folder, 0o750)
    assert.equal(probes.modeOf(folder), 0o750)
    assert.equal(probes.modeOf(join(folder, 'nothing')), null)
    const { free, total } = probes.space(folder)
    assert.ok(free > 0 && total >= free)
    assert.equal(probes.canWrite(folder), true)
    rmSync(folder, { recursive: true })
  })

  test('ask for a host that nobody can have, another one each time', () => {
    assert.match(probes.strangeHost(), /^sallyport-check-[0-9a-f]{16}\.invalid$/)
    assert.notEqual(probes.strangeHost(), probes.strangeHost())
  })
})

async function freed(): Promise<AddressInfo> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return address
}
