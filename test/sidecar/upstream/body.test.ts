import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { describe, it } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { BodySink } from '../../../sidecar/upstream/transport.ts'
import { listen, startRawServer } from './raw-server.ts'
import { Recorder, bodyOf, poolAt, send } from './recorder.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const MIB = 1024 * 1024

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Everything the socket receives from now on, once it ends with `end` or closes. */
async function received(socket: Socket, end: string): Promise<string> {
  let text = ''
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    text += (chunk as Buffer).toString('latin1')
    if (text.endsWith(end)) break
  }
  return text
}

/** A server socket as soon as it is there, before it has read anything. */
async function onConnection(
  t: Parameters<typeof startRawServer>[0],
): Promise<{ port: number; socket: Promise<Socket> }> {
  const server = createServer()
  const socket = once(server, 'connection').then(([accepted]) => {
    const connection = accepted as Socket
    connection.on('error', () => {})
    t.after(() => connection.destroy())
    return connection
  })
  return { port: await listen(t, server), socket }
}

describe('a request body', () => {
  const bodies: [string, ReturnType<typeof bodyOf>, string][] = [
    [
      'of known length',
      bodyOf(['hel', 'lo'], 5),
      'content-length: 5\r\nconnection: keep-alive\r\n\r\nhello',
    ],
    [
      'of unknown length',
      bodyOf(['hello', '', ' you, this is a long one'], null),
      'chunked\r\nconnection: keep-alive\r\n\r\n5\r\nhello\r\n18\r\n you, this is a long one\r\n0\r\n\r\n',
    ],
    [
      'with trailers',
      bodyOf(['x'], null, 'end', ['x-sum', '7']),
      '\r\n\r\n1\r\nx\r\n0\r\nx-sum: 7\r\n\r\n',
    ],
    ['that is empty', bodyOf([], 0), 'content-length: 0\r\nconnection: keep-alive\r\n\r\n'],
  ]
  for (const [name, body, end] of bodies) {
    it(`${name} arrives as it was sent, and the connection is kept`, async (t) => {
      const { port, socket } = await onConnection(t)
      const pool = poolAt(port)
      const recorder = send(pool, { method: 'POST', body })
      const peer = await socket
      assert.ok((await received(peer, end)).endsWith(end))
      peer.write(OK)
      assert.equal((await recorder.over).outcome, 'complete')
      assert.equal(pool.size, 1)
      await pool.close()
    })
  }

  it('leaves in one piece with the head when it is there at once', async (t) => {
    const { port, socket } = await onConnection(t)
    const body = bodyOf([], 5)
    const pool = poolAt(port)
    const recorder = send(pool, {
      method: 'POST',
      body: { ...body, start: (sink: BodySink) => void sink.onData(Buffer.from('hello')) },
    })
    const peer = await socket
    const [first] = (await once(peer, 'data')) as [Buffer]
    assert.ok(first.toString().endsWith('\r\n\r\nhello'))
    peer.write(OK)
    await recorder.over
    await pool.close()
  })

  const broken: [string, ReturnType<typeof bodyOf>][] = [
    ['breaks off', bodyOf(['hel'], 5, 'abort')],
    ['breaks off in chunks', bodyOf(['hel'], null, 'abort')],
    ['is shorter than announced', bodyOf(['hel'], 5)],
    ['is longer than announced', bodyOf(['hel', 'lo!'], 5)],
    [
      'has trailers that would split',
      bodyOf(['hel'], null, 'end', ['x', 'y\r\n\r\nGET / HTTP/1.1']),
    ],
  ]
  for (const [name, body] of broken) {
    it(`that ${name} is never ended cleanly`, async (t) => {
      const { port, socket } = await onConnection(t)
      const pool = poolAt(port)
      const recorder = send(pool, { method: 'POST', body })
      const peer = await socket
      const text = await received(peer, 'never').catch(() => '')
      assert.equal((await recorder.over).outcome, 'upstream_body_aborted')
      assert.ok(!text.includes('0\r\n\r\n') && !text.includes('hello'), text)
      assert.equal(pool.size, 0)
    })
  }

  it('is dropped with the connection once an early answer is complete', async (t) => {
    const server = await startRawServer(t, (socket) =>
      socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno'),
    )
    const pool = poolAt(server.port)
    let sink: BodySink | null = null
    const recorder = send(pool, {
      method: 'POST',
      body: {
        length: null,
        start(given) {
          sink = given
          given.onData(Buffer.from('hello'))
        },
        resume() {},
      },
    })
    await recorder.over
    assert.deepEqual([recorder.outcome, recorder.status, recorder.body], ['complete', 413, 'no'])
    assert.equal(pool.size, 0)
    // What still comes from the client is taken and thrown away.
    assert.equal(sink!.onData(Buffer.from('more')), true)
    sink!.onEnd([])
  })

  it('of 64 MiB waits for an upstream that does not read', async (t) => {
    const { port, socket } = await onConnection(t)
    const pool = poolAt(port)
    const chunk = Buffer.alloc(64 * 1024, 'x')
    const total = 64 * MIB
    let given = 0
    const firstStop = Promise.withResolvers<void>()
    let sink: BodySink | null = null
    const deliver = (): void => {
      while (given < total) {
        given += chunk.length
        if (!sink!.onData(chunk)) {
          firstStop.resolve()
          return
        }
      }
      sink!.onEnd([])
    }
    const start = (target: BodySink): void => {
      sink = target
      deliver()
    }
    const recorder = send(pool, { method: 'POST', body: { length: total, start, resume: deliver } })
    await firstStop.promise
    const peer = await socket
    peer.pause()
    const held = await settled(() => given)
    assert.ok(held < 16 * MIB, `${held} bytes were taken`)
    let arrived = 0
    peer.on('data', (data: Buffer) => {
      arrived += data.length
      if (arrived > total) peer.write(OK)
    })
    peer.resume()
    assert.equal((await recorder.over).outcome, 'complete')
    await pool.close()
  })
})

