// Addresses: one spelling, ranges, and the client behind trusted hops.

import assert from 'node:assert/strict'
import { BlockList, isIPv4 } from 'node:net'
import { test } from 'node:test'
import {
  canonicalAddress,
  clientAddress,
  inRanges,
  parseRange,
} from '../../../sidecar/forward/address.ts'
import { pick, randomFrom } from './seeded-random.ts'

const SPELLINGS: readonly (readonly [text: string, canonical: string | null])[] = [
  ['127.0.0.1', '127.0.0.1'],
  ['255.255.255.255', '255.255.255.255'],
  ['::1', '::1'],
  ['::', '::'],
  ['0:0:0:0:0:0:0:1', '::1'],
  ['2001:DB8::00A1', '2001:db8::a1'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ['fe80::', 'fe80::'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['::FFFF:0a00:0001', '10.0.0.1'],
  ['0:0:0:0:0:ffff:255.1.2.3', '255.1.2.3'],
  ['64:ff9b::10.0.0.1', '64:ff9b::a00:1'],
  ['::1.2.3.4', '::102:304'],
  ['fe80::1%eth0', null],
  ['::ffff:10.0.0.1%1', null],
  ['127.1', null],
  ['01.2.3.4', null],
  ['1.2.3.4.', null],
  ['1.2.3.4 ', null],
  ['0x7f.0.0.1', null],
  ['256.0.0.1', null],
  ['::ffff:01.2.3.4', null],
  ['[::1]', null],
  ['::1::', null],
  ['1:2:3:4:5:6:7:8:9', null],
  ['12345::', null],
  ['localhost', null],
  ['', null],
]

for (const [text, canonical] of SPELLINGS) {
  test(`the address ${JSON.stringify(text)} is spelled ${canonical}`, () => {
    assert.equal(canonicalAddress(text), canonical)
  })
}

test('random addresses keep their meaning and have one spelling', () => {
  const random = randomFrom(7)
  for (let i = 0; i < 5000; i++) {
    const groups = Array.from({ length: 8 }, () =>
      random() < 0.5 ? 0 : Math.floor(random() * 0x10000),
    )
    const long = groups.map((group) => group.toString(16).padStart(4, '0')).join(':')
    const canonical = canonicalAddress(long)!
    assert.equal(canonicalAddress(canonical), canonical)
    assert.equal(canonicalAddress(long.toUpperCase()), canonical)
    if (!isIPv4(canonical)) assert.equal(new URL(`http://[${long}]`).hostname, `[${canonical}]`)
  }
})

const CLIENTS: readonly {
  readonly name: string
  readonly peer?: string
  readonly fields: readonly string[]
  readonly hops: number
  readonly client: string
}[] = [
  { name: 'no trusted hop: the peer', fields: ['6.6.6.6'], hops: 0, client: '10.0.0.9' },
  { name: 'no field: the peer', fields: [], hops: 1, client: '10.0.0.9' },
  { name: 'an empty field: the peer', fields: ['', ' , '], hops: 1, client: '10.0.0.9' },
  { name: 'one hop: the rightmost', fields: ['6.6.6.6, 1.1.1.1'], hops: 1, client: '1.1.1.1' },
  { name: 'two hops', fields: ['6.6.6.6, 1.1.1.1,2.2.2.2'], hops: 2, client: '1.1.1.1' },
  {
    name: 'fields in order',
    fields: ['6.6.6.6', '1.1.1.1', '2.2.2.2'],
    hops: 2,
    client: '1.1.1.1',
  },
  { name: 'more hops than entries: the leftmost', fields: ['1.1.1.1'], hops: 5, client: '1.1.1.1' },
  {
    name: 'empty elements do not count',
    fields: ['1.1.1.1, ,', ', 2.2.2.2'],
    hops: 2,
    client: '1.1.1.1',
  },
  { name: 'garbage at the hop: the peer', fields: ['unknown'], hops: 1, client: '10.0.0.9' },
  { name: 'garbage on the way: the peer', fields: ['1.1.1.1, _x'], hops: 2, client: '10.0.0.9' },
  {
    name: 'garbage beyond the hops: ignored',
    fields: ['<x>, 1.1.1.1'],
    hops: 1,
    client: '1.1.1.1',
  },
  { name: 'a port is cut off', fields: ['1.2.3.4:555'], hops: 1, client: '1.2.3.4' },
  {
    name: 'a bracketed port is cut off',
    fields: ['[2001:DB8::1]:555'],
    hops: 1,
    client: '2001:db8::1',
  },
  { name: 'brackets are cut off', fields: ['[::1]'], hops: 1, client: '::1' },
  { name: 'mapped IPv6 is folded', fields: ['::ffff:1.2.3.4'], hops: 1, client: '1.2.3.4' },
  { name: 'a zone id is garbage', fields: ['fe80::1%eth0'], hops: 1, client: '10.0.0.9' },
  { name: 'a name is garbage', fields: ['localhost:80'], hops: 1, client: '10.0.0.9' },
  {
    name: 'a port of six digits is garbage',
    fields: ['1.2.3.4:655360'],
    hops: 1,
    client: '10.0.0.9',
  },
  {
    name: 'the peer is folded too',
    peer: '::ffff:10.0.0.1',
    fields: [],
    hops: 0,
    client: '10.0.0.1',
  },
  { name: 'a peer that is no address stays', peer: '', fields: ['x'], hops: 1, client: '' },
]

for (const { name, peer = '10.0.0.9', fields, hops, client } of CLIENTS) {
  test(`client address, ${name}`, () => {
    assert.equal(clientAddress(peer, fields, hops), client)
  })
}

const RANGES: readonly (readonly [text: string, canonical: string | null])[] = [
  ['10.0.0.0/8', '10.0.0.0/8'],
  ['10.1.2.3/8', '10.0.0.0/8'],
  ['0.0.0.0/0', '0.0.0.0/0'],
  ['1.2.3.4', '1.2.3.4'],
  ['1.2.3.4/32', '1.2.3.4/32'],
  ['255.255.255.255/31', '255.255.255.254/31'],
  ['2001:DB8::/32', '2001:db8::/32'],
  ['2001:db8:ffff::/33', '2001:db8:8000::/33'],
  ['::/0', '::/0'],
  ['::ffff:10.1.0.0/104', '10.0.0.0/8'],
  ['::ffff:0:0/96', '0.0.0.0/0'],
  ['10.0.0.0/33', null],
  ['::/129', null],
  ['10.0.0.0/08', null],
  ['10.0.0.0/', null],
  ['10.0.0.0/-1', null],
  ['10.0.0.0/8/8', null],
  ['10.0.0/8', null],
  ['/8', null],
  ['fe80::%eth0/10', null],
  ['example.com', null],
]

for (const [text, canonical] of RANGES) {
  test(`the range ${text} is spelled ${canonical}`, () => {
    assert.equal(parseRange(text)?.text ?? null, canonical)
  })
}

test('an address is in a range as the runtime own block list says', () => {
  const random = randomFrom(99)
  const octet = () => pick(random, [0, 1, 10, 127, 128, 192, 255])
  const group = () => pick(random, ['0', '1', 'db8', '2001', '8000', 'ffff'])
  const v4 = () => [octet(), octet(), octet(), octet()].join('.')
  const v6 = () => `2001:${Array.from({ length: 7 }, group).join(':')}`
  let inside = 0
  for (let i = 0; i < 20_000; i++) {
    const isV4 = random() < 0.5
    const make = isV4 ? v4 : v6
    const family = isV4 ? 'ipv4' : 'ipv6'
    const [network, bits, address] = [make(), Math.floor(random() * (isV4 ? 33 : 129)), make()]
    const list = new BlockList()
    list.addSubnet(network, bits, family)
    const expected = list.check(address, family)
    const range = parseRange(`${network}/${bits}`)!
    assert.equal(
      inRanges(canonicalAddress(address)!, [range]),
      expected,
      `${address} ${range.text}`,
    )
    inside += Number(expected)
  }
  assert.ok(inside > 1000)
})

test('families never mix, and what is no address is in no range', () => {
  const everything = ['::/0', '0.0.0.0/0'].map((text) => parseRange(text)!)
  assert.equal(inRanges('1.2.3.4', [everything[0]!]), false)
  assert.equal(inRanges('::1', [everything[1]!]), false)
  assert.equal(inRanges('1.2.3.4', everything), true)
  assert.equal(inRanges('', everything), false)
  assert.equal(inRanges('unix', everything), false)
  assert.equal(inRanges('1.2.3.4', []), false)
})
