import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_REVOCATIONS, RevocationList } from '../../../../gateway/control/ca/revocations.ts'
import { SerialSaver } from '../../../../gateway/control/ca/serial-saver.ts'
import { BILLING, ORDERS } from '../../../support/odd-certificates.ts'
import { TwoClocks } from '../../../sidecar/identity/two-clocks.ts'
import { MemoryStore, START_MS, Trail } from './fixture.ts'

const HOUR_MS = 3_600_000

async function open(store = new MemoryStore(), clock = new TwoClocks(START_MS)) {
  const trail = new Trail()
  const list = await RevocationList.open({ store, clock, audit: trail.audit })
  return { list, store, clock, trail }
}

test('what is revoked is on the list at once, is told, and survives a restart', async () => {
  const { list, store, clock, trail } = await open()
  const before = list.current
  let told = 0
  list.onChange(() => (told += 1))
  await list.add({ id: ORDERS }, 'stolen laptop', 'alice')
  await list.add({ serial: 'ab12', notAfterMs: START_MS + HOUR_MS }, 'leaked', 'alice')
  assert.notEqual(list.current, before)
  assert.deepEqual(list.current, { serials: ['ab12'], ids: [ORDERS] })
  assert.equal(list.current, list.current)
  assert.equal(told, 2)
  assert.equal(trail.last?.kind, 'revocation_add')
  const again = await open(store, clock)
  assert.deepEqual(again.list.current, { serials: ['ab12'], ids: [ORDERS] })
  assert.equal(again.list.entries()[0]?.reason, 'stolen laptop')
  assert.equal(await again.list.remove({ id: ORDERS }, 'bob'), true)
  assert.equal(await again.list.remove({ id: ORDERS }, 'bob'), false)
  assert.equal(again.trail.last?.actor, 'bob')
  assert.deepEqual((await open(store, clock)).list.current.ids, [])
})

test('a serial number leaves the list when its certificate has expired, an id stays', async () => {
  const { list, clock } = await open()
  await list.add({ serial: 'ab12', notAfterMs: START_MS + HOUR_MS }, '', 'alice')
  await list.add({ id: BILLING }, '', 'alice')
  clock.jump(HOUR_MS + 60_000)
  assert.deepEqual(list.current.serials, ['ab12'])
  clock.jump(1)
  assert.deepEqual(list.current, { serials: [], ids: [BILLING] })
  clock.jump(10_000 * HOUR_MS)
  assert.deepEqual(list.current.ids, [BILLING])
})

test('a list that cannot be read opens the door to nobody', async () => {
  const store = new MemoryStore()
  store.text = '{'
  await assert.rejects(open(store))
  store.fault = new Error('damaged')
  await assert.rejects(open(store), /damaged/)
})

test('where it cannot be saved it is in force, and the caller hears of it', async () => {
  const { list, store } = await open()
  store.fault = new Error('disk full')
  await assert.rejects(list.add({ id: ORDERS }, '', 'alice'), /disk full/)
  assert.deepEqual(list.current.ids, [ORDERS])
})

test('what is neither an id nor a serial number is a mistake of the caller', async () => {
  const { list } = await open()
  for (const of of [
    { id: 'orders' },
    { id: 'spiffe://mesh.test' },
    { serial: '', notAfterMs: 0 },
    { serial: 'AB12', notAfterMs: 0 },
    { serial: '0ab1', notAfterMs: 0 },
    { serial: 'xyz', notAfterMs: 0 },
  ])
    await assert.rejects(list.add(of, '', 'alice'), TypeError)
})

test('the list has a bound, and expired entries make room', async () => {
  const store = new MemoryStore()
  const entries = Array.from({ length: MAX_REVOCATIONS }, (_, i) => ({
    of: { serial: (i + 1).toString(16), notAfterMs: START_MS + HOUR_MS },
    reason: '',
    by: 'alice',
    atMs: START_MS,
  }))
  store.text = JSON.stringify(entries)
  const { list, clock } = await open(store)
  await assert.rejects(list.add({ id: ORDERS }, '', 'alice'), { code: 'too_many_revocations' })
  await list.add({ serial: '1', notAfterMs: START_MS + HOUR_MS }, 'again', 'alice')
  clock.jump(2 * HOUR_MS)
  await list.add({ id: ORDERS }, '', 'alice')
  assert.deepEqual(list.current, { serials: [], ids: [ORDERS] })
})

test('saves never overlap, and the last one has the newest state', async () => {
  let state = 0
  let running = 0
  const saved: string[] = []
  const saver = new SerialSaver(
    {
      async save(text) {
        assert.equal((running += 1), 1)
        await new Promise((resolve) => setImmediate(resolve))
        saved.push(text)
        running -= 1
      },
    },
    () => String(state),
  )
  const saves: Promise<void>[] = []
  for (state = 1; state <= 5; state += 1) saves.push(saver.save())
  state = 5
  await Promise.all(saves)
  assert.deepEqual(saved, ['1', '5'])
})
