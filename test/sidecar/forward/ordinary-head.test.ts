// The head written in one piece is the one that Node writes, byte for byte, and the connection goes on as it would.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { writeOrdinaryHead } from '../../../sidecar/forward/ordinary-head.ts'

const DATE = ['date', 'Tue, 24 Nov 2026 10:00:00 GMT']
const LENGTH = ['content-length', '5']
const ORDINARY = [...DATE, ...LENGTH]
const GET = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n'
const LAST = 'GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n'

type Serve = (request: IncomingMessage, response: ServerResponse) => void
let serve: Serve = () => {}
const server = createServer((request, response) => serve(request, response))
server.keepAliveTimeout = 0
before(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
after(() => void server.close())

/** All that comes back for `text` on one connection, until the server ends it. */
async function answersTo(text: string, how: Serve): Promise<string> {
  serve = how
  const { port } = server.address() as AddressInfo
  const socket = connect(port, '127.0.0.1')
  let all = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => (all += chunk))
  socket.write(text, 'latin1')
  await once(socket, 'close')
  return all
}

const byNode =
  (status: number, headers: readonly string[]): Serve =>
  (_request, response) => {
    response.writeHead(status, headers as string[])
    response.end('hello', 'latin1')
  }

/** Ours; the answer to a request that ends its connection is Node's in either case. */
const byUs =
  (status: number, headers: readonly string[], written: boolean[]): Serve =>
  (_request, response) => {
    written.push(writeOrdinaryHead(response, status, headers))
    if (!written.at(-1)) response.writeHead(status, headers as string[])
    response.end('hello', 'latin1')
  }

suite('an ordinary answer', { timeout: 20_000 }, () => {
  const answers: [string, number, readonly string[]][] = [
    ['as short as can be', 200, ORDINARY],
    ['not found', 404, ORDINARY],
    ['of a failed server', 503, [...ORDINARY, 'retry-after', '5']],
    ['with names in other cases', 200, ['Date', DATE[1]!, 'CONTENT-LENGTH', '5', 'X-Y', 'z']],
    ['with several of a name', 200, [...ORDINARY, 'set-cookie', 'a=1', 'set-cookie', 'b=2']],
    ['with an empty value', 200, [...ORDINARY, 'x-empty', '']],
    ['with bytes beyond ASCII', 200, [...ORDINARY, 'x-name', 'caf\xe9 \x80\xff']],
    ['with a name of a hundred letters', 200, [...ORDINARY, 'x'.repeat(100), 'long']],
  ]
  for (const [name, status, headers] of answers) {
    test(`${name} is Node's, byte for byte, and so are those behind it`, async () => {
      // The second comes with the first in one piece, as a client may send it.
      const asked = GET + GET + LAST
      const written: boolean[] = []
      const ours = await answersTo(asked, byUs(status, headers, written))
      assert.equal(ours, await answersTo(asked, byNode(status, headers)))
      assert.deepEqual(written, [true, true, false])
      assert.match(ours, /hello[^]*hello[^]*hello$/)
    })
  }

  test('to a HEAD has the length and no body, and the connection goes on', async () => {
    const asked = GET.replace('GET', 'HEAD') + GET + LAST
    const written: boolean[] = []
    const ours = await answersTo(asked, byUs(200, ORDINARY, written))
    assert.equal(ours, await answersTo(asked, byNode(200, ORDINARY)))
    assert.deepEqual(written, [true, true, false])
    assert.equal(ours.split('hello').length, 3)
  })

  test('streams as Node would let it', async () => {
    const streamed =
      (head: (response: ServerResponse) => void): Serve =>
      (_request, response) => {
        head(response)
        response.flushHeaders()
        response.write('he', 'latin1')
        setImmediate(() => response.end('llo', 'latin1'))
      }
    const ours = await answersTo(
      GET + LAST,
      streamed((response) => {
        if (!writeOrdinaryHead(response, 200, ORDINARY)) response.writeHead(200, ORDINARY)
      }),
    )
    const theirs = await answersTo(
      GET + LAST,
      streamed((response) => void response.writeHead(200, ORDINARY)),
    )
    assert.equal(ours, theirs)
  })

  test('passes a file name on as it came, where Node would write it in another encoding', async () => {
    const name = `attachment; filename="${Buffer.from('Bücher').toString('latin1')}"`
    const headers = [...ORDINARY, 'content-disposition', name]
    const ours = await answersTo(GET + LAST, byUs(200, headers, []))
    assert.equal(ours.split(name).length, 2)
  })
})

suite('what is no ordinary answer', { timeout: 20_000 }, () => {
  const others: [string, string, number, readonly string[]][] = [
    ['without a length', GET, 200, DATE],
    ['without a date', GET, 200, LENGTH],
    ['with two lengths', GET, 200, [...ORDINARY, ...LENGTH]],
    ['with a length that is none', GET, 200, [...DATE, 'content-length', '5x']],
    ['to HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n', 200, ORDINARY],
    ['that ends its connection', LAST, 200, ORDINARY],
    ['early hints', GET, 103, ORDINARY],
    ['no content', GET, 204, ORDINARY],
    ['not modified', GET, 304, ORDINARY],
    ['a status without a name', GET, 299, ORDINARY],
    ['a field of the connection', GET, 200, [...ORDINARY, 'Connection', 'close']],
    ['chunks', GET, 200, [...ORDINARY, 'transfer-encoding', 'chunked']],
    ['a trailer', GET, 200, [...ORDINARY, 'trailer', 'x']],
    ['a name that is none', GET, 200, [...ORDINARY, 'a b', 'c']],
    ['a name with a line end', GET, 200, [...ORDINARY, 'a\r\nb', 'c']],
    ['a value with a line end', GET, 200, [...ORDINARY, 'a', 'b\r\nc: d']],
    ['a value with a line feed', GET, 200, [...ORDINARY, 'a', 'b\nc: d']],
    ['a value with a NUL', GET, 200, [...ORDINARY, 'a', 'b\0c']],
    ['a value that would be cut to a line feed', GET, 200, [...ORDINARY, 'a', 'b\u010ac']],
  ]
  for (const [name, asked, status, headers] of others) {
    test(`${name}: nothing is done`, async () => {
      let isWritten = true
      let isBegun = true
      const text = await answersTo(asked, (_request, response) => {
        isWritten = writeOrdinaryHead(response, status, headers)
        isBegun = response.headersSent
        response.writeHead(200, { connection: 'close' }).end('untouched')
      })
      assert.deepEqual([isWritten, isBegun], [false, false])
      assert.match(text, /untouched/)
    })
  }

  test('a second head on one answer: nothing is done', async () => {
    const written: boolean[] = []
    await answersTo(GET, (_request, response) => {
      written.push(writeOrdinaryHead(response, 200, ORDINARY))
      written.push(writeOrdinaryHead(response, 500, ORDINARY))
      response.end('hello', () => response.socket?.destroy())
    })
    assert.deepEqual(written, [true, false])
  })

  test('the last request that a connection may carry: nothing is done', async () => {
    server.maxRequestsPerSocket = 1
    const written: boolean[] = []
    const text = await answersTo(GET, (_request, response) => {
      written.push(writeOrdinaryHead(response, 200, ORDINARY))
      response.writeHead(200, ORDINARY)
      const { socket } = response
      response.end('hello', () => socket?.destroySoon())
    })
    server.maxRequestsPerSocket = 0
    assert.deepEqual(written, [false])
    assert.match(text, /connection: close/i)
  })
})
