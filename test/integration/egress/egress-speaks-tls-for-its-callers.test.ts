// For hosts of `external` the caller speaks plain HTTP, egress speaks verified TLS and adds what the caller never sees.

import assert from 'node:assert/strict'
import type { IncomingHttpHeaders } from 'node:http'
import { after, before, test } from 'node:test'
import type { EgressOptions, ExternalOptions } from '../../../gateway/allow/options.ts'
import { createTestCa, type TestCa } from '../../support/certificates.ts'
import { until } from '../../support/until.ts'
import { startEgress, type EgressUnderTest } from './egress-under-test.ts'
import { startHttps, startTcp, type StandIn } from './stand-in.ts'

const SECRET = 'sk_live_very_secret'

let ca: TestCa
let strangers: TestCa
let server: StandIn
let egress: EgressUnderTest
const files: Record<string, string> = {}
const stop: (() => Promise<void>)[] = []
let seen: { url: string; headers: IncomingHttpHeaders; body: string }[] = []

function external(more: Partial<ExternalOptions> = {}): ExternalOptions {
  return {
    host: 'api.pay.test',
    port: server.port,
    headers: { Authorization: `Bearer ${SECRET}` },
    tls: { ca: 'ca.pem' },
    ...more,
  }
}

function options(entry: ExternalOptions, more: Partial<EgressOptions> = {}): EgressOptions {
  const allow = [{ host: entry.host, ports: [entry.port ?? 443] }]
  return {
    plain: '127.0.0.1:0',
    rules: [{ name: 'pay', from: ['anonymous'], allow }],
    external: [entry],
    ...more,
  }
}

before(async () => {
  ca = await createTestCa('private root')
  strangers = await createTestCa('unknown root')
  files['ca.pem'] = ca.certPem
  server = await startHttps(await ca.issue(['api.pay.test']), (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      seen.push({ url: request.url ?? '', headers: request.headers, body })
      response.writeHead(200, { 'proxy-status': 'inner', 'x-answer': 'yes' })
      response.end(`paid ${body.length}`)
    })
  })
  stop.push(() => server.close())
  egress = await startEgress({ files, options: options(external()) })
  egress.dns.zones.set('api.pay.test', ['127.0.0.1'])
})

after(async () => {
  await egress.close()
  for (const each of stop) await each()
})

interface Answer {
  readonly status: number
  readonly text: string
  readonly body: string
}

/** Origin-form with Host, as an application would ask that knows of no proxy. */
async function ask(path = '/v1/charges', fields = '', body = ''): Promise<Answer> {
  const client = await egress.connect()
  const length = body === '' ? '' : `Content-Length: ${body.length}\r\n`
  const method = body === '' ? 'GET' : 'POST'
  client.send(`${method} ${path} HTTP/1.1\r\nHost: api.pay.test\r\n${fields}${length}\r\n${body}`)
  const [answer] = await client.answers(1)
  client.destroy()
  return {
    status: answer!.status,
    text: client.received.toString('latin1'),
    body: answer!.body.toString(),
  }
}

test('the credential is added, and what speaks of the inside is left behind', async () => {
  seen = []
  const fields =
    'Authorization: Bearer internal-token\r\nCookie: own=1\r\nX-Api-Version: 3\r\n' +
    'X-Mesh-Client-Id: spiffe://example.internal/ns/default/svc/orders\r\n' +
    'X-Sallyport-Subject: u1\r\nX-Forwarded-For: 10.0.0.1\r\nForwarded: for=10.0.0.1\r\n' +
    'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\ntracestate: a=b\r\n' +
    'baggage: user=1\r\nb3: 0\r\nX-B3-TraceId: 1\r\nl5d-client-id: x\r\n' +
    'Proxy-Connection: keep-alive\r\n'
  const answer = await ask('/v1/charges?amount=1', fields, 'x'.repeat(10))
  assert.equal(answer.status, 200)
  assert.match(answer.body, /^paid 10/)
  assert.match(answer.text, /x-answer: yes/)
  assert.doesNotMatch(answer.text, /proxy-status|sk_live/)
  const [{ url, headers, body }] = seen as [(typeof seen)[number]]
  assert.equal(url, '/v1/charges?amount=1')
  assert.equal(body, 'x'.repeat(10))
  assert.deepEqual(headers, {
    host: `api.pay.test:${server.port}`,
    authorization: `Bearer ${SECRET}`,
    cookie: 'own=1',
    'x-api-version': '3',
    'content-length': '10',
    connection: 'keep-alive',
  })
})

test('the credential stands in no record, log line or answer', async () => {
  await ask()
  await until('the records', () => egress.closes.length > 0)
  assert.doesNotMatch(JSON.stringify([egress.records, egress.logged]), /sk_live/)
  const decision = egress.decisions.at(-1)!
  assert.equal(decision['form'], 'originate')
  assert.equal(decision['path'], '/v1/charges')
  assert.equal(decision['address'], '127.0.0.1')
})

test('absolute-form, as a sidecar sends it, is the same', async () => {
  seen = []
  const client = await egress.connect()
  client.send('GET http://api.pay.test/v2 HTTP/1.1\r\nHost: api.pay.test\r\n\r\n')
  const [answer] = await client.answers(1)
  assert.equal(answer!.status, 200)
  assert.equal(seen[0]!.headers.authorization, `Bearer ${SECRET}`)
  client.destroy()
})

