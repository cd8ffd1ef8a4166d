// Bodies in motion: what arrives arrives at once and whole, what nobody reads is not collected, and what is cut is cut.

import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { after, before, beforeEach, test } from 'node:test'
import { connectRaw } from '../../support/raw-client.ts'
import { replyOk, replyWith } from '../../support/recorder.ts'
import { valuesOf } from '../../support/request-reader.ts'
import { startEdge, type EdgeUnderTest } from './edge-under-test.ts'
import { chunked, get, head, post } from './http1-case.ts'

const MIB = 1024 * 1024
const BIG = 64 * MIB
/** The worker's young generation grows by itself; a body kept whole would cost twice as much as this. */
const MAX_GROWTH_BYTES = 40 * MIB

let edge: EdgeUnderTest

before(async () => {
  edge = await startEdge()
})

after(() => edge.stop())

beforeEach(() => edge.upstream.clear())

/** Writes `total` bytes no faster than the socket takes them. */
function pump(socket: Socket, total: number): void {
  const block = Buffer.alloc(MIB, 'x')
  const blocks = Array.from({ length: total / MIB }, () => block)
  Readable.from(blocks, { objectMode: false }).pipe(socket, { end: false })
}

/** Resolves when `bytes` stands still for three looks in a row: backpressure reached the sender. */
async function standstill(bytes: () => number): Promise<void> {
  let before = -1
  for (let still = 0; still < 3;) {
    await new Promise((resolve) => setTimeout(resolve, 60))
    still = bytes() === before ? still + 1 : 0
    before = bytes()
  }
}

test('an answer of 64 MiB that nobody reads stays at the upstream, and arrives whole once it is read', async () => {
  const memory = edge.workerMemory()
  let upstreamSocket: Socket | null = null
  edge.upstream.script((_request, socket) => {
    upstreamSocket = socket
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${BIG}\r\n\r\n`)
    pump(socket, BIG)
  })
  const client = await edge.connect()
  client.socket.pause()
  client.send(get())
  await edge.upstream.waitFor('the request', () => edge.upstream.complete.length === 1)
  await standstill(() => upstreamSocket!.bytesWritten)
  assert.ok(upstreamSocket!.bytesWritten < BIG / 2, 'the upstream was held back')
  const growth = edge.workerMemory() - memory
  assert.ok(growth < MAX_GROWTH_BYTES, `${Math.round(growth / MIB)} MiB more`)
  client.socket.resume()
  await client.waitFor('the rest', () => client.socket.bytesRead > BIG, 20_000)
  const [answer] = await client.answers(1)
  assert.equal(answer!.body.length, BIG)
  client.destroy()
})

test('an upload of 64 MiB that the upstream does not read stays at the client, and arrives whole once it is read', async () => {
  const memory = edge.workerMemory()
  const client = await connectRaw(edge.gateway.port('secure'), { caPem: edge.gateway.ca.certPem })
  edge.upstream.script((_request, socket) => socket.pause(), { replyAfter: 'head' })
  client.send(post([`Content-Length: ${BIG}`], ''))
  await edge.upstream.waitFor('the head', () => edge.upstream.requests.length === 1)
  edge.upstream.script(replyOk)
  pump(client.socket, BIG)
  await standstill(() => client.socket.bytesWritten)
  assert.ok(client.socket.bytesWritten < BIG / 2, 'the client was held back')
  const growth = edge.workerMemory() - memory
  assert.ok(growth < MAX_GROWTH_BYTES, `${Math.round(growth / MIB)} MiB more`)
  edge.upstream.connections.find(({ reader }) => !reader.atBoundary)!.socket.resume()
  await client.waitFor('an answer', () => client.responses()[0]?.status === 200, 20_000)
  assert.equal(edge.upstream.complete[0]!.body.length, BIG)
  client.destroy()
})

test('a client that leaves in the middle of an answer takes the upstream connection with it', async () => {
  edge.upstream.script(replyWith('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'))
  const client = await edge.connect()
  client.send(get())
  await client.waitFor('half the answer', () => client.responses()[0]?.body.length === 4)
  client.destroy()
  await edge.upstream.waitFor('its end', () =>
    edge.upstream.connections.every(({ closed }) => closed),
  )
})

test('a server-sent event arrives although the answer goes on', async () => {
  const event = 'data: one\n\n'
  const stream =
    'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n'
  edge.upstream.script((_request, socket) => {
    socket.write(`${stream}${event.length.toString(16)}\r\n${event}\r\n`)
  })
  const client = await edge.connect()
  client.send(get())
  await client.waitFor('the event', () => client.responses()[0]?.body.toString() === event, 1000)
  assert.equal(client.responses()[0]!.complete, false)
  client.destroy()
})

test('the head of an answer arrives although its body does not', async () => {
  edge.upstream.script(replyWith('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n'))
  const client = await edge.connect()
  client.send(get())
  await client.waitFor('the head', () => client.responses()[0]?.status === 200, 1000)
  client.destroy()
})

test('10,000 small chunks of an answer arrive whole, with their trailer', async () => {
  const body = `${'1\r\nx\r\n'.repeat(10_000)}0\r\nX-Checksum: abc\r\nSet-Cookie: a=b\r\n\r\n`
  edge.upstream.script(replyWith(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${body}`))
  const client = await edge.connect()
  client.send(get())
  const [answer] = await client.answers(1)
  assert.equal(answer!.body.length, 10_000)
  assert.deepEqual(answer!.trailers, [['x-checksum', 'abc']])
  client.destroy()
})

