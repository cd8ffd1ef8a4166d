import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ResponseParser } from '../../../sidecar/upstream/response-parser.ts'
import type { ParserStatus } from '../../../sidecar/upstream/response-parser.ts'

interface Heard {
  events: unknown[]
  status: ParserStatus
  reusable: boolean
  trailers: readonly string[]
  fault: string
}

interface Asked {
  readonly method?: string
  readonly upgrade?: string | null
}

/** Feeds `chunks` and then the end of the connection; data events that follow each other are joined. */
function hear(chunks: readonly Buffer[], { method = 'GET', upgrade = null }: Asked = {}): Heard {
  const events: unknown[][] = []
  const parser = new ResponseParser({
    onInterim: (status, headers) => events.push(['interim', status, headers]),
    onHead: (status, headers, length) => events.push(['head', status, headers, length]),
    onData(data) {
      const last = events.at(-1)
      if (last?.[0] === 'data') last[1] = `${String(last[1])}${data.toString('latin1')}`
      else events.push(['data', data.toString('latin1')])
    },
    onUpgrade: (headers) => events.push(['upgrade', headers]),
  })
  parser.begin(method, upgrade)
  for (const chunk of chunks) parser.feed(chunk)
  const status = parser.finish()
  const { reusable, trailers, fault } = parser
  return { events, status, reusable, trailers, fault: status === 'invalid' ? fault : '' }
}

function hearText(text: string, asked?: Asked): Heard {
  return hear([Buffer.from(text, 'latin1')], asked)
}

function headersHeard(text: string, asked?: Asked): unknown {
  return (hearText(text, asked).events[0] as unknown[])[2]
}

/** Like `Heard`, without what may depend on how far the parser could look. */
function essence({ events, status, reusable, trailers }: Heard): unknown {
  return status === 'invalid' ? { events, status } : { events, status, reusable, trailers }
}

const head = (...lines: string[]): string => `${lines.join('\r\n')}\r\n\r\n`
const OK = 'HTTP/1.1 200 OK'
const CHUNKED = head(OK, 'Transfer-Encoding: chunked')

const GOOD: Record<string, { text: string; asked?: Asked }> = {
  'content by length': { text: `${head(OK, 'Content-Length: 5', 'X: y')}hello` },
  'empty content': { text: head(OK, 'content-length: 0') },
  'length with leading zeros': { text: `${head(OK, 'Content-Length: 005')}hello` },
  'no reason phrase': { text: head('HTTP/1.1 200 ', 'Content-Length: 0') },
  'white space around a value': { text: head(OK, 'X: \t a b \t', 'Content-Length:0') },
  'obs-text in a value': { text: head(OK, 'X: \xe9\x85\xa0', 'Content-Length: 0') },
  'chunked content': { text: `${CHUNKED}5\r\nhello\r\n00A\r\n0123456789\r\n0\r\n\r\n` },
  'chunk extensions': { text: `${CHUNKED}5;a=b;c="d \\" e"\r\nhello\r\n0;last\r\n\r\n` },
  trailers: { text: `${CHUNKED}1\r\nx\r\n0\r\nX-Sum: 7\r\nContent-Length: 9\r\nHost: h\r\n\r\n` },
  'HEAD with a length': { text: head(OK, 'Content-Length: 5'), asked: { method: 'HEAD' } },
  'HEAD with chunked': { text: CHUNKED, asked: { method: 'HEAD' } },
  '204': { text: head('HTTP/1.1 204 No Content', 'Content-Length: 5') },
  '304 with a length': { text: head('HTTP/1.1 304 Not Modified', 'Content-Length: 5') },
  'interim responses': {
    text: `${head('HTTP/1.1 100 Continue')}${head('HTTP/1.1 103 Early Hints', 'Link: </a>')}${head(OK, 'Content-Length: 1')}x`,
  },
  'a closing connection': { text: `${head(OK, 'Connection: close', 'Content-Length: 1')}x` },
  'HTTP/1.0 that keeps the connection': {
    text: `${head('HTTP/1.0 200 OK', 'Connection: Keep-Alive', 'Content-Length: 1')}x`,
  },
  'content until the end': { text: `${head(OK)}all of it` },
  'bytes behind the end': { text: `${head(OK, 'Content-Length: 1')}xHTTP/1.1 200 OK\r\n\r\n` },
  'bytes behind the last chunk': { text: `${CHUNKED}0\r\n\r\nz` },
  'an upgrade that was asked for': {
    text: head('HTTP/1.1 101 Switching Protocols', 'Connection: upgrade', 'Upgrade: WebSocket'),
    asked: { upgrade: 'websocket' },
  },
  'an upgrade that was declined': {
    text: `${head('HTTP/1.1 403 Forbidden', 'Content-Length: 2')}no`,
    asked: { upgrade: 'websocket' },
  },
}

