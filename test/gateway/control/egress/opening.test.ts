// Who may open what for how long: an operator for a while, an admin for good, and nobody the inside.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DenialInbox } from '../../../../gateway/allow/denials.ts'
import { ANYONE, type Principal, type Role } from '../../../../gateway/control/admin/operation.ts'
import {
  expiryOf,
  refuseSuspicious,
  type TimesWanted,
} from '../../../../gateway/control/egress/opening.ts'

const NOW_MS = Date.parse('2030-06-15T12:00:00Z')

function principal(role: Role): Principal {
  return { ...ANYONE, kind: 'user', name: 'alice', role }
}

function expiry(wanted: TimesWanted, role: Role): string | null {
  return expiryOf(wanted, principal(role), NOW_MS)
}

test('a time from now on becomes a moment', () => {
  assert.equal(expiry({ for: '1h' }, 'operator'), '2030-06-15T13:00:00Z')
  assert.equal(expiry({ for: '24h' }, 'operator'), '2030-06-16T12:00:00Z')
})

test('for good, and for more than 90 days, takes an admin', () => {
  for (const wanted of [{}, { for: '91d' }, { expires: '2031-01-01' }]) {
    assert.throws(() => expiry(wanted, 'operator'), { code: 'not_permitted' })
  }
  assert.equal(expiry({}, 'admin'), null)
  assert.equal(expiry({ expires: '2031-01-01' }, 'admin'), '2031-01-01')
  assert.equal(expiry({ expires: '2030-07-01' }, 'operator'), '2030-07-01')
})

test('a time that cannot be is refused', () => {
  const faulty: readonly TimesWanted[] = [
    { for: '1s' },
    { for: 'soon' },
    { for: '400d' },
    { expires: '2030-06-15' },
    { expires: '2030-02-30' },
    { expires: 'tomorrow' },
    { for: '1h', expires: '2030-07-01' },
  ]
  for (const wanted of faulty) {
    assert.throws(() => expiry(wanted, 'admin'), { code: 'invalid' }, JSON.stringify(wanted))
  }
})

const INSIDE = [
  '127.0.0.1:80',
  '10.0.0.1:443',
  '[::1]:443',
  '0x7f.1:443',
  '169.254.169.254:80',
  'localhost:443',
  '*.localhost:443',
  'metadata.google.internal:80',
  '8.8.8.8:443',
]

test('addresses and names of the inside are opened for nobody', () => {
  for (const host of INSIDE) {
    const ask = () =>
      refuseSuspicious({ host, from: 'billing' }, new DenialInbox(), principal('admin'))
    assert.throws(ask, { code: 'rejected' }, host)
  }
})

test('a name that was seen to lead inside is opened neither for its caller nor for everybody', () => {
  const inbox = new DenialInbox()
  const seen = { caller: 'billing', host: 'rebound.example.com', port: 443 }
  const why = {
    reason: 'address_forbidden',
    rule: 'x',
    answer: 'forbidden',
    addresses: [],
    serverName: null,
    passed: false,
  } as const
  inbox.record({ ...seen, ...why }, NOW_MS)
  const ask = (from: string) => () =>
    refuseSuspicious({ host: 'rebound.example.com:443', from }, inbox, principal('admin'))
  assert.throws(ask('billing'), { code: 'rejected' })
  assert.throws(ask('*'), { code: 'rejected' })
  assert.doesNotThrow(ask('orders'))
})

test('a range takes an admin', () => {
  const ask = (role: Role) => () =>
    refuseSuspicious(
      { host: 'cidr:203.0.113.0/24:443', from: 'billing' },
      new DenialInbox(),
      principal(role),
    )
  assert.throws(ask('operator'), { code: 'rejected' })
  assert.doesNotThrow(ask('admin'))
})
