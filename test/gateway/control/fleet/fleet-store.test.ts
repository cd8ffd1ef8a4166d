// What Redis decides for a fleet: who counts, when a proposal is agreed on, what waits, and who comes first.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { FleetStore } from '../../../../gateway/control/fleet/fleet-store.ts'
import { LIVE_MS } from '../../../../gateway/control/fleet/member.ts'
import { redisCommand } from '../../../support/redis-command.ts'
import { startRedis, type TestRedis } from '../../../support/redis.ts'
import { until } from '../../../support/until.ts'
import { node, openStore, proposal, revision } from './fixture.ts'

let redis: TestRedis
const opened: FleetStore[] = []
let count = 0

before(async () => {
  redis = await startRedis()
})

after(async () => {
  for (const store of opened) store.close()
  await redis.kill()
})

/** A fleet of its own with these nodes live, and `one` as its first revision. */
async function fleetOf(...ids: readonly string[]) {
  const prefix = `fleet${++count}`
  const store = await openStore(redis.port, prefix)
  opened.push(store)
  for (const id of ids) await store.beat(node(id))
  assert.ok(await store.advance(revision(1, 'one'), 0, false))
  const key = (name: string): string => `${prefix}:{config}:${name}`
  /** As if the node had not been heard for so long. */
  const silence = async (id: string, ms: number): Promise<void> => {
    await redisCommand(redis.port, 'ZINCRBY', key('seen'), -ms, id)
  }
  return { store, key, silence }
}

const ready = { kind: 'ready' } as const
const refused = { kind: 'refused', reason: 'no', problems: [] } as const
const commitOf = (id: string, number = 2, confirmWithinMs: number | null = null) => {
  return {
    proposal: id,
    after: number - 1,
    revision: revision(number, `text ${number}`),
    confirmWithinMs,
  }
}

test('a node is listed with what it said and how long ago, until it leaves', async () => {
  const { store, silence } = await fleetOf('a', 'b')
  await store.beat(node('b', { revision: 7, checksum: 'c' }))
  await silence('a', 60_000)
  const [a, b] = await store.members()
  assert.deepEqual([a!.id, b!.id, b!.revision], ['a', 'b', 7])
  assert.ok(a!.silentMs >= 60_000 && b!.silentMs < 60_000)
  await store.leave('b')
  assert.deepEqual(
    (await store.members()).map(({ id }) => id),
    ['a'],
  )
})

test('a node that was silent for an hour is forgotten, and those beyond the bound are', async () => {
  const { store, silence, key } = await fleetOf('a', 'b')
  await silence('a', 3_600_001)
  await store.beat(node('b'))
  assert.deepEqual(
    (await store.members()).map(({ id }) => id),
    ['b'],
  )
  const many = Array.from({ length: 300 }, (_, i) => [i, `x${i}`]).flat()
  await redisCommand(redis.port, 'ZADD', key('seen'), ...many)
  await silence('b', 60_000)
  await store.beat(node('c'))
  assert.ok(Number(await redisCommand(redis.port, 'ZCARD', key('seen'))) <= 256)
})

test('what no node would say is passed over', async () => {
  const { store, key } = await fleetOf('a')
  await redisCommand(redis.port, 'ZADD', key('seen'), 1, 'torn')
  await redisCommand(redis.port, 'HSET', key('nodes'), 'torn', '{"id":')
  assert.deepEqual(
    (await store.members()).map(({ id }) => id),
    ['a'],
  )
})

test('a proposal is the revision of all once every live node is ready, and no sooner', async () => {
  const { store } = await fleetOf('a', 'b')
  assert.deepEqual(await store.open(proposal('p', 'a'), 'text 2', 1), { kind: 'open' })
  const { proposal: seen, head } = await store.beat(node('b'))
  assert.deepEqual([seen?.id, seen?.author, head], ['p', 'sato', 1])
  assert.equal(await store.proposed('p'), 'text 2')
  await store.vote('p', 'a', ready)
  assert.deepEqual(
    [...(await store.tally('p'))!],
    [
      ['a', ready],
      ['b', null],
    ],
  )
  assert.equal(await store.commit(commitOf('p')), 'open')
  await store.vote('p', 'b', ready)
  assert.equal(await store.commit(commitOf('p')), 'stored')
  const { number, revision: stored } = (await store.head())!
  assert.deepEqual([number, stored], [2, revision(2, 'text 2')])
  assert.equal(await store.tally('p'), null)
  assert.equal(await store.find(stored.checksum), 2)
  assert.equal((await store.beat(node('a'))).proposal, null)
})

test('one refusal is enough, whatever it looks like', async () => {
  const { store, key } = await fleetOf('a', 'b')
  await store.open(proposal('p', 'a'), 'text', 1)
  await store.vote('p', 'a', ready)
  await store.vote('p', 'b', refused)
  assert.deepEqual((await store.tally('p'))!.get('b'), refused)
  assert.equal(await store.commit(commitOf('p')), 'open')
  await redisCommand(redis.port, 'HSET', key('votes'), 'b', 'garbled')
  assert.equal((await store.tally('p'))!.get('b')!.kind, 'refused')
  assert.equal(await store.commit(commitOf('p')), 'open')
})

test('a node that was live at the beginning must answer, though it fell silent; one that left need not', async () => {
  const { store, silence } = await fleetOf('a', 'b')
  await store.open(proposal('p', 'a'), 'text', 1)
  await store.vote('p', 'a', ready)
  await silence('b', 2 * LIVE_MS)
  assert.equal(await store.commit(commitOf('p')), 'open')
  await store.leave('b')
  assert.equal(await store.commit(commitOf('p')), 'stored')
})

