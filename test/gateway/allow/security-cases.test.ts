// The egress lines E001–E096 of the shared security corpus: those that need no socket.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { classifyAddress } from '../../../gateway/allow/address-class.ts'
import {
  canonicalHost,
  hostText,
  isSameHost,
  parseAbsoluteForm,
  parseAuthority,
  type CanonicalHost,
} from '../../../gateway/allow/canonical-host.ts'
import { MAX_ADDRESSES, vet, type VettingRules } from '../../../gateway/allow/vet.ts'
import { decideEgress, decideHello } from '../../../gateway/decide/egress.ts'
import { compiled, NOW_MS, planOf } from './plan-of.ts'

const CORPUS = new URL('../../../../shared/corpora/security-cases.tsv', import.meta.url)

/** Need a listener, a resolver or a peer: they are tested with the egress gateway itself. */
const WITH_SOCKETS = new Set([
  'E065',
  'E070',
  'E071',
  'E072',
  'E073',
  'E089',
  'E090',
  'E092',
  'E093',
  'E094',
  'E095',
  'E096',
])

const NOTHING_OPEN: VettingRules = {
  allow: [],
  deny: [],
  own: { listeners: [], machine: new Set() },
}

const PLAN = planOf({
  rules: [
    {
      name: 'one',
      from: ['app'],
      allow: ['allowed.example', 'localhost', '*.example.com', '*.example.com:8443'],
    },
  ],
})

function reasonOf(text: string, port = 443, plan = PLAN, caller = 'app'): string {
  const host = canonicalHost(text)
  const facts = { caller, form: 'connect', host, port, method: null, path: null } as const
  return decideEgress(facts, plan, NOW_MS).reason
}

/** Refused with the address that was meant; the answer is 403. */
const disguised = (text: string, address: string) => () => {
  assert.equal(reasonOf(text), 'address_literal')
  const host = canonicalHost(text)
  assert.equal(host.kind === 'refused' && host.address, address)
}

/** Nobody's host; the answer is 400. */
const malformed =
  (...texts: readonly string[]) =>
  () => {
    for (const text of texts) assert.equal(reasonOf(text), 'malformed_host', JSON.stringify(text))
  }

/** Neither form of a proxy request takes it. */
const noTarget = (text: string) => () => {
  assert.equal(parseAuthority(text).kind, 'refused')
  assert.equal(parseAbsoluteForm(text).kind, 'refused')
}

/** The very address, or one that a name resolved to. */
const forbidden =
  (...addresses: readonly string[]) =>
  () => {
    for (const address of addresses) {
      assert.equal(vet([address], NOTHING_OPEN, 443).kind, 'forbidden', address)
      const text = address.includes(':') ? `[${address}]` : address
      assert.notEqual(reasonOf(text), 'allowed', address)
    }
  }

const publicPlace = (address: string) => () => {
  assert.deepEqual(vet([address], NOTHING_OPEN, 443), { kind: 'ok', addresses: [address] })
}

/** In a CONNECT and in a URL: refused, or read as `host` and as nothing else. */
const split = (authority: string, host?: string) => () => {
  const hosts = [
    parseAuthority(authority),
    parseAuthority(`${authority}:443`),
    parseAbsoluteForm(`http://${authority}/`),
    parseAbsoluteForm(`http://${authority}`),
  ]
  for (const target of hosts) {
    if (target.kind !== 'refused') assert.equal(hostText(target.host), host)
  }
}

const refusedAtLoad = (entry: string) => () => {
  const { plan, problems } = compiled({ rules: [{ name: 'a', from: ['b'], allow: [entry] }] })
  assert.equal(plan, null)
  assert.equal(problems[0]?.severity, 'error')
}

const helloReason = (serverName: string | null): string => {
  const host: CanonicalHost = { kind: 'name', name: 'allowed.example' }
  const facts = {
    caller: 'app',
    form: 'connect',
    host,
    port: 443,
    method: null,
    path: null,
  } as const
  const first = decideEgress(facts, PLAN, NOW_MS)
  return decideHello({ kind: 'hello', serverName, hasEch: false }, host, first).reason
}

