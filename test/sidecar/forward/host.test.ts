import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAuthority } from '../../../sidecar/forward/host.ts'

test('one host has one spelling', () => {
  for (const [text, host, port] of [
    ['api.example.com', 'api.example.com', null],
    ['API.Example.COM', 'api.example.com', null],
    ['api.example.com.', 'api.example.com', null],
    ['api.example.com:443', 'api.example.com', 443],
    ['API.example.com.:8443', 'api.example.com', 8443],
    ['a_b.example', 'a_b.example', null],
    ['192.0.2.1:80', '192.0.2.1', 80],
    ['[::1]', '[::1]', null],
    ['[2001:DB8:0:0::1]:65535', '[2001:db8::1]', 65_535],
  ] as const) {
    const both = port === null ? host : `${host}:${port}`
    assert.deepEqual(parseAuthority(text), { host, port, text: both }, text)
  }
})

test('what is no host is none', () => {
  for (const text of [
    '',
    '.',
    'a..b',
    'user@host',
    'user:pw@host',
    'host/path',
    'host?x',
    'host#x',
    'a,b',
    'a b',
    ' a',
    'a\t',
    'a\0',
    'host:',
    'host:0',
    'host:65536',
    'host:99999',
    'host:4x',
    'host:-1',
    'host:80:80',
    '[::1',
    '::1',
    '[fe80::1%eth0]',
    '[fe80::1%25eth0]',
    '[::g]',
    '[]',
    '-a.example',
    'a-.example',
    'exämple.com',
    '%61.example',
    'a\\b',
    'x'.repeat(300),
  ]) {
    assert.equal(parseAuthority(text), null, JSON.stringify(text))
  }
})

test('a flood of hosts changes no answer', () => {
  for (let i = 0; i < 2000; i++)
    assert.equal(parseAuthority(`h${i}.example`)?.host, `h${i}.example`)
  const { host, text } = parseAuthority('API.example:1')!
  assert.deepEqual([host, text], ['api.example', 'api.example:1'])
})
