// What has become of a refused call since: told by the rules of now, never by what somebody clicked.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Denial } from '../../../../gateway/allow/denials.ts'
import type { EgressPlan } from '../../../../gateway/allow/plan.ts'
import { keyOf, type Ignoring } from '../../../../gateway/control/egress/ignored.ts'
import { deniedCalls } from '../../../../gateway/control/egress/inbox.ts'
import { NOW_MS, planOf } from '../../allow/plan-of.ts'

const DENIAL: Denial = {
  caller: 'billing',
  host: 'api.partner.example',
  port: 443,
  reason: 'no_rule',
  rule: '',
  answer: 'not_asked',
  addresses: [],
  serverName: null,
  passed: false,
  count: 3,
  firstMs: 1,
  lastMs: 2,
}
const HOUR_MS = 3_600_000
const NOTHING = planOf({})
const FOR_AN_HOUR = planOf({
  rules: [
    {
      name: 'soon',
      from: ['billing'],
      allow: ['api.partner.example'],
      expires: '2030-06-15T13:00:00Z',
    },
  ],
})

function stateOf(denial: Partial<Denial>, plan: EgressPlan, nowMs = NOW_MS, notes = NO_NOTES) {
  return deniedCalls([{ ...DENIAL, ...denial }], plan, notes, nowMs)[0]?.state
}

const NO_NOTES: ReadonlyMap<string, Ignoring> = new Map()
const NOTE = { note: 'a tracker', by: 'alice', atMs: 5 }
const KEY = { from: 'billing', host: 'api.partner.example', port: 443 }
const NOTES = new Map([[keyOf(KEY), { ...KEY, ...NOTE }]])

test('a call that no rule allows stays refused', () => {
  assert.deepEqual(stateOf({}, NOTHING), { kind: 'refused' })
})

test('a rule for an hour makes it allowed, and then expired', () => {
  const untilMs = NOW_MS + HOUR_MS
  assert.deepEqual(stateOf({}, FOR_AN_HOUR), { kind: 'allowed', rule: 'soon', untilMs })
  const expired = { kind: 'expired', rule: 'soon', sinceMs: untilMs }
  assert.deepEqual(stateOf({}, FOR_AN_HOUR, untilMs), expired)
})

test('a mode that lets everything through makes nothing allowed', () => {
  const learning = planOf({ mode: 'learn' })
  assert.deepEqual(stateOf({ passed: true }, learning), { kind: 'refused' })
})

test('what a rule for the host does not mend stays refused beside it', () => {
  for (const reason of ['sni_mismatch', 'address_forbidden', 'not_tls', 'denied_by_rule']) {
    assert.deepEqual(stateOf({ reason }, FOR_AN_HOUR), { kind: 'refused' })
  }
})

test('a note hides it, unless a rule allows it by now', () => {
  assert.deepEqual(stateOf({}, NOTHING, NOW_MS, NOTES), { kind: 'ignored', ...NOTE })
  assert.deepEqual(stateOf({ port: 80 }, NOTHING, NOW_MS, NOTES), { kind: 'refused' })
  assert.equal(stateOf({}, FOR_AN_HOUR, NOW_MS, NOTES)?.kind, 'allowed')
})

test('a wider pattern says who could own names there', () => {
  const widerOf = (host: string) =>
    deniedCalls([{ ...DENIAL, host }], NOTHING, NO_NOTES, NOW_MS)[0]?.wider
  assert.deepEqual(widerOf('api.stripe.com'), { pattern: '*.stripe.com', sharedBy: null })
  assert.deepEqual(widerOf('shop.co.jp'), { pattern: '*.co.jp', sharedBy: 'registry' })
  assert.deepEqual(widerOf('me.github.io'), { pattern: '*.github.io', sharedBy: 'hosting' })
  for (const host of ['stripe.com', '10.0.0.1', 'localhost']) assert.equal(widerOf(host), null)
})
