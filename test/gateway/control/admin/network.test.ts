// The network side of the admin API: follows the configuration, and never leaves operators outside for an error in it.

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect as connectTcp, createServer } from 'node:net'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { after, before, test } from 'node:test'
import { Type } from 'typebox'
import type { Operation } from '../../../../gateway/control/admin/operation.ts'
import { createTestCa } from '../../../support/certificates.ts'
import { freePort } from '../../../support/free-port.ts'
import { startConsole, type TestConsole } from '../../../integration/admin/console.ts'

let world: TestConsole
const WAIT: { -readonly [Key in keyof Operation]: Operation[Key] } = {
  id: 'wait',
  method: 'GET',
  path: '/api/v1/wait',
  role: 'anyone',
  summary: 'Waits.',
  answer: Type.Object({}),
  run: () => ({}),
}
before(async () => {
  world = await startConsole()
})
after(() => world.stop())

const port = () => world.network.ports()['admin'] ?? 0

async function certificate(): Promise<X509Certificate> {
  const socket = connect({ port: port(), host: '127.0.0.1', rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const found = socket.getPeerX509Certificate()!
  socket.destroy()
  return found
}

test('speaks TLS alone, with a certificate whose fingerprint was told', async () => {
  const leaf = await certificate()
  assert.ok(world.lines[0]?.includes(leaf.fingerprint256))
  assert.ok(world.lines[0]?.includes(world.caFile))
  assert.ok(leaf.checkIssued(new X509Certificate(readFileSync(world.caFile))))
  assert.equal(leaf.checkHost('localhost'), 'localhost')
  const socket = connectTcp(port(), '127.0.0.1')
  socket.write('GET /api/v1/setup HTTP/1.1\r\nHost: localhost\r\n\r\n')
  let heard = ''
  socket.on('data', (chunk: Buffer) => {
    heard += chunk.toString('latin1')
  })
  socket.on('error', () => {})
  await once(socket, 'close')
  assert.doesNotMatch(heard, /HTTP|isSetUp/)
})

test('keeps its files for their owner, and the key of no authority', () => {
  const folder = join(world.dataDir, 'console')
  for (const name of readdirSync(folder)) {
    assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name)
  }
  assert.doesNotMatch(readFileSync(join(folder, 'ca.pem'), 'utf8'), /PRIVATE/)
  const keys = readFileSync(join(folder, 'server.pem'), 'utf8').match(/BEGIN PRIVATE KEY/g)
  assert.equal(keys?.length, 1)
})

test('keeps its certificate over restarts, and makes another one for other names', async () => {
  const first = await certificate()
  await world.network.apply(world.plan, world.dataDir)
  assert.equal((await certificate()).fingerprint256, first.fingerprint256)
  const hosts = [...world.plan.hosts, 'gw.example.com']
  await world.network.apply({ ...world.plan, hosts }, world.dataDir)
  const second = await certificate()
  assert.notEqual(second.fingerprint256, first.fingerprint256)
  assert.equal(second.checkHost('gw.example.com'), 'gw.example.com')
  assert.equal(
    (await world.ask('/api/v1/setup', { headers: { host: 'gw.example.com' } })).status,
    200,
  )
})

test('renews its certificate before it ends', async () => {
  const old = await startConsole()
  try {
    const before = readFileSync(old.caFile, 'utf8')
    old.advance(334 * 86_400_000)
    await old.network.apply(old.plan, old.dataDir)
    assert.equal(readFileSync(old.caFile, 'utf8'), before)
    old.advance(2 * 86_400_000)
    await old.network.apply(old.plan, old.dataDir)
    assert.notEqual(readFileSync(old.caFile, 'utf8'), before)
  } finally {
    await old.stop()
  }
})

test('serves the certificate of the configuration, and goes on where the next one is broken', async () => {
  const ca = await createTestCa('ours')
  const { certPem, keyPem } = await ca.issue(['localhost', '127.0.0.1'])
  const other = await ca.issue(['localhost'])
  writeFileSync(join(world.dataDir, 'own.key'), keyPem)
  writeFileSync(join(world.dataDir, 'other.key'), other.keyPem)
  const plan = { ...world.plan, tls: { certPem, keyFile: 'own.key' } }
  await world.network.apply(plan, world.dataDir)
  const served = (await certificate()).fingerprint256
  assert.equal(served, new X509Certificate(certPem).fingerprint256)
  for (const keyFile of ['other.key', 'missing.key']) {
    const broken = { ...plan, tls: { certPem, keyFile } }
    await assert.rejects(world.network.apply(broken, world.dataDir))
    assert.equal((await certificate()).fingerprint256, served)
  }
  await world.network.apply(world.plan, world.dataDir)
})

test('moves to another address, stays where that is taken, and can be turned off', async () => {
  const [one, two] = [await freePort(), await freePort()]
  await world.network.apply({ ...world.plan, port: one }, world.dataDir)
  assert.equal(port(), one)
  await world.network.apply({ ...world.plan, port: one, host: 'localhost' }, world.dataDir)
  assert.equal(port(), one)
  await world.network.apply({ ...world.plan, port: two }, world.dataDir)
  assert.equal(port(), two)
  const busy = createServer()
  busy.listen(0, '127.0.0.1')
  await once(busy, 'listening')
  const { port: busyPort } = busy.address() as { port: number }
  await assert.rejects(world.network.apply({ ...world.plan, port: busyPort }, world.dataDir))
  busy.close()
  assert.equal((await world.ask('/api/v1/setup')).status, 200)
  await world.network.apply({ kind: 'off' }, world.dataDir)
  assert.deepEqual(world.network.ports(), {})
  await world.network.apply(world.plan, world.dataDir)
  assert.equal((await world.ask('/api/v1/setup')).status, 200)
})

test('answers the call that turns it off', async () => {
  let release = (): void => {}
  const asked = new Promise<void>((heard) => {
    WAIT.run = () => {
      heard()
      return new Promise((resolve) => {
        release = () => resolve({ done: true })
      })
    }
  })
  const busy = await startConsole({ operations: [WAIT] })
  try {
    const answer = busy.ask('/api/v1/wait')
    await asked
    await busy.network.apply({ kind: 'off' }, busy.dataDir)
    await busy.network.apply({ ...busy.plan, port: await freePort() }, busy.dataDir)
    release()
    assert.deepEqual((await answer).body, { done: true })
  } finally {
    await busy.stop()
  }
})

test('tells the setup token in its file alone where that is wanted', async () => {
  const quiet = await startConsole({ plan: { setup: 'file' } })
  try {
    assert.match(quiet.lines[1] ?? '', /setup-token$/)
    const token = readFileSync(join(quiet.dataDir, 'setup-token'), 'utf8').trim()
    assert.ok(!quiet.lines.join('\n').includes(token))
  } finally {
    await quiet.stop()
  }
})
