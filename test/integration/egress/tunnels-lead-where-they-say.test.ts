// A tunnel carries TLS for the host it was opened for, byte for byte, within its limits.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import type { EgressOptions } from '../../../gateway/allow/options.ts'
import { createTestCa, type TestCa } from '../../support/certificates.ts'
import type { RawClient } from '../../support/raw-client.ts'
import { until } from '../../support/until.ts'
import { startEgress, tlsOver, type EgressUnderTest } from './egress-under-test.ts'
import { connectMesh, identityOf } from './mesh-identity.ts'
import { startHttps, startTcp, type StandIn } from './stand-in.ts'

let ca: TestCa
let https: StandIn
let tcp: StandIn
let egress: EgressUnderTest

function options(more: Partial<EgressOptions> = {}): EgressOptions {
  return {
    plain: '127.0.0.1:0',
    rules: [
      {
        name: 'tls',
        from: ['*'],
        allow: [{ host: 'secure.test', ports: [https.port] }],
      },
      {
        name: 'raw',
        from: ['*'],
        allow: [{ host: 'raw.test', ports: [tcp.port, https.port], protocol: 'tcp' }],
      },
    ],
    ...more,
  }
}

before(async () => {
  ca = await createTestCa('internet root')
  https = await startHttps(await ca.issue(['secure.test', 'other.test']), (request, response) => {
    response.end(`hello ${request.url}`)
  })
  // Says what it heard once the client is done, and not before.
  tcp = await startTcp((socket) => {
    let heard = 0
    socket.on('data', (chunk: Buffer) => (heard += chunk.length))
    socket.on('end', () => socket.end(`heard ${heard}`))
  })
  egress = await startEgress({ options: options() })
  for (const name of ['secure.test', 'raw.test']) egress.dns.zones.set(name, ['127.0.0.1'])
})

after(async () => {
  await egress.close()
  await https.close()
  await tcp.close()
})

const secure = (): string => `secure.test:${https.port}`
const raw = (): string => `raw.test:${tcp.port}`
/** What came behind the answer to CONNECT. */
const behind = (client: RawClient): Buffer =>
  client.received.subarray(client.received.indexOf('\r\n\r\n') + 4)

async function helloOf(serverName: string): Promise<Buffer> {
  const { connect } = await import('node:tls')
  const { Duplex } = await import('node:stream')
  const parts: Buffer[] = []
  const sink = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      parts.push(chunk)
      done()
    },
  })
  const tls = connect({ socket: sink, ...(serverName === '' ? {} : { servername: serverName }) })
  tls.on('error', () => {})
  await until('a hello', () => parts.length > 0)
  tls.destroy()
  return Buffer.concat(parts)
}

test('TLS for the very host passes, however it is cut up', async () => {
  const client = await egress.tunnel(secure())
  const tls = await tlsOver(client, ca.certPem, 'secure.test')
  tls.write('GET /a HTTP/1.1\r\nHost: secure.test\r\nConnection: close\r\n\r\n')
  const chunks: Buffer[] = []
  tls.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(tls, 'end')
  assert.match(Buffer.concat(chunks).toString(), /hello \/a$/)

  const slow = await egress.tunnel(secure())
  for (const byte of await helloOf('secure.test')) slow.send(Buffer.from([byte]))
  await slow.waitFor('a server hello', () => behind(slow)[0] === 22)
  slow.destroy()
})

const REFUSED: readonly (readonly [string, () => Promise<Buffer> | Buffer, string])[] = [
  ['E087 another name', () => helloOf('other.test'), 'sni_mismatch'],
  ['E091 no name', () => helloOf(''), 'sni_missing'],
  ['E088 plain HTTP', () => Buffer.from('GET / HTTP/1.1\r\nHost: secure.test\r\n\r\n'), 'not_tls'],
  [
    'a hello without end',
    () => Buffer.alloc(20_000, Buffer.from([22, 3, 1, 64, 0, 1, 0, 80, 0])),
    'hello_too_long',
  ],
]

for (const [name, bytes, reason] of REFUSED) {
  test(`a tunnel that begins with something else is closed: ${name}`, async () => {
    const before = https.bytes()
    const client = await egress.tunnel(secure())
    client.send(await bytes())
    await client.waitForClose()
    const alert = reason === 'not_tls' ? '' : '15030300020231'
    assert.equal(behind(client).toString('hex'), alert)
    const decision = egress.decisions.at(-1)!
    assert.equal(decision['reason'], reason)
    assert.equal(decision['verdict'], 'deny')
    assert.equal(https.bytes(), before)
  })
}

test('a client that says nothing is not one of TLS', async () => {
  await egress.apply(options({ timeouts: { hello: '50ms' } }))
  const client = await egress.tunnel(secure())
  await client.waitForClose()
  assert.equal(egress.decisions.at(-1)?.['reason'], 'not_tls')
  await egress.apply(options())
})

test('half-close is kept, and bytes are counted each way', async () => {
  const client = await egress.tunnel(raw())
  client.send(Buffer.alloc(3_000_000))
  client.socket.end()
  await client.waitFor('the answer', () => behind(client).toString() === 'heard 3000000')
  await until('the record', () => egress.closes.some(({ bytesIn }) => bytesIn === 3_000_000))
  const record = egress.closes.find(({ bytesIn }) => bytesIn === 3_000_000)!
  assert.equal(record['reason'], 'ok')
  assert.equal(record['bytesOut'], 'heard 3000000'.length)
  assert.equal(record['rule'], 'raw')
  const decision = egress.decisions.find(({ id }) => id === record['id'])!
  assert.equal(decision['address'], '127.0.0.1')
  assert.equal(decision['caller'], 'anonymous')
})