test('connections are kept and used again', async () => {
  const before = server.connections()
  for (let i = 0; i < 5; i++) await ask()
  assert.ok(server.connections() - before <= 1)
})

test('a kept connection serves no longer than its address may be reached', async () => {
  assert.equal((await ask()).status, 200)
  await egress.apply(options(external(), { network: {} }))
  assert.match((await ask()).text, /^HTTP\/1\.1 403 Egress address_forbidden/)
  await egress.apply(options(external()))
  assert.equal((await ask()).status, 200)
})

test('a caller that no rule names gets no credential, whatever the mode', async () => {
  seen = []
  await egress.apply(options(external(), { rules: [], mode: 'report' }))
  assert.equal((await ask()).status, 403)
  assert.equal(seen.length, 0)
  await egress.apply(options(external()))
})

test('a method or path that the rule does not name is refused', async () => {
  const allow = [{ host: 'api.pay.test', ports: [server.port], methods: ['GET'], paths: ['/v1/*'] }]
  await egress.apply(options(external(), { rules: [{ name: 'pay', from: ['anonymous'], allow }] }))
  assert.equal((await ask('/v1/charges')).status, 200)
  assert.match((await ask('/v1/charges', '', 'x')).text, /403 Egress method_not_allowed/)
  assert.match((await ask('/admin')).text, /403 Egress path_not_allowed/)
  assert.match((await ask('/v1/%2e%2e/admin')).text, /400 /)
  await egress.apply(options(external()))
})

test('certificates that do not hold get no byte of the request: 502', async () => {
  const past = {
    notBefore: new Date(Date.now() - 7_200_000),
    notAfter: new Date(Date.now() - 3_600_000),
  }
  const bad = {
    expired: await ca.issue(['api.pay.test'], past),
    'of another host': await ca.issue(['other.test']),
    'of an unknown authority': await strangers.issue(['api.pay.test']),
    'self-signed': { certPem: strangers.certPem, keyPem: strangers.keyPem },
    'for clients only': await ca.issue(['api.pay.test'], { usages: ['client'] }),
  }
  for (const [name, certificate] of Object.entries(bad)) {
    let requests = 0
    const impostor = await startHttps(certificate, (_request, response) => {
      requests++
      response.end('mine')
    })
    await egress.apply(options(external({ port: impostor.port })))
    const answer = await ask()
    assert.match(answer.text, /^HTTP\/1\.1 502 Egress upstream_tls_failed/, name)
    assert.match(answer.text, /error=tls_certificate_error/)
    assert.equal(requests, 0, name)
    assert.ok(impostor.connections() > 0)
    await impostor.close()
  }
  await egress.apply(options(external()))
})

test('trust is never the public roots where a CA is named, nor nothing where none is', async () => {
  await egress.apply(options(external({ tls: {} })))
  assert.equal((await ask()).status, 502)
  await egress.apply(options(external()))
})

test('a pinned name is what is asked for and checked', async () => {
  const pinned = await startHttps(await ca.issue(['inner.pay.test']), (_request, response) => {
    response.end('pinned')
  })
  stop.push(() => pinned.close())
  await egress.apply(
    options(external({ port: pinned.port, tls: { ca: 'ca.pem', serverName: 'inner.pay.test' } })),
  )
  assert.equal((await ask()).body, 'pinned')
  await egress.apply(options(external({ port: pinned.port })))
  assert.equal((await ask()).status, 502)
  await egress.apply(options(external()))
})

test('a client certificate is shown where one is configured', async () => {
  const clients = await createTestCa('client root')
  const own = await clients.issue(['egress.test'], { usages: ['client'] })
  files['own.pem'] = own.certPem
  files['own.key'] = own.keyPem
  const mutual = await startHttps(
    { ...(await ca.issue(['api.pay.test'])), caPem: clients.certPem },
    (_request, response) => response.end('known'),
  )
  stop.push(() => mutual.close())
  const tls = { ca: 'ca.pem', cert: 'own.pem', key: 'own.key' }
  await egress.apply(options(external({ port: mutual.port, tls })))
  assert.equal((await ask()).body, 'known')
  await egress.apply(options(external({ port: mutual.port })))
  assert.equal((await ask()).status, 502)
  await egress.apply(options(external()))
})

test('a failing host is tried again where told so, then left alone, then tried by one', async () => {
  let connections = 0
  const broken = await startTcp((socket) => {
    connections++
    socket.destroy()
  })
  stop.push(() => broken.close())
  const entry = external({
    port: broken.port,
    retries: { attempts: 1 },
    breaker: { failures: 4, open: '300ms' },
  })
  await egress.apply(options(entry))
  assert.match((await ask()).text, /502 Egress upstream_tls_failed/)
  assert.equal(connections, 2)
  await ask()
  assert.equal(connections, 4)
  assert.match((await ask()).text, /^HTTP\/1\.1 503 Egress destination_unavailable/)
  assert.equal(connections, 4)
  await until('one that tries', async () => {
    await ask()
    return connections > 4
  })
  assert.equal(connections, 5)
  assert.match((await ask()).text, /destination_unavailable/)
  await egress.apply(options(external()))
})
