import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { test } from 'node:test'
import { Tunnel } from '../../../gateway/egress/tunnel.ts'
import { until } from '../../support/until.ts'

/** Both ends of a connection. */
async function pair(): Promise<[near: Socket, far: Socket]> {
  const server = createServer({ allowHalfOpen: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'connection')
  const near = connect({
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    allowHalfOpen: true,
  })
  const [far] = (await accepted) as [Socket]
  server.close()
  far.on('error', () => {})
  near.on('error', () => {})
  return [near, far]
}

interface Joined {
  readonly caller: Socket
  readonly host: Socket
  readonly tunnel: Tunnel
  readonly reasons: string[]
}

async function join(fromClient: readonly Buffer[] = []): Promise<Joined> {
  const [caller, client] = await pair()
  const [upstream, host] = await pair()
  const reasons: string[] = []
  const tunnel = new Tunnel({ client, upstream, fromClient }, (reason) => reasons.push(reason))
  return { caller, host, tunnel, reasons }
}

function received(socket: Socket): { bytes: number } {
  const count = { bytes: 0 }
  socket.on('data', (chunk: Buffer) => (count.bytes += chunk.length))
  return count
}

test('a receiver that does not read stops the sender, and nothing is lost', async () => {
  const { caller, host, tunnel, reasons } = await join([Buffer.alloc(10)])
  const block = Buffer.alloc(1024 * 1024)
  for (let i = 0; i < 64; i++) caller.write(block)
  caller.end()
  // Kernel and socket buffers fill; the rest must wait at the caller.
  let before = -1
  await until('a standstill', () => {
    const still = tunnel.bytesFromClient === before && before > 10
    before = tunnel.bytesFromClient
    return still
  })
  assert.ok(tunnel.bytesFromClient < 64 * block.length)
  const count = received(host)
  await once(host, 'end')
  assert.equal(count.bytes, 64 * block.length + 10)
  host.end()
  await until('the end', () => reasons.length > 0)
  assert.deepEqual(reasons, ['ok'])
})

test('each direction may end before the other', async () => {
  const { caller, host, reasons } = await join()
  const count = received(caller)
  host.end('goodbye')
  await once(caller, 'end')
  assert.equal(count.bytes, 7)
  const later = received(host)
  caller.write('still here')
  await until('what came later', () => later.bytes === 10)
  caller.end()
  await until('the end', () => reasons.length > 0)
  assert.deepEqual(reasons, ['ok'])
})

test('a reset is passed on, and whose it was is told', async () => {
  const byCaller = await join()
  byCaller.caller.resetAndDestroy()
  await until('the end', () => byCaller.reasons.length > 0)
  assert.deepEqual(byCaller.reasons, ['client_gone'])
  const byHost = await join()
  byHost.host.resetAndDestroy()
  await until('the end', () => byHost.reasons.length > 0)
  assert.deepEqual(byHost.reasons, ['upstream_reset'])
})

test('one that is closed ends both sides and tells once why', async () => {
  const { caller, host, tunnel, reasons } = await join()
  tunnel.close('rule_removed')
  tunnel.close('idle_timeout')
  received(caller)
  received(host)
  await Promise.all([once(caller, 'end'), once(host, 'end')])
  assert.deepEqual(reasons, ['rule_removed'])
})

test('an end that came before they were joined counts', async () => {
  const [caller, client] = await pair()
  const [upstream, host] = await pair()
  const reasons: string[] = []
  client.destroy()
  await once(client, 'close')
  const tunnel = new Tunnel({ client, upstream, fromClient: [] }, (reason) => reasons.push(reason))
  await until('the end', () => reasons.length > 0)
  assert.deepEqual(reasons, ['client_gone'])
  assert.equal(tunnel.bytesToClient, 0)
  caller.destroy()
  host.destroy()
})