test('10,000 small chunks of a request cost next to no memory', async () => {
  const memory = edge.workerMemory()
  const client = await edge.connect()
  client.send(chunked(`${'1\r\nx\r\n'.repeat(10_000)}0\r\n\r\n`))
  await client.answers(1)
  assert.ok(edge.workerMemory() - memory < 20 * MIB)
  client.destroy()
})

test('HEAD, 204 and 304 have no body, whatever length they announce', async () => {
  edge.upstream.script((request, socket) => {
    const status = request.target === '/' ? 200 : Number(request.target.slice(1))
    const length = status === 204 ? '' : 'content-length: 1000\r\n'
    socket.write(`HTTP/1.1 ${status} X\r\n${length}\r\n`)
  })
  const client = await edge.connect()
  client.send(head('HEAD / HTTP/1.1') + head('GET /304 HTTP/1.1') + head('GET /204 HTTP/1.1'))
  const answers = await client.answers(3, ['HEAD', 'GET', 'GET'])
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 304, 204],
  )
  assert.deepEqual(valuesOf(answers[0]!.headers, 'content-length'), ['1000'])
  assert.deepEqual(valuesOf(answers[2]!.headers, 'content-length'), [])
  client.destroy()
})

test('early hints come before the answer', async () => {
  const hints = 'HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload\r\nx-inner: 1\r\n\r\n'
  edge.upstream.script(replyWith(`${hints}HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok`))
  const client = await edge.connect()
  client.send(get())
  await client.answers(1)
  const statuses = client.responses().map(({ status }) => status)
  assert.deepEqual(statuses, [103, 200])
  assert.deepEqual(client.responses()[0]!.headers, [['link', '</a.css>; rel=preload']])
  client.destroy()
})

test('an announced body over the limit is 413 before anybody says 100 Continue', async () => {
  const client = await edge.connect()
  client.send(post([`Content-Length: ${MIB + 1}`, 'Expect: 100-continue'], ''))
  await client.waitForClose()
  assert.deepEqual(
    client.responses().map(({ status }) => status),
    [413],
  )
  assert.equal(edge.upstream.bytesReceived, 0)
  client.destroy()
})

test('a chunked body over the limit is 413, and the upstream never sees its end', async () => {
  const client = await edge.connect()
  client.send(post(['Transfer-Encoding: chunked'], ''))
  for (let sent = 0; sent <= MIB; sent += 65_536) client.send(`10000\r\n${'x'.repeat(65_536)}\r\n`)
  await client.waitForClose()
  assert.deepEqual(
    client.responses().map(({ status }) => status),
    [413],
  )
  assert.equal(edge.upstream.complete.length, 0)
  client.destroy()
})

test('a head that never ends is 408 at the header timeout, however slowly it grows', async () => {
  const client = await edge.connect('short')
  client.send('GET / HTTP/1.1\r\nHost: gw.test\r\n')
  const drip = setInterval(() => client.send('x-a: b\r\n'), 200)
  await client.waitForClose(4000)
  clearInterval(drip)
  assert.deepEqual(
    client.responses().map(({ status }) => status),
    [408],
  )
  assert.equal(edge.upstream.bytesReceived, 0)
  client.destroy()
})

test('a body that drips is 408 at the request timeout', async () => {
  const client = await edge.connect('short')
  client.send(post(['Content-Length: 1000'], ''))
  const drip = setInterval(() => client.send('x'), 200)
  await client.waitForClose(5000)
  clearInterval(drip)
  assert.deepEqual(
    client.responses().map(({ status }) => status),
    [408],
  )
  assert.equal(edge.upstream.complete.length, 0)
  client.destroy()
})

test('a body that nobody waits for any more earns no second answer', async () => {
  const client = await edge.connect('short')
  client.send('POST / HTTP/1.1\r\nHost: unknown.test\r\nContent-Length: 5\r\n\r\n')
  await client.waitForClose(5000)
  assert.deepEqual(
    client.responses().map(({ status }) => status),
    [404],
  )
  client.destroy()
})

test('an answer that is never read ends at the idle timeout', async () => {
  edge.upstream.script((_request, socket) => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${BIG}\r\n\r\n`)
    pump(socket, BIG)
  })
  const client = await edge.connect('short')
  client.socket.pause()
  client.send(get())
  await edge.upstream.waitFor('the request', () => edge.upstream.complete.length === 1)
  const connection = edge.upstream.connections.find(({ bytes }) => bytes.length > 0)
  await edge.upstream.waitFor('its end', () => connection!.closed, 10_000)
  client.destroy()
})
