import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { entryOf, missingOfRule, NO_RULE } from '../../../../admin-ui/pages/egress/typed-rule.ts'

const TYPED = {
  ...NO_RULE,
  name: 'payments',
  from: 'billing、orders',
  hosts: 'api.stripe.com, *.s3.amazonaws.com:8443',
  owner: 'team-pay',
  reason: 'refunds',
}

suite('a rule as it is typed', () => {
  test('becomes an entry of the file', () => {
    assert.deepEqual(entryOf(TYPED), {
      name: 'payments',
      from: ['billing', 'orders'],
      allow: ['api.stripe.com', '*.s3.amazonaws.com:8443'],
      owner: 'team-pay',
      reason: 'refunds',
    })
  })

  test('says protocol, ports and day where they are chosen', () => {
    const { allow, expires } = entryOf({ ...TYPED, protocol: 'tcp', expires: '2030-12-31' })
    assert.deepEqual(allow, [
      { host: 'api.stripe.com', protocol: 'tcp' },
      { host: '*.s3.amazonaws.com', ports: [8443], protocol: 'tcp' },
    ])
    assert.equal(expires, '2030-12-31')
  })

  test('needs a name that is free, callers, hosts, an owner and a reason', () => {
    assert.deepEqual(missingOfRule(NO_RULE, []), ['name', 'from', 'hosts', 'owner', 'reason'])
    assert.deepEqual(missingOfRule(TYPED, ['payments']), ['name'])
    assert.deepEqual(missingOfRule(TYPED, []), [])
  })
})
