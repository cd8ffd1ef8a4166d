// Hosts of requests: one spelling, and no mending.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  canonicalHost,
  hostText,
  isSameHost,
  parseAbsoluteForm,
  parseAuthority,
  type CanonicalHost,
} from '../../../gateway/allow/canonical-host.ts'

const LONG_LABEL = 'a'.repeat(63)
const LONGEST = `${LONG_LABEL}.${LONG_LABEL}.${LONG_LABEL}.${'a'.repeat(61)}`

/** The host as text, or why it was refused, with the address that was recognised. */
function verdict(text: string): string {
  const host = canonicalHost(text)
  if (host.kind !== 'refused') return `${host.kind} ${hostText(host)}`
  return host.address === null ? host.reason : `${host.reason} ${host.address}`
}

describe('a host', () => {
  const CASES: readonly (readonly [text: string, expected: string])[] = [
    ['api.example.com', 'name api.example.com'],
    ['API.Example.COM', 'name api.example.com'],
    ['api.example.com.', 'name api.example.com'],
    ['localhost', 'name localhost'],
    ['_dmarc.example.com', 'name _dmarc.example.com'],
    ['my_service', 'name my_service'],
    ['1.2.3.example', 'name 1.2.3.example'],
    ['3com.example', 'name 3com.example'],
    ['0x7f.example', 'name 0x7f.example'],
    ['xn--bcher-kva.example', 'name xn--bcher-kva.example'],
    ['XN--BCHER-KVA.example', 'name xn--bcher-kva.example'],
    ['ab--cd.example', 'name ab--cd.example'],
    [LONGEST, `name ${LONGEST}`],
    ['127.0.0.1', 'address 127.0.0.1'],
    ['[::1]', 'address [::1]'],
    ['[2001:DB8::1]', 'address [2001:db8::1]'],
    ['', 'empty'],
    ['.', 'malformed'],
    ['..', 'malformed'],
    ['.example.com', 'malformed'],
    ['example..com', 'malformed'],
    ['example.com..', 'malformed'],
    ['-example.com', 'malformed'],
    ['example-.com', 'malformed'],
    [`${LONG_LABEL}a.example`, 'malformed'],
    [`${LONGEST}a`, 'too_long'],
    ['a'.repeat(300), 'too_long'],
    ['user@example.com', 'malformed'],
    ['example.com/path', 'malformed'],
    ['example.com?x', 'malformed'],
    ['example.com#x', 'malformed'],
    ['example.com\\x', 'malformed'],
    ['exa%6dple.com', 'malformed'],
    ['a%2ecom', 'malformed'],
    ['a b.com', 'malformed'],
    ['a\t.com', 'malformed'],
    ['a\u0000.com', 'malformed'],
    ['*.example.com', 'malformed'],
    ['bücher.example', 'not_ascii'],
    ['exa\u00admple.com', 'not_ascii'],
    ['example\u3002com', 'not_ascii'],
    ['\u2113ocalhost', 'not_ascii'],
    ['xn--a.example', 'bad_a_label'],
    ['www.xn--zzzzzzzzz.com', 'bad_a_label'],
    ['xn--1ch.com', 'name xn--1ch.com'],
    ['xn--example-', 'malformed'],
    ['xn--', 'malformed'],
    ['xn--80ak6aa92e.com', 'name xn--80ak6aa92e.com'],
    ['0', 'address_spelling 0.0.0.0'],
    ['127.1', 'address_spelling 127.0.0.1'],
    ['2130706433', 'address_spelling 127.0.0.1'],
    ['0x7f000001', 'address_spelling 127.0.0.1'],
    ['0X7F.1', 'address_spelling 127.0.0.1'],
    ['0177.0.0.1', 'address_spelling 127.0.0.1'],
    ['127.0.0.01', 'address_spelling 127.0.0.1'],
    ['127.0.0.1.', 'address_spelling 127.0.0.1'],
    ['1.2.3', 'address_spelling 1.2.0.3'],
    ['0x', 'address_spelling 0.0.0.0'],
    ['①②⑦.0.0.1', 'address_spelling 127.0.0.1'],
    ['256.256.256.256', 'malformed'],
    ['1.2.3.4.5', 'malformed'],
    ['example.1', 'malformed'],
    ['example.0x1', 'malformed'],
    ['::1', 'address_spelling ::1'],
    ['[0:0:0:0:0:0:0:1]', 'address_spelling ::1'],
    ['[::ffff:127.0.0.1]', 'address_spelling 127.0.0.1'],
    ['[::ffff:7f00:1]', 'address_spelling 127.0.0.1'],
    ['[127.0.0.1]', 'address_spelling 127.0.0.1'],
    ['[fe80::1%eth0]', 'zone_id'],
    ['[fe80::1%25eth0]', 'zone_id'],
    ['[example.com]', 'malformed'],
    ['[[::1]]', 'malformed'],
    ['[::1', 'malformed'],
    ['[]', 'malformed'],
    ['[v1.fe80]', 'malformed'],
  ]
  for (const [text, expected] of CASES) {
    test(`${JSON.stringify(text.slice(0, 40))} is ${expected.slice(0, 40)}`, () => {
      assert.equal(verdict(text), expected)
    })
  }

  test('reading what was read changes nothing', () => {
    for (const [text] of CASES) {
      const host = canonicalHost(text)
      if (host.kind !== 'refused') assert.deepEqual(canonicalHost(hostText(host)), host)
    }
  })

  test('a name and an address are never the same host', () => {
    const one = canonicalHost('example.com') as CanonicalHost
    const other = canonicalHost('EXAMPLE.com.') as CanonicalHost
    const address = canonicalHost('127.0.0.1') as CanonicalHost
    assert.ok(isSameHost(one, other))
    assert.ok(!isSameHost(one, address))
    assert.ok(!isSameHost(address, { kind: 'name', name: '127.0.0.1' }))
  })
})

