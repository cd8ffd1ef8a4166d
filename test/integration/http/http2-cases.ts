// H001–H038: HTTP/2 requests that RFC 9113 section 8 calls malformed, and a few that only look so. Data only.

import type { FieldPairs } from '../../support/http2-frames.ts'

export type Http2Expectation =
  /** RST_STREAM or GOAWAY with PROTOCOL_ERROR (or `code`), not one byte at the upstream. */
  | { readonly kind: 'malformed'; readonly code?: number }
  /** Answered by the gateway with one of these. */
  | { readonly kind: 'local'; readonly status: readonly number[] }
  /** The upstream sees exactly one request, with these fields and without those. */
  | {
      readonly kind: 'forwarded'
      readonly has?: Readonly<Record<string, string>>
      readonly lacks?: readonly string[]
      readonly body?: string
    }

export interface Http2Case {
  readonly what: string
  readonly fields: FieldPairs
  /** Sent as one DATA frame; without it the stream ends with its head. */
  readonly body?: string
  readonly expect: Http2Expectation
}

const MALFORMED: Http2Expectation = { kind: 'malformed' }

const PSEUDO: readonly (readonly [string, string])[] = [
  [':method', 'GET'],
  [':scheme', 'https'],
  [':authority', 'gw.test'],
  [':path', '/'],
]

/** The usual pseudo fields with some replaced (null: left out), then `fields`. */
export function request(
  replace: Readonly<Record<string, string | null>>,
  ...fields: FieldPairs
): FieldPairs {
  const pseudo = PSEUDO.map(
    ([name, value]) => [name, replace[name] === undefined ? value : replace[name]] as const,
  )
  return [
    ...pseudo.filter((pair): pair is readonly [string, string] => pair[1] !== null),
    ...fields,
  ]
}

function field(what: string, name: string, value: string): Http2Case {
  return { what, fields: request({}, [name, value]), expect: MALFORMED }
}

function pseudo(what: string, name: string, value: string | null): Http2Case {
  return { what, fields: request({ [name]: value }), expect: MALFORMED }
}

function post(
  what: string,
  fields: FieldPairs,
  body: string,
  expect: Http2Expectation = MALFORMED,
): Http2Case {
  return { what, fields: request({ ':method': 'POST' }, ...fields), body, expect }
}

export const http2Cases: Readonly<Record<string, Http2Case>> = {
  H001: post('transfer-encoding', [['transfer-encoding', 'chunked']], '0\r\n\r\n'),
  H002: field('connection', 'connection', 'close'),
  H003: field('te: chunked', 'te', 'chunked'),
  H004: post(
    'two content-length',
    [
      ['content-length', '5'],
      ['content-length', '5'],
    ],
    'hello',
  ),
  H005: post('content-length: +5', [['content-length', '+5']], 'hello'),
  H006: field('a name in upper case', 'X-A', 'b'),
  H007: pseudo('CR LF and a field in :path', ':path', '/ HTTP/1.1\r\nx-evil: 1'),
  H008: pseudo('a space in :path', ':path', '/a b'),
  H009: pseudo(':path without a slash', ':path', 'x'),
  H010: pseudo('an empty :path', ':path', ''),
  H011: pseudo('an absolute :path', ':path', 'https://gw.test/'),
  H012: pseudo(':path * with GET', ':path', '*'),
  H013: pseudo('a space in :method', ':method', 'GET /x HTTP/1.1'),
  H014: { what: 'two :path', fields: [...request({}), [':path', '/b']], expect: MALFORMED },
  H015: {
    what: 'a pseudo field behind another field',
    fields: [...request({ ':path': null }), ['x-a', 'b'], [':path', '/']],
    expect: MALFORMED,
  },
  H016: {
    what: 'an unknown pseudo field',
    fields: request({}, [':colour', 'red']),
    expect: MALFORMED,
  },
  H017: pseudo('no :scheme', ':scheme', null),
  H018: {
    what: 'two host',
    fields: request({}, ['host', 'gw.test'], ['host', 'gw.test']),
    expect: MALFORMED,
  },
  H019: pseudo('userinfo in :authority', ':authority', 'user@gw.test'),
  H020: pseudo('another :scheme', ':scheme', 'https://evil.test/?'),
  H021: field('CR LF in a value', 'x-a', 'b\r\nx-evil: 1'),
  H022: field('LF in a value', 'x-a', 'b\nc'),
  H023: field('NUL in a value', 'x-a', 'b\0c'),
  H024: field('CR LF in a name', 'x-a\r\nx-evil', 'b'),
  H025: field('a colon in a name', 'x-a:b', 'c'),
  H026: field('a space in a name', 'x a', 'b'),
  H027: field('spaces around a value', 'x-a', ' b '),
  H028: field('host unlike :authority', 'host', 'other.test'),
  H029: {
    what: 'content_length does not travel on',
    fields: request({}, ['content_length', '5']),
    expect: { kind: 'forwarded', lacks: ['content_length', 'content-length'] },
  },
  H030: pseudo('a fragment in :path', ':path', '/path#frag'),
  H031: post('content-length 0 and five bytes', [['content-length', '0']], 'hello'),
  H032: post('content-length 50 and five bytes', [['content-length', '50']], 'hello'),
  H033: post(
    'expect: 100-continue',
    [
      ['expect', '100-continue'],
      ['content-length', '5'],
    ],
    'hello',
    {
      kind: 'forwarded',
      lacks: ['expect'],
      body: 'hello',
    },
  ),
  H034: {
    what: 'CONNECT',
    fields: [
      [':method', 'CONNECT'],
      [':authority', 'gw.test:443'],
    ],
    expect: { kind: 'local', status: [405] },
  },
  H035: {
    what: 'an unknown method',
    fields: request({ ':method': 'FROBNICATE' }),
    expect: { kind: 'local', status: [405, 501] },
  },
  H036: {
    what: 'te: trailers is understood, and goes no further',
    fields: request({}, ['te', 'trailers']),
    expect: { kind: 'forwarded', lacks: ['te'] },
  },
  H037: {
    what: 'two cookie fields arrive as one',
    fields: request({}, ['cookie', 'a=1'], ['cookie', 'b=2']),
    expect: { kind: 'forwarded', has: { cookie: 'a=1; b=2' } },
  },
  H038: {
    what: 'GET with a body',
    fields: request({}, ['content-length', '5']),
    body: 'hello',
    expect: { kind: 'forwarded', body: 'hello' },
  },
}
