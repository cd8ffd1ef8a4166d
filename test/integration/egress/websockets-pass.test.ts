// WebSockets leave in all three ways: through a tunnel, in the clear, and as TLS of egress; the rules end them too.

import { createHash } from 'node:crypto'
import { createServer as createHttp } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import { after, before, test } from 'node:test'
import type { EgressOptions } from '../../../gateway/allow/options.ts'
import { createTestCa } from '../../support/certificates.ts'
import { until } from '../../support/until.ts'
import { OPCODE, webSocketFrame } from '../../support/websocket-peer.ts'
import type { RawClient } from '../../support/raw-client.ts'
import { startEgress, tlsOver, type EgressUnderTest } from './egress-under-test.ts'

const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
const UPGRADE = `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n`

let caPem = ''
let plain: Server
let secure: Server
let egress: EgressUnderTest
const sockets = new Set<Socket>()

const portOf = (server: Server): number => (server.address() as AddressInfo).port

function options(more: Partial<EgressOptions> = {}): EgressOptions {
  const allow = [
    { host: 'ws.test', ports: [portOf(plain)] },
    { host: 'wss.test', ports: [portOf(secure)] },
  ]
  return {
    plain: '127.0.0.1:0',
    rules: [{ name: 'ws', from: ['*'], allow }],
    external: [{ host: 'wss.test', port: portOf(secure), tls: { ca: 'ca.pem' } }],
    ...more,
  }
}

before(async () => {
  const ca = await createTestCa('private root')
  caPem = ca.certPem
  const { certPem: cert, keyPem: key } = await ca.issue(['wss.test'])
  plain = createHttp()
  secure = createHttps({ cert, key })
  for (const server of [plain, secure]) {
    server.on('upgrade', (request: { headers: Record<string, string> }, socket: Socket) => {
      sockets.add(socket)
      const accept = createHash('sha1')
        .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
        .digest('base64')
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      )
      socket.on('error', () => socket.destroy())
      socket.on('end', () => socket.end())
      // Says that it heard, as a text frame.
      socket.on('data', () => socket.write(webSocketFrame(OPCODE.text, Buffer.from('heard'))))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  }
  egress = await startEgress({ files: { 'ca.pem': caPem }, options: options() })
  egress.dns.zones.set('ws.test', ['127.0.0.1'])
  egress.dns.zones.set('wss.test', ['127.0.0.1'])
})

after(async () => {
  await egress.close()
  for (const socket of sockets) socket.destroy()
  plain.close()
  secure.close()
})

async function open(url: string, host: string): Promise<RawClient> {
  const client = await egress.connect()
  client.send(`GET ${url} HTTP/1.1\r\nHost: ${host}\r\n${UPGRADE}\r\n`)
  await client.waitFor('101', () => client.received.includes('101 Switching'))
  return client
}

async function talk(client: RawClient): Promise<void> {
  client.send(webSocketFrame(OPCODE.text, Buffer.from('hello'), { masked: true }))
  await client.waitFor('an echo', () => client.received.includes('heard'))
}

test('in the clear, by the whole URL', async () => {
  const at = `ws.test:${portOf(plain)}`
  const client = await open(`http://${at}/socket`, at)
  await talk(client)
  client.destroy()
  await until('the record', () => egress.closes.some(({ port }) => port === portOf(plain)))
})

test('as TLS of egress', async () => {
  const client = await open('/socket', 'wss.test')
  await talk(client)
  client.destroy()
})

test('through a tunnel', async () => {
  const client = await egress.tunnel(`wss.test:${portOf(secure)}`)
  const tls = await tlsOver(client, caPem, 'wss.test')
  tls.write(`GET / HTTP/1.1\r\nHost: wss.test\r\n${UPGRADE}\r\n`)
  const parts: Buffer[] = []
  tls.on('data', (chunk: Buffer) => parts.push(chunk))
  await until('101', () => Buffer.concat(parts).includes('101 Switching'))
  tls.write(webSocketFrame(OPCODE.text, Buffer.from('hello'), { masked: true }))
  await until('an echo', () => Buffer.concat(parts).includes('heard'))
  tls.destroy()
})

test('E090 to an address inside it is refused like everything else', async () => {
  await egress.apply(options({ network: {} }))
  const at = `ws.test:${portOf(plain)}`
  const client = await egress.connect()
  client.send(`GET http://${at}/ HTTP/1.1\r\nHost: ${at}\r\n${UPGRADE}\r\n`)
  await client.waitFor('403', () => client.received.includes('403 Egress address_forbidden'))
  await client.waitForClose()
  await egress.apply(options())
})

test('one that is silent for too long is closed', async () => {
  await egress.apply(options({ timeouts: { idle: '200ms' } }))
  const at = `ws.test:${portOf(plain)}`
  const client = await open(`http://${at}/socket`, at)
  await client.waitForClose()
  await until('the record', () => egress.closes.at(-1)?.['reason'] === 'idle_timeout')
  await egress.apply(options())
})

test('one whose rule is removed is closed', async () => {
  const at = `ws.test:${portOf(plain)}`
  const client = await open(`http://${at}/socket`, at)
  await egress.apply(options({ rules: [] }))
  await client.waitForClose()
  await until('the record', () => egress.closes.at(-1)?.['reason'] === 'rule_removed')
})
