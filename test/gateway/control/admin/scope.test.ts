// What a scope reaches, and when one scope lies within another.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isInScope, isWithin, SCOPE_PATTERN } from '../../../../gateway/control/admin/scope.ts'

test('names are compared whole, and a namespace reaches its services', () => {
  const cases: readonly [readonly string[], string, boolean][] = [
    [[], 'anything', true],
    [['route:prod'], 'route:prod', true],
    [['route:prod'], 'route:prod-2', false],
    [['route:prod-2'], 'route:prod', false],
    [['namespace:shop'], 'service:shop/cart', true],
    [['namespace:shop'], 'service:shop', false],
    [['namespace:shop'], 'route:shop', false],
    [['namespace:default'], 'service:cart', true],
    [['namespace:default'], 'service:shop/cart', false],
    [['service:cart'], 'service:default/cart', true],
    [['service:default/cart'], 'service:cart', true],
    [['service:cart'], 'service:shop/cart', false],
    [['namespace:shop'], 'namespace:shop', true],
    [['service:shop/cart'], 'namespace:shop', false],
  ]
  for (const [scope, resource, expected] of cases) {
    assert.equal(isInScope(scope, resource), expected, `${scope.join()} ${resource}`)
  }
})

test('everything lies within nothing but everything', () => {
  assert.ok(isWithin([], []))
  assert.ok(isWithin(['route:a'], []))
  assert.ok(!isWithin([], ['route:a']))
  assert.ok(isWithin(['service:shop/cart'], ['namespace:shop']))
  assert.ok(!isWithin(['namespace:shop'], ['service:shop/cart']))
})

test('only what names something is a scope', () => {
  const pattern = new RegExp(SCOPE_PATTERN)
  for (const good of ['route:a', 'service:a', 'service:a/b', 'namespace:a'])
    assert.match(good, pattern)
  for (const bad of [
    '',
    'a',
    'route:',
    'route:*',
    'route:a/b',
    'service:a/b/c',
    'role:admin',
    'route:a\n',
  ]) {
    assert.doesNotMatch(bad, pattern)
  }
})
