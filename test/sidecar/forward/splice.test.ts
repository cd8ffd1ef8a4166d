import assert from 'node:assert/strict'
import { once } from 'node:events'
import { duplexPair, type Duplex } from 'node:stream'
import { suite, test } from 'node:test'
import { splice, type Spliced } from '../../../sidecar/forward/splice.ts'
import { ManualClock } from '../../gateway/auth/manual-clock.ts'

interface Joined {
  /** The far ends, as client and upstream hold them. */
  readonly client: Duplex
  readonly upstream: Duplex
  /** Our end of the upstream's connection. */
  readonly ourUpstream: Duplex
  readonly spliced: Spliced
  readonly closed: string[]
  readonly clock: ManualClock
  readonly heard: { client: Buffer; upstream: Buffer }
}

function join(protocol = 'websocket', heads: { client?: string; upstream?: string } = {}): Joined {
  const [ourClient, client] = duplexPair()
  const [ourUpstream, upstream] = duplexPair()
  const clock = new ManualClock()
  const closed: string[] = []
  const heard = { client: Buffer.alloc(0), upstream: Buffer.alloc(0) }
  client.on('data', (chunk: Buffer) => {
    heard.client = Buffer.concat([heard.client, chunk])
  })
  upstream.on('data', (chunk: Buffer) => {
    heard.upstream = Buffer.concat([heard.upstream, chunk])
  })
  const spliced = splice({
    client: ourClient,
    clientHead: Buffer.from(heads.client ?? ''),
    upstream: ourUpstream,
    upstreamHead: Buffer.from(heads.upstream ?? ''),
    protocol,
    headers: ['sec-websocket-accept', 'abc'],
    limits: { maxMessageBytes: 10, maxFragments: 2, maxControlPerSecond: 2 },
    clock,
    onClosed: (reason) => closed.push(reason),
  })
  return { client, upstream, ourUpstream, spliced, closed, clock, heard }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

const HEAD =
  'HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: abc\r\n\r\n'

function text(payload: string, masked: boolean): Buffer {
  return Buffer.concat([
    Buffer.from([0x81, (masked ? 0x80 : 0) | payload.length]),
    Buffer.alloc(masked ? 4 : 0),
    Buffer.from(payload),
  ])
}

suite('joined sockets', () => {
  test('the client is told of the switch, then bytes pass both ways', async () => {
    const { client, upstream, heard } = join()
    client.write(text('up', true))
    upstream.write(text('down', false))
    await settled()
    assert.equal(heard.client.toString('latin1'), HEAD + text('down', false).toString('latin1'))
    assert.deepEqual(heard.upstream, text('up', true))
  })

  test('bytes that came with the heads are not lost, and come behind the answer', async () => {
    const { heard } = join('other', { client: 'early', upstream: 'too' })
    await settled()
    assert.equal(heard.upstream.toString(), 'early')
    assert.match(heard.client.toString(), /\r\n\r\ntoo$/)
  })

  test('when both sides end, it is over and all was well', async () => {
    const { client, upstream, closed } = join()
    client.end()
    await settled()
    assert.deepEqual(closed, [])
    upstream.end(text('last', false))
    await settled()
    assert.deepEqual(closed, ['ok'])
  })

  test('an upstream that breaks is told to the client as 1011', async () => {
    const { ourUpstream, client, closed, heard, clock } = join()
    ourUpstream.destroy(new Error('reset'))
    await settled()
    client.end()
    await clock.advance(1000)
    await settled()
    assert.equal(heard.client.subarray(HEAD.length).readUInt16BE(2), 1011)
    assert.deepEqual(closed, ['upstream_reset'])
  })
})

suite('ending', () => {
  test('tells both sides why, and waits a moment for the client', async () => {
    const { spliced, closed, heard, clock, client } = join()
    await settled()
    spliced.close('token_expired')
    spliced.close('shutting_down')
    await settled()
    const frame = heard.client.subarray(HEAD.length)
    assert.equal(frame[0], 0x88)
    assert.equal(frame.readUInt16BE(2), 1008)
    assert.equal(frame.subarray(4).toString(), 'token_expired')
    assert.equal(heard.upstream[1]! & 0x80, 0x80)
    assert.equal(heard.upstream.readUInt16BE(6), 1008)
    const gone = client.destroyed ? Promise.resolve() : once(client, 'close')
    client.end()
    await clock.advance(1000)
    await gone
    assert.deepEqual(closed, ['token_expired'])
  })

  test('never puts a frame into the middle of another', async () => {
    const { spliced, upstream, client, heard } = join()
    upstream.write(text('whole', false).subarray(0, 4))
    client.write(text('whole', true).subarray(0, 3))
    await settled()
    spliced.close('shutting_down')
    await settled()
    assert.deepEqual(heard.client.subarray(HEAD.length), text('whole', false).subarray(0, 4))
    assert.deepEqual(heard.upstream, text('whole', true).subarray(0, 3))
  })

  test('says nothing in a protocol it does not know', async () => {
    const { spliced, heard } = join('other')
    await settled()
    const before = heard.client.length
    spliced.close('shutting_down')
    await settled()
    assert.equal(heard.client.length, before)
    assert.equal(heard.upstream.length, 0)
  })

  test('a client that breaks a limit is closed, and its bytes stay here', async () => {
    for (const [bytes, code, reason] of [
      [text('eleven byte', true), 1009, 'message_too_large'],
      [
        Buffer.concat([0, 1, 2].map(() => Buffer.from([0x89, 0x80, 0, 0, 0, 0]))),
        1008,
        'frame_flood',
      ],
      [Buffer.from([0x09, 0x80, 0, 0, 0, 0]), 1002, 'frame_invalid'],
    ] as const) {
      const { client, closed, heard, clock } = join()
      await settled()
      client.write(bytes)
      await settled()
      assert.equal(heard.client.subarray(HEAD.length).readUInt16BE(2), code)
      assert.ok(!heard.upstream.includes(bytes), reason)
      client.end()
      await clock.advance(1000)
      await settled()
      assert.deepEqual(closed, [reason])
    }
  })
})
