import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  isSpiffeId,
  isTrustDomain,
  parseSpiffeId,
  serviceNameOf,
  spiffeIdOf,
  trustDomainOf,
} from '../../../sidecar/identity/spiffe-id.ts'

const GOOD: readonly string[] = [
  'spiffe://example.org/a',
  'spiffe://example.org/a/b-c/D.e_f/..a/...',
  'spiffe://a_b.c-d.1/x',
  `spiffe://${'a'.repeat(255)}/x`,
  `spiffe://a/${'x'.repeat(2048 - 'spiffe://a/'.length)}`,
]

const BAD: readonly string[] = [
  '',
  'spiffe://',
  'spiffe:///a',
  'spiffe://example.org/',
  'spiffe://example.org/a/',
  'spiffe://example.org//a',
  'spiffe://example.org/a//b',
  'spiffe://example.org/.',
  'spiffe://example.org/a/../b',
  'spiffe://example.org/%61',
  'spiffe://example.org/a%2eb',
  'spiffe://example.org/a?b',
  'spiffe://example.org/a#b',
  'spiffe://example.org/a b',
  'spiffe://example.org/a:b',
  'spiffe://example.org/ä',
  'spiffe://example.org/a\n',
  'spiffe://example.org/a\0',
  'spiffe://Example.org/a',
  'spiffe://example.org:443/a',
  'spiffe://user@example.org/a',
  'spiffe://exa%6dple.org/a',
  'SPIFFE://example.org/a',
  'Spiffe://example.org/a',
  'http://example.org/a',
  ' spiffe://example.org/a',
  'spiffe:/example.org/a',
  `spiffe://${'a'.repeat(256)}/x`,
  `spiffe://a/${'x'.repeat(2049 - 'spiffe://a/'.length)}`,
]

test('the id of a workload is one by the specification, to the letter', () => {
  for (const id of GOOD) assert.ok(isSpiffeId(id), id)
  for (const id of BAD) assert.ok(!isSpiffeId(id), JSON.stringify(id))
})

test('an id without a path names an authority, not a workload', () => {
  assert.ok(!isSpiffeId('spiffe://example.org'))
  assert.equal(trustDomainOf('spiffe://example.org'), 'example.org')
  assert.equal(trustDomainOf('spiffe://example.org/'), null)
  assert.equal(trustDomainOf('spiffe://example.org/a'), 'example.org')
})

test('a service id is of our one path shape', () => {
  assert.deepEqual(parseSpiffeId('spiffe://example.org/ns/default/svc/billing'), {
    trustDomain: 'example.org',
    namespace: 'default',
    service: 'billing',
  })
  for (const path of [
    '',
    '/ns/default/svc',
    '/ns/default/svc/billing/x',
    '/ns/default/sa/billing',
    '/NS/default/svc/billing',
    '/ns/.hidden/svc/billing',
    '/ns/default/svc/-billing',
    `/ns/default/svc/${'a'.repeat(64)}`,
  ]) {
    assert.equal(parseSpiffeId(`spiffe://example.org${path}`), null, path)
  }
})

test('names become ids and ids names, without loss', () => {
  for (const [name, path] of [
    ['billing', '/ns/default/svc/billing'],
    ['team/billing', '/ns/team/svc/billing'],
    ['system/edge', '/ns/system/svc/edge'],
    ['a.b_c-D', '/ns/default/svc/a.b_c-D'],
  ] as const) {
    assert.equal(spiffeIdOf('example.org', name), `spiffe://example.org${path}`)
    assert.equal(serviceNameOf(`spiffe://example.org${path}`), name)
  }
  assert.equal(serviceNameOf(spiffeIdOf('example.org', 'default/billing')), 'billing')
})

test('a name that cannot be one is a mistake of the caller', () => {
  for (const name of ['', '/', 'a/', '/a', 'a/b/c', '..', 'a b', 'ä', '-a'])
    assert.throws(() => spiffeIdOf('example.org', name), TypeError, name)
  assert.throws(() => spiffeIdOf('Example.org', 'a'), TypeError)
  assert.throws(() => serviceNameOf('spiffe://example.org/elsewhere'), TypeError)
})

test('a trust domain is lower case and of letters, digits, dots, dashes and underscores', () => {
  for (const name of ['example.org', 'a', 'a_b', '1']) assert.ok(isTrustDomain(name), name)
  for (const name of ['', 'A', 'a b', 'a:1', 'a/b', 'a'.repeat(256)])
    assert.ok(!isTrustDomain(name), name)
})
