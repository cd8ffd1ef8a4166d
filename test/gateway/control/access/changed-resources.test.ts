// Which routes and services a change is about, and that nothing hides behind them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changedResources } from '../../../../gateway/control/access/changed-resources.ts'

const served = {
  listeners: [{ name: 'public', tls: 'off' }],
  services: { billing: { endpoints: ['http://127.0.0.1:1'] }, 'shop/cart': { mesh: true } },
  routes: [
    { name: 'orders', match: '/orders/*', to: 'billing', auth: 'public' },
    { name: 'cart', match: '/cart/*', to: 'shop/cart', auth: 'public' },
  ],
}

test('names the routes and services that differ, were added or are gone', () => {
  const { routes, services } = served
  const [orders, cart] = routes as [object, object]
  const cases: readonly (readonly [object, readonly string[]])[] = [
    [served, []],
    [{ ...served, routes: [cart, orders] }, []],
    [{ ...served, routes: [{ ...orders, timeout: '1s' }, cart] }, ['route:orders']],
    [{ ...served, routes: [cart] }, ['route:orders']],
    [{ ...served, routes: [...routes, { name: 'new' }] }, ['route:new']],
    [{ ...served, services: { ...services, billing: {} } }, ['service:billing']],
    [{ ...served, routes: [{ ...orders, name: 'other' }, cart] }, ['route:orders', 'route:other']],
  ]
  for (const [after, expected] of cases) {
    assert.deepEqual(changedResources(served, after), expected)
  }
})

test('is about everything where anything else differs, or cannot be told apart', () => {
  for (const after of [
    { ...served, listeners: [] },
    { ...served, admin: 'off' },
    { ...served, routes: [...served.routes, { name: 'orders' }] },
    { ...served, routes: [{}] },
    { ...served, routes: 'x' },
    null,
    'x',
  ]) {
    assert.deepEqual(changedResources(served, after), ['everything'])
  }
})
