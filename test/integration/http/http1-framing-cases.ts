// S001–S081: Content-Length, Transfer-Encoding, chunked bodies and trailers. Data only.

import {
  broken,
  chunked,
  forwarded,
  get,
  head,
  post,
  refused,
  type Http1Case,
} from './http1-case.ts'

const HELLO = '5\r\nhello\r\n0\r\n\r\n'
const posted = forwarded({ method: 'POST', body: 'hello', has: { 'content-length': '5' } })
const chunkedThrough = forwarded({ method: 'POST', body: 'hello' })

function length(what: string, field: string): Http1Case {
  return { what, send: post([`Content-Length: ${field}`], 'hello'), expect: refused() }
}

function coding(what: string, field: string, status = 400): Http1Case {
  return { what, send: post([`Transfer-Encoding: ${field}`], HELLO), expect: refused(status) }
}

function body(what: string, bytes: string): Http1Case {
  return { what, send: chunked(bytes), expect: broken() }
}

function trailer(what: string, field: string): Http1Case {
  const send = chunked(`5\r\nhello\r\n0\r\n${field}\r\n\r\n`)
  return { what, send, expect: forwarded({ method: 'POST', body: 'hello', trailers: [] }) }
}

const contentLength: Record<string, Http1Case> = {
  S001: {
    what: 'Content-Length before chunked',
    send: post(['Content-Length: 15', 'Transfer-Encoding: chunked'], HELLO),
    expect: refused(),
  },
  S002: {
    what: 'chunked before Content-Length',
    send: post(['Transfer-Encoding: chunked', 'Content-Length: 15'], HELLO),
    expect: refused(),
  },
  S003: {
    what: 'two Content-Length that differ',
    send: post(['Content-Length: 5', 'Content-Length: 6'], 'hello!'),
    expect: refused(),
  },
  S004: {
    what: 'two Content-Length alike',
    send: post(['Content-Length: 5', 'Content-Length: 5'], 'hello'),
    expect: refused(),
  },
  S005: length('Content-Length: 5, 5', '5, 5'),
  S006: length('Content-Length: 5, 6', '5, 6'),
  S007: length('Content-Length: +5', '+5'),
  S008: length('Content-Length: -1', '-1'),
  S009: length('Content-Length: -0', '-0'),
  S010: length('Content-Length: 0x5', '0x5'),
  S011: length('Content-Length: 0o5', '0o5'),
  S012: length('Content-Length: 1_0', '1_0'),
  S013: length('Content-Length: 1 0', '1 0'),
  S014: length('an empty Content-Length', ''),
  S015: length('Content-Length: 5abc', '5abc'),
  S016: length('a vertical tab behind Content-Length', '5\v'),
  S017: length('Content-Length 2^63', '9223372036854775808'),
  S018: length('Content-Length 2^64 + 5', '18446744073709551621'),
  S019: {
    what: 'a space behind Content-Length',
    send: post(['Content-Length: 5 '], 'hello'),
    expect: posted,
  },
  S020: {
    what: 'a tab before Content-Length',
    send: post(['Content-Length:\t5'], 'hello'),
    expect: posted,
  },
  S021: {
    what: 'Content-Length: 005 leaves as 5',
    send: post(['Content-Length: 005'], 'hello'),
    expect: posted,
  },
  S022: {
    what: 'Content-Length: 00',
    send: post(['Content-Length: 00'], ''),
    expect: forwarded({ method: 'POST', has: { 'content-length': '0' } }),
  },
  S023: {
    what: 'Content-Length: 0200 is decimal',
    send: post(['Content-Length: 0200'], 'x'.repeat(200)),
    expect: forwarded({
      method: 'POST',
      body: 'x'.repeat(200),
      has: { 'content-length': '200' },
    }),
  },
  S024: {
    what: 'Content_Length is no Content-Length and does not travel on',
    send: get('Content_Length: 5'),
    expect: forwarded({ lacks: ['content_length', 'content-length'] }),
  },
}

