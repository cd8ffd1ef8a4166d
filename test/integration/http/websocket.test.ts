// W001–W008: WebSockets through the whole gateway, with frames of our own making on both ends.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { deflateRawSync } from 'node:zlib'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { connectRaw, type RawClient } from '../../support/raw-client.ts'
import { createTestIssuer, type TestIssuer } from '../../support/test-issuer.ts'
import {
  closeCodeOf,
  handshake,
  OPCODE,
  readWebSocketFrames,
  startWebSocketUpstream,
  webSocketFrame,
  type WebSocketFrame,
  type WebSocketUpstream,
} from '../../support/websocket-peer.ts'

const LIST = new URL('../../../../shared/corpora/security-cases.tsv', import.meta.url)
const ORIGIN = 'Origin: https://app.test'
const MAX_MESSAGE = 64 * 1024
const MASKED = { masked: true }

let gateway: TestGateway
let upstream: WebSocketUpstream
let issuer: TestIssuer

before(async () => {
  upstream = await startWebSocketUpstream()
  issuer = await createTestIssuer()
  const to = `http://127.0.0.1:${upstream.port}`
  const config = `
workers: 1
issuers: { idp: ${issuer.yaml} }
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off, sizes: { message: 64KiB } } ]
routes:
  - { name: open, match: ws.test/*, to: "${to}", auth: public, cors: "https://app.test" }
  - { name: guarded, match: auth.test/*, to: "${to}", auth: { issuer: idp, audience: test } }
`
  gateway = await startGateway({ config })
})

after(async () => {
  await upstream.close()
  assert.equal(await gateway.stop(), 0)
})

/** A client and the upstream's end, both behind the handshake. */
async function open(
  host = 'ws.test',
  ...fields: string[]
): Promise<{ client: Ends; server: RawClient }> {
  const raw = await connectRaw(gateway.port('plain'))
  raw.send(handshake(host, ...(fields.length === 0 ? [ORIGIN] : fields)))
  await raw.waitFor('101', () => raw.responses()[0]?.status === 101)
  const skip = raw.received.indexOf('\r\n\r\n') + 4
  const frames = (): readonly WebSocketFrame[] => readWebSocketFrames(raw.received.subarray(skip))
  return { client: { raw, frames }, server: await upstream.accepted() }
}

interface Ends {
  readonly raw: RawClient
  /** Frames received behind the handshake. */
  readonly frames: () => readonly WebSocketFrame[]
}

async function assertClosedWith({ raw, frames }: Ends, code: number): Promise<void> {
  await raw.waitFor(`close frame ${code}`, () => closeCodeOf(frames()) !== null || raw.ended)
  assert.equal(closeCodeOf(frames()), code)
  await raw.waitForClose()
  raw.destroy()
}

