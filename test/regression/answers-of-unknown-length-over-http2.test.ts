// An HTTP/2 answer without content-length killed the worker: Node's compatibility response had sent trailers already.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { startGateway } from '../support/gateway.ts'
import { workersOf } from '../support/process-tree.ts'

async function get(session: ClientHttp2Session): Promise<{ body: string; trailers: object }> {
  const stream = session.request({ ':path': '/' })
  let trailers: IncomingHttpHeaders = {}
  stream.on('trailers', (fields) => {
    trailers = fields
  })
  stream.setEncoding('utf8')
  let body = ''
  for await (const chunk of stream) body += chunk as string
  return { body, trailers: { ...trailers } }
}

test('answers of unknown length arrive over HTTP/2, with their trailers, one after the other', async (t) => {
  const upstream = createServer((_request, response) => {
    response.writeHead(200, { trailer: 'x-sum' })
    response.write('a')
    setImmediate(() => {
      response.addTrailers({ 'x-sum': '2' })
      response.end('b')
    })
  })
  upstream.listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  t.after(() => upstream.close())
  const { port } = upstream.address() as AddressInfo
  const gateway = await startGateway({
    config: `
workers: 1
listeners: [ { name: public, bind: "127.0.0.1:0", tls: { certs: ./certs } } ]
routes: [ { name: all, match: /*, to: "http://127.0.0.1:${port}", auth: public } ]
`,
  })
  t.after(() => gateway.stop())
  const workers = workersOf(gateway.process.pid!)
  const session = connect(`https://127.0.0.1:${gateway.port('public')}`, { ca: gateway.ca.certPem })
  t.after(() => session.destroy())
  for (let i = 0; i < 5; i++) {
    const { body, trailers } = await get(session)
    assert.equal(body, 'ab')
    assert.equal((trailers as Record<string, unknown>)['x-sum'], '2')
  }
  assert.deepEqual(workersOf(gateway.process.pid!), workers)
})
