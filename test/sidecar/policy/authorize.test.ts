import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuthorizationRule } from '../../../sidecar/policy/authorization-rule.ts'
import { authorize } from '../../../sidecar/policy/authorize.ts'

const EDGE = 'spiffe://example.internal/ns/system/svc/edge'
const BILLING = 'spiffe://example.internal/ns/default/svc/billing'
const OTHER = 'spiffe://example.internal/ns/default/svc/other'

function rule(name: string, parts: Partial<AuthorizationRule> = {}): AuthorizationRule {
  return { name, verdict: 'allow', from: null, methods: null, paths: null, ...parts }
}

/** `GET /path` by `callerId`, as `verdict reason rule`. */
function decide(rules: readonly AuthorizationRule[], call: string, callerId = BILLING): string {
  const [method = '', path = ''] = call.split(' ')
  const decision = authorize(rules, { callerId, method, path })
  return `${decision.verdict} ${decision.reason} ${decision.rule}`.trimEnd()
}

test('without a rule nobody may call', () => {
  assert.equal(decide([], 'GET /'), 'deny caller_not_allowed')
})

test('a caller is compared as a whole, never by a part of its id', () => {
  const rules = [rule('billing', { from: [BILLING] })]
  assert.equal(decide(rules, 'GET /'), 'allow allowed_by_rule billing')
  for (const id of [OTHER, `${BILLING}x`, BILLING.slice(0, -1), BILLING.toUpperCase(), '']) {
    assert.equal(decide(rules, 'GET /', id), 'deny caller_not_allowed', id)
  }
})

test('a refusal names what came nearest', () => {
  const rules = [
    rule('edge', { from: [EDGE] }),
    rule('read', { from: [BILLING], methods: ['GET'] }),
    rule('write', { from: [BILLING], methods: ['POST'], paths: ['/orders/*'] }),
  ]
  assert.equal(decide(rules, 'GET /x', OTHER), 'deny caller_not_allowed')
  assert.equal(decide(rules, 'DELETE /orders'), 'deny caller_method_not_allowed read')
  assert.equal(decide(rules, 'POST /refunds'), 'deny caller_path_not_allowed write')
})

test('a method is compared in its own case', () => {
  const rules = [rule('get', { methods: ['GET'] })]
  assert.equal(decide(rules, 'get /'), 'deny caller_method_not_allowed get')
})

const PATHS: readonly (readonly [pattern: string, path: string, matches: boolean])[] = [
  ['/orders', '/orders', true],
  ['/orders', '/orders/', false],
  ['/orders', '/ordersx', false],
  ['/orders', '/Orders', false],
  ['/orders/*', '/orders', true],
  ['/orders/*', '/orders/', true],
  ['/orders/*', '/orders/1/items', true],
  ['/orders/*', '/ordersx', false],
  ['/orders/*', '/', false],
  ['/*', '/', true],
  ['/*', '/anything/at/all', true],
  ['/', '/x', false],
]
for (const [pattern, path, isMatch] of PATHS) {
  test(`${pattern} ${isMatch ? 'is' : 'is not'} a rule about ${path}`, () => {
    const allowed = decide([rule('it', { paths: [pattern] })], `GET ${path}`)
    assert.equal(allowed.startsWith('allow'), isMatch)
  })
}

test('path parameters open no way around a rule', () => {
  const rules = [
    rule('all', { paths: ['/*'] }),
    rule('no admin', { verdict: 'deny', paths: ['/admin/*'] }),
  ]
  for (const path of ['/admin;x', '/admin;x/users', '/admin%3Bx/users', '/;/admin/users']) {
    assert.equal(decide(rules, `GET ${path}`), 'deny denied_by_rule no admin', path)
  }
  const open = [rule('open', { paths: ['/open/*'] })]
  assert.equal(decide(open, 'GET /open/a;v=1'), 'allow allowed_by_rule open')
  assert.equal(decide(open, 'GET /open;/x'), 'deny caller_path_not_allowed open')
})

test('a deny holds under every reading that a server may have of a path', () => {
  const rules = [rule('all'), rule('no admin', { verdict: 'deny', paths: ['/admin', '/@me/*'] })]
  for (const path of ['/admin/', '/ADMIN', '/Admin;x', '/%40me', '/%40Me/keys']) {
    assert.equal(decide(rules, `GET ${path}`), 'deny denied_by_rule no admin', path)
  }
  assert.equal(decide(rules, 'GET /administration'), 'allow allowed_by_rule all')
})

test('a deny beats every allow, in whatever order they come and however special the allow is', () => {
  const rules = [
    rule('special', { from: [BILLING], methods: ['GET'], paths: ['/orders/secret'] }),
    rule('none', { verdict: 'deny', paths: ['/orders/*'] }),
  ]
  for (const order of [rules, rules.toReversed()]) {
    assert.equal(decide(order, 'GET /orders/secret'), 'deny denied_by_rule none')
  }
})

test('of several rules that allow, the most specific is named', () => {
  const rules = [
    rule('anybody'),
    rule('billing', { from: [BILLING] }),
    rule('billing orders', { from: [BILLING], paths: ['/orders/*'] }),
    rule('billing order', { from: [BILLING], paths: ['/orders/1'], methods: ['GET'] }),
  ]
  for (const order of [rules, rules.toReversed()]) {
    assert.equal(decide(order, 'GET /orders/1'), 'allow allowed_by_rule billing order')
    assert.equal(decide(order, 'PUT /orders/1'), 'allow allowed_by_rule billing orders')
    assert.equal(decide(order, 'GET /x'), 'allow allowed_by_rule billing')
    assert.equal(decide(order, 'GET /orders/1', OTHER), 'allow allowed_by_rule anybody')
  }
})