test('half-close is kept through mTLS as well', async () => {
  const mesh = await createTestCa('mesh root')
  const door = await startEgress({
    identity: await identityOf(mesh, 'system/egress'),
    options: { ...options(), plain: '127.0.0.1:0', mesh: '127.0.0.1:0' },
  })
  door.dns.zones.set('raw.test', ['127.0.0.1'])
  const client = await connectMesh(door.meshPort, await identityOf(mesh, 'orders'))
  client.send(`CONNECT ${raw()} HTTP/1.1\r\n\r\n`)
  await client.waitFor('the tunnel', () => client.received.includes(' 200 '))
  client.send(Buffer.alloc(100_000))
  client.socket.end()
  await client.waitFor('the answer', () => behind(client).toString() === 'heard 100000')
  await until('the record', () => door.closes.at(-1)?.['reason'] === 'ok')
  await door.close()
})

test('bytes behind the request head belong to the tunnel', async () => {
  const client = await egress.connect()
  client.send(`CONNECT ${raw()} HTTP/1.1\r\n\r\nearly`)
  client.socket.end()
  await client.waitFor('the answer', () => behind(client).toString() === 'heard 5')
})

test('an idle tunnel is closed, a busy one is not', async () => {
  await egress.apply(options({ timeouts: { idle: '1500ms' } }))
  const busy = await egress.tunnel(raw())
  const idle = await egress.tunnel(raw())
  const timer = setInterval(() => busy.send('x'), 200)
  await idle.waitForClose()
  clearInterval(timer)
  assert.equal(busy.closed, false)
  await until('the record', () => egress.closes.at(-1)?.['reason'] === 'idle_timeout')
  busy.destroy()
  await egress.apply(options())
})

test('a tunnel has an end however busy it is', async () => {
  await egress.apply(options({ timeouts: { tunnel: '500ms' } }))
  const busy = await egress.tunnel(raw())
  const timer = setInterval(() => busy.send('x'), 100)
  await busy.waitForClose()
  clearInterval(timer)
  await until('the record', () => egress.closes.at(-1)?.['reason'] === 'lifetime_over')
  await egress.apply(options())
})

test('E095 caps hold for a destination, a caller and all together, and are given back', async () => {
  await until('an empty egress', () => egress.egress.size === 0)
  const caps = { total: 4, perCaller: 3, perDestination: 2 }
  await egress.apply(
    options({ caps, tokens: { one: 'token-of-one-012345', two: 'token-of-two-012345' } }),
  )
  const other = `raw.test:${https.port}`
  const as = (name: string): string => `Proxy-Authorization: Bearer token-of-${name}-012345\r\n`
  const open: RawClient[] = []
  const status = async (target: string, fields: string): Promise<string> => {
    const client = await egress.tunnel(target, fields)
    open.push(client)
    return /^HTTP\/1\.1 (\d+ \S+ \S+)/.exec(client.received.toString('latin1'))![1]!
  }
  assert.match(await status(raw(), as('one')), /^200/)
  assert.match(await status(raw(), as('one')), /^200/)
  assert.equal(await status(raw(), as('one')), '429 Egress destination_limit_reached')
  assert.match(await status(other, as('one')), /^200/)
  assert.equal(await status(other, as('one')), '429 Egress caller_limit_reached')
  assert.match(await status(raw(), as('two')), /^200/)
  assert.equal(await status(raw(), as('two')), '503 Egress egress_limit_reached')
  for (const client of open) client.destroy()
  await until('room again', () => egress.egress.size === 0)
  assert.match(await status(raw(), as('two')), /^200/)
  open.at(-1)!.destroy()
  await egress.apply(options())
})

test('report mode lets through what no rule allows, and says so; learn mode notes what it was', async () => {
  const learning: Partial<EgressOptions> = { mode: 'learn', rules: [] }
  egress.egress.drainObservations()
  await egress.apply(options(learning))
  const client = await egress.tunnel(secure())
  const tls = await tlsOver(client, ca.certPem, 'secure.test')
  tls.end()
  await once(tls, 'close')
  const decision = egress.decisions.at(-1)!
  assert.equal(decision['verdict'], 'allow')
  assert.equal(decision['wouldDeny'], true)
  assert.equal(decision['reason'], 'no_rule')
  assert.equal(decision['mode'], 'learn')
  const tcpClient = await egress.tunnel(raw())
  tcpClient.send('hello')
  tcpClient.socket.end()
  await tcpClient.waitForClose()
  await until('both seen', () => egress.egress.size === 0)
  const seen = egress.egress.drainObservations().map(({ protocol, port }) => [protocol, port])
  assert.deepEqual(seen, [
    ['tls', https.port],
    ['tcp', tcp.port],
  ])
  await egress.apply(options())
})

test('draining lets a tunnel finish, and ends it when the time is over', async () => {
  const draining = await startEgress({ options: options() })
  draining.dns.zones.set('raw.test', ['127.0.0.1'])
  const client = await draining.tunnel(raw())
  client.send('abc')
  const closed = draining.close(5000)
  client.socket.end()
  await client.waitFor('the answer', () => behind(client).toString() === 'heard 3')
  await closed
  assert.equal(draining.closes.at(-1)?.['reason'], 'ok')

  const late = await startEgress({ options: options() })
  late.dns.zones.set('raw.test', ['127.0.0.1'])
  const stuck = await late.tunnel(raw())
  await late.close(50)
  await stuck.waitForClose()
  assert.equal(late.closes.at(-1)?.['reason'], 'shutting_down')
})
