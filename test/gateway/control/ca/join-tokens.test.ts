import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { JoinTokens, MAX_TOKENS, RETRY_MS } from '../../../../gateway/control/ca/join-tokens.ts'
import { readJoinToken } from '../../../../gateway/control/ca/join-token-text.ts'
import { bundleHash } from '../../../../sidecar/identity/bundle-hash.ts'
import { createKey } from '../../../../sidecar/identity/key.ts'
import { bundleOf, oddRoot } from '../../../support/odd-certificates.ts'
import { TwoClocks } from '../../../sidecar/identity/two-clocks.ts'
import { MemoryDocuments, START_MS, Trail } from './fixture.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const root = await oddRoot()
const trust = bundleOf(root)

async function open(store = new MemoryDocuments(), clock = new TwoClocks(START_MS)) {
  const trail = new Trail()
  const { audit } = trail
  const tokens = await JoinTokens.open({
    documents: store,
    clock,
    randomBytes,
    trust: () => trust,
    audit,
  })
  const join = async (token: string, csrPem: string, service: string | null = 'orders') => {
    const verdict = await tokens.redeem({ token, csrPem, service, actor: '10.0.0.1' })
    return verdict.kind === 'granted' ? verdict.service : verdict.reason
  }
  const create = (service = 'orders', ttlMs?: number) =>
    tokens.create({ service, createdBy: 'alice', ...(ttlMs === undefined ? {} : { ttlMs }) })
  return { tokens, store, clock, trail, join, create }
}

test('a token says which service its bearer is, once', async () => {
  const { create, join, trail } = await open()
  const { token, expiresAtMs, id } = await create('team/orders')
  assert.equal(expiresAtMs, START_MS + 10 * MINUTE_MS)
  assert.equal(trail.last?.kind, 'join_token_create')
  assert.equal(trail.last.actor, 'alice')
  const { csrPem, keyHash } = createKey()
  assert.equal(await join(token, csrPem, 'team/orders'), 'team/orders')
  assert.deepEqual(trail.last, {
    kind: 'join_by_token',
    atMs: START_MS,
    actor: '10.0.0.1',
    service: 'team/orders',
    result: 'ok',
    reason: null,
    alarm: false,
    detail: { id, keyHash },
  })
})

test('it pins the bundle, and its secret stands in no store, list or event', async () => {
  const { tokens, create, join, store, trail } = await open()
  const { token } = await create()
  const parts = readJoinToken(token)!
  assert.equal(parts.bundleHash, bundleHash([root.certPem]))
  assert.equal(Buffer.from(parts.secret, 'base64url').length, 32)
  await join(token, createKey().csrPem)
  for (const text of [
    store.text,
    JSON.stringify(await tokens.list()),
    JSON.stringify(trail.events),
  ]) {
    assert.ok(!text.includes(parts.secret))
  }
})

test('the answer may be lost: the same key may come again, and another key sounds the alarm', async () => {
  const { create, join, trail } = await open()
  const { token } = await create()
  const { csrPem } = createKey()
  assert.equal(await join(token, csrPem), 'orders')
  assert.equal(await join(token, csrPem), 'orders')
  assert.equal(await join(token, createKey().csrPem), 'replayed_token')
  assert.equal(trail.last?.alarm, true)
  assert.equal(await join(token, csrPem), 'orders')
})

test('of two bearers at the same time one is first, and the other is not let in', async () => {
  const { create, join } = await open()
  const { token } = await create()
  const answers = await Promise.all([
    join(token, createKey().csrPem),
    join(token, createKey().csrPem),
  ])
  assert.deepEqual(answers, ['orders', 'replayed_token'])
})

test('it expires, but not under the feet of a key that was there before', async () => {
  const { create, join, clock } = await open()
  const [unused, used] = [await create(), await create()]
  const { csrPem } = createKey()
  clock.jump(10 * MINUTE_MS - 1)
  assert.equal(await join(used.token, csrPem), 'orders')
  clock.jump(1)
  assert.equal(await join(unused.token, csrPem), 'expired_token')
  assert.equal(await join(used.token, csrPem), 'orders')
  clock.jump(RETRY_MS)
  assert.equal(await join(used.token, csrPem), 'expired_token')
  assert.equal(await join(used.token, createKey().csrPem), 'replayed_token')
})