describe('a response body', () => {
  it('stays as it was delivered while others arrive', async (t) => {
    const server = await startRawServer(t, (socket, head) => {
      const letter = head.charAt('GET /'.length)
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${MIB}\r\n\r\n${letter.repeat(MIB)}`)
    })
    const pool = poolAt(server.port)
    const letters = ['a', 'b', 'c', 'd']
    const bodies = letters.map(async (letter) => {
      const recorder = new Recorder()
      const chunks: Buffer[] = []
      recorder.onData = (chunk) => chunks.push(chunk) > 0
      await send(pool, { target: `/${letter}` }, recorder).over
      return chunks
    })
    for (const [index, chunks] of (await Promise.all(bodies)).entries()) {
      assert.equal(Buffer.concat(chunks).toString('latin1'), letters[index]!.repeat(MIB))
    }
    await pool.close()
  })

  it('of 64 MiB waits for a caller that does not read', async (t) => {
    const total = 64 * MIB
    const chunk = Buffer.alloc(64 * 1024, 'x')
    let written = 0
    const server = await startRawServer(t, (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`)
      const fill = (): void => {
        while (written < total) {
          written += chunk.length
          if (!socket.write(chunk)) return
        }
      }
      socket.on('drain', fill)
      fill()
    })
    let heard = 0
    let stopped = true
    const recorder = new Recorder()
    recorder.onData = (data) => {
      heard += data.length
      return !stopped
    }
    const pool = poolAt(server.port)
    send(pool, {}, recorder)
    await recorder.headed
    const before = await settled(() => written)
    assert.ok(before < 16 * MIB, `${before} bytes were sent`)
    assert.ok(heard <= 128 * 1024, `${heard} bytes were delivered`)
    // Reading on, with a stop after every chunk, memory stays where it is.
    let chunks = 0
    let highest = 0
    const startBytes = heldBytes()
    recorder.onData = (data) => {
      heard += data.length
      if (++chunks % 100 === 0) highest = Math.max(highest, heldBytes())
      setImmediate(() => recorder.dispatched!.resume())
      return false
    }
    recorder.dispatched!.resume()
    assert.equal((await recorder.over).outcome, 'complete')
    assert.equal(heard, total)
    assert.ok(
      chunks >= 1000 && highest - startBytes < 8 * MIB,
      `${highest - startBytes} bytes more`,
    )
    assert.equal((await send(pool, {}, stop(new Recorder())).headed).status, 200)
    stopped = false
  })
})

/** Bytes of buffers that are still referred to. */
function heldBytes(): number {
  collectGarbage()
  return process.memoryUsage().arrayBuffers
}

function stop(recorder: Recorder): Recorder {
  recorder.onData = () => false
  return recorder
}

/** The value once it has not changed for 50 turns of the event loop in a row. */
async function settled(value: () => number): Promise<number> {
  let last = -1
  for (let same = 0; same < 50;) {
    await new Promise((resolve) => setTimeout(resolve, 1))
    const now = value()
    same = now === last ? same + 1 : 0
    last = now
  }
  return last
}
