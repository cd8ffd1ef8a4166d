// A plan is put to work whole or not at all, and what stays allowed does not notice.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { EgressOptions } from '../../../gateway/allow/options.ts'
import { createTestCa } from '../../support/certificates.ts'
import { freePort } from '../../support/free-port.ts'
import type { RawClient } from '../../support/raw-client.ts'
import { planOf, startEgress, type EgressUnderTest } from './egress-under-test.ts'
import { connectMesh, identityOf } from './mesh-identity.ts'
import { startTcp, type StandIn } from './stand-in.ts'

let echo: StandIn
let egress: EgressUnderTest

function options(plain: string, more: Partial<EgressOptions> = {}): EgressOptions {
  const allow = [{ host: 'echo.test', ports: [echo.port], protocol: 'tcp' as const }]
  return { plain, rules: [{ name: 'echo', from: ['*'], allow }], ...more }
}

before(async () => {
  echo = await startTcp((socket) => socket.pipe(socket))
  egress = await startEgress({ options: options('127.0.0.1:0') })
  egress.dns.zones.set('echo.test', ['127.0.0.1'])
})

after(async () => {
  await egress.close()
  await echo.close()
})

async function echoes(client: RawClient, text: string): Promise<void> {
  client.send(text)
  await client.waitFor('the echo', () => client.received.includes(text))
}

test('a tunnel lives on through plans that allow it, and through a move of its door', async () => {
  const client = await egress.tunnel(`echo.test:${echo.port}`)
  await echoes(client, 'before')
  await egress.apply(options('127.0.0.1:0', { mode: 'report' }))
  await echoes(client, 'same door')
  const port = await freePort()
  await egress.apply(options(`127.0.0.1:${port}`))
  assert.equal(egress.port, port)
  await echoes(client, 'another door')
  await echoes(await egress.tunnel(`echo.test:${echo.port}`), 'new door')
  client.destroy()
})

test('an address that is taken leaves the old plan in force', async () => {
  const { port } = egress
  const taken = `127.0.0.1:${echo.port}`
  await assert.rejects(egress.apply(options(taken, { rules: [] })), /EADDRINUSE/)
  assert.equal(egress.port, port)
  await echoes(await egress.tunnel(`echo.test:${echo.port}`), 'still')
})

test('a mesh door without an identity is refused, and changes nothing', async () => {
  const plan = planOf(options('127.0.0.1:0', { mesh: '127.0.0.1:0' }))
  await assert.rejects(egress.egress.apply(plan, null), { code: 'no_identity' })
  await echoes(await egress.tunnel(`echo.test:${echo.port}`), 'still')
})

test('another identity takes the mesh door over at the same address', async () => {
  const port = await freePort()
  const first = await createTestCa('first root')
  const second = await createTestCa('second root')
  const plan = planOf(options('127.0.0.1:0', { mesh: `127.0.0.1:${port}` }))
  for (const ca of [first, second]) {
    await egress.egress.apply(plan, await identityOf(ca, 'system/egress'))
    const client = await connectMesh(port, await identityOf(ca, 'orders'))
    client.send(`CONNECT echo.test:${echo.port} HTTP/1.1\r\n\r\n`)
    await echoes(client, 'hello')
    client.destroy()
  }
})

test('without a plan every door is closed and everything is ended', async () => {
  const client = await egress.tunnel(`echo.test:${echo.port}`)
  await egress.egress.apply(null, null)
  await client.waitForClose()
  assert.deepEqual(egress.egress.ports(), {})
  await egress.apply(options('127.0.0.1:0'))
  await echoes(await egress.tunnel(`echo.test:${echo.port}`), 'again')
})