test('every way to be wrong has its word, and none uses the token up', async () => {
  const { create, join, trail } = await open()
  const { token } = await create()
  const parts = readJoinToken(token)!
  const { csrPem } = createKey()
  const with_ = (changed: Partial<typeof parts>): string => {
    const { id, secret, bundleHash: hash } = { ...parts, ...changed }
    return `sp1.${id}.${secret}.${hash}`
  }
  const other = (text: string): string => `${text.slice(0, -4)}AAAA`
  const cases: readonly (readonly [string, string, string | null])[] = [
    ['malformed_token', '', 'orders'],
    ['malformed_token', 'x'.repeat(100_000), 'orders'],
    ['malformed_token', `${token} `, 'orders'],
    ['malformed_token', `${token}\n`, 'orders'],
    ['malformed_token', token.replace('sp1', 'sp2'), 'orders'],
    ['malformed_token', token.slice(0, -1), 'orders'],
    ['unknown_token', with_({ id: other(parts.id) }), 'orders'],
    ['unknown_token', with_({ id: '__proto__AAAAAAA' }), 'orders'],
    ['wrong_secret', with_({ secret: other(parts.secret) }), 'orders'],
    ['foreign_bundle', with_({ bundleHash: other(parts.bundleHash) }), 'orders'],
    ['foreign_service', token, 'billing'],
    ['foreign_service', token, 'default/orders'],
  ]
  for (const [reason, text, service] of cases) {
    assert.equal(await join(text, csrPem, service), reason, text.slice(0, 100))
    assert.equal(trail.last?.reason, reason)
    assert.equal(trail.last.alarm, reason === 'wrong_secret')
  }
  assert.equal(await join(token, 'garbage'), 'bad_csr')
  assert.equal(await join(token, csrPem, null), 'orders')
})

test('a restart of control forgets neither tokens nor whose they are', async () => {
  const store = new MemoryDocuments()
  const clock = new TwoClocks(START_MS)
  const before = await open(store, clock)
  const [used, unused] = [await before.create(), await before.create()]
  const { csrPem } = createKey()
  assert.equal(await before.join(used.token, csrPem), 'orders')
  const { join } = await open(store, clock)
  assert.equal(await join(used.token, createKey().csrPem), 'replayed_token')
  assert.equal(await join(used.token, csrPem), 'orders')
  assert.equal(await join(unused.token, createKey().csrPem), 'orders')
})

test('nobody is let in while it cannot be written down, and then the token is as good as before', async () => {
  const { create, join, store } = await open()
  const { token } = await create()
  store.fault = new Error('disk full')
  const { csrPem } = createKey()
  assert.equal(await join(token, csrPem), 'store_failed')
  await assert.rejects(create(), /disk full/)
  store.fault = null
  assert.equal(await join(token, csrPem), 'orders')
  assert.equal(await join(token, createKey().csrPem), 'replayed_token')
})

test('of two bearers at two nodes one is first, and what one node takes back is nowhere', async () => {
  const store = new MemoryDocuments()
  const [a, b] = [await open(store), await open(store)]
  const [first, second] = [await a.create(), await a.create()]
  const answers = await Promise.all([
    a.join(first.token, createKey().csrPem),
    b.join(first.token, createKey().csrPem),
  ])
  assert.deepEqual(answers.toSorted(), ['orders', 'replayed_token'])
  assert.equal(await b.tokens.remove(second.id, 'bob'), true)
  assert.equal(await a.join(second.token, createKey().csrPem), 'unknown_token')
})

test('state that is damaged costs the tokens and sounds the alarm', async () => {
  const store = new MemoryDocuments()
  const { token } = await (await open(store)).create()
  await store.write('join-tokens', `${store.text.slice(0, 40)}…`, 1)
  const { join, trail } = await open(store)
  assert.equal(trail.events[0]?.kind, 'state_lost')
  assert.equal(trail.events[0].alarm, true)
  assert.equal(await join(token, createKey().csrPem), 'unknown_token')
})

test('a token that was taken back is unknown', async () => {
  const { tokens, create, join, trail } = await open()
  const { token, id } = await create()
  assert.equal(await tokens.remove(id, 'bob'), true)
  assert.equal(trail.last?.kind, 'join_token_remove')
  assert.equal(await tokens.remove(id, 'bob'), false)
  assert.equal(await join(token, createKey().csrPem), 'unknown_token')
  assert.deepEqual(await tokens.list(), [])
})

test('there are never more than so many, and old ones make room', async () => {
  const { tokens, create, clock } = await open()
  for (let i = 0; i < MAX_TOKENS; i += 1) await create()
  await assert.rejects(create(), { code: 'too_many_tokens' })
  clock.jump(10 * MINUTE_MS + RETRY_MS)
  await create()
  assert.equal((await tokens.list()).length, MAX_TOKENS)
  clock.jump(2 * DAY_MS)
  await create()
  assert.equal((await tokens.list()).length, 1)
})

test('what cannot be a token is a mistake of the caller', async () => {
  const { create } = await open()
  await assert.rejects(create('not a service'), TypeError)
  await assert.rejects(create('orders', 0), RangeError)
  await assert.rejects(create('orders', DAY_MS + 1), RangeError)
})
