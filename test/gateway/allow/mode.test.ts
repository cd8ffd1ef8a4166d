// Learning that ends: what the file may say about it, and that nothing is let through any more from that moment on.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { canonicalHost } from '../../../gateway/allow/canonical-host.ts'
import { modeInForce } from '../../../gateway/allow/mode.ts'
import type { EgressPlan } from '../../../gateway/allow/plan.ts'
import { decideEgress } from '../../../gateway/decide/egress.ts'
import { compiled, NOW_MS, planOf, wordsOf } from './plan-of.ts'

const HOUR_MS = 3_600_000
const UNTIL = '2030-06-15T13:00:00Z'
const LEARNING = planOf({ mode: 'learn', learnUntil: UNTIL })

function verdictAt(nowMs: number, plan: EgressPlan = LEARNING) {
  const host = canonicalHost('api.partner.example')
  const facts = { caller: 'billing', form: 'connect', host, port: 443, method: null, path: null }
  const { verdict, reason, mode } = decideEgress(facts as never, plan, nowMs)
  return { verdict, reason, mode }
}

suite('learning that ends', () => {
  test('lets calls through until its end, and refuses them from that very moment on', () => {
    const refused = { verdict: 'deny', reason: 'no_rule', mode: 'enforce' }
    const end = NOW_MS + HOUR_MS
    assert.deepEqual(verdictAt(end - 1), { verdict: 'allow', reason: 'no_rule', mode: 'learn' })
    assert.deepEqual(verdictAt(end), refused)
    assert.deepEqual(verdictAt(end + HOUR_MS), refused)
  })

  test('takes a rule with a mode of its own along only until that rule expires', () => {
    const plan = planOf({
      mode: 'learn',
      learnUntil: UNTIL,
      rules: [
        {
          name: 'own',
          from: ['billing'],
          allow: ['other.example.com'],
          mode: 'report',
          expires: '2030-06-15T14:00:00Z',
        },
      ],
    })
    assert.equal(verdictAt(NOW_MS + 1.5 * HOUR_MS, plan).mode, 'report')
    assert.equal(verdictAt(NOW_MS + 2 * HOUR_MS, plan).mode, 'enforce')
  })

  test('without an end goes on, and other modes know no end', () => {
    assert.equal(modeInForce(planOf({ mode: 'learn' }), NOW_MS + 1e12), 'learn')
    assert.equal(modeInForce(planOf({ mode: 'report' }), NOW_MS + 1e12), 'report')
  })

  test('is a warning once it is over, and never a file that is refused', () => {
    const { plan, problems } = compiled({ mode: 'learn', learnUntil: '2030-06-15' })
    assert.equal(plan?.learnUntilMs, Date.parse('2030-06-15'))
    assert.deepEqual(wordsOf(problems), [
      [
        'warning',
        'learnUntil',
        'learning ended on 2030-06-15: what no rule allows is refused',
        'write `mode: enforce`, or a later time',
      ],
    ])
  })

  test('must be a moment that exists, in the mode that learns', () => {
    const broken = compiled({ mode: 'learn', learnUntil: '2030-02-30' })
    assert.equal(broken.plan, null)
    assert.deepEqual(wordsOf(broken.problems), [
      [
        'error',
        'learnUntil',
        'there is no day 2030-02-30',
        'write `2030-12-31` or `2030-12-31T18:00:00Z`',
      ],
    ])
    const idle = compiled({ mode: 'enforce', learnUntil: UNTIL })
    assert.equal(idle.plan?.learnUntilMs, null)
    assert.deepEqual(wordsOf(idle.problems), [
      [
        'warning',
        'learnUntil',
        '`mode: enforce` does not learn',
        'remove it, or write `mode: learn`',
      ],
    ])
  })
})
