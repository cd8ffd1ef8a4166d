// Every special range of the registries, at its edges, and the IPv4 addresses that hide in IPv6 ones.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  addressBytes,
  classifyAddress,
  embeddedIpv4,
  type AddressClass,
} from '../../../gateway/allow/address-class.ts'

const CLASSES: Readonly<Record<string, AddressClass>> = {
  '0.0.0.0': 'unspecified',
  '0.0.0.1': 'reserved',
  '0.255.255.255': 'reserved',
  '1.0.0.0': 'public',
  '9.255.255.255': 'public',
  '10.0.0.0': 'private',
  '10.255.255.255': 'private',
  '11.0.0.0': 'public',
  '100.63.255.255': 'public',
  '100.64.0.0': 'cgnat',
  '100.127.255.255': 'cgnat',
  '100.128.0.0': 'public',
  '100.100.100.200': 'metadata',
  '126.255.255.255': 'public',
  '127.0.0.0': 'loopback',
  '127.255.255.255': 'loopback',
  '128.0.0.0': 'public',
  '168.63.129.15': 'public',
  '168.63.129.16': 'metadata',
  '169.253.255.255': 'public',
  '169.254.0.0': 'link_local',
  '169.254.169.254': 'metadata',
  '169.254.170.2': 'metadata',
  '169.254.255.255': 'link_local',
  '169.255.0.0': 'public',
  '172.15.255.255': 'public',
  '172.16.0.0': 'private',
  '172.31.255.255': 'private',
  '172.32.0.0': 'public',
  '192.0.0.0': 'reserved',
  '192.0.0.192': 'metadata',
  '192.0.1.0': 'public',
  '192.0.2.255': 'documentation',
  '192.88.99.1': 'reserved',
  '192.167.255.255': 'public',
  '192.168.0.0': 'private',
  '192.169.0.0': 'public',
  '198.17.255.255': 'public',
  '198.18.0.0': 'benchmark',
  '198.19.255.255': 'benchmark',
  '198.20.0.0': 'public',
  '198.51.100.1': 'documentation',
  '203.0.113.1': 'documentation',
  '223.255.255.255': 'public',
  '224.0.0.1': 'multicast',
  '239.255.255.255': 'multicast',
  '240.0.0.1': 'reserved',
  '255.255.255.254': 'reserved',
  '255.255.255.255': 'broadcast',
  '::': 'unspecified',
  '::1': 'loopback',
  '::2': 'reserved',
  '::127.0.0.1': 'loopback',
  '::8.8.8.8': 'ipv4_compatible',
  '::ffff:127.0.0.1': 'loopback',
  '::ffff:169.254.169.254': 'metadata',
  '::ffff:8.8.8.8': 'ipv4_mapped',
  '::ffff:0:10.0.0.1': 'private',
  '::ffff:0:8.8.8.8': 'ipv4_mapped',
  '64:ff9b::7f00:1': 'loopback',
  '64:ff9b::a9fe:a9fe': 'metadata',
  '64:ff9b::808:808': 'nat64',
  '64:ff9b:1::a00:1': 'private',
  '64:ff9b:1:ffff::1': 'reserved',
  '64:ff9c::1': 'reserved',
  '100::1': 'reserved',
  '1fff:ffff::1': 'reserved',
  '2001::1': 'reserved',
  '2001::': 'broadcast',
  '2001:0:1:2:3:4:80ff:fffe': 'loopback',
  '2001:0:1:2:3:4:f7f7:f7f7': 'teredo',
  '2001:2::1': 'benchmark',
  '2001:10::1': 'reserved',
  '2001:1ff:ffff::1': 'reserved',
  '2001:200::1': 'public',
  '2001:db8::1': 'documentation',
  '2001:db9::1': 'public',
  '2002:7f00:1::': 'loopback',
  '2002:a00:1::1': 'private',
  '2002:808:808::': '6to4',
  '2003::1': 'public',
  '2606:4700::1111': 'public',
  '2606:4700::5efe:7f00:1': 'loopback',
  '2606:4700::200:5efe:a00:1': 'private',
  '2606:4700::5efe:808:808': 'isatap',
  '2606:4700::5eff:7f00:1': 'public',
  '3ffe::1': 'public',
  '3fff:fff::1': 'documentation',
  '3fff:1000::1': 'public',
  '4000::1': 'reserved',
  '5f00::1': 'reserved',
  'fbff::1': 'reserved',
  'fc00::1': 'private',
  'fdff::1': 'private',
  'fd00:ec2::254': 'metadata',
  'fe7f::1': 'reserved',
  'fe80::1': 'link_local',
  'febf::1': 'link_local',
  'fec0::1': 'private',
  'feff::1': 'private',
  'ff00::1': 'multicast',
  'ffff::1': 'multicast',
  // Spellings.
  '0:0:0:0:0:0:0:1': 'loopback',
  '::FFFF:7F00:1': 'loopback',
  'fe80::1%eth0': 'invalid',
  '[::1]': 'invalid',
  '127.1': 'invalid',
  '0177.0.0.1': 'invalid',
  'example.com': 'invalid',
  '': 'invalid',
}

describe('the class of an address', () => {
  for (const [address, expected] of Object.entries(CLASSES)) {
    test(`${address} is ${expected}`, () => assert.equal(classifyAddress(address), expected))
  }

  test('no IPv6 address outside 2000::/3 is public', () => {
    for (let first = 0; first < 256; first++) {
      const prefix = (first * 256 + 0x12).toString(16)
      const isGlobal = first >>> 5 === 1
      // 2002::/16 and the like are not met by 0x12 in the second byte.
      assert.equal(classifyAddress(`${prefix}:3456:789a::1`) === 'public', isGlobal, prefix)
    }
  })
})

describe('the bytes of an address', () => {
  const CASES: Readonly<Record<string, string>> = {
    '1.2.3.4': '01020304',
    '::': '00000000000000000000000000000000',
    '1::': '00010000000000000000000000000000',
    '::a:b': '000000000000000000000000000a000b',
    '1:2:3:4:5:6:7:8': '00010002000300040005000600070008',
    '::ffff:1.2.3.4': '00000000000000000000ffff01020304',
  }
  for (const [address, hex] of Object.entries(CASES)) {
    test(`${address} is ${hex}`, () => {
      assert.equal(Buffer.from(addressBytes(address)!).toString('hex'), hex)
    })
  }
})

describe('an embedded IPv4 address', () => {
  const CASES: Readonly<Record<string, string | null>> = {
    '::ffff:127.0.0.1': '127.0.0.1',
    '64:ff9b::7f00:1': '127.0.0.1',
    '2002:a9fe:a9fe::1': '169.254.169.254',
    '2001:0:1:2:3:4:80ff:fffe': '127.0.0.1',
    '::10.0.0.1': '10.0.0.1',
    '2606:4700::5efe:a00:1': '10.0.0.1',
    '2606:4700::1': null,
    '127.0.0.1': null,
    nothing: null,
  }
  for (const [address, expected] of Object.entries(CASES)) {
    test(`of ${address} is ${expected}`, () => assert.equal(embeddedIpv4(address), expected))
  }
})
