// Roles for named routes, services and namespaces: what lies outside is refused in one place, for every operation.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { Type } from 'typebox'
import type { Operation } from '../../../gateway/control/admin/operation.ts'
import { PASSWORD, startConsole, type Session, type TestConsole } from './console.ts'

const drained: string[] = []
const DRAIN: Operation = {
  id: 'drain',
  method: 'POST',
  path: '/api/v1/drains',
  role: 'operator',
  scope: ({ body }) => (body as { of: readonly string[] }).of,
  summary: 'Drains things.',
  body: Type.Object({ of: Type.Array(Type.String()) }, { additionalProperties: false }),
  answer: Type.Object({}),
  run: ({ body, change }) => {
    change({ target: 'drain', after: body })
    drained.push(...(body as { of: readonly string[] }).of)
    return {}
  },
}
/** The same body means something else here. */
const FILL: Operation = { ...DRAIN, id: 'fill', path: '/api/v1/fills', summary: 'Fills things.' }

let world: TestConsole
let root: Session
let scoped: Session
before(async () => {
  world = await startConsole({ operations: [DRAIN, FILL] })
  root = await world.setUp()
  const scope = ['route:prod', 'service:billing', 'namespace:shop']
  const body = { name: 'sato', password: PASSWORD, role: 'operator', scope }
  const answer = await world.ask('/api/v1/users', { method: 'POST', body, headers: root })
  assert.equal(answer.status, 201)
  scoped = await world.signIn('sato')
})
after(() => world.stop())

const drain = async (of: readonly string[], headers: Record<string, string> = scoped) =>
  (await world.ask('/api/v1/drains', { method: 'POST', body: { of }, headers })).status

suite('a scoped role', () => {
  test('reaches what is named, whole names only', async () => {
    for (const inside of [
      'route:prod',
      'service:billing',
      'service:default/billing',
      'service:shop/cart',
    ]) {
      assert.equal(await drain([inside]), 200, inside)
    }
    const before = drained.length
    for (const outside of [
      'route:prod-2',
      'route:pro',
      'route:PROD',
      'route:shop',
      'service:billing-2',
      'service:prod',
      'service:shop-2/cart',
      'service:shop',
      'namespace:billing',
      'everything',
    ]) {
      assert.equal(await drain([outside]), 403, outside)
      assert.equal(await drain(['route:prod', outside]), 403, outside)
    }
    assert.equal(drained.length, before)
    assert.equal(await drain(['route:other'], root), 200)
  })

  test('may not what is about everything, and may what is its own', async () => {
    for (const [method, path, body] of [
      ['GET', '/api/v1/egress/denied', undefined],
      ['GET', '/api/v1/audit', undefined],
      ['POST', '/api/v1/join-tokens', { service: 'billing' }],
      // A rule of egress is everybody's way out.
      ['POST', '/api/v1/egress:allow', { host: 'a.example', from: 'billing', owner: 'x' }],
    ] as const) {
      const answer = await world.ask(path, { method, body, headers: scoped })
      assert.equal(answer.status, 403, path)
    }
    for (const path of ['/api/v1/me', '/api/v1/tokens', '/openapi.json']) {
      assert.equal((await world.ask(path, { headers: scoped })).status, 200, path)
    }
  })

  test('hands on no more than it has', async () => {
    const make = async (scope: readonly string[] | undefined) => {
      const body = { name: 'ci', role: 'operator', ...(scope && { scope }) }
      return world.ask('/api/v1/tokens', { method: 'POST', body, headers: scoped })
    }
    for (const scope of [
      [],
      ['route:other'],
      ['route:prod', 'route:other'],
      ['namespace:default'],
    ]) {
      assert.equal((await make(scope)).status, 403, String(scope))
    }
    assert.equal((await make(['prod'])).status, 422)
    const inherited = await make(undefined)
    const narrow = await make(['service:shop/cart'])
    const bearer = (answer: typeof narrow) => ({
      authorization: `Bearer ${String(answer.body['secret'])}`,
    })
    assert.equal(await drain(['route:prod'], bearer(inherited)), 200)
    assert.equal(await drain(['route:other'], bearer(inherited)), 403)
    assert.equal(await drain(['service:shop/cart'], bearer(narrow)), 200)
    assert.equal(await drain(['route:prod'], bearer(narrow)), 403)
    const body = { scope: ['route:prod'] }
    await world.ask('/api/v1/users/sato', { method: 'PATCH', body, headers: root })
    assert.equal(await drain(['service:shop/cart'], bearer(narrow)), 401)
  })
})

suite('an idempotency key', () => {
  const post = (key: string, of: readonly string[], headers: Record<string, string> = root) =>
    world.ask('/api/v1/drains', {
      method: 'POST',
      body: { of },
      headers: { ...headers, 'idempotency-key': key },
    })

  test('does once what is asked twice, and tells it once', async () => {
    const count = () => world.audit.search(null, 1000, { action: 'drain' }).entries.length
    const told = count()
    const before = drained.length
    const first = await post('k1', ['route:a'])
    const again = await post('k1', ['route:a'])
    assert.deepEqual([first.status, again.status], [200, 200])
    assert.equal(first.headers['idempotency-replayed'], undefined)
    assert.equal(again.headers['idempotency-replayed'], 'true')
    assert.equal(drained.length, before + 1)
    assert.equal(count(), told + 1)
    const other = await post('k1', ['route:b'])
    assert.deepEqual([other.status, other.body['code']], [422, 'invalid'])
    const elsewhere = await world.ask('/api/v1/fills', {
      method: 'POST',
      body: { of: ['route:a'] },
      headers: { ...root, 'idempotency-key': 'k1' },
    })
    assert.deepEqual([elsewhere.status, elsewhere.body['code']], [422, 'invalid'])
    assert.equal((await post('', ['route:a'])).status, 400)
  })

  test('is its principal’s own', async () => {
    const before = drained.length
    const token = { name: 'ci', role: 'admin' }
    const made = await world.ask('/api/v1/tokens', { method: 'POST', body: token, headers: root })
    const bearer = { authorization: `Bearer ${String(made.body['secret'])}` }
    await post('k2', ['route:a'])
    const { headers } = await post('k2', ['route:a'], bearer)
    assert.equal(headers['idempotency-replayed'], undefined)
    assert.equal(drained.length, before + 2)
  })
})
