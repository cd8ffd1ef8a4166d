import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { after, before, test } from 'node:test'
import { alternating, dial, type Dialled } from '../../../gateway/egress/dial.ts'
import { systemClock } from '../../../sidecar/runtime/clock.ts'
import { startHangingHost, type HangingHost } from '../../integration/egress/hanging-host.ts'

let server: Server
let port = 0
let hanging: HangingHost
const TIMES = { connectMs: 400, totalMs: 700 }

before(async () => {
  hanging = await startHangingHost()
  server = createServer((socket) => socket.on('error', () => socket.destroy()))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})

after(() => {
  server.close()
  hanging.close()
})

function dialled(addresses: readonly string[], to: number): Promise<Dialled> {
  return new Promise((resolve) => {
    dial(addresses, to, TIMES, systemClock, resolve)
  })
}

test('the families take turns, the newer one first', () => {
  assert.deepEqual(alternating(['1.1.1.1', '2.2.2.2', '3.3.3.3', '2001:db8::1', '2001:db8::2']), [
    '2001:db8::1',
    '1.1.1.1',
    '2001:db8::2',
    '2.2.2.2',
    '3.3.3.3',
  ])
})

test('an address that refuses costs no time, the next one is tried at once', async () => {
  const startedMs = performance.now()
  const result = await dialled(['127.0.0.9', '127.0.0.8', '127.0.0.1'], port)
  assert.ok(performance.now() - startedMs < 450)
  assert.equal(result.kind, 'connected')
  if (result.kind !== 'connected') return
  assert.equal(result.address, '127.0.0.1')
  result.socket.destroy()
})

test('where all refuse that is said, where one hangs the time is kept', async () => {
  assert.deepEqual(await dialled(['127.0.0.9', '127.0.0.8'], port), {
    kind: 'failed',
    reason: 'connect_refused',
  })
  const startedMs = performance.now()
  const result = await dialled(['127.0.0.1'], hanging.port)
  assert.deepEqual(result, { kind: 'failed', reason: 'connect_timeout' })
  assert.ok(performance.now() - startedMs < 3000)
})

test('all attempts together keep their time', async () => {
  const startedMs = performance.now()
  const many = Array.from({ length: 5 }, () => '127.0.0.1')
  assert.equal((await dialled(many, hanging.port)).kind, 'failed')
  assert.ok(performance.now() - startedMs < 1300)
})

test('after it was stopped nothing is told', async () => {
  let told = 0
  const stop = dial(['127.0.0.1'], port, TIMES, systemClock, () => told++)
  stop()
  await new Promise((resolve) => setImmediate(resolve))
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(told, 0)
})