const cases: Record<string, { readonly what: string; readonly run: () => Promise<void> }> = {
  W001: {
    what: 'an origin that is not on the list gets 403 and no tunnel',
    async run() {
      const before = upstream.heads.length
      const client = await connectRaw(gateway.port('plain'))
      client.send(handshake('ws.test', 'Origin: https://evil.test'))
      await client.waitForClose()
      assert.equal(client.responses()[0]!.status, 403)
      assert.equal(upstream.heads.length, before)
      client.destroy()
    },
  },
  W002: {
    what: 'a connection does not outlive its token',
    async run() {
      const token = await issuer.token('alice', 'test', 1000)
      const { client, server } = await open('auth.test', `Authorization: Bearer ${token}`)
      server.send(webSocketFrame(OPCODE.text, Buffer.from('hello')))
      await client.raw.waitFor('hello', () => client.frames().length > 0)
      await assertClosedWith(client, 1008)
      await server.waitForClose()
    },
  },
  W003: {
    what: 'a message over the limit earns 1009, one at the limit passes',
    async run() {
      const { client, server } = await open()
      client.raw.send(webSocketFrame(OPCODE.binary, Buffer.alloc(MAX_MESSAGE, 7), MASKED))
      await server.waitFor('the message', () => readWebSocketFrames(server.received).length === 1)
      client.raw.send(webSocketFrame(OPCODE.binary, Buffer.alloc(MAX_MESSAGE + 1, 7), MASKED))
      await assertClosedWith(client, 1009)
    },
  },
  W004: {
    what: 'a message in 10,000 fragments earns 1009',
    async run() {
      const { client } = await open()
      const part = webSocketFrame(OPCODE.continuation, Buffer.from('x'), {
        masked: true,
        final: false,
      })
      const first = webSocketFrame(OPCODE.text, Buffer.from('x'), { masked: true, final: false })
      client.raw.send(Buffer.concat([first, ...Array.from({ length: 9999 }, () => part)]))
      await assertClosedWith(client, 1009)
    },
  },
  W005: {
    what: 'a compressed message passes unchanged (exception: the gateway never inflates, so no bomb goes off in it)',
    async run() {
      const { client, server } = await open(
        'ws.test',
        ORIGIN,
        'Sec-WebSocket-Extensions: permessage-deflate',
      )
      const bomb = deflateRawSync(Buffer.alloc(32 * 1024 * 1024))
      assert.ok(bomb.length < MAX_MESSAGE)
      const sent = webSocketFrame(OPCODE.binary, bomb, { masked: true, compressed: true })
      client.raw.send(sent)
      await server.waitFor('the message', () => server.received.length >= sent.length)
      assert.ok(server.received.equals(sent), 'byte for byte')
      client.raw.destroy()
    },
  },
  W006: {
    what: 'a flood of pings earns 1008',
    async run() {
      const { client } = await open()
      const ping = webSocketFrame(OPCODE.ping, Buffer.from('x'), MASKED)
      client.raw.send(Buffer.concat(Array.from({ length: 1000 }, () => ping)))
      await assertClosedWith(client, 1008)
    },
  },
  W007: {
    what: 'a half-close travels on, and the other direction stays open',
    async run() {
      const { client, server } = await open()
      client.raw.send(webSocketFrame(OPCODE.text, Buffer.from('last'), MASKED))
      client.raw.socket.end()
      await server.waitFor('the end', () => server.ended)
      assert.equal(readWebSocketFrames(server.received)[0]!.payload.toString(), 'last')
      server.send(webSocketFrame(OPCODE.text, Buffer.from('reply')))
      await client.raw.waitFor('the reply', () => client.frames().length === 1)
      server.socket.end()
      await client.raw.waitForClose()
    },
  },
  W008: {
    what: 'an upstream that dies is told as 1011',
    async run() {
      const { client, server } = await open()
      server.send(webSocketFrame(OPCODE.text, Buffer.from('hello')))
      await client.raw.waitFor('hello', () => client.frames().length === 1)
      server.socket.resetAndDestroy()
      await assertClosedWith(client, 1011)
    },
  },
}

for (const [id, { what, run }] of Object.entries(cases)) test(`${id} ${what}`, run)

test('bytes that follow the handshake at once reach the upstream behind it', async () => {
  const raw = await connectRaw(gateway.port('plain'))
  const early = webSocketFrame(OPCODE.text, Buffer.from('early'), MASKED)
  raw.send(Buffer.concat([Buffer.from(handshake('ws.test', ORIGIN), 'latin1'), early]))
  const server = await upstream.accepted()
  assert.doesNotMatch(upstream.heads.at(-1)!, /early/)
  await server.waitFor('the frame', () => server.received.length >= early.length)
  assert.ok(server.received.equals(early))
  raw.destroy()
})

test('every WebSocket case of the list is in the table', (t) => {
  if (!existsSync(LIST)) return t.skip('the list of security cases is not here')
  const lines = readFileSync(LIST, 'utf8').split('\n')
  const listed = lines.map((line) => line.split('\t')[0]!).filter((id) => /^W\d+$/.test(id))
  assert.deepEqual(Object.keys(cases).toSorted(), listed.toSorted())
})
