// U001–U025: whatever an upstream answers, the client is never told a half answer is whole, and the next one is clean.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { RawResponse } from '../../support/response-reader.ts'
import { replyWith, type Reply } from '../../support/recorder.ts'
import { valuesOf } from '../../support/request-reader.ts'
import { startEdge, type EdgeUnderTest } from './edge-under-test.ts'

type Seen =
  /** A problem answer of ours; the upstream connection is gone. */
  | { readonly kind: 'fault'; readonly status: 502 | 504 }
  /** A head went out, then the connection was cut: nothing that could pass for a complete answer. */
  | { readonly kind: 'aborted' }
  /** A complete answer; `dropped`: its connection is not used again. */
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly body: string
      readonly dropped?: boolean
      check?(answer: RawResponse): void
    }

interface ReplyCase {
  readonly what: string
  readonly reply: Reply
  readonly seen: Seen
  readonly host?: string
}

const LIST = new URL('../../../../shared/corpora/security-cases.tsv', import.meta.url)
const BAD: Seen = { kind: 'fault', status: 502 }
const ABORTED: Seen = { kind: 'aborted' }

function invalid(what: string, ...lines: string[]): ReplyCase {
  return { what, reply: replyWith(lines.join('\r\n')), seen: BAD }
}

function answer(
  what: string,
  lines: string[],
  body: string,
  check?: (answer: RawResponse) => void,
): ReplyCase {
  const status = Number(lines[0]!.split(' ')[1])
  const seen: Seen = { kind: 'answer', status, body, ...(check === undefined ? {} : { check }) }
  return { what, reply: replyWith(lines.join('\r\n')), seen }
}

function lacks(...names: string[]): (answer: RawResponse) => void {
  return ({ headers }) => {
    for (const name of names) assert.deepEqual(valuesOf(headers, name), [], name)
  }
}

const SHORT = 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello'
const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'
const CHUNK = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n'

