// A name is resolved once, every address of the answer is classified, and nothing but a vetted one is connected to.

import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { DnsResolver } from '../../../gateway/egress/resolver.ts'
import { systemClock } from '../../../sidecar/runtime/clock.ts'
import { until } from '../../support/until.ts'
import { startDnsServer, type DnsAnswer, type DnsServer } from './dns-server.ts'
import { startEgress, type EgressUnderTest } from './egress-under-test.ts'
import { startTcp, type StandIn } from './stand-in.ts'

let dns: DnsServer
let inside: StandIn
let egress: EgressUnderTest

/** 127.0.0.2 plays a public address (the stand-in listens on 127.0.0.1), 127.0.0.1 and the like are forbidden. */
const NETWORK = { allow: ['127.0.0.2/32', '::1/128'] }

before(async () => {
  dns = await startDnsServer()
  inside = await startTcp((socket) => socket.pipe(socket))
  const ports = [inside.port, 1]
  egress = await startEgress({
    resolver: new DnsResolver([dns.address], systemClock),
    options: {
      network: NETWORK,
      timeouts: { dns: '700ms' },
      rules: [
        { name: 'all', from: ['*'], allow: [{ host: '*.zone.test', ports, protocol: 'tcp' }] },
      ],
    },
  })
})

after(async () => {
  await egress.close()
  await inside.close()
  await dns.close()
})

beforeEach(() => {
  dns.queries.length = 0
})

let names = 0
/** A name nobody has asked for yet. */
function named(answer: () => DnsAnswer): string {
  const name = `n${names++}.zone.test`
  dns.answers.set(name, answer)
  return name
}

async function ask(name: string): Promise<string> {
  const line = await egress.connectStatus(`${name}:${inside.port}`)
  return /^HTTP\/1\.1 (\d+)(?: Egress)? (\S+)/.exec(line)!.slice(1).join(' ')
}

const addresses = (a: readonly string[], aaaa: readonly string[] = []): (() => DnsAnswer) => {
  return () => ({ kind: 'addresses', a, aaaa })
}

const CASES: readonly (readonly [name: string, answer: () => DnsAnswer, expected: string])[] = [
  ['E066 one public, one inside', addresses(['127.0.0.2', '10.0.0.1']), '403 address_forbidden'],
  ['E066 the other way round', addresses(['127.0.0.1', '127.0.0.2']), '403 address_forbidden'],
  [
    'E067 public IPv4, loopback IPv6',
    addresses(['127.0.0.2'], ['fe80:0:0:0:0:0:0:1']),
    '403 address_forbidden',
  ],
  [
    'E068 an alias that leads inside',
    () => ({ kind: 'addresses', a: ['10.1.2.3'], alias: 'inside.corp' }),
    '403 address_forbidden',
  ],
  ['metadata', addresses(['169.254.169.254']), '403 address_forbidden'],
  ['mapped', addresses([], ['0:0:0:0:0:ffff:7f00:1']), '403 address_forbidden'],
  ['NAT64', addresses([], ['64:ff9b:0:0:0:0:7f00:1']), '403 address_forbidden'],
  ['6to4', addresses([], ['2002:7f00:1:0:0:0:0:0']), '403 address_forbidden'],
  ['E071 no such name', () => ({ kind: 'fault', rcode: 3 }), '502 dns_not_found'],
  ['no address', addresses([]), '502 dns_not_found'],
  ['E072 SERVFAIL', () => ({ kind: 'fault', rcode: 2 }), '502 dns_failed'],
  ['E073 silence', () => ({ kind: 'silent' }), '504 dns_timeout'],
]

for (const [name, answer, expected] of CASES) {
  test(name, async () => {
    const before = inside.connections()
    const startedMs = performance.now()
    assert.equal(await ask(named(answer)), expected)
    assert.ok(performance.now() - startedMs < 5000)
    assert.equal(inside.connections(), before)
  })
}

test('E065 a name that leads outside first and inside then is never followed inside', async () => {
  let asked = 0
  const name = named(() => {
    asked++
    return { kind: 'addresses', a: [asked <= 2 ? '127.0.0.2' : '127.0.0.1'], ttl: 0 }
  })
  const outside = await startTcp((socket) => socket.pipe(socket), '127.0.0.2', inside.port)
  assert.match(await ask(name), /^200/)
  const queries = dns.queries.filter((query) => query.name === name)
  assert.deepEqual(queries.map(({ type }) => type).toSorted(), ['A', 'AAAA'])
  await until('another answer', async () => (await ask(name)) === '403 address_forbidden')
  assert.equal(inside.connections(), 0)
  assert.ok(outside.connections() > 0)
  await outside.close()
  const tried = egress.decisions.filter(({ host }) => host === name)
  const led = tried.flatMap(({ addresses: found }) => found as string[])
  assert.deepEqual([...new Set(led)].toSorted(), ['127.0.0.1', '127.0.0.2'])
})

test('E069 and E070 neither the hosts file nor a search domain is asked', async () => {
  await egress.apply({
    plain: '127.0.0.1:0',
    network: NETWORK,
    rules: [
      {
        name: 'l',
        from: ['*'],
        allow: [{ host: 'localhost', ports: [inside.port], protocol: 'tcp' }],
      },
    ],
  })
  assert.equal(await ask('localhost'), '502 dns_not_found')
  const queries = dns.queries.filter(({ name }) => name.startsWith('localhost'))
  assert.deepEqual([...new Set(queries.map(({ name }) => name))], ['localhost'])
  await egress.apply({
    plain: '127.0.0.1:0',
    network: NETWORK,
    rules: [
      {
        name: 'all',
        from: ['*'],
        allow: [{ host: '*.zone.test', ports: [inside.port], protocol: 'tcp' }],
      },
    ],
  })
})

test('E074 of very many addresses only a few are tried', async () => {
  // What fits one UDP message; the resolver asks for no more.
  const many = Array.from({ length: 200 }, (_, i) => `127.0.0.${(i % 200) + 2}`)
  await egress.apply({
    plain: '127.0.0.1:0',
    network: { allow: ['127.0.0.0/8'] },
    rules: [
      { name: 'all', from: ['*'], allow: [{ host: '*.zone.test', ports: [1], protocol: 'tcp' }] },
    ],
  })
  const name = named(addresses(many))
  const line = await egress.connectStatus(`${name}:1`)
  assert.match(line, /502 Egress connect_refused/)
  assert.equal((egress.decisions.at(-1)!['addresses'] as string[]).length, 16)
})

test('the answer tells the caller no address', async () => {
  const name = named(addresses(['10.11.12.13']))
  const client = await egress.tunnel(`${name}:1`)
  const [answer] = await client.answers(1)
  assert.equal(answer!.status, 403)
  assert.doesNotMatch(client.received.toString('latin1'), /10\.11\.12\.13|private/)
  assert.equal(egress.decisions.at(-1)!['addressClass'], 'private')
})

test('our own doors are never dialled, whatever the ranges say', async () => {
  const door = egress.port
  await egress.apply({
    plain: `127.0.0.1:0`,
    network: { allow: ['127.0.0.0/8'] },
    rules: [
      {
        name: 'all',
        from: ['*'],
        allow: [{ host: '*.zone.test', ports: [door], protocol: 'tcp' }],
      },
    ],
  })
  const line = await egress.connectStatus(`${named(addresses(['127.0.0.1']))}:${door}`)
  assert.match(line, /403 Egress address_forbidden/)
})
