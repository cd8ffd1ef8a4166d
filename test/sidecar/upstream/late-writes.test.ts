import assert from 'node:assert/strict'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { describe, it } from 'node:test'
import { writeLate } from '../../../sidecar/upstream/late-writes.ts'
import { startRawServer } from './raw-server.ts'
import { poolAt, send } from './recorder.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Writers that note their numbers in `written`. */
function writers(count: number, written: number[]): void {
  for (let i = 0; i < count; i++) writeLate({ writeNow: () => written.push(i) })
}

describe('late writes', () => {
  it('leave at the end of the turn, in their order', async () => {
    const written: number[] = []
    writers(3, written)
    await Promise.resolve()
    assert.deepEqual(written, [])
    await turn()
    assert.deepEqual(written, [0, 1, 2])
  })

  it('leave at once where 64 of them have come together', async () => {
    const written: number[] = []
    writers(65, written)
    assert.equal(written.length, 64)
    await turn()
    assert.equal(written.length, 65)
  })

  it('that come of a late write are not forgotten', async () => {
    const written: string[] = []
    writeLate({
      writeNow() {
        written.push('first')
        writeLate({ writeNow: () => written.push('second') })
      },
    })
    await turn()
    await turn()
    assert.deepEqual(written, ['first', 'second'])
  })
})

describe('a request that has not left yet', () => {
  it('is never answered by bytes that came before it', async (t) => {
    const answers = [
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst',
      'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntrue',
    ]
    const server = await startRawServer(t, (socket) => socket.write(answers.shift()!))
    const pool = poolAt(server.port)
    assert.equal((await send(pool).over).body, 'first')
    const signal = await twoEnds()
    t.after(() => signal.near.destroy())
    t.after(() => signal.far.destroy())
    // Both arrive in one turn, in this order: the request is handed to the connection, then the bytes are read from it.
    const sent = new Promise<ReturnType<typeof send>>((resolve) => {
      signal.far.once('data', () => resolve(send(pool)))
    })
    signal.near.write('now')
    server.sockets[0]!.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfalse')
    const recorder = await (await sent).over
    assert.equal(recorder.body, 'true')
    assert.equal(server.sockets.length, 2)
    await pool.close()
  })

  it('does not leave where its caller goes away first', async (t) => {
    const heads: string[] = []
    const server = await startRawServer(t, (socket, head) => {
      heads.push(head.split(' ')[1]!)
      socket.write('HTTP/1.1 204 No Content\r\n\r\n')
    })
    const pool = poolAt(server.port)
    await send(pool).over
    send(pool, { target: '/withdrawn' }).dispatched!.abort()
    await send(pool, { target: '/next' }).over
    assert.deepEqual(heads.slice(1), ['/next'])
    await pool.close()
  })
})

/** Both ends of one TCP connection. */
async function twoEnds(): Promise<{ near: Socket; far: Socket }> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve))
  const far = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const near = await accepted
  server.close()
  return { near, far }
}
