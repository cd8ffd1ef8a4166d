import assert from 'node:assert/strict'
import { createServer as createHttpServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createTestCa } from '../support/certificates.ts'
import { answerLength, generateLoad } from './generator.ts'
import { requestText } from './traffic.ts'

// Longer than one read of a socket.
const BODY = '0123456789'.repeat(50_000)

async function listen(t: TestContext, server: Server): Promise<number> {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)))
  t.after(() => server.close())
  return (server.address() as AddressInfo).port
}

function load(port: number, requests: string[], caPem: string | null = null) {
  return generateLoad({ port, caPem, requests, connections: 4, seconds: 0.2 })
}

test('every answer the server gave is counted, requests take turns', async (t) => {
  const seen = { a: 0, b: 0 }
  const answer: RequestListener = (request, response) => {
    seen[request.headers['x-turn'] as 'a' | 'b']++
    response.writeHead(200, { 'content-length': BODY.length }).end(BODY)
  }
  const port = await listen(t, createHttpServer(answer))
  const requests = ['a', 'b'].map((turn) => requestText({ host: 'localhost', 'x-turn': turn }))
  const result = await load(port, requests)
  assert.equal(result.errors, 0)
  assert.ok(result.requests > 10)
  assert.equal(result.requests, seen.a + seen.b)
  assert.ok(Math.abs(seen.a - seen.b) <= 1)
  assert.ok(result.seconds >= 0.2)
})

test('it speaks TLS and checks the certificate', async (t) => {
  const ca = await createTestCa('bench')
  const { certPem, keyPem } = await ca.issue(['localhost'])
  const server = createHttpsServer({ cert: certPem, key: keyPem }, (_, response) => {
    response.setHeader('content-length', 2).end('ok')
  })
  const port = await listen(t, server)
  const requests = [requestText({ host: 'localhost' })]
  const trusted = await load(port, requests, ca.certPem)
  assert.ok(trusted.requests > 10)
  assert.equal(trusted.errors, 0)
  const stranger = await createTestCa('stranger')
  const untrusted = await load(port, requests, stranger.certPem)
  assert.equal(untrusted.requests, 0)
  assert.ok(untrusted.errors > 0)
})

test('a refusal is an error, not an answer', async (t) => {
  const server = createHttpServer((_, response) => response.writeHead(503).end('no'))
  const result = await load(await listen(t, server), [requestText({ host: 'localhost' })])
  assert.equal(result.requests, 0)
  assert.ok(result.errors > 0)
})

test('the length of an answer is known once its head is there', () => {
  const head = 'HTTP/1.1 200 OK\r\nx-a: 1\r\nContent-Length: 12\r\nx-b: 2\r\n\r\n'
  assert.equal(answerLength(Buffer.from(head)), head.length + 12)
  assert.equal(answerLength(Buffer.from(head.slice(0, -2))), 'incomplete')
})

test('answers whose end it cannot know are bad', () => {
  const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'
  assert.equal(answerLength(Buffer.from(chunked)), 'bad')
  const other = 'HTTP/1.1 200 OK\r\nx-content-length: 3\r\n\r\nabc'
  assert.equal(answerLength(Buffer.from(other)), 'bad')
})
