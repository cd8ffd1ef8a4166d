// S071–S168 where order and time matter: pipelines, tokens, upgrades, 100-continue, bodies nobody reads.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { after, before, beforeEach, test } from 'node:test'
import { valuesOf } from '../../support/request-reader.ts'
import { replyWith } from '../../support/recorder.ts'
import { startEdge, type EdgeUnderTest } from './edge-under-test.ts'
import { framingCases } from './http1-framing-cases.ts'
import { get, head, post } from './http1-case.ts'
import { headCases } from './http1-head-cases.ts'
import { hopCases } from './http1-hop-cases.ts'

const LIST = new URL('../../../../shared/corpora/security-cases.tsv', import.meta.url)
const HANDSHAKE = [
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
]

let edge: EdgeUnderTest

before(async () => {
  edge = await startEdge()
})

after(() => edge.stop())

beforeEach(() => edge.upstream.clear())

const cases: Record<string, { readonly what: string; readonly run: () => Promise<void> }> = {
  S071: {
    what: 'a chunked body without an end is a 408 at the request timeout',
    async run() {
      const client = await edge.connect('short')
      client.send(post(['Transfer-Encoding: chunked'], '5\r\nhello\r\n'))
      await client.waitForClose()
      assert.deepEqual(
        client.responses().map(({ status }) => status),
        [408],
      )
      assert.equal(edge.upstream.complete.length, 0)
      client.destroy()
    },
  },
  S072: {
    what: 'bytes behind the last chunk are the next request, with rights of its own',
    async run() {
      const token = await edge.issuer.token('alice', 'test')
      const fields = [
        'Host: auth.test',
        `Authorization: Bearer ${token}`,
        'Transfer-Encoding: chunked',
      ]
      const first = ['POST /first HTTP/1.1', ...fields, '', '0', '', ''].join('\r\n')
      const client = await edge.connect()
      client.send(`${first}GET /second HTTP/1.1\r\nHost: auth.test\r\n\r\n`)
      const answers = await client.answers(2)
      assert.deepEqual(
        answers.map(({ status }) => status),
        [200, 401],
      )
      assert.deepEqual(
        edge.upstream.complete.map(({ target }) => target),
        ['/first'],
      )
      client.destroy()
    },
  },
  S135: {
    what: 'Connection naming Authorization does not take the token from the decision',
    async run() {
      const client = await edge.connect()
      const fields = [
        'Host: auth.test',
        'Connection: authorization',
        'Authorization: Bearer forged',
      ]
      client.send(['GET / HTTP/1.1', ...fields, '', ''].join('\r\n'))
      const [answer] = await client.answers(1)
      assert.equal(answer!.status, 401)
      assert.equal(edge.upstream.bytesReceived, 0)
      client.destroy()
    },
  },
  S138: {
    what: 'Connection cannot take away a field the gateway made of the token',
    async run() {
      const token = await edge.issuer.token('alice', 'test')
      const client = await edge.connect()
      client.send(
        ['GET / HTTP/1.1', 'Host: auth.test', `Authorization: Bearer ${token}`]
          .concat('Connection: x-user', 'X-User: mallory', '', '')
          .join('\r\n'),
      )
      const [answer] = await client.answers(1)
      assert.equal(answer!.status, 200)
      assert.deepEqual(valuesOf(edge.upstream.complete[0]!.headers, 'x-user'), ['alice'])
      client.destroy()
    },
  },
  S149: {
    what: 'an upgrade nobody knows is answered at once, and what follows it never forwarded raw',
    async run() {
      const client = await edge.connect()
      client.send(get('Connection: Upgrade', 'Upgrade: foo') + head('GET /smuggled HTTP/1.1'))
      await client.waitFor('an answer', () => client.responses().length > 0, 1000)
      assert.equal(client.responses()[0]!.status, 400)
      assert.equal(edge.upstream.bytesReceived, 0)
      client.destroy()
    },
  },
  S151: {
    what: 'a WebSocket handshake answered with 200 opens no tunnel',
    async run() {
      edge.upstream.script(replyWith('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokEXTRA'))
      const client = await edge.connect()
      client.send(get('Connection: Upgrade', ...HANDSHAKE) + head('GET /smuggled HTTP/1.1'))
      await client.waitForClose()
      const answers = client.responses()
      assert.deepEqual(
        answers.map(({ status }) => status),
        [200],
      )
      assert.equal(answers[0]!.body.toString(), 'ok')
      assert.equal(edge.upstream.requests.length, 1)
      client.destroy()
    },
  },
  S156: {
    what: 'a client that waits for 100 Continue gets it, and the upstream one plain request',
    async run() {
      const client = await edge.connect()
      client.send(post(['Expect: 100-continue', 'Content-Length: 5'], ''))
      await client.waitFor('100 Continue', () => client.responses()[0]?.status === 100)
      client.send('hello')
      const [answer] = await client.answers(1)
      assert.equal(answer!.status, 200)
      assert.equal(edge.upstream.complete[0]!.body.toString(), 'hello')
      assert.deepEqual(valuesOf(edge.upstream.complete[0]!.headers, 'expect'), [])
      client.destroy()
    },
  },
  S162: { what: 'GET with a body leaves the connection in step', run: () => bodyThenNext('GET') },
  S163: { what: 'HEAD with a body leaves the connection in step', run: () => bodyThenNext('HEAD') },
  S164: {
    what: 'OPTIONS with a body leaves the connection in step',
    run: () => bodyThenNext('OPTIONS'),
  },
  S165: {
    what: 'an answer before the body was read: the rest is drained or the connection ends',
    async run() {
      const early = 'HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno'
      edge.upstream.script(replyWith(early), { replyAfter: 'head' })
      const client = await edge.connect()
      client.send(post(['Content-Length: 60'], 'GET /smuggled HTTP/1.1\r\n'))
      await client.answers(1)
      client.send(`Host: gw.test\r\n\r\n${'x'.repeat(19)}${head('GET /next HTTP/1.1')}`)
      await client.waitFor(
        'an end or a second answer',
        () => client.ended || client.responses().length === 2,
      )
      assert.ok(edge.upstream.requests.every(({ target }) => target !== '/smuggled'))
      client.destroy()
      await edge.upstream.waitFor('the half request to be given up', () =>
        edge.upstream.connections.every(({ closed, reader }) => closed || reader.atBoundary),
      )
    },
  },
  S166: {
    what: 'our own answers drain a short body and close on a long one',
    async run() {
      const nowhere = (length: number): string =>
        `POST / HTTP/1.1\r\nHost: unknown.test\r\nContent-Length: ${length}\r\n\r\n`
      const short = await edge.connect()
      short.send(nowhere(5))
      await short.answers(1)
      short.send(`hello${get()}`)
      assert.deepEqual(
        (await short.answers(2)).map(({ status }) => status),
        [404, 200],
      )
      short.destroy()
      for (const [status, request] of [
        [404, nowhere(1_000_000)],
        [401, `POST / HTTP/1.1\r\nHost: auth.test\r\nContent-Length: 1000000\r\n\r\n`],
        [413, post(['Content-Length: 1048577'], '')],
      ] as const) {
        const long = await edge.connect()
        long.send(request)
        await long.waitForClose()
        const [answer] = long.responses()
        assert.equal(answer!.status, status)
        assert.deepEqual(valuesOf(answer!.headers, 'connection'), ['close'])
        long.destroy()
      }
      assert.equal(edge.upstream.complete.length, 1)
    },
  },
  S167: {
    what: 'a client that leaves in the middle of its body takes the upstream connection with it',
    async run() {
      const client = await edge.connect()
      client.send(post(['Content-Length: 100'], 'half'))
      await edge.upstream.waitFor('the half request', () => edge.upstream.requests.length === 1)
      const used = edge.upstream.connections.find(({ reader }) => !reader.atBoundary)!
      client.destroy()
      await edge.upstream.waitFor('its end', () => used.closed)
      assert.equal(edge.upstream.complete.length, 0)
    },
  },
  S168: {
    what: 'a pause between head and body changes nothing',
    async run() {
      const client = await edge.connect()
      client.send(post(['Content-Length: 5'], ''))
      // A whole round trip of somebody else, and then some: what matters is that the body comes alone.
      await edge.upstream.waitFor('the head', () => edge.upstream.requests.length === 1)
      await edge.assertVictimClean()
      client.send(`hello${head('GET /next HTTP/1.1')}`)
      const answers = await client.answers(2)
      assert.deepEqual(
        answers.map(({ status }) => status),
        [200, 200],
      )
      const targets = edge.upstream.complete.map(({ target }) => target)
      assert.deepEqual(targets.toSorted(), ['/', '/next', '/victim'])
      client.destroy()
    },
  },
}