const cases: Record<string, ReplyCase> = {
  U001: { what: 'a reset instead of an answer', reply: replyWith('', 'reset'), seen: BAD },
  U002: { what: 'an end instead of an answer', reply: replyWith('', 'end'), seen: BAD },
  U003: invalid('garbage', 'SSH-2.0-OpenSSH_9.2', '', ''),
  U004: invalid(
    'two Content-Length',
    'HTTP/1.1 200 OK',
    'content-length: 2',
    'content-length: 3',
    '',
    'oky',
  ),
  U005: invalid(
    'Content-Length and Transfer-Encoding',
    'HTTP/1.1 200 OK',
    'content-length: 2',
    'transfer-encoding: chunked',
    '',
    '2\r\nok\r\n0\r\n\r\n',
  ),
  U006: invalid(
    'a bare CR in a field',
    'HTTP/1.1 200 OK',
    'x-a: b\rc',
    'content-length: 2',
    '',
    'ok',
  ),
  U007: invalid(
    'a field of 20 KB',
    'HTTP/1.1 200 OK',
    `x-a: ${'b'.repeat(20_000)}`,
    'content-length: 2',
    '',
    'ok',
  ),
  U008: invalid('status 099', 'HTTP/1.1 099 Odd', 'content-length: 2', '', 'ok'),
  U009: invalid('status 1000', 'HTTP/1.1 1000 Odd', 'content-length: 2', '', 'ok'),
  U010: invalid('status 999', 'HTTP/1.1 999 Odd', 'content-length: 2', '', 'ok'),
  U011: invalid(
    '101 nobody asked for',
    'HTTP/1.1 101 Switching Protocols',
    'connection: upgrade',
    'upgrade: websocket',
    '',
    '',
  ),
  U012: {
    what: 'a reset in the middle of a counted body',
    reply: replyWith(SHORT, 'reset'),
    seen: ABORTED,
  },
  U013: {
    what: 'an end in the middle of a counted body',
    reply: replyWith(SHORT, 'end'),
    seen: ABORTED,
  },
  U014: {
    what: 'a reset in the middle of chunks',
    reply: replyWith(CHUNK, 'reset'),
    seen: ABORTED,
  },
  U015: { what: 'an end in the middle of chunks', reply: replyWith(CHUNK, 'end'), seen: ABORTED },
  U016: {
    what: 'bytes behind the body reach nobody, and their connection serves nobody',
    reply: replyWith(`${OK}HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\npoison`),
    seen: { kind: 'answer', status: 200, body: 'ok', dropped: true },
  },
  U017: {
    what: 'early hints are relayed or dropped, and the answer follows',
    reply: replyWith(`HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload\r\n\r\n${OK}`),
    seen: { kind: 'answer', status: 200, body: 'ok' },
  },
  U018: {
    what: 'no head in time',
    reply: () => {},
    seen: { kind: 'fault', status: 504 },
    host: 'slow.test',
  },
  U019: {
    what: 'a body that ends with the connection gets a framing of its own',
    reply: replyWith('HTTP/1.1 200 OK\r\n\r\nhello', 'end'),
    seen: {
      kind: 'answer',
      status: 200,
      body: 'hello',
      check: ({ headers }) => assert.deepEqual(valuesOf(headers, 'transfer-encoding'), ['chunked']),
    },
  },
  U020: answer(
    'hop-by-hop fields',
    [
      'HTTP/1.1 200 OK',
      'connection: x-secret, keep-alive',
      'x-secret: 1',
      'keep-alive: timeout=99',
      'proxy-authenticate: Basic',
      'content-length: 2',
      '',
      'ok',
    ],
    'ok',
    (response) => {
      lacks('x-secret', 'proxy-authenticate')(response)
      assert.ok(!valuesOf(response.headers, 'keep-alive').includes('timeout=99'))
    },
  ),
  U021: answer(
    'Trailer beside Content-Length',
    ['HTTP/1.1 200 OK', 'trailer: x', 'content-length: 2', '', 'ok'],
    'ok',
    lacks('trailer'),
  ),
  U022: answer(
    'Trailer on 204',
    ['HTTP/1.1 204 No Content', 'trailer: x', '', ''],
    '',
    lacks('trailer'),
  ),
  U023: answer(
    'Trailer on 304',
    ['HTTP/1.1 304 Not Modified', 'trailer: x', 'etag: "1"', '', ''],
    '',
    lacks('trailer'),
  ),
  U024: answer(
    'two cookies',
    ['HTTP/1.1 200 OK', 'set-cookie: a=1', 'set-cookie: b=2', 'content-length: 2', '', 'ok'],
    'ok',
    ({ headers }) => assert.deepEqual(valuesOf(headers, 'set-cookie'), ['a=1', 'b=2']),
  ),
  U025: invalid(
    'gzip before chunked',
    'HTTP/1.1 200 OK',
    'transfer-encoding: gzip, chunked',
    '',
    '2\r\nok\r\n0\r\n\r\n',
  ),
}

let edge: EdgeUnderTest

before(async () => {
  edge = await startEdge()
})

after(() => edge.stop())

async function assertSeen({ reply, seen, host = 'gw.test' }: ReplyCase): Promise<void> {
  const { upstream } = edge
  upstream.script(reply)
  const client = await edge.connect()
  client.send(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
  if (seen.kind === 'aborted') {
    await client.waitForClose()
    assert.ok(client.responses().every(({ complete, status }) => !complete || status === 502))
    if (client.responses()[0]?.status === 200) {
      assert.ok(!client.received.toString('latin1').endsWith('0\r\n\r\n'), 'no final chunk')
    }
  } else {
    const [answered] = await client.answers(1)
    assert.equal(answered!.status, seen.status)
    if (seen.kind === 'answer') {
      assert.equal(answered!.body.toString('latin1'), seen.body)
      seen.check?.(answered!)
    }
    if (seen.kind === 'fault' || seen.dropped === true) {
      // At once: by and by every idle connection ends.
      const closed = (): boolean => upstream.connections.every((each) => each.closed)
      await upstream.waitFor('end of its connection', closed, 1000)
    }
  }
  client.destroy()
}

for (const [id, replyCase] of Object.entries(cases)) {
  test(`${id} ${replyCase.what}`, async () => {
    await edge.upstream.clear()
    await assertSeen(replyCase)
    await edge.upstream.clear()
    await edge.assertVictimClean()
  })
}

test('every upstream case of the list is in the table', (t) => {
  if (!existsSync(LIST)) return t.skip('the list of security cases is not here')
  const lines = readFileSync(LIST, 'utf8').split('\n')
  const listed = lines.map((line) => line.split('\t')[0]!).filter((id) => /^U\d+$/.test(id))
  assert.deepEqual(Object.keys(cases).toSorted(), listed.toSorted())
})