const transferEncoding: Record<string, Http1Case> = {
  S025: coding('chunked twice', 'chunked, chunked'),
  S026: {
    what: 'two Transfer-Encoding lines',
    send: post(['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], HELLO),
    expect: refused(),
  },
  S027: coding('chunked not last', 'chunked, gzip'),
  S028: coding('gzip before chunked', 'gzip, chunked', 501),
  S029: coding('an unknown coding', 'xchunked', 501),
  S030: {
    what: 'identity with Content-Length',
    send: post(['Transfer-Encoding: identity', 'Content-Length: 5'], 'hello'),
    expect: refused(),
  },
  S031: {
    what: 'an empty Transfer-Encoding with Content-Length',
    send: post(['Transfer-Encoding:', 'Content-Length: 5'], 'hello'),
    expect: refused(),
  },
  S032: coding('an empty list member first', ', chunked'),
  S033: coding('an empty list member last', 'chunked,'),
  S034: coding('a parameter on chunked', 'chunked;q=1'),
  S035: {
    what: 'a space before the colon',
    send: post(['Transfer-Encoding : chunked'], HELLO),
    expect: refused(),
  },
  S036: coding('a vertical tab before chunked', '\vchunked'),
  S037: coding('a form feed before chunked', '\fchunked'),
  S038: coding('NUL behind chunked', 'chunked\0'),
  S039: coding('no-break spaces around chunked', '\xa0chunked\xa0'),
  S040: coding('NEL around chunked', '\x85chunked\x85'),
  S041: {
    what: 'a folded line before chunked',
    send: post(['Transfer-Encoding:\r\n chunked'], HELLO),
    expect: refused(),
  },
  S042: {
    what: 'chunked in HTTP/1.0',
    send: head('POST / HTTP/1.0', 'Transfer-Encoding: chunked') + HELLO,
    expect: refused(),
  },
  S043: coding('a bare CR in the value', 'chun\rked'),
  S044: {
    what: 'NUL in the name',
    send: post(['Transfer\0-Encoding: chunked'], HELLO),
    expect: refused(),
  },
  S045: coding('quoted chunked', '"chunked"'),
  S046: {
    what: 'Chunked',
    send: post(['Transfer-Encoding: Chunked'], HELLO),
    expect: chunkedThrough,
  },
  S047: {
    what: 'a tab before chunked',
    send: post(['Transfer-Encoding:\tchunked'], HELLO),
    expect: chunkedThrough,
  },
  S048: {
    what: 'Transfer_Encoding is no Transfer-Encoding and does not travel on',
    send: post(['Transfer_Encoding: chunked', 'Content-Length: 5'], 'hello'),
    expect: forwarded({ method: 'POST', body: 'hello', lacks: ['transfer_encoding'] }),
  },
}

const chunkedBody: Record<string, Http1Case> = {
  S049: body('size 0x5', '0x5\r\nhello\r\n0\r\n\r\n'),
  S050: body('size +5', '+5\r\nhello\r\n0\r\n\r\n'),
  S051: body('size -5', '-5\r\nhello\r\n0\r\n\r\n'),
  S052: body('a space behind the size', '5 \r\nhello\r\n0\r\n\r\n'),
  S053: body('a space before the size', ' 5\r\nhello\r\n0\r\n\r\n'),
  S054: body('size 1_0', '1_0\r\nhello world!!!!!\r\n0\r\n\r\n'),
  S055: body('no size', '\r\nhello\r\n0\r\n\r\n'),
  S056: body('17 hexadecimal digits', '10000000000000005\r\nhello\r\n0\r\n\r\n'),
  S057: body('LF behind the size', '5\nhello\r\n0\r\n\r\n'),
  S058: body('CR behind the size', '5\rhello\r\n0\r\n\r\n'),
  S059: body('LF behind the data', '5\r\nhello\n0\r\n\r\n'),
  S060: body('two bytes more than the size says', '5\r\nhello!!\r\n0\r\n\r\n'),
  S061: body('nothing behind the data', '5\r\nhello0\r\n\r\n'),
  S062: body('an extension without a name', '5;\r\nhello\r\n0\r\n\r\n'),
  S063: body('an extension that is no token', '5;[a]=b\r\nhello\r\n0\r\n\r\n'),
  S064: body('LF in an extension', '5;a\nb\r\nhello\r\n0\r\n\r\n'),
  S065: body('CR in an extension', '5;a\rb\r\nhello\r\n0\r\n\r\n'),
  S066: body('NUL in an extension', '5;a\0b\r\nhello\r\n0\r\n\r\n'),
  S067: {
    what: 'an extension of 64 KiB',
    send: chunked(`5;a=${'b'.repeat(65_536)}\r\nhello\r\n0\r\n\r\n`),
    expect: broken(400, 413, 431),
  },
  S068: {
    what: 'a valid extension does not travel on',
    send: chunked('5;a=b\r\nhello\r\n0\r\n\r\n'),
    expect: chunkedThrough,
  },
  S069: {
    what: 'sizes in upper and lower case',
    send: chunked(`A\r\n0123456789\r\nb\r\n0123456789a\r\n0\r\n\r\n`),
    expect: forwarded({ method: 'POST', body: '01234567890123456789a' }),
  },
  S070: {
    what: '10,000 chunks of one byte',
    send: chunked(`${'1\r\nx\r\n'.repeat(10_000)}0\r\n\r\n`),
    expect: forwarded({ method: 'POST', body: 'x'.repeat(10_000) }),
  },
}

const trailers: Record<string, Http1Case> = {
  S073: trailer('a trailer Content-Length', 'Content-Length: 50'),
  S074: trailer('a trailer Transfer-Encoding', 'Transfer-Encoding: chunked'),
  S075: trailer('a trailer Host', 'Host: evil.test'),
  S076: trailer('a trailer Authorization', 'Authorization: Bearer x'),
  S077: trailer('a trailer X-Forwarded-For', 'X-Forwarded-For: 6.6.6.6'),
  S078: trailer('a trailer Cookie', 'Cookie: a=b'),
  S079: body('a trailer that ends with LF', '5\r\nhello\r\n0\r\nX-A: b\n\r\n'),
  S080: {
    what: '10,000 trailers',
    send: chunked(`5\r\nhello\r\n0\r\n${'x: y\r\n'.repeat(10_000)}\r\n`),
    expect: broken(431),
  },
  S081: {
    what: 'an ordinary trailer stays a trailer',
    send: chunked('5\r\nhello\r\n0\r\nX-Checksum: abc\r\n\r\n'),
    expect: forwarded({
      method: 'POST',
      body: 'hello',
      lacks: ['x-checksum'],
      trailers: [['x-checksum', 'abc']],
    }),
  },
}

export const framingCases: Readonly<Record<string, Http1Case>> = {
  ...contentLength,
  ...transferEncoding,
  ...chunkedBody,
  ...trailers,
}
