// What is decided on, connected to, named in TLS and sent in Host is one and the same, or the request is refused.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startEgress, type EgressUnderTest } from './egress-under-test.ts'
import { startHttp, type StandIn } from './stand-in.ts'

let server: StandIn
let egress: EgressUnderTest
let seen: string[] = []

before(async () => {
  server = await startHttp((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.host}`)
    response.end('ok')
  })
  egress = await startEgress({
    options: {
      rules: [
        {
          name: 'open',
          from: ['anonymous'],
          allow: [
            { host: 'allowed.test', ports: [server.port, 80, 443] },
            { host: '*.sub.test', ports: [server.port] },
          ],
        },
      ],
    },
  })
  for (const name of ['allowed.test', 'a.sub.test', 'a.b.sub.test', 'sub.test', 'evil.test']) {
    egress.dns.zones.set(name, ['127.0.0.1'])
  }
})

after(async () => {
  await egress.close()
  await server.close()
})

/** `~` stands for the stand-in's port. The answer's status and code. */
async function ask(request: string): Promise<string> {
  const client = await egress.connect()
  client.send(request.replaceAll('~', String(server.port)))
  await client.waitFor('an answer', () => client.responses().length > 0 || client.closed)
  const [answer] = client.responses()
  client.destroy()
  const code = /"code":"([a-z0-9_]+)"/.exec(answer?.body.toString() ?? '')?.[1] ?? ''
  return `${answer?.status ?? 0} ${code}`.trim()
}

const connect = (target: string, host = target): string =>
  `CONNECT ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`
const get = (target: string, host: string, fields = ''): string =>
  `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n${fields}\r\n`

/** By the case in the list of attacks it plays, where there is one. */
const REFUSED: readonly (readonly [name: string, request: string, answer: string])[] = [
  ['E001 short IPv4', connect('127.1:~'), '403 address_literal'],
  ['E002 zero', connect('0:~'), '403 address_literal'],
  ['E003 one number', connect('2130706433:~'), '403 address_literal'],
  ['E004 hexadecimal', connect('0x7f000001:~'), '403 address_literal'],
  ['E005 octal', connect('017700000001:~'), '403 address_literal'],
  ['E006 dotted octal', connect('0177.0.0.1:~'), '403 address_literal'],
  ['E007 trailing dot', connect('127.0.0.1.:~'), '403 address_literal'],
  ['E010 three parts', connect('1.2.3:~'), '403 address_literal'],
  ['E013 localhost', connect('localhost:~'), '403 no_rule'],
  ['E014 localhost with a dot', connect('localhost.:~'), '403 no_rule'],
  ['E016 encoded zero byte', connect('allowed.test%00.evil.test:~'), '400 malformed_host'],
  ['E017 port too high', connect('allowed.test:99999'), '400 malformed_host'],
  ['E018 two ports', connect('allowed.test:443:80'), '400 malformed_host'],
  ['E019 bad A-label', connect('xn--a.test:~'), '400 malformed_host'],
  ['E020 octets too high', connect('256.256.256.256:~'), '400 malformed_host'],
  ['E021 zone id', connect('[fe80::1%25eth0]:~'), '400 malformed_host'],
  ['E022 gopher', get('gopher://allowed.test:~/', 'allowed.test:~'), '400 scheme_not_http'],
  ['E023 file', get('file:///etc/passwd', 'allowed.test:~'), '400 scheme_not_http'],
  ['E026 encoded dot', connect('allowed%2etest:~'), '400 malformed_host'],
  ['E051 our own door', connect('127.0.0.1:~'), '403 address_literal'],
  ['E055 user information', connect('allowed.test@evil.test:~'), '400 malformed_host'],
  ['E055 in a URL', get('http://allowed.test@evil.test:~/', 'evil.test:~'), '400 malformed_host'],
  ['E056 fragment', connect('evil.test#allowed.test:~'), '400 malformed_request'],
  [
    'E057 backslash',
    get('http://allowed.test\\@evil.test:~/', 'evil.test:~'),
    '400 malformed_request',
  ],
  ['E060 encoded slash', connect('evil.test%2fallowed.test:~'), '400 malformed_host'],
  ['E063 Host of another', get('http://allowed.test:~/', 'evil.test:~'), '400 host_mismatch'],
  [
    'E063 Host of another port',
    get('http://allowed.test:~/', 'allowed.test:1'),
    '400 host_mismatch',
  ],
  ['E064 CONNECT with another Host', connect('allowed.test:~', 'evil.test:~'), '400 host_mismatch'],
  [
    'E064 CONNECT with another port',
    connect('allowed.test:~', 'allowed.test:1'),
    '400 host_mismatch',
  ],
  ['E079 the apex of a wildcard', connect('sub.test:~'), '403 no_rule'],
  ['E083 brackets around a name', connect('[allowed.test]:~'), '400 malformed_host'],
  ['E086 another port', connect('allowed.test:22'), '403 port_not_allowed'],
  ['no port', connect('allowed.test'), '400 malformed_host'],
  ['port with a zero in front', connect('allowed.test:0443'), '400 malformed_host'],
  ['port zero', connect('allowed.test:0'), '400 malformed_host'],
  ['a path', connect('allowed.test:443/x'), '400 malformed_host'],
  ['a URL in CONNECT', connect('http://allowed.test:443'), '400 malformed_host'],
  ['two dots behind', connect('allowed.test..:~'), '400 malformed_host'],
  [
    'two Host fields',
    'CONNECT allowed.test:443 HTTP/1.1\r\nHost: allowed.test:443\r\nHost: evil.test\r\n\r\n',
    '400 host_repeated',
  ],
  [
    'two Host fields with a URL',
    'GET http://allowed.test:~/ HTTP/1.1\r\nHost: allowed.test:~\r\nHost: evil.test\r\n\r\n',
    '400 host_repeated',
  ],
  [
    'CONNECT with a body',
    'CONNECT allowed.test:443 HTTP/1.1\r\nHost: allowed.test:443\r\nContent-Length: 3\r\n\r\nabc',
    '400 connect_with_body',
  ],
  [
    'CONNECT with a chunked body',
    'CONNECT allowed.test:443 HTTP/1.1\r\nHost: allowed.test:443\r\nTransfer-Encoding: chunked\r\n\r\n',
    '400 connect_with_body',
  ],
  ['origin-form', get('/', 'allowed.test'), '400 target_not_absolute'],
  [
    'origin-form that looks like an authority',
    get('//evil.test/', 'allowed.test'),
    '400 target_not_absolute',
  ],
  ['https in a URL', get('https://allowed.test/', 'allowed.test'), '400 scheme_not_http'],
  ['OPTIONS *', 'OPTIONS * HTTP/1.1\r\nHost: allowed.test\r\n\r\n', '400 malformed_host'],
  ['no Host', 'GET http://allowed.test:~/ HTTP/1.1\r\n\r\n', '400 host_missing'],
  [
    'TRACE',
    'TRACE http://allowed.test:~/ HTTP/1.1\r\nHost: allowed.test:~\r\n\r\n',
    '405 method_refused',
  ],
  [
    'an upgrade to a protocol that is not looked into',
    get('http://allowed.test:~/', 'allowed.test:~', 'Connection: Upgrade\r\nUpgrade: h2c\r\n'),
    '400 upgrade_not_allowed',
  ],
  [
    'both framings',
    'POST http://allowed.test:~/ HTTP/1.1\r\nHost: allowed.test:~\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    '400 malformed_request',
  ],
]

test('whatever could be read in two ways is refused before DNS is asked', async (t) => {
  for (const [name, request, answer] of REFUSED) {
    await t.test(name, async () => assert.equal(await ask(request), answer))
  }
  assert.deepEqual(egress.dns.asked, [])
  assert.equal(server.connections(), 0)
})

test('case, a trailing dot and labels below a wildcard change nothing', async () => {
  for (const host of ['ALLOWED.test', 'allowed.test.', 'a.sub.test', 'A.b.Sub.Test']) {
    seen = []
    const at = `${host}:${server.port}`
    assert.equal(await ask(get(`http://${at}/x?y=1`, at)), '200')
    const canonical = host.toLowerCase().replace(/\.$/, '')
    assert.deepEqual(seen, [`GET /x?y=1 ${canonical}:${server.port}`])
  }
})

test('redirects are passed to the caller and never followed', async () => {
  const redirecting = await startHttp((_request, response) => {
    response.writeHead(302, { location: `http://127.0.0.1:${server.port}/` }).end()
  })
  const before = server.connections()
  await egress.apply({
    plain: '127.0.0.1:0',
    rules: [
      { name: 'r', from: ['*'], allow: [{ host: 'allowed.test', ports: [redirecting.port] }] },
    ],
  })
  const at = `allowed.test:${redirecting.port}`
  assert.equal(await ask(get(`http://${at}/`, at)), '302')
  assert.equal(server.connections(), before)
  await redirecting.close()
})
