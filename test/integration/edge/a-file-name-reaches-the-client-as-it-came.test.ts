// Names of files come as raw UTF-8 from many servers; no byte of them is another one at the client, however it asks.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:http2'
import { after, before, suite, test } from 'node:test'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { connectRaw } from '../../support/raw-client.ts'
import { replyWith, startRecorder, type Recorder } from '../../support/recorder.ts'
import { valuesOf } from '../../support/request-reader.ts'

/** As the bytes of it; the second letter of the third name would end a line if it were cut to its low byte. */
const NAMES = ['Bücher.pdf', '請求書.pdf', 'aĊb.pdf'].map(
  (name) => `attachment; filename="${Buffer.from(name).toString('latin1')}"`,
)

suite('a Content-Disposition in raw UTF-8', { timeout: 30_000 }, () => {
  let upstream: Recorder
  let gateway: TestGateway
  before(async () => {
    upstream = await startRecorder()
    gateway = await startGateway({
      config: `
workers: 1
listeners:
  - { name: plain, bind: "127.0.0.1:0", tls: off }
  - { name: secure, bind: "127.0.0.1:0", tls: { certs: ./certs } }
routes: [ { name: all, match: /*, to: "http://127.0.0.1:${upstream.port}", auth: public } ]
`,
    })
  })
  after(async () => {
    await gateway?.stop()
    await upstream?.close()
  })

  const say = (name: string, ...more: string[]): void => {
    const lines = ['HTTP/1.1 200 OK', 'Content-Length: 2', `Content-Disposition: ${name}`, ...more]
    upstream.script(replyWith(`${lines.join('\r\n')}\r\n\r\nok`))
  }

  const requests = [
    ['on a connection that stays', 'GET / HTTP/1.1\r\nhost: a.test\r\n\r\n'],
    ['on one that ends', 'GET / HTTP/1.1\r\nhost: a.test\r\nconnection: close\r\n\r\n'],
    ['to HTTP/1.0', 'GET / HTTP/1.0\r\nhost: a.test\r\n\r\n'],
    ['to a HEAD', 'HEAD / HTTP/1.1\r\nhost: a.test\r\n\r\n'],
  ] as const
  for (const [how, request] of requests) {
    test(`${how}, with a date and without`, async () => {
      for (const name of NAMES) {
        for (const more of [[], ['Date: Tue, 24 Nov 2026 10:00:00 GMT']]) {
          say(name, ...more)
          const client = await connectRaw(gateway.port('plain'))
          client.send(request)
          const [answer] = await client.answers(1, [request.split(' ')[0]!])
          assert.equal(answer?.status, 200)
          assert.deepEqual(valuesOf(answer.headers, 'content-disposition'), [name])
          client.destroy()
        }
      }
    })
  }

  test('on HTTP/2', async () => {
    for (const name of NAMES) {
      say(name)
      const session = connect(`https://localhost:${gateway.port('secure')}`, {
        ca: gateway.ca.certPem,
      })
      const stream = session.request({ ':path': '/' })
      const [headers] = (await once(stream, 'response')) as [Record<string, string>]
      const value = headers['content-disposition']!
      assert.ok([value, Buffer.from(value).toString('latin1')].includes(name), value)
      stream.resume()
      await once(stream, 'close')
      session.close()
    }
  })
})
