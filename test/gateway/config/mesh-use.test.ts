// Routes into the mesh, and services that live in it alone.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadText, told } from './memory-disk.ts'

const file = (authorize: string): string => `
listeners: [ { name: p, bind: "127.0.0.1:0", tls: off } ]
services: { orders: { mesh: true }, billing: { mesh: true } }
routes: [ { name: r, match: /x, to: orders, auth: public } ]
mesh:
  trustDomain: example.internal
  authorize: ${authorize}
`

test('a route that the edge may not follow is told, and which rule is missing', async () => {
  const result = await loadText(file('[ { to: orders, from: [billing] } ]'))
  assert.deepEqual(told(result), [
    '4:37 warning: no rule of `mesh.authorize` lets the edge call `orders`',
  ])
})

test('a service that only mesh rules name is used', async () => {
  const rules = '[ { to: orders, from: [edge] }, { to: billing, from: [orders] } ]'
  assert.deepEqual(told(await loadText(file(rules))), [])
  assert.deepEqual(told(await loadText(file('[ { to: orders, from: any } ]'))), [
    '3:37 warning: service `billing` is not used by any route',
  ])
})
