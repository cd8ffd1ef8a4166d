// S135–S161 where one message says it all: hop-by-hop fields, upgrades and Expect. Data only.

import { forwarded, get, head, local, post, type Http1Case } from './http1-case.ts'

const CLIENT = '127.0.0.1'
const WEBSOCKET = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
]

function dropped(what: string, fields: readonly string[], ...lacks: string[]): Http1Case {
  return { what, send: get(...fields), expect: forwarded({ lacks }) }
}

/** A WebSocket handshake with one of its fields replaced. */
function handshake(what: string, replace: string, status: number): Http1Case {
  const name = replace.slice(0, replace.indexOf(':'))
  const fields = WEBSOCKET.map((each) => (each.startsWith(`${name}:`) ? replace : each))
  return { what, send: get(...fields), expect: local(status) }
}

export const hopCases: Readonly<Record<string, Http1Case>> = {
  S136: {
    what: 'Connection cannot take our X-Forwarded-For away',
    send: get('Connection: x-forwarded-for', 'X-Forwarded-For: 6.6.6.6'),
    expect: forwarded({ has: { 'x-forwarded-for': CLIENT } }),
  },
  S137: {
    what: 'Connection cannot take our X-Real-IP away',
    send: get('Connection: x-real-ip', 'X-Real-IP: 6.6.6.6'),
    expect: forwarded({ has: { 'x-real-ip': CLIENT } }),
  },
  S139: {
    what: 'Connection naming Host is ignored',
    send: get('Connection: host'),
    expect: forwarded({ has: { host: 'gw.test' } }),
  },
  S140: {
    what: 'Connection naming Content-Length leaves the framing alone',
    send: post(['Connection: content-length', 'Content-Length: 5'], 'hello'),
    expect: forwarded({ method: 'POST', body: 'hello', has: { 'content-length': '5' } }),
  },
  S141: dropped('Connection naming Cookie', ['Connection: cookie', 'Cookie: a=b'], 'cookie'),
  S142: dropped('Keep-Alive', ['Keep-Alive: timeout=300'], 'keep-alive'),
  S143: dropped('Proxy-Connection', ['Proxy-Connection: keep-alive'], 'proxy-connection'),
  S144: dropped('Proxy-Authorization', ['Proxy-Authorization: Basic eA=='], 'proxy-authorization'),
  S145: dropped('TE: gzip', ['TE: gzip'], 'te'),
  S146: dropped('Trailer', ['Trailer: x-a'], 'trailer'),
  S147: dropped('HTTP2-Settings', ['HTTP2-Settings: AAMAAABkAAQAAP__'], 'http2-settings'),
  S148: {
    what: 'Upgrade: h2c',
    send: get('Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk'),
    expect: local(400),
  },
  S150: {
    what: 'a WebSocket handshake with a body',
    send: get(...WEBSOCKET, 'Content-Length: 5') + 'hello',
    expect: local(400),
  },
  S152: handshake('a bad Sec-WebSocket-Key', 'Sec-WebSocket-Key: short', 400),
  S153: handshake('WebSocket version 12', 'Sec-WebSocket-Version: 12', 426),
  S154: {
    what: 'a WebSocket handshake by POST',
    send: head('POST / HTTP/1.1', ...WEBSOCKET),
    expect: local(400),
  },
  S155: {
    what: 'a WebSocket handshake in HTTP/1.0',
    send: head('GET / HTTP/1.0', ...WEBSOCKET),
    expect: local(400),
  },
  S157: {
    what: 'Expect: 100-continue without a body',
    send: head('POST / HTTP/1.1', 'Expect: 100-continue'),
    expect: forwarded({ method: 'POST', lacks: ['expect'] }),
  },
  S158: {
    what: 'Expect: 200-ok',
    send: post(['Expect: 200-ok', 'Content-Length: 5'], ''),
    expect: local(417),
  },
  S159: {
    what: 'Expect: y 100-continue',
    send: post(['Expect: y 100-continue', 'Content-Length: 5'], ''),
    expect: local(417),
  },
  S160: {
    what: 'Expect: 100-continue with the body at once',
    send: post(['Expect: 100-continue', 'Content-Length: 5'], 'hello'),
    expect: forwarded({ method: 'POST', body: 'hello', lacks: ['expect'] }),
  },
  S161: {
    what: 'GET with Expect',
    send: get('Expect: 100-continue'),
    expect: forwarded({ lacks: ['expect'] }),
  },
}
