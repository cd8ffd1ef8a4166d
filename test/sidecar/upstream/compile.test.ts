import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Problem } from '../../../sidecar/runtime/problem.ts'
import {
  anonymousService,
  compileEndpoint,
  compileService,
} from '../../../sidecar/upstream/compile.ts'
import type { ServiceOptions } from '../../../sidecar/upstream/options.ts'
import { createTestCa } from '../../support/certificates.ts'

const files = new Map<string, string>()

before(async () => {
  const ca = await createTestCa('upstream')
  const one = await ca.issue(['gateway.internal'])
  const two = await ca.issue(['gateway.internal'])
  files.set('ca.pem', ca.certPem).set('one.pem', one.certPem).set('one.key', one.keyPem)
  files.set('two.key', two.keyPem).set('garbage.pem', 'not a certificate')
  files.set(
    'half.pem',
    `${ca.certPem}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
  )
})

function readFile(path: string): string | null {
  return files.get(path) ?? null
}

function compile(options: ServiceOptions, production = false) {
  const problems: Problem[] = []
  const report = (problem: Problem): void => void problems.push(problem)
  const plan = compileService(
    'orders',
    options,
    ['services', 'orders'],
    report,
    readFile,
    production,
  )
  const said = problems.map(
    ({ severity, path, message }) => `${severity} ${path.slice(2).join('.')}: ${message}`,
  )
  return { plan, said, problems }
}

describe('an endpoint', () => {
  const good: [string, object][] = [
    [
      'http://127.0.0.1:3001',
      { url: 'http://127.0.0.1:3001', secure: false, host: '127.0.0.1', port: 3001 },
    ],
    ['http://localhost/', { url: 'http://localhost', secure: false, host: 'localhost', port: 80 }],
    [
      'https://API.example.com',
      { url: 'https://api.example.com', secure: true, host: 'api.example.com', port: 443 },
    ],
    [
      'HTTPS://orders_v2:8443',
      { url: 'https://orders_v2:8443', secure: true, host: 'orders_v2', port: 8443 },
    ],
    ['http://[::1]:3001', { url: 'http://[::1]:3001', secure: false, host: '::1', port: 3001 }],
    [
      'https://xn--bcher-kva.example',
      {
        url: 'https://xn--bcher-kva.example',
        secure: true,
        host: 'xn--bcher-kva.example',
        port: 443,
      },
    ],
  ]
  for (const [url, expected] of good) {
    it(`${url} is taken`, () => {
      const problems: Problem[] = []
      const endpoint = compileEndpoint(url, [], (problem) => problems.push(problem), true)
      assert.deepEqual([endpoint, problems], [expected, []])
    })
  }

  const bad: [string, RegExp, RegExp][] = [
    ['127.0.0.1:3001', /is not a URL/, /http:\/\/HOST:PORT/],
    ['', /is not a URL/, /HOST/],
    ['ftp://a', /can not speak `ftp`/, /https/],
    ['http://u:secret@a', /user name or password/, /authorization/],
    ['http://a/orders', /can not have a path \(`\/orders`\)/, /write http:\/\/a, .*rewrite/],
    ['http://a?x=y', /query or fragment/, /write http:\/\/a/],
    ['http://a/#x', /query or fragment/, /write http:\/\/a/],
    ['http://a:0', /`0` is not a port/, /65535/],
    ['http://a:65536', /is not a port/, /65535/],
    ['http://a:', /is not a port/, /65535/],
    ['http://a:x', /is not a host/, /DNS name/],
    ['http://', /is not a host/, /DNS name/],
    ['http://a b', /is not a host/, /DNS name/],
    ['http://a..b', /is not a host/, /DNS name/],
    ['http://-a', /is not a host/, /DNS name/],
    ['http://::1', /is not a host/, /brackets/],
    ['http://[::1%eth0]', /is not a host/, /IPv6/],
    ['http://[127.0.0.1]', /is not a host/, /IPv6/],
    ['http://127.1', /not written the way/, /127\.0\.0\.1/],
    ['http://0x7f000001', /not written the way/, /127\.0\.0\.1/],
    ['http://999.0.0.1', /is not a host/, /IPv4/],
    ['https://b\xfccher.example', /not written the way/, /xn--bcher-kva\.example/],
  ]
  for (const [url, message, fix] of bad) {
    it(`${JSON.stringify(url)} is refused`, () => {
      const problems: Problem[] = []
      assert.equal(
        compileEndpoint(url, ['to'], (problem) => problems.push(problem)),
        null,
      )
      assert.equal(problems.length, 1)
      assert.equal(problems[0]!.severity, 'error')
      assert.deepEqual(problems[0]!.path, ['to'])
      assert.match(problems[0]!.message, message)
      assert.match(problems[0]!.fix, fix)
      assert.ok(!JSON.stringify(problems).includes('secret'))
    })
  }

  it('in cleartext off this machine is a warning, and an error in production', () => {
    const options = { endpoints: ['http://orders:3001'] }
    const message = 'endpoints.0: http://orders:3001 is reached in cleartext over the network'
    assert.deepEqual(compile(options).said, [`warning ${message}`])
    assert.notEqual(compile(options).plan, null)
    assert.deepEqual(compile(options, true).said, [`error ${message}`])
    assert.equal(compile(options, true).plan, null)
  })
})

describe('a service', () => {
  it('has the defaults where it says nothing', () => {
    const { plan, said } = compile({ endpoints: ['http://127.0.0.1:3001'] })
    assert.deepEqual(said, [])
    assert.deepEqual(plan, {
      name: 'orders',
      endpoints: [{ url: 'http://127.0.0.1:3001', secure: false, host: '127.0.0.1', port: 3001 }],
      tls: { caPem: null, serverName: null, certPem: null, keyPem: null },
      connectTimeoutMs: 5000,
      idleTimeoutMs: 60_000,
      maxConnections: 256,
      maxQueued: 1024,
      balance: 'least-loaded',
      breaker: { failures: 5, openMs: 10_000 },
    })
    const endpoint = plan?.endpoints[0]
    assert.deepEqual(anonymousService(endpoint!), { ...plan, name: 'http://127.0.0.1:3001' })
  })

  it('takes everything it may say', () => {
    const { plan, said } = compile({
      endpoints: ['https://a', 'https://b:8443'],
      tls: { ca: 'ca.pem', serverName: 'Orders.Internal', cert: 'one.pem', key: 'one.key' },
      connectTimeout: '250ms',
      idleTimeout: '2m',
      maxConnections: 8,
      maxQueued: 0,
      balance: 'round-robin',
      breaker: { failures: 3, open: '30s' },
    })
    assert.deepEqual(said, [])
    assert.deepEqual(
      plan!.endpoints.map(({ host }) => host),
      ['a', 'b'],
    )
    assert.deepEqual(plan!.tls, {
      caPem: files.get('ca.pem'),
      serverName: 'orders.internal',
      certPem: files.get('one.pem'),
      keyPem: files.get('one.key'),
    })
    assert.deepEqual(
      [plan!.connectTimeoutMs, plan!.idleTimeoutMs, plan!.maxConnections, plan!.maxQueued],
      [250, 120_000, 8, 0],
    )
    assert.deepEqual(
      [plan!.balance, plan!.breaker],
      ['round-robin', { failures: 3, openMs: 30_000 }],
    )
  })

  const secure = ['https://a']
  const bad: [string, ServiceOptions, RegExp][] = [
    ['no endpoint', { endpoints: [] }, /^error endpoints: the service has no endpoint$/],
    [
      'an endpoint twice',
      { endpoints: ['https://a', 'https://a:443'] },
      /^error endpoints\.1: .* listed twice$/,
    ],
    [
      'a CA that is not there',
      { endpoints: secure, tls: { ca: 'none.pem' } },
      /^error tls\.ca: can not read none\.pem$/,
    ],
    [
      'a CA that is none',
      { endpoints: secure, tls: { ca: 'garbage.pem' } },
      /^error tls\.ca: garbage\.pem holds no usable/,
    ],
    [
      'a CA file that is half broken',
      { endpoints: secure, tls: { ca: 'half.pem' } },
      /^error tls\.ca: half\.pem holds no usable/,
    ],
    [
      'a certificate without key',
      { endpoints: secure, tls: { cert: 'one.pem' } },
      /^error tls\.cert: `cert` and `key`/,
    ],
    [
      'a key without certificate',
      { endpoints: secure, tls: { key: 'one.key' } },
      /^error tls\.key: `cert` and `key`/,
    ],
    [
      'a key of another certificate',
      { endpoints: secure, tls: { cert: 'one.pem', key: 'two.key' } },
      /^error tls\.cert: one\.pem and two\.key do not fit/,
    ],
    [
      'an address as server name',
      { endpoints: secure, tls: { serverName: '127.0.0.1' } },
      /^error tls\.serverName: .* not a DNS name$/,
    ],
    [
      'no time to connect',
      { endpoints: secure, connectTimeout: '0s' },
      /^error connectTimeout: `0s` is not a duration above zero$/,
    ],
    [
      'a breaker that never opens',
      { endpoints: secure, breaker: { open: '0s' } },
      /^error breaker\.open: `0s` is not a duration above zero$/,
    ],
    ['no duration', { endpoints: secure, idleTimeout: 'soon' }, /^error idleTimeout: `soon`/],
  ]
  for (const [name, options, expected] of bad) {
    it(`with ${name} is refused`, () => {
      const { plan, said } = compile(options)
      assert.equal(plan, null)
      assert.equal(said.length, 1)
      assert.match(said[0]!, expected)
    })
  }

  it('reports all that is wrong at once', () => {
    const { said } = compile({
      endpoints: ['http://a/x', 'b'],
      tls: { ca: 'none.pem', cert: 'one.pem' },
      idleTimeout: '0s',
    })
    assert.equal(said.length, 5)
  })

  it('is warned of a choice among one', () => {
    const { plan, said } = compile({
      endpoints: secure,
      balance: 'round-robin',
      breaker: {},
    })
    assert.notEqual(plan, null)
    assert.deepEqual(said, [
      'warning balance: service `orders` has one endpoint, so `balance` is not used',
      'warning breaker: service `orders` has one endpoint, so `breaker` is not used',
    ])
  })

  it('is warned of TLS settings that are not used', () => {
    const { plan, said } = compile({ endpoints: ['http://127.0.0.1:1'], tls: { ca: 'ca.pem' } })
    assert.notEqual(plan, null)
    assert.match(said[0]!, /^warning tls: .*not used$/)
  })
})
