// S082–S134: line endings, fields, the request line and Host. Data only.

import { forwarded, get, head, local, refused, type Http1Case } from './http1-case.ts'

function lines(what: string, send: string): Http1Case {
  return { what, send, expect: refused() }
}

function field(what: string, text: string): Http1Case {
  return { what, send: get(text), expect: refused() }
}

function line(what: string, text: string, ...status: number[]): Http1Case {
  return { what, send: head(text), expect: refused(...status) }
}

function host(what: string, ...values: string[]): Http1Case {
  const fields = values.map((value) => `Host: ${value}\r\n`)
  return { what, send: `GET / HTTP/1.1\r\n${fields.join('')}\r\n`, expect: refused() }
}

const fields: Record<string, Http1Case> = {
  S082: lines('LF behind the request line', 'GET / HTTP/1.1\nHost: gw.test\r\n\r\n'),
  S083: lines('LF behind a field line', 'GET / HTTP/1.1\r\nHost: gw.test\nX-A: b\r\n\r\n'),
  S084: field('a bare CR in a value', 'X-A: b\rc'),
  S085: lines('lines that end with CR alone', 'GET / HTTP/1.1\rHost: gw.test\r\r'),
  S086: field('a folded line', 'X-A: b\r\n c'),
  S087: lines('a space before the first field', 'GET / HTTP/1.1\r\n Host: gw.test\r\n\r\n'),
  S088: field('an empty name', ': b'),
  S089: field('a line without a colon', 'X-A'),
  S090: field('brackets in a name', 'X[a]: b'),
  S091: field('NUL in a value', 'X-A: b\0c'),
  S092: line('NUL in the target', 'GET /a\0b HTTP/1.1'),
  S093: field('another control character in a value', 'X-A: b\x01c'),
  S094: field('a letter that is not ASCII in a name', 'X-\xeb: b'),
  S095: lines('a line of blanks', 'GET / HTTP/1.1\r\nHost: gw.test\r\n \r\n\r\n'),
  S096: {
    what: 'a field over the limit',
    send: get(`X-A: ${'b'.repeat(16_384)}`),
    expect: refused(431),
  },
  S097: {
    what: '2,001 fields',
    send: get(...Array.from({ length: 2000 }, () => 'a: b')),
    expect: refused(431),
  },
  S098: {
    what: 'a target of 100 KB',
    send: head(`GET /${'a'.repeat(100_000)} HTTP/1.1`),
    expect: refused(414, 431),
  },
  S099: {
    what: 'a method of 100 KB',
    send: head(`${'A'.repeat(100_000)} / HTTP/1.1`),
    expect: refused(400, 431, 501),
  },
  S100: { what: 'one empty line first', send: `\r\n${get()}`, expect: forwarded() },
  S101: {
    what: 'a value beyond ASCII arrives as it was sent',
    send: get('X-A: caf\xe9'),
    expect: forwarded({ has: { 'x-a': 'caf\xe9' } }),
  },
}

const requestLine: Record<string, Http1Case> = {
  S102: line('two spaces', 'GET  / HTTP/1.1'),
  S103: line('a tab', 'GET\t/ HTTP/1.1'),
  S104: line('no target', 'GET HTTP/1.1'),
  S105: line('HTTP/0.9', 'GET /'),
  S106: line('HTTP/1.2', 'GET / HTTP/1.2', 505),
  S107: line('HTTP/2.0', 'GET / HTTP/2.0', 505),
  S108: line('a version in lower case', 'GET / http/1.1'),
  S109: line('a version with zeros', 'GET / HTTP/01.01'),
  S110: line('a fragment', 'GET /path#frag HTTP/1.1'),
  S111: line('a space in the target', 'GET /a b HTTP/1.1'),
  S112: line('GET *', 'GET * HTTP/1.1'),
  S113: line('authority-form with GET', 'GET gw.test:80 HTTP/1.1'),
  S114: line('absolute-form for another host', 'GET http://other.test/ HTTP/1.1'),
  S115: line('a method in lower case', 'get / HTTP/1.1'),
  S116: lines('the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  S117: {
    what: 'absolute-form for the host of Host leaves in origin-form',
    send: head('GET http://gw.test/a?b=c HTTP/1.1'),
    expect: forwarded({ target: '/a?b=c', has: { host: 'gw.test' } }),
  },
  S118: { what: 'OPTIONS *', send: head('OPTIONS * HTTP/1.1'), expect: local(200, 204) },
  S119: {
    what: 'CONNECT',
    send: 'CONNECT gw.test:443 HTTP/1.1\r\nHost: gw.test:443\r\n\r\n',
    expect: local(405),
  },
  S120: { what: 'TRACE', send: head('TRACE / HTTP/1.1'), expect: local(405) },
  S121: { what: 'an unknown method', send: head('FROBNICATE / HTTP/1.1'), expect: local(405, 501) },
}

const hosts: Record<string, Http1Case> = {
  S122: host('no Host'),
  S123: host('two Host that differ', 'gw.test', 'other.test'),
  S124: host('two Host alike', 'gw.test', 'gw.test'),
  S125: host('an empty Host', ''),
  S126: host('userinfo', 'user@gw.test'),
  S127: host('a path', 'gw.test/a'),
  S128: host('a list', 'gw.test, other.test'),
  S129: host('port 99999', 'gw.test:99999'),
  S130: host('a space', 'gw .test'),
  S131: host('an IPv6 zone', '[fe80::1%25eth0]'),
  S132: {
    what: 'a dot at the end of Host meets the same route',
    send: 'GET / HTTP/1.1\r\nHost: gw.test.\r\n\r\n',
    expect: forwarded({ has: { host: 'gw.test' } }),
  },
  S133: {
    what: 'Host in upper case meets the same route',
    send: 'GET / HTTP/1.1\r\nHost: GW.Test\r\n\r\n',
    expect: forwarded({ has: { host: 'gw.test' } }),
  },
  S134: {
    what: 'an unknown host',
    send: 'GET / HTTP/1.1\r\nHost: unknown.test\r\n\r\n',
    expect: local(404, 421),
  },
}

export const headCases: Readonly<Record<string, Http1Case>> = {
  ...fields,
  ...requestLine,
  ...hosts,
}
