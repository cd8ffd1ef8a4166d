// Which destinations look like an attack, and which do not.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { suspicionOf } from '../../../gateway/allow/suspicion.ts'

const CASES: readonly (readonly [host: string, suspicion: ReturnType<typeof suspicionOf>])[] = [
  ['169.254.169.254', 'metadata'],
  ['[fd00:ec2::254]', 'metadata'],
  ['metadata.google.internal', 'metadata'],
  ['METADATA.google.internal.', 'metadata'],
  ['10.1.2.3', 'inside'],
  ['127.0.0.1', 'inside'],
  ['[::1]', 'inside'],
  ['[::ffff:10.0.0.1]', 'inside'],
  ['0x7f.1', 'inside'],
  ['2130706433', 'inside'],
  ['localhost', 'inside'],
  ['db.localhost', 'inside'],
  ['billing', 'inside'],
  ['8.8.8.8', 'address_literal'],
  ['[2606:4700::1111]', 'address_literal'],
  ['api.stripe.com', null],
  ['metadata.example.com', null],
]

for (const [host, suspicion] of CASES) {
  test(`${host} is ${suspicion ?? 'nothing special'}`, () => {
    assert.equal(suspicionOf(host, 'not_asked'), suspicion)
  })
}

test('a name of the outside that leads inside is a rebinding', () => {
  assert.equal(suspicionOf('api.stripe.com', 'forbidden'), 'rebinding')
  assert.equal(suspicionOf('api.stripe.com', 'public'), null)
  assert.equal(suspicionOf('api.stripe.com', 'failed'), null)
})
