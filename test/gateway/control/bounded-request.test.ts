import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { suite, test, type TestContext } from 'node:test'
import { ask, type BoundedRequest } from '../../../gateway/control/bounded-request.ts'
import { systemClock } from '../../../sidecar/runtime/clock.ts'

async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

function requestTo(url: string, given: Partial<BoundedRequest> = {}): BoundedRequest {
  return { url, method: 'POST', headers: {}, body: 'hello', caPem: null, timeoutMs: 5000, ...given }
}

suite('a request to somebody else’s server', () => {
  test('brings back status, fields and text', async (t) => {
    const url = await serve(t, (request, response) => {
      response.writeHead(201, { 'x-length': request.headers['content-length'] ?? '' })
      request.pipe(response)
    })
    const { status, headers, text } = await ask(systemClock, requestTo(url))
    assert.deepEqual([status, headers['x-length'], text], [201, '5', 'hello'])
  })

  test('follows nobody elsewhere', async (t) => {
    const url = await serve(t, (_request, response) => {
      response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
    })
    assert.equal((await ask(systemClock, requestTo(url))).status, 302)
  })

  test('is given up when its time is over, also in the middle of the answer', async (t) => {
    const url = await serve(t, (_request, response) => response.write('a beginning'))
    const asked = ask(systemClock, requestTo(url, { timeoutMs: 100 }))
    await assert.rejects(asked, /^Error: no complete answer within 0.1 s$/)
  })

  test('reads no more than it may', async (t) => {
    const url = await serve(t, (_request, response) => response.end('x'.repeat(513 * 1024)))
    await assert.rejects(ask(systemClock, requestTo(url)), /the answer is too long/)
  })

  for (const url of ['http://example.com/', 'ftp://127.0.0.1/', 'nonsense']) {
    test(`is not sent to ${url}`, async () => {
      await assert.rejects(ask(systemClock, requestTo(url)), /neither https nor loopback/)
    })
  }
})
