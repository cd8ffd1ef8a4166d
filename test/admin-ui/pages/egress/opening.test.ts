import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { DeniedCall } from '../../../../admin-ui/api/contract.ts'
import {
  bodyOf,
  commandOf,
  firstChoice,
  missingOf,
  ruleOf,
} from '../../../../admin-ui/pages/egress/opening.ts'

const DENIAL: DeniedCall = {
  caller: 'billing',
  host: 'api.partner.example',
  port: 8443,
  reason: 'no_rule',
  rule: '',
  answer: 'not_asked',
  addresses: [],
  serverName: null,
  passed: false,
  count: 1,
  firstMs: 0,
  lastMs: 0,
  state: { kind: 'refused' },
  suspicion: null,
  wider: { pattern: '*.partner.example', sharedBy: null },
}
const CHOICE = { ...firstChoice(DENIAL), owner: 'team-pay', reason: 'refunds' }

suite('letting a call out', () => {
  test('is for this caller, this host, this port and a day, unless somebody says otherwise', () => {
    assert.deepEqual(bodyOf(DENIAL, CHOICE), {
      host: 'api.partner.example:8443',
      from: 'billing',
      owner: 'team-pay',
      reason: 'refunds',
      for: '24h',
    })
  })

  test('may be for every name below, everybody and good', () => {
    const choice = { ...CHOICE, isWide: true, isEverybody: true, life: 'forever' } as const
    assert.deepEqual(bodyOf(DENIAL, choice), {
      host: '*.partner.example:8443',
      from: '*',
      owner: 'team-pay',
      reason: 'refunds',
    })
  })

  test('reads what a Japanese keyboard types', () => {
    const choice = { ...CHOICE, port: '４４３', owner: ' 決済チーム ' }
    assert.deepEqual(missingOf(choice), [])
    assert.equal(bodyOf(DENIAL, choice).host, 'api.partner.example:443')
    assert.equal(bodyOf(DENIAL, choice).owner, '決済チーム')
  })

  test('needs an owner, a reason, a port and, until a day, that day', () => {
    const choice = { ...CHOICE, owner: ' ', reason: '　', port: '70000', life: 'day' } as const
    assert.deepEqual(missingOf(choice), ['owner', 'reason', 'port', 'day'])
    assert.deepEqual(missingOf({ ...CHOICE, life: 'day', day: '2030-12-31' }), [])
  })

  test('is told as a command that a shell reads as it is meant', () => {
    assert.equal(
      commandOf({
        host: '*.x.example:443',
        from: '*',
        owner: "o'neill; rm",
        reason: '$(id)',
        for: '1h',
      }),
      `sallyport egress allow '*.x.example:443' --from '*' --owner 'o'\\''neill; rm' --reason '$(id)' --for 1h`,
    )
    assert.equal(
      commandOf(bodyOf(DENIAL, { ...CHOICE, owner: '', life: 'day', day: '2030-12-31' })),
      'sallyport egress allow api.partner.example:8443 --from billing --owner WHO --reason refunds --expires 2030-12-31',
    )
  })

  test('becomes a rule of the draft with a name of its own, and an end that is a moment', () => {
    const body = bodyOf(DENIAL, { ...CHOICE, life: '1h' })
    assert.deepEqual(ruleOf(body, ['allow-billing-1'], Date.UTC(2030, 0, 1, 0, 0, 0, 1)), {
      name: 'allow-billing-2',
      from: ['billing'],
      allow: ['api.partner.example:8443'],
      owner: 'team-pay',
      reason: 'refunds',
      expires: '2030-01-01T01:00:01Z',
    })
    const forGood = ruleOf(bodyOf(DENIAL, { ...CHOICE, life: 'forever' }), [], 0)
    assert.equal('expires' in forGood, false)
  })
})