test('a node that was silent at the beginning need not, unless it comes back; one that joins must', async () => {
  const { store, silence } = await fleetOf('a', 'b')
  await silence('b', 2 * LIVE_MS)
  await store.open(proposal('p', 'a'), 'text', 1)
  await store.vote('p', 'a', ready)
  assert.deepEqual([...(await store.tally('p'))!.keys()], ['a'])
  await store.beat(node('c'))
  assert.equal(await store.commit(commitOf('p')), 'open')
  await store.vote('p', 'c', ready)
  assert.equal(await store.commit(commitOf('p')), 'stored')
})

test('one proposal at a time; who comes later hears whose it is, and that the head has moved', async () => {
  const { store } = await fleetOf('a')
  await store.open(proposal('p', 'a'), 'text', 1)
  const busy = await store.open(proposal('q', 'b'), 'other', 1)
  assert.deepEqual(busy, { kind: 'busy', by: proposal('p', 'a') })
  await store.vote('q', 'a', ready)
  assert.equal((await store.tally('p'))!.get('a'), null)
  await store.withdraw('q')
  assert.ok(await store.tally('p'))
  await store.vote('p', 'a', ready)
  await store.commit(commitOf('p'))
  assert.deepEqual(await store.open(proposal('q', 'b'), 'other', 1), { kind: 'stale' })
  assert.deepEqual(await store.open(proposal('q', 'b'), 'other', 2), { kind: 'open' })
  // Votes on the one before count for nothing.
  assert.equal((await store.tally('q'))!.get('a'), null)
  assert.equal(await store.commit(commitOf('p', 3)), 'gone')
})

test('a proposal goes by itself where its node has died', async () => {
  const { store, key } = await fleetOf('a')
  await store.open(proposal('p', 'a'), 'text', 1)
  const ttlMs = Number(await redisCommand(redis.port, 'PTTL', key('proposal')))
  assert.ok(ttlMs > 0 && ttlMs <= 12_000, `${ttlMs}`)
  await redisCommand(redis.port, 'PEXPIRE', key('proposal'), 1)
  await until('no proposal', async () => (await store.tally('p')) === null)
  assert.equal(await store.commit(commitOf('p')), 'gone')
})

async function waiting(confirmWithinMs: number) {
  const fleet = await fleetOf('a')
  await fleet.store.open(proposal('p', 'a'), 'text 2', 1)
  await fleet.store.vote('p', 'a', ready)
  await fleet.store.commit(commitOf('p', 2, confirmWithinMs))
  return fleet
}

test('a change that waits is confirmed in time, or taken back once by whoever is first', async () => {
  const { store } = await waiting(60_000)
  const { waiting: told, nowMs } = await store.beat(node('a'))
  assert.deepEqual([told!.number, told!.before], [2, 1])
  assert.ok(told!.revertsAtMs > nowMs && told!.revertsAtMs <= nowMs + 60_000)
  assert.equal(await store.advance(revision(3, 'one'), 2, true), false)
  assert.equal(await store.confirm(1), false)
  assert.equal(await store.confirm(2), true)
  assert.equal(await store.confirm(2), false)
  assert.equal((await store.beat(node('a'))).waiting, null)
  assert.equal(await store.advance(revision(3, 'one'), 2, true), false)

  const late = await waiting(1)
  await until('it to be over', async () => late.store.advance(revision(3, 'one'), 2, true))
  assert.equal(await late.store.confirm(2), false)
  assert.equal(await late.store.advance(revision(3, 'one'), 2, true), false)
  const { head, waiting: none } = await late.store.beat(node('a'))
  assert.deepEqual([head, none], [3, null])
})

test('a further change while one waits goes back to what was there before both', async () => {
  const { store } = await waiting(60_000)
  await store.open(proposal('q', 'a'), 'text 3', 2)
  await store.vote('q', 'a', ready)
  await store.commit(commitOf('q', 3, 60_000))
  const { waiting: told } = await store.beat(node('a'))
  assert.deepEqual([told!.number, told!.before], [3, 1])
})

test('of two who take the same step one does', async () => {
  const { store } = await fleetOf('a')
  const both = ['x', 'y'].map((text) => store.advance(revision(2, text), 1, false))
  assert.equal((await Promise.all(both)).filter(Boolean).length, 1)
})

test('a damaged head is passed over, and its number is known', async () => {
  const { store, key } = await fleetOf('a')
  await store.advance(revision(2, 'two'), 1, false)
  await redisCommand(redis.port, 'HSET', key('revisions'), 2, '{"number":2')
  const head = await store.head()
  assert.deepEqual([head!.number, head!.revision.number], [2, 1])
  assert.equal(await store.revision(2), null)
})

test('a text is found by its checksum as long as its revision is kept', async () => {
  const { store } = await fleetOf('a')
  await store.advance(revision(2, 'two'), 1, false)
  assert.equal(await store.find(revision(2, 'two').checksum), 2)
  await store.advance(revision(1001, 'one'), 2, false)
  assert.equal(await store.revision(1), null)
  // The newer revision of the same text keeps it known.
  assert.equal(await store.find(revision(1, 'one').checksum), 1001)
  await store.advance(revision(1002, 'last'), 1001, false)
  assert.equal(await store.find(revision(2, 'two').checksum), null)
})
