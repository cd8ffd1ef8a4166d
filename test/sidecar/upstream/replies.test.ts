// The upstream replies of the security corpus (U001-U025), each played by a real socket.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { after, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startRawServer } from './raw-server.ts'
import { poolAt, send } from './recorder.ts'
import type { Recorder } from './recorder.ts'

const CORPUS = fileURLToPath(
  new URL('../../../../shared/corpora/security-cases.tsv', import.meta.url),
)

interface Reply {
  readonly id: string
  /** Words of the corpus's case that tell that this is the one meant. */
  readonly about: RegExp
  readonly play: (socket: Socket) => void
  readonly method?: string
  readonly outcome: string
  readonly dropped?: boolean
  readonly verify?: (heard: Recorder) => void
}

const VICTIM = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nvictim'
const POISON = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison'

const bytes = (text: string) => (socket: Socket) => void socket.write(text, 'latin1')
const thenReset = (text: string) => (socket: Socket) => {
  socket.write(text, 'latin1', () => socket.resetAndDestroy())
}
const thenEnd = (text: string) => (socket: Socket) => void socket.end(text, 'latin1')
const refused = { outcome: 'upstream_invalid_response', dropped: true }
const OK = 'HTTP/1.1 200 OK\r\n'

const REPLIES: readonly Reply[] = [
  {
    id: 'U001',
    about: /RST before headers/,
    play: (socket) => socket.resetAndDestroy(),
    outcome: 'upstream_reset',
    dropped: true,
  },
  {
    id: 'U002',
    about: /FIN before headers/,
    play: (socket) => void socket.end(),
    outcome: 'upstream_reset',
    dropped: true,
  },
  { id: 'U003', about: /garbage/, play: bytes('\x16\x03\x01 garbage'), ...refused },
  {
    id: 'U004',
    about: /dup CL/,
    play: bytes(`${OK}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello`),
    ...refused,
  },
  {
    id: 'U005',
    about: /CL \+ TE/,
    play: bytes(`${OK}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`),
    ...refused,
  },
  {
    id: 'U006',
    about: /bare CR/,
    play: bytes(`${OK}X: a\rb\r\nContent-Length: 0\r\n\r\n`),
    ...refused,
  },
  {
    id: 'U007',
    about: /20 KB header/,
    play: bytes(`${OK}X: ${'a'.repeat(20_000)}\r\nContent-Length: 0\r\n\r\n`),
    ...refused,
  },
  {
    id: 'U008',
    about: /status 099/,
    play: bytes('HTTP/1.1 099 No\r\nContent-Length: 0\r\n\r\n'),
    ...refused,
  },
  {
    id: 'U009',
    about: /status 1000/,
    play: bytes('HTTP/1.1 1000 No\r\nContent-Length: 0\r\n\r\n'),
    ...refused,
  },
  {
    id: 'U010',
    about: /status 999/,
    play: bytes('HTTP/1.1 999 No\r\nContent-Length: 0\r\n\r\n'),
    ...refused,
  },
  {
    id: 'U011',
    about: /unasked 101/,
    play: bytes('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n'),
    ...refused,
  },
  {
    id: 'U012',
    about: /CL body then RST/,
    play: thenReset(`${OK}Content-Length: 50\r\n\r\nhello`),
    outcome: 'aborted',
    dropped: true,
  },
  {
    id: 'U013',
    about: /CL body then FIN/,
    play: thenEnd(`${OK}Content-Length: 50\r\n\r\nhello`),
    outcome: 'aborted',
    dropped: true,
  },
  {
    id: 'U014',
    about: /chunked then RST/,
    play: thenReset(`${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`),
    outcome: 'aborted',
    dropped: true,
  },
  {
    id: 'U015',
    about: /chunked then FIN/,
    play: thenEnd(`${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`),
    outcome: 'aborted',
    dropped: true,
  },
  {
    id: 'U016',
    about: /extra bytes after body/,
    play: bytes(`${OK}Content-Length: 5\r\n\r\nhello${POISON}`),
    outcome: 'complete',
    dropped: true,
    verify: (heard) => assert.equal(heard.body, 'hello'),
  },
  {
    id: 'U017',
    about: /103/,
    play: bytes(
      `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}Content-Length: 5\r\n\r\nhello`,
    ),
    outcome: 'complete',
    verify: (heard) =>
      assert.deepEqual([heard.interim, heard.status, heard.body], [[103], 200, 'hello']),
  },
  {
    id: 'U018',
    about: /headers never come/,
    play: () => {},
    outcome: 'upstream_timeout',
    dropped: true,
  },
  {
    id: 'U019',
    about: /no CL, no TE/,
    play: thenEnd(`${OK}X: y\r\n\r\nuntil the end`),
    outcome: 'complete',
    dropped: true,
    verify: (heard) => assert.deepEqual([heard.bodyLength, heard.body], [null, 'until the end']),
  },
  {
    id: 'U020',
    about: /hop-by-hop fields/,
    play: bytes(
      `${OK}Connection: x-secret\r\nX-Secret: 1\r\nKeep-Alive: timeout=5\r\nProxy-Authenticate: Basic\r\nX-End: 1\r\nContent-Length: 0\r\n\r\n`,
    ),
    outcome: 'complete',
    verify: (heard) => assert.deepEqual(heard.names, ['X-End', 'Content-Length']),
  },
  {
    id: 'U021',
    about: /`Trailer` \+ CL/,
    play: bytes(`${OK}Trailer: x\r\nContent-Length: 5\r\n\r\nhello`),
    outcome: 'complete',
    verify: (heard) => assert.deepEqual([heard.names, heard.body], [['Content-Length'], 'hello']),
  },
  {
    id: 'U022',
    about: /204 \+ Trailer/,
    play: bytes('HTTP/1.1 204 No Content\r\nTrailer: x\r\n\r\n'),
    outcome: 'complete',
    verify: (heard) => assert.deepEqual([heard.names, heard.bodyLength], [[], 0]),
  },
  {
    id: 'U023',
    about: /304 \+ Trailer/,
    play: bytes('HTTP/1.1 304 Not Modified\r\nTrailer: x\r\n\r\n'),
    outcome: 'complete',
    verify: (heard) => assert.deepEqual([heard.names, heard.bodyLength], [[], 0]),
  },
  {
    id: 'U024',
    about: /two Set-Cookie/,
    play: bytes(`${OK}Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n`),
    outcome: 'complete',
    verify: (heard) => assert.deepEqual(heard.values('set-cookie'), ['a=1', 'b=2']),
  },
  {
    id: 'U025',
    about: /`gzip, chunked` TE/,
    play: bytes(`${OK}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`),
    ...refused,
  },
]

