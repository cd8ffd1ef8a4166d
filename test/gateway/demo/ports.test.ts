// Free ports: the wanted one where it is free, the next where it is not, never one twice.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { test } from 'node:test'
import { freePorts } from '../../../gateway/demo/ports.ts'
import { freePort } from '../../support/free-port.ts'

test('a wanted port that is free is had, and free again afterwards', async () => {
  const wanted = await freePort()
  assert.deepEqual(await freePorts({ door: wanted }), { door: wanted })
  const server = createServer().listen(wanted, '127.0.0.1')
  await once(server, 'listening')
  server.close()
})

test('a taken port leads to one of the next', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { door } = await freePorts({ door: port })
  server.close()
  assert.notEqual(door, port)
  // Right behind the last port there is none.
  assert.ok((door > port && door <= port + 20) || port > 65_515, `${door} instead of ${port}`)
})

test('two that want the same port get two', async () => {
  const wanted = await freePort()
  const { one, two, any, other } = await freePorts({ one: wanted, two: wanted, any: 0, other: 0 })
  assert.equal(new Set([one, two, any, other]).size, 4)
  assert.equal(one, wanted)
})
