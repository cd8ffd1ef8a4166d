import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { RawRequest } from '../../../gateway/edge/raw-request.ts'

interface Seen {
  readonly event: string
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly body: string
}

/** Sends `text` to a server of raw requests, and says what it was told. */
async function serve(t: TestContext, text: string): Promise<Seen> {
  const server = createServer({
    IncomingMessage: RawRequest,
    optimizeEmptyRequests: true,
    requireHostHeader: false,
  })
  const seen = new Promise<Seen>((resolve) => {
    for (const event of ['request', 'checkContinue', 'checkExpectation']) {
      server.on(event, (request: IncomingMessage) => {
        let body = ''
        request.on('data', (chunk: Buffer) => (body += chunk))
        const { headers, rawHeaders } = request
        const tell = (): void => resolve({ event, headers, rawHeaders, body })
        if ('content-length' in headers || 'transfer-encoding' in headers) request.on('end', tell)
        else tell()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  t.after(() => {
    socket.destroy()
    server.close()
  })
  socket.write(text)
  return await seen
}

test('only what the server asks for is made of the fields, and all stay as they came', async (t) => {
  const { event, headers, rawHeaders } = await serve(
    t,
    'GET / HTTP/1.1\r\nHost: a\r\nX-Thing: 1\r\ncookie: c\r\n\r\n',
  )
  assert.equal(event, 'request')
  assert.deepEqual(headers, {})
  assert.deepEqual(rawHeaders, ['Host', 'a', 'X-Thing', '1', 'cookie', 'c'])
})

test('a body is read by its length and in chunks, however the field is spelled', async (t) => {
  const byLength = await serve(t, 'POST / HTTP/1.1\r\nHost: a\r\nContent-LENGTH: 4\r\n\r\nbody')
  assert.equal(byLength.body, 'body')
  const inChunks = await serve(
    t,
    'POST / HTTP/1.1\r\nHost: a\r\ntransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n',
  )
  assert.equal(inChunks.body, 'body')
})

test('a client that waits for 100 Continue is noticed, and one that expects something else', async (t) => {
  const waits = await serve(
    t,
    'PUT / HTTP/1.1\r\nHost: a\r\nEXPECT: 100-continue\r\nContent-Length: 1\r\n\r\nx',
  )
  assert.equal(waits.event, 'checkContinue')
  const other = await serve(t, 'PUT / HTTP/1.1\r\nHost: a\r\nexpect: tea\r\n\r\n')
  assert.equal(other.event, 'checkExpectation')
})

test('repeated fields are seen together', async (t) => {
  const { headers } = await serve(t, 'GET / HTTP/1.0\r\nTE: trailers\r\nte: chunked\r\n\r\n')
  assert.deepEqual(headers, { te: 'trailers, chunked' })
})

test('other fields can be shown instead', () => {
  const request = new RawRequest(null as never)
  request.headers = { origin: 'https://a.example' }
  assert.deepEqual(request.headers, { origin: 'https://a.example' })
})