/** A request with a body that looks like a request, then another on the same connection. */
async function bodyThenNext(method: string): Promise<void> {
  const body = head('GET /smuggled HTTP/1.1')
  const client = await edge.connect()
  client.send(head(`${method} /first HTTP/1.1`, `Content-Length: ${body.length}`) + body)
  client.send(head('GET /next HTTP/1.1'))
  const answers = await client.answers(2, [method, 'GET'])
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200],
  )
  const seen = edge.upstream.complete.map(({ target }) => target)
  assert.deepEqual(seen, ['/first', '/next'])
  client.destroy()
}

for (const [id, { what, run }] of Object.entries(cases)) {
  test(`${id} ${what}`, async () => {
    await run()
    await edge.upstream.clear()
    await edge.assertVictimClean()
  })
}

test('every HTTP/1.1 case of the list is in the tables', (t) => {
  if (!existsSync(LIST)) return t.skip('the list of security cases is not here')
  const lines = readFileSync(LIST, 'utf8').split('\n')
  const listed = lines.map((line) => line.split('\t')[0]!).filter((id) => /^S\d+$/.test(id))
  const written = [framingCases, headCases, hopCases, cases].flatMap((table) => Object.keys(table))
  assert.ok(listed.length > 160)
  assert.deepEqual(written.toSorted(), listed.toSorted())
})
