import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { describe, it } from 'node:test'
import { systemClock } from '../../../sidecar/runtime/clock.ts'
import { anonymousService } from '../../../sidecar/upstream/compile.ts'
import { Pool } from '../../../sidecar/upstream/pool.ts'
import { closedPort, startRawServer } from './raw-server.ts'
import { Recorder, bodyOf, endpointAt, poolAt, send } from './recorder.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

function answerOk(socket: Socket): void {
  socket.write(OK)
}

/** Resolves once `condition` holds, which has to be soon; looks again at every turn of the event loop. */
async function until(condition: () => boolean): Promise<void> {
  const startedMs = performance.now()
  while (!condition()) {
    assert.ok(performance.now() - startedMs < 2000, 'waited too long')
    await new Promise((resolve) => setImmediate(resolve))
  }
}

describe('a pool', () => {
  it('uses one connection for requests that follow each other', async (t) => {
    const server = await startRawServer(t, answerOk)
    const pool = poolAt(server.port)
    for (let i = 0; i < 5; i++) assert.equal((await send(pool).over).body, 'ok')
    assert.equal(server.sockets.length, 1)
    await pool.close()
  })

  it('uses the connection again that was used last', async (t) => {
    const server = await startRawServer(t, (socket, _head, connection) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n${connection}`)
    })
    const pool = poolAt(server.port)
    const first = send(pool)
    const second = send(pool)
    const last = await Promise.race([first.over, second.over])
    const later = last === first ? await second.over : await first.over
    assert.equal((await send(pool).over).body, later.body)
    await pool.close()
  })

  it('opens no more connections than it may, and serves the queue in order', async (t) => {
    const waiting: Socket[] = []
    const server = await startRawServer(t, (socket) => waiting.push(socket))
    const pool = poolAt(server.port, { maxConnections: 2, maxQueued: 3 })
    const order: number[] = []
    const sent = [0, 1, 2, 3, 4].map((i) => {
      const recorder = send(pool, { target: `/${i}` })
      void recorder.over.then(() => order.push(i))
      return recorder
    })
    const refused = await send(pool).over
    assert.equal(refused.outcome, 'upstream_overloaded')
    assert.match(refused.error!.message, /^http:\/\/127\.0\.0\.1:\d+: .*queue is full/)
    for (let answered = 0; answered < 5; answered++) {
      await until(() => waiting.length > 0)
      waiting.shift()!.write(OK)
    }
    await Promise.all(sent.map((recorder) => recorder.over))
    assert.deepEqual(order, [0, 1, 2, 3, 4])
    assert.equal(server.sockets.length, 2)
    await pool.close()
  })

  it('takes aborted requests out of the queue', async (t) => {
    const waiting: Socket[] = []
    const server = await startRawServer(t, (socket) => waiting.push(socket))
    const pool = poolAt(server.port, { maxConnections: 1, maxQueued: 1 })
    const running = send(pool)
    const queued = send(pool, { target: '/aborted' })
    queued.dispatched!.abort()
    const next = send(pool, { target: '/next' })
    await until(() => waiting.length === 1)
    waiting[0]!.write(OK)
    await running.over
    await until(() => waiting.length === 2)
    waiting[1]!.write(OK)
    assert.equal((await next.over).outcome, 'complete')
    assert.equal(queued.outcome, 'running')
    assert.equal(
      server.heads.some((head) => head.includes('/aborted')),
      false,
    )
    await pool.close()
  })

  it('tells queued requests that time ran out', async (t) => {
    const server = await startRawServer(t, () => {})
    const pool = poolAt(server.port, { maxConnections: 1 })
    const running = send(pool, { responseTimeoutMs: 2000 })
    assert.equal((await send(pool, { responseTimeoutMs: 100 }).over).outcome, 'upstream_timeout')
    running.dispatched!.abort()
    await pool.close()
  })

  it('sends an idempotent request again when a kept connection turns out to be dead', async (t) => {
    const server = await startRawServer(t, (socket, head, connection) => {
      if (connection === 0 && head.startsWith('GET /second')) socket.resetAndDestroy()
      else socket.write(OK)
    })
    const pool = poolAt(server.port)
    await send(pool).over
    assert.equal((await send(pool, { target: '/second' }).over).outcome, 'complete')
    assert.equal(server.sockets.length, 2)
    await pool.close()
  })

  it('sends it once more at most', async (t) => {
    const server = await startRawServer(t, (socket, head) => {
      if (head.startsWith('GET /second')) socket.resetAndDestroy()
      else socket.write(OK)
    })
    const pool = poolAt(server.port)
    await send(pool).over
    assert.equal((await send(pool, { target: '/second' }).over).outcome, 'upstream_reset')
    assert.equal(server.heads.length, 3)
  })

  const unrepeatable: [string, Parameters<typeof send>[1], (socket: Socket) => void][] = [
    [
      'of a method that is not idempotent',
      { method: 'POST' },
      (socket) => socket.resetAndDestroy(),
    ],
    [
      'whose body was sent',
      { method: 'PUT', body: bodyOf(['hello'], 5) },
      (socket) => socket.resetAndDestroy(),
    ],
    ['whose answer had begun', {}, (socket) => void socket.end('HTTP/1.1 200')],
  ]
  for (const [name, request, fault] of unrepeatable) {
    it(`never sends a request again ${name}`, async (t) => {
      const server = await startRawServer(t, (socket, head) => {
        if (head.includes('/second')) fault(socket)
        else socket.write(OK)
      })
      const pool = poolAt(server.port)
      await send(pool).over
      assert.equal(
        (await send(pool, { ...request, target: '/second' }).over).outcome,
        'upstream_reset',
      )
      assert.equal(server.heads.length, 2)
    })
  }

  it('drops idle connections that the peer closes, or on which bytes arrive', async (t) => {
    const server = await startRawServer(t, answerOk)
    const pool = poolAt(server.port)
    await send(pool).over
    server.sockets[0]!.end()
    await until(() => pool.size === 0)
    await send(pool).over
    server.sockets[1]!.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison')
    await until(() => pool.size === 0)
    assert.equal((await send(pool).over).body, 'ok')
    await pool.close()
  })

  it('drops idle connections after their time', async (t) => {
    const server = await startRawServer(t, answerOk)
    const pool = poolAt(server.port, {}, 50)
    await send(pool).over
    assert.equal(pool.size, 1)
    await once(server.sockets[0]!, 'close')
    assert.equal(pool.size, 0)
  })

  it('keeps no connection of a peer that keeps it for a second only', async (t) => {
    const server = await startRawServer(t, (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1, max=5\r\nContent-Length: 0\r\n\r\n')
    })
    const pool = poolAt(server.port)
    await send(pool).over
    assert.equal(pool.size, 0)
  })

  it('says that nobody listens, and which endpoint that is', async () => {
    const port = await closedPort()
    const startedMs = performance.now()
    const { error } = await send(poolAt(port)).over
    assert.equal(error?.code, 'upstream_connect_failed')
    assert.equal(error?.message, `http://127.0.0.1:${port}: connection failed (ECONNREFUSED)`)
    assert.ok(performance.now() - startedMs < 500)
  })

  it('gives up connecting after its time', async (t) => {
    // A TLS client waits for a server that never answers its greeting.
    const server = await startRawServer(t, () => {})
    const endpoint = endpointAt(server.port, 'https')
    const pool = new Pool(
      endpoint,
      { ...anonymousService(endpoint), connectTimeoutMs: 100 },
      systemClock,
    )
    assert.equal((await send(pool).over).outcome, 'upstream_connect_timeout')
    assert.equal(pool.size, 0)
  })

  it('cuts a response that falls silent, and lets a slow one live', async (t) => {
    const server = await startRawServer(t, (socket, head) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n')
      if (!head.includes('/slow')) return
      let rest = 4
      const timer = setInterval(() => {
        socket.write('x')
        if (--rest === 0) clearInterval(timer)
      }, 120)
    })
    const pool = poolAt(server.port, { idleTimeoutMs: 300 })
    const [silent, slow] = await Promise.all([
      send(pool).over,
      send(pool, { target: '/slow' }).over,
    ])
    assert.equal(silent.outcome, 'aborted')
    assert.equal(silent.error!.code, 'upstream_timeout')
    assert.equal(slow.outcome, 'complete')
    await pool.close()
  })

  it('drops the connection of an aborted request, and calls nobody after that', async (t) => {
    const server = await startRawServer(t, (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello')
    })
    const pool = poolAt(server.port)
    const recorder = await send(pool).headed
    recorder.dispatched!.abort()
    recorder.dispatched!.abort()
    assert.equal(pool.size, 0)
    await once(server.sockets[0]!, 'close')
    assert.equal(recorder.outcome, 'running')
  })

  it('survives a handler that throws over a response', async (t) => {
    const server = await startRawServer(t, answerOk)
    const pool = poolAt(server.port)
    for (const method of ['onHead', 'onData', 'onEnd'] as const) {
      const recorder = new Recorder()
      recorder[method] = () => {
        throw new Error('cannot write this')
      }
      const { error } = await send(pool, {}, recorder).over
      assert.equal(error?.code, 'upstream_invalid_response')
    }
    assert.equal((await send(pool).over).outcome, 'complete')
    await pool.close()
  })

  it('throws over a request that would split', () => {
    assert.throws(() => send(poolAt(1), { headers: ['a', 'b\r\nc: d'] }), TypeError)
  })

  it('lets running requests finish when it closes, and refuses new ones', async (t) => {
    const waiting: Socket[] = []
    const server = await startRawServer(t, (socket) => waiting.push(socket))
    const pool = poolAt(server.port, { maxConnections: 1 })
    const running = send(pool)
    const queued = send(pool)
    let closed = false
    const closing = (async () => {
      await pool.close()
      closed = true
    })()
    assert.equal((await send(pool).over).outcome, 'upstream_unavailable')
    for (const recorder of [running, queued]) {
      await until(() => waiting.length > 0)
      assert.equal(closed, false)
      waiting.shift()!.write(OK)
      assert.equal((await recorder.over).outcome, 'complete')
    }
    await closing
    assert.equal(pool.size, 0)
  })
})
