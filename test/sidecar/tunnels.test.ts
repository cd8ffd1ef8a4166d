import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { parseAuthority } from '../../sidecar/forward/host.ts'
import { Metrics } from '../../sidecar/telemetry/metrics.ts'
import { Tunnels } from '../../sidecar/tunnels.ts'
import { neverRefused, type Dialer } from '../../sidecar/upstream/dialer.ts'
import { ManualClock } from '../gateway/auth/manual-clock.ts'
import { connectRaw, type RawClient } from '../support/raw-client.ts'
import { until } from '../support/until.ts'

const ESTABLISHED = 'HTTP/1.1 200 OK\r\n\r\n'

let gateway: Server
let door: Server
let clock: ManualClock
let tunnels: Tunnels

before(async () => {
  clock = new ManualClock()
  gateway = createServer({ allowHalfOpen: true })
  gateway.listen(0, '127.0.0.1')
  await once(gateway, 'listening')
  const { port } = gateway.address() as AddressInfo
  const dialer: Dialer = {
    isSecure: false,
    dial(_handOver, onBytes) {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
      socket.on('data', onBytes)
      const release = (): void => undefined
      return { socket, readyEvent: 'connect', borrowed: false, refusal: neverRefused, release }
    },
  }
  tunnels = new Tunnels({
    clock,
    metrics: new Metrics(),
    hop: 'web outbound',
    egress: () => dialer,
  })
  door = createServer({ allowHalfOpen: true }, (client: Socket) => {
    client.on('error', () => client.destroy())
    tunnels.open(parseAuthority('bank.test:443')!, client, Buffer.alloc(0))
  })
  door.listen(0, '127.0.0.1')
  await once(door, 'listening')
})

after(() => {
  tunnels.close()
  gateway.close()
  door.close()
})

/** Both ends of a tunnel that stands. */
async function open(): Promise<{ client: RawClient; far: Socket }> {
  const accepted = once(gateway, 'connection') as Promise<[Socket]>
  const client = await connectRaw((door.address() as AddressInfo).port)
  const [far] = await accepted
  const [asked] = (await once(far, 'data')) as [Buffer]
  assert.match(asked.toString(), /^CONNECT bank\.test:443 HTTP\/1\.1\r\n/)
  far.write(ESTABLISHED)
  await client.waitFor('the answer', () => client.received.toString() === ESTABLISHED)
  return { client, far }
}

test('an app may go on sending after the other side has ended, and the tunnel ends with it', async () => {
  const { client, far } = await open()
  far.end('bye')
  await client.waitForClose()
  assert.match(client.received.toString(), /bye$/)
  client.send('and more')
  const [more] = (await once(far, 'data')) as [Buffer]
  assert.equal(more.toString(), 'and more')
  client.socket.end()
  await until('the end of the tunnel', () => tunnels.size === 0)
  assert.equal(clock.pending, 0)
})

test('an app that keeps its half of a tunnel open does not keep its place for ever', async () => {
  const { client, far } = await open()
  far.destroy()
  await client.waitForClose()
  await clock.advance(299_999)
  assert.equal(tunnels.size, 1)
  await clock.advance(1)
  assert.equal(tunnels.size, 0)
  client.destroy()
})
