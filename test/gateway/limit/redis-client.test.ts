// The connection to the store comes back whatever happens while it is being made.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { after, suite, test } from 'node:test'
import { closeRedis, connectRedis } from '../../../gateway/limit/redis-client.ts'
import { until } from '../../support/until.ts'
import { redisPlan } from './redis-plan.ts'

/** A server that answers whole commands, one reply each; `answer` may also write by itself. */
interface Peer {
  readonly port: number
  readonly sockets: Set<Socket>
  close(): void
}

async function startPeer(answer: (command: string[], socket: Socket) => void): Promise<Peer> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
    socket.on('data', (data) => {
      // Small commands on loopback arrive whole: *N, then a length and a text for each of the N.
      const lines = data.toString().split('\r\n')
      for (let at = 0; lines[at]?.startsWith('*');) {
        const count = Number(lines[at]!.slice(1))
        answer(
          Array.from({ length: count }, (_, i) => lines[at + 2 + 2 * i]!),
          socket,
        )
        at += 1 + 2 * count
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = (): void => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  return { port: (server.address() as AddressInfo).port, sockets, close }
}

const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`

suite('a connection through Sentinel', () => {
  const peers: Peer[] = []
  after(() => peers.forEach((peer) => peer.close()))

  test('comes back where word of a failover arrives while Sentinel is being asked', async () => {
    let whenAsked: (tell: () => void) => void = (tell) => tell()
    const primary = await startPeer(([name = ''], socket) => {
      const info = 'role:master\r\nloading:0\r\n'
      socket.write(name.toLowerCase() === 'info' ? bulk(info) : '+OK\r\n')
    })
    const subscribers = new Set<Socket>()
    const sentinel = await startPeer(([name = '', about = ''], socket) => {
      if (name.toLowerCase() === 'subscribe') {
        subscribers.add(socket)
        socket.write(`*3\r\n${bulk('subscribe')}${bulk('+switch-master')}:1\r\n`)
      } else if (about.toLowerCase() === 'get-master-addr-by-name') {
        whenAsked(() => socket.write(`*2\r\n${bulk('127.0.0.1')}${bulk(String(primary.port))}`))
      } else socket.write(about.toLowerCase() === 'sentinels' ? '*0\r\n' : '+OK\r\n')
    })
    peers.push(primary, sentinel)
    const topology = {
      kind: 'sentinel',
      endpoints: [{ host: '127.0.0.1', port: sentinel.port }],
      name: 'main',
    } as const
    const errors: string[] = []
    const client = connectRedis({ ...redisPlan(0), topology }, Math.random, ({ message }) => {
      errors.push(message)
    })
    await until('subscriber', () => client.status === 'ready' && subscribers.size === 1)

    let isTold = false
    whenAsked = (tell) => {
      if (isTold) return tell()
      isTold = true
      for (const subscriber of subscribers) {
        const news = 'main 127.0.0.1 1 127.0.0.1 2'
        subscriber.write(`*3\r\n${bulk('message')}${bulk('+switch-master')}${bulk(news)}`)
      }
      // The detector hears of it first, and ends the attempt that waits for this answer.
      void until('ended detector', () => [...subscribers].every(({ destroyed }) => destroyed)).then(
        tell,
      )
    }
    for (const socket of primary.sockets) socket.destroy()
    await until('failed attempt', () => isTold && client.status !== 'ready')
    await until('another connection', () => client.status === 'ready')
    assert.ok(errors.includes('Connection is closed.'), errors.join(', '))

    closeRedis(client)
    await until('end', () => client.status === 'end')
    await until('closed connections', () => primary.sockets.size === 0)
  })
})
