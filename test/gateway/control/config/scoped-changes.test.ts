// Who is for one route changes exactly that route: what else a text, a restore or a confirmation would do is refused and told.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { createAdminApp, type ApiEvent } from '../../../../gateway/control/admin/app.ts'
import type { Principal } from '../../../../gateway/control/admin/operation.ts'
import { configOperations } from '../../../../gateway/control/config/operations.ts'
import { FolderStore } from '../../../../gateway/control/revisions/folder-store.ts'
import { checksumOf } from '../../../../gateway/control/revisions/revision.ts'
import { until } from '../../../support/until.ts'
import { quiet, startAlone } from './fixture.ts'

const ORDERS = '  - { name: orders, match: /orders/*, to: orders, auth: public }\n'
const CART = '  - { name: cart, match: /cart/*, to: cart, auth: public }\n'
const SERVICES = 'services: { orders: { mesh: true }, cart: { mesh: true } }\n'
const START = `${SERVICES}routes:\n${ORDERS}${CART}`
const OWN = START.replace('to: orders,', 'to: orders, timeout: 1s,')

const folder = mkdtempSync(join(tmpdir(), 'sallyport-scoped-changes-'))
const events: ApiEvent[] = []
let app: FastifyInstance
let node: ReturnType<typeof startAlone>
let scope: readonly string[] = ['route:orders']

before(async () => {
  node = startAlone(new FolderStore(folder))
  node.supervisor.live = { ...node.supervisor.live, text: START }
  node.alone.learn(node.supervisor.live)
  await until('a revision', () => node.configurations.served().revision !== null)
  const who = { kind: 'user', name: 'sato', role: 'operator', token: '' } as const
  app = await createAdminApp({
    operations: configOperations(node.configurations),
    authenticate: () => {
      const principal: Principal = { ...who, scope, isFederated: false }
      return { principal, sessionId: null }
    },
    newId: () => 'id',
    beforeChange: () => {},
    onEvent: (event) => void events.push(event),
    log: quiet,
  })
})

after(async () => {
  await app.close()
  rmSync(folder, { recursive: true, force: true })
})

const served = (): string => node.supervisor.live.text

async function ask(method: 'GET' | 'POST' | 'PUT', url: string, payload?: object, seen?: string) {
  const headers = seen === undefined ? {} : { 'if-match': `"${checksumOf(seen)}"` }
  const answer = await app.inject({ method, url, headers, ...(payload && { payload }) })
  return { status: answer.statusCode, body: answer.json() }
}

const apply = (text: string, seen = served()) => ask('PUT', '/api/v1/config', { text }, seen)

async function refused(text: string): Promise<void> {
  const [live, told] = [served(), events.length]
  const { status, body } = await apply(text)
  assert.deepEqual([status, body.code], [403, 'not_permitted'], body.detail)
  assert.equal(served(), live)
  const { operation, result, principal } = events.at(-1)!
  assert.deepEqual(
    [events.length - told, operation, result, principal.name],
    [1, 'applyConfig', 'not_permitted', 'sato'],
  )
}

suite('a role of one route', () => {
  test('sees the configuration and tries what it wants', async () => {
    assert.equal((await ask('GET', '/api/v1/config')).body.text, START)
    assert.equal((await ask('POST', '/api/v1/config:try', { text: OWN })).status, 200)
    for (const path of ['', '/1', '/1/diff']) {
      assert.equal((await ask('GET', `/api/v1/revisions${path}`)).status, 200, path)
    }
  })

  test('changes that route', async () => {
    assert.equal((await apply(OWN)).status, 200)
    assert.equal(served(), OWN)
    assert.equal(node.supervisor.changes.at(-1)?.origin, 'ui')
  })

  test('changes no other one, adds none, renames none, and touches nothing around it', async () => {
    const another = OWN.replace('/cart/*, to: cart', '/cart/*, to: cart, timeout: 1s')
    await refused(another)
    await refused(another.replace('timeout: 1s, auth', 'timeout: 2s, auth'))
    await refused(`${OWN}  - { name: new, match: /new, to: orders, auth: public }\n`)
    await refused(OWN.replace('name: orders', 'name: order'))
    await refused(OWN.replace(CART, ''))
    await refused(`# mine now\n${OWN.replace('timeout: 1s', 'timeout: 3s')}`)
    await refused(OWN.replace('/orders/*', '/*'))
    await refused(OWN.replace('to: orders', 'to: cart'))
    await refused(`${OWN}admin: off\n`)
  })

  test('changes only what it saw, so that nobody else’s change is taken for its own', async () => {
    const text = OWN.replace('1s', '2s')
    assert.equal((await ask('PUT', '/api/v1/config', { text })).status, 428)
    const stale = await apply(text, START)
    assert.deepEqual([stale.status, stale.body.code], [412, 'stale'])
    assert.match(stale.body.detail, /^sato changed the configuration meanwhile \(revision 2/)
    // Or a text that is about to be served could be named, and what that changes would be compared with nothing.
    const { configurations } = node
    await assert.rejects(configurations.expect(checksumOf(text)), { code: 'stale' })
    assert.equal(await configurations.expect(checksumOf(OWN)), OWN)
    assert.equal(served(), OWN)
  })

  test('restores and confirms what is about that route, and nothing else', async () => {
    const restore = (number: number) =>
      ask('POST', `/api/v1/revisions/${number}:restore`, {}, served())
    assert.equal((await ask('POST', '/api/v1/revisions/1:restore', {})).status, 428)
    assert.equal((await restore(1)).status, 200)
    assert.equal(served(), START)
    scope = []
    const withCart = START.replace('/cart/*, to: cart', '/cart/*, to: cart, timeout: 9s')
    const wanted = { text: withCart, confirmWithin: '60s' }
    assert.equal((await ask('PUT', '/api/v1/config', wanted, served())).status, 200)
    scope = ['route:orders']
    assert.equal((await ask('POST', '/api/v1/config:confirm')).status, 403)
    assert.equal((await restore(1)).status, 403)
    assert.notEqual(node.supervisor.live.revertsAtMs, null)
    scope = ['route:cart']
    assert.equal((await ask('POST', '/api/v1/config:confirm')).status, 200)
    assert.equal((await restore(1)).status, 200)
  })

  test('is for a service only together with the routes that use it', async () => {
    const text = START.replace('cart: { mesh: true }', 'cart: { mesh: true, breaker: {} }')
    scope = ['service:cart']
    await refused(text)
    scope = ['service:cart', 'route:cart']
    assert.equal((await apply(text)).status, 200)
  })
})