describe('the authority of a CONNECT', () => {
  const CASES: readonly (readonly [text: string, expected: string])[] = [
    ['example.com:443', 'example.com 443'],
    ['EXAMPLE.com.:443', 'example.com 443'],
    ['example.com:1', 'example.com 1'],
    ['example.com:65535', 'example.com 65535'],
    ['[2001:db8::1]:443', '[2001:db8::1] 443'],
    ['example.com', 'bad_port'],
    ['example.com:', 'bad_port'],
    ['example.com:0', 'bad_port'],
    ['example.com:0443', 'bad_port'],
    ['example.com:65536', 'bad_port'],
    ['example.com:99999', 'bad_port'],
    ['example.com:+443', 'bad_port'],
    ['example.com:443 ', 'bad_port'],
    ['example.com:443/path', 'bad_port'],
    ['example.com:443:80', 'bad_port'],
    ['example.com:443@evil.com:443', 'bad_port'],
    ['http://example.com:443', 'bad_port'],
    ['user@example.com:443', 'malformed'],
    ['[example.com]:443', 'malformed'],
    ['[[example.com]]:443', 'malformed'],
    ['[::ffff:127.0.0.1]:443', 'address_spelling'],
    ['[::1]443', 'malformed'],
    ['::1:443', 'empty'],
    ['/', 'malformed'],
    [':443', 'empty'],
    ['', 'empty'],
    [`${'a.'.repeat(130)}com:443`, 'too_long'],
  ]
  for (const [text, expected] of CASES) {
    test(`${JSON.stringify(text.slice(0, 40))} is ${expected}`, () => {
      const target = parseAuthority(text)
      const shown =
        target.kind === 'refused' ? target.reason : `${hostText(target.host)} ${target.port}`
      assert.equal(shown, expected)
    })
  }

  test('a default port stands in for a missing one, never for a bad one', () => {
    const target = parseAuthority('example.com', 80)
    assert.deepEqual(target, {
      kind: 'authority',
      host: { kind: 'name', name: 'example.com' },
      port: 80,
    })
    assert.equal(parseAuthority('example.com:', 80).kind, 'refused')
  })
})

describe('an absolute-form target', () => {
  const CASES: readonly (readonly [text: string, expected: string])[] = [
    ['http://example.com/a?b', 'example.com 80 /a?b'],
    ['HTTP://EXAMPLE.com:8080', 'example.com 8080 /'],
    ['http://example.com?x=1', 'example.com 80 /?x=1'],
    ['http://example.com//evil/', 'example.com 80 //evil/'],
    ['http://example.com/http://evil/', 'example.com 80 /http://evil/'],
    ['https://example.com/', 'bad_scheme'],
    ['gopher://example.com/', 'bad_scheme'],
    ['file:///etc/passwd', 'bad_scheme'],
    ['://example.com/', 'bad_scheme'],
    ['http:example.com', 'malformed'],
    ['http:/example.com', 'malformed'],
    ['http:///example.com', 'empty'],
    ['/path', 'malformed'],
    ['//example.com/', 'malformed'],
    ['example.com:80', 'malformed'],
    ['http://example.com/#fragment', 'malformed'],
    ['http://user@example.com/', 'malformed'],
    ['http://example.com\\@evil.com/', 'malformed'],
    ['http://evil.com#@example.com/', 'malformed'],
    ['http://example.com:80\\@evil.com/', 'bad_port'],
  ]
  for (const [text, expected] of CASES) {
    test(`${text} is ${expected}`, () => {
      const read = parseAbsoluteForm(text)
      const shown =
        read.kind === 'refused' ? read.reason : `${hostText(read.host)} ${read.port} ${read.target}`
      assert.equal(shown, expected)
    })
  }
})
