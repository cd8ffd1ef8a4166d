import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { startRawServer } from './raw-server.ts'
import { Recorder, poolAt, send } from './recorder.ts'

const SWITCHING =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Accept: x\r\n\r\n'
const websocket = { upgrade: 'websocket' }

describe('an upgrade', () => {
  it('hands over the socket and the bytes behind the head', async (t) => {
    const server = await startRawServer(t, (socket) => socket.write(`${SWITCHING}first`))
    const pool = poolAt(server.port)
    const recorder = new Recorder()
    const later: Buffer[] = []
    const hear = recorder.onUpgrade.bind(recorder)
    recorder.onUpgrade = (headers, socket, head) => {
      socket.on('data', (chunk: Buffer) => later.push(chunk))
      hear(headers, socket, head)
    }
    const { upgraded } = await send(pool, websocket, recorder).over
    assert.deepEqual(upgraded!.headers, ['Sec-WebSocket-Accept', 'x'])
    assert.equal(upgraded!.head.toString(), 'first')
    assert.match(server.heads[0]!, /\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n$/)
    const peer = server.sockets[0]!
    const heard = once(peer, 'data')
    upgraded!.socket.write('from us')
    assert.equal(String((await heard)[0]), 'from us')
    const arrived = once(upgraded!.socket, 'data')
    peer.write('from them')
    await arrived
    assert.equal(Buffer.concat(later).toString(), 'from them')
    // Half-close: what we still say arrives after the peer has said its last.
    const ended = once(upgraded!.socket, 'end')
    peer.end()
    await ended
    assert.equal(upgraded!.socket.writable, true)
    upgraded!.socket.destroy()
  })

  it('neither counts as a connection of the pool nor holds up its closing', async (t) => {
    const server = await startRawServer(t, (socket, head) => {
      socket.write(
        head.includes('upgrade: ') ? SWITCHING : 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
      )
    })
    const pool = poolAt(server.port, { maxConnections: 1 })
    await send(pool).over
    const first = await send(pool, websocket).over
    const second = await send(pool, websocket).over
    assert.deepEqual([first.outcome, second.outcome, pool.size], ['upgraded', 'upgraded', 0])
    assert.equal((await send(pool).over).outcome, 'complete')
    first.dispatched!.abort()
    await pool.close()
    assert.equal(first.upgraded!.socket.destroyed, false)
    first.upgraded!.socket.destroy()
    second.upgraded!.socket.destroy()
  })

  it('that is declined is an ordinary response, and its connection is kept', async (t) => {
    const server = await startRawServer(t, (socket) => {
      socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno')
    })
    const pool = poolAt(server.port)
    const recorder = await send(pool, websocket).over
    assert.deepEqual([recorder.outcome, recorder.status, recorder.body], ['complete', 403, 'no'])
    assert.equal((await send(pool).over).status, 403)
    assert.equal(server.sockets.length, 1)
    await pool.close()
  })

  it('to another protocol is refused', async (t) => {
    const server = await startRawServer(t, (socket) => socket.write(SWITCHING))
    const recorder = await send(poolAt(server.port), { upgrade: 'h2c' }).over
    assert.equal(recorder.outcome, 'upstream_invalid_response')
  })

  it('that the handler can not take closes the socket', async (t) => {
    const server = await startRawServer(t, (socket) => socket.write(SWITCHING))
    const recorder = new Recorder()
    recorder.onUpgrade = () => {
      throw new Error('no')
    }
    const { error } = await send(poolAt(server.port), websocket, recorder).over
    assert.equal(error?.code, 'upstream_invalid_response')
    await once(server.sockets[0]!, 'close')
  })
})