describe('an upstream reply', () => {
  const played = new Set<string>()
  for (const reply of REPLIES) {
    it(`${reply.id} (${reply.about.source}) ends ${reply.outcome}`, async (t) => {
      played.add(reply.id)
      const server = await startRawServer(t, (socket, head) => {
        if (head.startsWith('GET /victim')) socket.write(VICTIM)
        else reply.play(socket)
      })
      const pool = poolAt(server.port)
      const startedMs = performance.now()
      const heard = await send(pool, { responseTimeoutMs: 150 }).over
      assert.equal(heard.outcome, reply.outcome, heard.error?.message)
      assert.ok(performance.now() - startedMs < 500)
      assert.equal(heard.trailers !== null, reply.outcome === 'complete')
      reply.verify?.(heard)
      assert.equal(pool.size, reply.dropped === true ? 0 : 1)
      // Whoever comes next hears its own answer.
      const victim = await send(pool, { target: '/victim' }).over
      assert.equal(victim.body, 'victim')
      assert.equal(server.sockets.length, reply.dropped === true ? 2 : 1)
      await pool.close()
    })
  }

  after(() => assert.equal(played.size, REPLIES.length))
})

describe(
  'the corpus of upstream replies',
  { skip: !existsSync(CORPUS) && 'corpora are not here' },
  () => {
    it('holds no case that is not played', () => {
      const lines = readFileSync(CORPUS, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('U'))
      const cases = new Map(lines.map((line) => [line.split('\t')[0], line]))
      assert.equal(cases.size, REPLIES.length)
      for (const { id, about } of REPLIES) assert.match(cases.get(id) ?? '', about)
    })
  },
)
