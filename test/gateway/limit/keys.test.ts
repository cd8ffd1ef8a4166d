import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countedNetwork } from '../../../gateway/limit/address.ts'
import { keyOf, labelOf, storeKeyOf, type LimitSubject } from '../../../gateway/limit/keys.ts'
import type { KeyPart } from '../../../gateway/limit/plan.ts'
import { limitPlan, subject } from './plans.ts'

const key = (parts: readonly KeyPart[], from: LimitSubject): string =>
  keyOf(limitPlan({ count: 1, perMs: 1000 }, null, null, { key: parts }), from)
const caller = (name: string | null, claims: Record<string, unknown> = {}, issuer = 'idp') => ({
  ...subject(),
  caller: { issuer, subject: name, claims },
})
const header = { kind: 'header', name: 'x-key' } as const

test('an IPv6 address counts with its /64, an IPv4 address alone', () => {
  const cases = [
    ['192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['2001:db8:0:1:1::192.0.2.1', '2001:db8:0:1::/64'],
  ] as const
  for (const [address, network] of cases) assert.equal(countedNetwork(address), network, address)
})

test('callers that are not the same never share a key', () => {
  const sub: KeyPart[] = [{ kind: 'sub' }]
  assert.notEqual(key(sub, caller('a')), key(sub, caller('b')))
  assert.notEqual(key(sub, caller('a', {}, 'idp')), key(sub, caller('a', {}, 'partner')))
  const two: KeyPart[] = [header, { kind: 'header', name: 'x-two' }]
  const split = (a: string, b: string): string => key(two, subject('::1', ['x-key', a, 'x-two', b]))
  assert.notEqual(split('a|1:b', 'c'), split('a', '1:b|c'))
  assert.notEqual(split('a', 'b:c'), split('a:b', 'c'))
  assert.notEqual(split('a\n', 'b'), split('a', '\nb').replace('|', ''))
})

test('leaving a part out is no way around a limit: all without it count together', () => {
  assert.equal(key([header], subject('192.0.2.1')), key([header], subject('192.0.2.2')))
  assert.notEqual(key([header], subject()), key([header], subject('::1', ['x-key', ''])))
  assert.equal(key([{ kind: 'sub' }], caller(null)), key([{ kind: 'sub' }], caller(null, { a: 1 })))
})

test('spellings of one value are one key', () => {
  const of = (...fields: string[]): string => key([header], subject('::1', fields))
  assert.equal(of('x-key', 'k'), of('x-key', ' k '))
  assert.notEqual(
    of('x-key', 'k'),
    of('x-key', 'other', 'x-key', 'k'),
    'none stands in for another',
  )
  const claim: KeyPart[] = [{ kind: 'claim', name: 'org.id' }]
  assert.equal(
    key(claim, caller('a', { org: { id: 7 } })),
    key(claim, caller('b', { 'org.id': 7 })),
  )
  assert.notEqual(key(claim, caller('a', { org: { id: [1] } })), key(claim, caller('a')))
})

test('long values are counted by their digest, and the store sees digests only', () => {
  const long = 'x'.repeat(8192)
  const one = key([header], subject('::1', ['x-key', `${long}1`]))
  assert.ok(one.length < 200)
  assert.notEqual(one, key([header], subject('::1', ['x-key', `${long}2`])))
  assert.match(storeKeyOf('a:b\r\nDEL *'), /^[0-9a-f]{32}$/)
})

test('a label says who is meant', () => {
  const plan = limitPlan({ count: 1, perMs: 1000 }, null, null, {
    key: [{ kind: 'sub' }, { kind: 'ip' }, { kind: 'claim', name: 'tenant' }, header],
  })
  assert.match(
    labelOf(plan, { ...caller('alice', { tenant: 'acme' }), headers: ['x-key', 'secret'] }),
    /^sub alice, ip 192\.0\.2\.1, tenant acme, x-key sha256:[0-9a-f]{12}$/,
  )
  assert.match(labelOf(plan, subject()), /^no sub, ip .*, no tenant, no x-key$/)
})
