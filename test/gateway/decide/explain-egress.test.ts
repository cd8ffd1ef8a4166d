import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { decideEgress } from '../../../gateway/decide/egress.ts'
import { explainEgress } from '../../../gateway/decide/explain-egress.ts'
import { canonicalHost } from '../../../gateway/allow/canonical-host.ts'
import { NOW_MS, planOf } from '../allow/plan-of.ts'

const PLAN = planOf({
  rules: [
    { name: 'payments', from: ['billing'], allow: ['api.stripe.com', '*.example.com:8443'] },
    { name: 'never', from: ['*'], deny: ['bad.example.com'] },
    { name: 'trial', from: ['trial'], allow: ['a.example.net'], mode: 'report' },
  ],
})

suite('the explanation of a call that wants out', () => {
  test('names the rule that lets it, with its place', () => {
    const found = explainEgress({ caller: 'billing', target: 'api.stripe.com' }, PLAN, NOW_MS)
    assert.deepEqual([found.verdict, found.status, found.rule], ['allow', null, 'payments'])
    const rule = found.steps.find(({ step }) => step === 'rule')
    assert.deepEqual(rule?.at, ['egress', 'rules', 0])
    assert.match(rule?.detail ?? '', /payments: api\.stripe\.com/)
  })

  test('says what is nearest where none does', () => {
    const port = explainEgress({ caller: 'billing', target: 'x.example.com:443' }, PLAN, NOW_MS)
    assert.deepEqual([port.status, port.reason], [403, 'port_not_allowed'])
    assert.match(
      port.steps.find(({ step }) => step === 'rule')?.detail ?? '',
      /\*\.example\.com:8443/,
    )
    const none = explainEgress({ caller: 'orders', target: 'api.stripe.com' }, PLAN, NOW_MS)
    assert.deepEqual([none.status, none.reason], [403, 'no_rule'])
    const host = explainEgress({ caller: 'orders', target: '0x7f.1' }, PLAN, NOW_MS)
    assert.deepEqual(
      host.steps.map(({ verdict }) => verdict),
      ['pass', 'fail', 'skip', 'skip', 'skip'],
    )
  })

  test('tells what only the mode lets through', () => {
    const found = explainEgress({ caller: 'trial', target: 'b.example.net' }, PLAN, NOW_MS)
    assert.equal(found.verdict, 'allow')
    assert.match(
      found.steps.find(({ step }) => step === 'mode')?.detail ?? '',
      /enforce would refuse/,
    )
  })

  test('is the decision itself', () => {
    for (const caller of ['billing', 'orders', 'trial']) {
      for (const name of ['api.stripe.com', 'bad.example.com', 'x.example.com', 'a.example.net']) {
        const host = canonicalHost(name)
        const facts = {
          caller,
          form: 'connect',
          host,
          port: 443,
          method: null,
          path: null,
        } as const
        const decision = decideEgress(facts, PLAN, NOW_MS)
        const found = explainEgress({ caller, target: name }, PLAN, NOW_MS)
        assert.equal(found.verdict, decision.verdict, `${caller} ${name}`)
        if (decision.verdict === 'deny') assert.equal(found.reason, decision.reason)
      }
    }
  })
})