const FRAMED = Object.entries(GOOD).filter(([name]) => name !== 'content until the end')

const BAD: Record<string, string> = {
  'not HTTP': 'SSH-2.0-OpenSSH_9.2\r\n',
  'no such version': head('HTTP/1.2 200 OK'),
  'HTTP/2': head('HTTP/2 200 OK'),
  'lower-case protocol': head('http/1.1 200 OK'),
  'status 099': head('HTTP/1.1 099 No'),
  'status 600': head('HTTP/1.1 600 No'),
  'status 999': head('HTTP/1.1 999 No'),
  'status 1000': head('HTTP/1.1 1000 No'),
  'status of two digits': head('HTTP/1.1 20 No'),
  'no space behind the status': head('HTTP/1.1 200', 'Content-Length: 0'),
  'two spaces before the status': head('HTTP/1.1  200 OK'),
  'a line break before the status line': `\r\n${head(OK)}`,
  'NUL in the reason': head('HTTP/1.1 200 O\0K'),
  'line feeds alone': 'HTTP/1.1 200 OK\nContent-Length: 0\n\n',
  'one line feed alone': 'HTTP/1.1 200 OK\r\nA: b\nContent-Length: 0\r\n\r\n',
  'carriage return alone': head(OK, 'A: b\rContent-Length: 0'),
  'carriage return before the end': head(OK, 'A: b\r'),
  'NUL in a value': head(OK, 'A: b\0'),
  'DEL in a value': head(OK, 'A: b\x7f'),
  'control in a value': head(OK, 'A: b\x01'),
  'a folded line': head(OK, 'A: b', ' c', 'Content-Length: 0'),
  'a first line that is folded': head(OK, ' A: b'),
  'no name': head(OK, ': b'),
  'no colon': head(OK, 'Content-Length 0'),
  'space before the colon': head(OK, 'Content-Length : 0'),
  'a name that is no token': head(OK, 'A[b]: c'),
  'a name beyond ASCII': head(OK, '\xe9: c'),
  'two lengths that differ': head(OK, 'Content-Length: 5', 'Content-Length: 6'),
  'two lengths that agree': head(OK, 'Content-Length: 5', 'Content-Length: 5'),
  'a list of lengths': head(OK, 'Content-Length: 5, 5'),
  'a signed length': head(OK, 'Content-Length: +5'),
  'a negative length': head(OK, 'Content-Length: -5'),
  'a hexadecimal length': head(OK, 'Content-Length: 0x5'),
  'an empty length': head(OK, 'Content-Length:'),
  'a length with a space': head(OK, 'Content-Length: 1 0'),
  'a length beyond 2^53': head(OK, 'Content-Length: 9007199254740992'),
  'a length beyond 2^64': head(OK, 'Content-Length: 18446744073709551621'),
  'length and chunked': `${head(OK, 'Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
  'chunked and length': `${head(OK, 'Transfer-Encoding: chunked', 'Content-Length: 5')}0\r\n\r\n`,
  'gzip, chunked': `${head(OK, 'Transfer-Encoding: gzip, chunked')}0\r\n\r\n`,
  'chunked twice': `${head(OK, 'Transfer-Encoding: chunked, chunked')}0\r\n\r\n`,
  'chunked on two lines': head(OK, 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'),
  'chunked with a parameter': head(OK, 'Transfer-Encoding: chunked;q=1'),
  identity: head(OK, 'Transfer-Encoding: identity'),
  'an empty transfer coding': head(OK, 'Transfer-Encoding:'),
  'chunked behind a vertical tab': head(OK, 'Transfer-Encoding: \x0bchunked'),
  'chunked behind a hard space': head(OK, 'Transfer-Encoding: \xa0chunked'),
  'chunked in HTTP/1.0': head('HTTP/1.0 200 OK', 'Transfer-Encoding: chunked'),
  'a head of 16 KiB and more': head(OK, `A: ${'b'.repeat(16_384)}`),
  '201 fields': head(OK, ...Array.from({ length: 201 }, (_, i) => `A${i}: b`)),
  '11 interim responses': head('HTTP/1.1 102 Processing').repeat(11),
  '101 that nobody asked for': head('HTTP/1.1 101 Switching', 'Upgrade: websocket'),
  'chunk size 0x5': `${CHUNKED}0x5\r\nhello\r\n0\r\n\r\n`,
  'chunk size +5': `${CHUNKED}+5\r\nhello\r\n0\r\n\r\n`,
  'chunk size with a space': `${CHUNKED}5 \r\nhello\r\n0\r\n\r\n`,
  'empty chunk size': `${CHUNKED}\r\nhello\r\n0\r\n\r\n`,
  'chunk size of 16 digits': `${CHUNKED}0000000000000005\r\nhello\r\n0\r\n\r\n`,
  'chunk size beyond 2^53': `${CHUNKED}fffffffffffffff\r\nhello`,
  'line feed behind the size': `${CHUNKED}5\nhello\r\n0\r\n\r\n`,
  'carriage return behind the size': `${CHUNKED}5\rhello\r\n0\r\n\r\n`,
  'line feed behind the data': `${CHUNKED}5\r\nhello\n0\r\n\r\n`,
  'data longer than the size': `${CHUNKED}5\r\nhello!!\r\n0\r\n\r\n`,
  'nothing behind the data': `${CHUNKED}5\r\nhello0\r\n\r\n`,
  'an empty extension': `${CHUNKED}5;\r\nhello\r\n0\r\n\r\n`,
  'an extension that is no token': `${CHUNKED}5;[\r\nhello\r\n0\r\n\r\n`,
  'NUL in an extension': `${CHUNKED}5;a\0\r\nhello\r\n0\r\n\r\n`,
  'an extension of 300 bytes': `${CHUNKED}5;${'a'.repeat(300)}\r\nhello\r\n0\r\n\r\n`,
  'a trailer with a line feed': `${CHUNKED}0\r\nA: b\n\r\n`,
  'a trailer without a colon': `${CHUNKED}0\r\nAb\r\n\r\n`,
  'a folded trailer': `${CHUNKED}0\r\nA: b\r\n c\r\n\r\n`,
  'trailers of 9 KB': `${CHUNKED}0\r\n${'A: bbbbbb\r\n'.repeat(900)}\r\n`,
}

describe('the response parser', () => {
  for (const [name, { text, asked }] of Object.entries(GOOD)) {
    it(`takes ${name}`, () => assert.equal(hearText(text, asked).status, 'done'))
  }

  for (const [name, text] of Object.entries(BAD)) {
    it(`refuses ${name}`, () => {
      const { status, fault } = hearText(text)
      assert.equal(status, 'invalid')
      assert.match(fault, /^[\x20-\x7e]+$/)
    })
  }

  it('hands on fields as received, one by one', () => {
    const { events } = hearText(
      head(OK, 'Set-Cookie: a=1', 'set-cookie: b=2', 'X-Y:  z ', 'Content-Length: 0'),
    )
    assert.deepEqual(events, [
      [
        'head',
        200,
        ['Set-Cookie', 'a=1', 'set-cookie', 'b=2', 'X-Y', 'z', 'Content-Length', '0'],
        0,
      ],
    ])
  })

  it('writes a length in one spelling, and none where it means nothing', () => {
    assert.deepEqual(headersHeard(GOOD['length with leading zeros']!.text), ['Content-Length', '5'])
    assert.deepEqual(headersHeard(GOOD['204']!.text), [])
    assert.deepEqual(headersHeard(GOOD['304 with a length']!.text), ['Content-Length', '5'])
    assert.deepEqual(headersHeard(head(OK, 'Content-Length: 7'), { method: 'HEAD' }), [
      'Content-Length',
      '7',
    ])
  })

  it('removes what concerns the connection, and what Connection names', () => {
    const { events } = hearText(
      head(
        OK,
        'Connection: X-Secret, close, Content-Length, Set-Cookie',
        'X-Secret: 1',
        'Keep-Alive: timeout=5',
        'Proxy-Authenticate: Basic',
        'Proxy-Authorization: x',
        'Proxy-Connection: close',
        'TE: trailers',
        'Trailer: X-Sum',
        'Upgrade: h2c',
        'Set-Cookie: a=1',
        'Content-Length: 0',
      ),
    )
    assert.deepEqual(events, [['head', 200, ['Set-Cookie', 'a=1', 'Content-Length', '0'], 0]])
  })

  it('keeps trailers that may stand there, and drops the others', () => {
    assert.deepEqual(hearText(GOOD['trailers']!.text).trailers, ['X-Sum', '7'])
  })

  it('says when a connection may be used again', () => {
    const reusable = Object.entries(GOOD).filter(
      ([, { text, asked }]) => hearText(text, asked).reusable,
    )
    const names = new Set(reusable.map(([name]) => name))
    for (const name of ['a closing connection', 'content until the end'])
      assert.ok(!names.has(name), name)
    for (const name of ['bytes behind the end', 'bytes behind the last chunk'])
      assert.ok(!names.has(name), name)
    assert.ok(names.has('content by length') && names.has('HTTP/1.0 that keeps the connection'))
    assert.equal(hearText(`${head('HTTP/1.0 200 OK', 'Content-Length: 1')}x`).reusable, false)
  })

  it('refuses 101 to another protocol than the one asked for', () => {
    const text = head('HTTP/1.1 101 Switching', 'Upgrade: h2c')
    assert.equal(hearText(text, { upgrade: 'websocket' }).status, 'invalid')
  })

  it('refuses garbage before it ends', () => {
    const parser = new ResponseParser({ onInterim() {}, onHead() {}, onData() {}, onUpgrade() {} })
    parser.begin('GET', null)
    assert.equal(parser.feed(Buffer.from('HTTP/1.1 200 OK\r\nA: b\nC: d')), 'invalid')
    parser.begin('GET', null)
    assert.equal(parser.feed(Buffer.from('SSH')), 'invalid')
  })
})

describe('however a response is cut into chunks', () => {
  const cases = [
    ...Object.entries(GOOD),
    ...Object.entries(BAD).map(([name, text]) => [name, { text }] as const),
  ] as [string, { text: string; asked?: Asked }][]
  for (const [name, { text, asked }] of cases) {
    it(`hears the same of ${name}`, () => {
      const bytes = Buffer.from(text, 'latin1')
      const whole = essence(hear([bytes], asked))
      assert.deepEqual(essence(hear(singleBytes(bytes), asked)), whole)
      const step = bytes.length > 2000 ? 97 : 1
      for (let at = 1; at < bytes.length; at += step) {
        const halves = [bytes.subarray(0, at), bytes.subarray(at)]
        assert.deepEqual(essence(hear(halves, asked)), whole, `split at ${at}`)
      }
    })
  }

  for (const [name, { text, asked }] of FRAMED) {
    it(`never takes a part of ${name} for the whole`, () => {
      const end =
        text.length -
        (name.startsWith('bytes behind the end') ? 19 : name.startsWith('bytes behind') ? 1 : 0)
      for (let at = 0; at < end; at++) {
        assert.equal(hearText(text.slice(0, at), asked).status, 'more', `cut at ${at}`)
      }
    })
  }
})

describe('whatever bytes come', () => {
  it('never throws, and hears the same for every way to cut them', () => {
    const random = seededRandom(20_261_123)
    const seeds = [
      ...Object.values(GOOD),
      ...Object.values(BAD).map((text): { text: string; asked?: Asked } => ({ text })),
    ]
    for (let round = 0; round < 15_000; round++) {
      const { text, asked } = seeds[Math.floor(random() * seeds.length)]!
      if (text.length > 2000) continue
      const bytes = mutate(Buffer.from(text, 'latin1'), random)
      const whole = essence(hear([bytes], asked))
      assert.deepEqual(
        essence(hear(randomCuts(bytes, random), asked)),
        whole,
        JSON.stringify(bytes.toString('latin1')),
      )
    }
  })

  it('never takes a mutated response that was cut short for complete', () => {
    const random = seededRandom(7)
    for (let round = 0; round < 5000; round++) {
      const [, { text, asked }] = FRAMED[Math.floor(random() * FRAMED.length)]!
      const bytes = mutate(Buffer.from(text, 'latin1'), random)
      const whole = hear([bytes], asked)
      const untilClose = whole.events.some(
        (event) =>
          Array.isArray(event) &&
          event[0] === 'head' &&
          event[3] === null &&
          !bytes.includes('hunked'),
      )
      if (whole.status !== 'done' || !whole.reusable || untilClose) continue
      // Reusable means that not a byte was to spare: so any byte less is too few.
      assert.equal(
        hear([bytes.subarray(0, -1)], asked).status,
        'more',
        JSON.stringify(bytes.toString('latin1')),
      )
    }
  })
})

function singleBytes(bytes: Buffer): Buffer[] {
  return Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))
}

function randomCuts(bytes: Buffer, random: () => number): Buffer[] {
  const chunks: Buffer[] = []
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + Math.floor(random() * 12)
    chunks.push(bytes.subarray(at, end))
    at = end
  }
  return chunks
}

const TELLING = Buffer.from('\r\n\0\t :;,0159afAF+-xX"\x7f\x80\xff', 'latin1')

function mutate(bytes: Buffer, random: () => number): Buffer {
  let result = bytes
  for (let times = 1 + Math.floor(random() * 3); times > 0; times--) {
    const at = Math.floor(random() * result.length)
    const other = TELLING[Math.floor(random() * TELLING.length)]!
    const kind = Math.floor(random() * 4)
    const insert = kind === 0 ? [] : kind === 3 ? [...result.subarray(at, at + 8)] : [other]
    const rest = result.subarray(kind === 2 || kind === 3 ? at : at + 1)
    result = Buffer.concat([result.subarray(0, at), Buffer.from(insert), rest])
  }
  return result
}

/** mulberry32 */
function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let value = Math.imul(state ^ (state >>> 15), state | 1)
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296
  }
}