const CASES: Readonly<Record<string, () => void>> = {
  E001: disguised('127.1', '127.0.0.1'),
  E002: disguised('0', '0.0.0.0'),
  E003: disguised('2130706433', '127.0.0.1'),
  E004: disguised('0x7f000001', '127.0.0.1'),
  E005: disguised('017700000001', '127.0.0.1'),
  E006: disguised('0177.0.0.1', '127.0.0.1'),
  E007: disguised('127.0.0.1.', '127.0.0.1'),
  E008: disguised('①②⑦.⓪.⓪.①', '127.0.0.1'),
  E009: disguised('127。0。0。1', '127.0.0.1'),
  E010: disguised('1.2.3', '1.2.0.3'),
  E011: noTarget('http:127.0.0.1'),
  E012: noTarget('http:///127.0.0.1'),
  // Even where a rule names it, what it resolves to is not dialled.
  E013: () => {
    assert.equal(reasonOf('localhost', 443, PLAN, 'other'), 'no_rule')
    assert.equal(vet(['127.0.0.1', '::1'], NOTHING_OPEN, 443).kind, 'forbidden')
  },
  E014: () => assert.equal(reasonOf('localhost.', 443, PLAN, 'other'), 'no_rule'),
  E015: malformed('\u2113ocalhost'),
  E016: malformed('a.com%00.b'),
  E017: noTarget('a.com:99999'),
  E018: noTarget('a:443:80'),
  E019: malformed('xn--a.com', 'xn--zzzzzzzzz.com', 'xn--'),
  E020: malformed('256.256.256.256'),
  E021: malformed('[fe80::1%25eth0]'),
  E022: noTarget('gopher://a.com/'),
  E023: noTarget('file:///etc/passwd'),
  E024: malformed('a.com\t.b'),
  // Stricter than mending: what would have to be mended never equals anything.
  E025: malformed('exa\u00admple.com'),
  E026: malformed('a%2ecom'),
  E027: forbidden('127.0.0.1', '127.255.255.255'),
  E028: forbidden('0.0.0.0', '0.255.255.255'),
  E029: forbidden('10.0.0.0', '10.255.255.255'),
  E030: forbidden('172.16.0.0', '172.31.255.255'),
  E031: forbidden('192.168.0.0', '192.168.255.255'),
  E032: forbidden('169.254.0.1', '169.254.169.254'),
  E033: forbidden('100.64.0.0', '100.127.255.255'),
  E034: forbidden('192.0.0.1', '192.0.0.192'),
  E035: forbidden('192.0.2.1', '198.51.100.1', '203.0.113.1'),
  E036: forbidden('198.18.0.1', '198.19.255.255'),
  E037: forbidden('224.0.0.1', '239.255.255.255'),
  E038: forbidden('240.0.0.1', '255.255.255.255'),
  E039: forbidden('::'),
  E040: forbidden('::1'),
  E041: forbidden('fc00::1', 'fdff::1'),
  E042: forbidden('fe80::1', 'febf::1'),
  E043: forbidden('fec0::1', 'feff::1'),
  E044: forbidden('ff00::1', 'ff02::1'),
  E045: forbidden('::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:a00:1'),
  E046: forbidden('64:ff9b::7f00:1', '64:ff9b::808:808'),
  E047: forbidden('64:ff9b:1::7f00:1', '64:ff9b:1:ffff::1'),
  E048: forbidden('2002:7f00:1::', '2002:808:808::1'),
  E049: forbidden('2001::1', '2001:0:ffff::1'),
  E050: forbidden('::127.0.0.1', '::8.8.8.8', '::a00:1'),
  E051: () => {
    const own = { listeners: [{ address: '8.8.8.8', port: 443 }], machine: new Set<string>() }
    assert.equal(vet(['8.8.8.8'], { ...NOTHING_OPEN, own }, 443).kind, 'forbidden')
  },
  E052: publicPlace('100.63.255.254'),
  E053: publicPlace('100.128.0.1'),
  // Outside 2000::/3 nothing is handed out, so it is not let through either, but it is no NAT64.
  E054: () => assert.equal(classifyAddress('64:ff9c::1'), 'reserved'),
  E055: split('allowed.example@evil.example'),
  E056: split('evil.example#@allowed.example'),
  E057: split('allowed.example\\@evil.example'),
  E058: split('evil.example\\.allowed.example'),
  E059: split('1.1.1.1 &@2.2.2.2# @3.3.3.3'),
  E060: split('evil.example%2f@allowed.example'),
  E061: split('allowed.example\r\nHost: evil.example'),
  E062: split('allowed.example:80\\@evil.example'),
  E063: () => {
    const target = parseAbsoluteForm('http://allowed.example/')
    const field = parseAuthority('evil.example', 80)
    assert.ok(target.kind === 'authority' && field.kind === 'authority')
    assert.ok(!isSameHost(target.host, field.host))
  },
  E064: () => {
    const target = parseAuthority('allowed.example:443')
    const field = parseAuthority('allowed.example.evil.example:443', 80)
    assert.ok(target.kind === 'authority' && field.kind === 'authority')
    assert.ok(!isSameHost(target.host, field.host))
  },
  E066: () => assert.equal(vet(['8.8.8.8', '10.0.0.1'], NOTHING_OPEN, 443).kind, 'forbidden'),
  E067: () => assert.equal(vet(['8.8.8.8', 'fd00::1'], NOTHING_OPEN, 443).kind, 'forbidden'),
  E068: forbidden('10.0.0.1'),
  E069: forbidden('192.168.1.1'),
  E074: () => {
    const many = Array.from({ length: 512 }, (_, index) => `8.8.${index >>> 8}.${index & 255}`)
    const vetting = vet(many, NOTHING_OPEN, 443)
    assert.equal(vetting.kind === 'ok' && vetting.addresses.length, MAX_ADDRESSES)
  },
  E075: refusedAtLoad('*example.com'),
  E076: refusedAtLoad('api.*.x'),
  E077: refusedAtLoad('example.*'),
  E078: refusedAtLoad('bücher.example'),
  E079: () => assert.equal(reasonOf('example.com'), 'no_rule'),
  // The stated policy is one label or more.
  E080: () => assert.equal(reasonOf('a.b.example.com'), 'allowed'),
  E081: () => assert.equal(reasonOf('allowed.example.'), 'allowed'),
  E082: () => assert.equal(reasonOf('ALLOWED.Example'), 'allowed'),
  // Nobody reads it as the bare name: it is refused, so that no deny is got around.
  E083: malformed('[allowed.example]', '[example.com]'),
  E084: () => assert.equal(reasonOf('allowed.example', 443, PLAN, 'unknown'), 'no_rule'),
  E085: () => {
    const plan = planOf({ mode: 'report' })
    const facts = { caller: 'app', form: 'connect', port: 443, method: null, path: null } as const
    const host = canonicalHost('x.example')
    const { verdict, wouldDeny } = decideEgress({ ...facts, host }, plan, NOW_MS)
    assert.deepEqual([verdict, wouldDeny], ['allow', true])
  },
  E086: () => assert.equal(reasonOf('allowed.example', 22), 'port_not_allowed'),
  E087: () => assert.equal(helloReason('evil.example'), 'sni_mismatch'),
  E088: () => {
    const host: CanonicalHost = { kind: 'name', name: 'allowed.example' }
    const facts = {
      caller: 'app',
      form: 'connect',
      host,
      port: 443,
      method: null,
      path: null,
    } as const
    const first = decideEgress(facts, PLAN, NOW_MS)
    assert.equal(decideHello({ kind: 'not_tls' }, host, first).verdict, 'deny')
  },
  E091: () => assert.equal(helloReason(null), 'sni_missing'),
}

describe('the corpus', () => {
  for (const [id, run] of Object.entries(CASES)) test(id, run)

  const skip = existsSync(CORPUS) ? false : 'the shared corpus is not here'
  test('has no egress line that is tested nowhere', { skip }, () => {
    const ids = readFileSync(CORPUS, 'utf8')
      .split('\n')
      .map((line) => line.split('\t')[0]!)
      .filter((id) => /^E\d+$/.test(id))
    assert.ok(ids.length >= 96)
    const missing = ids.filter((id) => !(id in CASES) && !WITH_SOCKETS.has(id))
    assert.deepEqual(missing, [])
  })
})
