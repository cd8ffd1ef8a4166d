// What a node of a fleet believes while the store is away, for how long, and what it gives a store that has nothing.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { update } from '../../../../gateway/control/documents/documents.ts'
import {
  BELIEVED_MS,
  FleetDocuments,
} from '../../../../gateway/control/documents/fleet-documents.ts'
import { ManualClock } from '../../auth/manual-clock.ts'
import { MemoryDocuments } from '../ca/fixture.ts'

const AWAY = new Error('Connection is closed.')
const quiet = { info: () => {}, warn: () => {}, error: () => {} }

function fleet(copies = new MemoryDocuments(), shared = new MemoryDocuments()) {
  const clock = new ManualClock()
  const ready = Promise.resolve()
  const documents = new FleetDocuments({ shared, copies, clock, log: quiet, ready })
  return { copies, shared, clock, documents }
}

const textOf = async (documents: Pick<MemoryDocuments, 'read'>, name = 'accounts') =>
  (await documents.read(name)).text

suite('documents of a fleet', () => {
  test('are read on, for so long, while the store is away, and never written', async () => {
    const { shared, documents, clock } = fleet()
    await documents.write('accounts', 'one', 0)
    assert.equal(await textOf(documents), 'one')
    assert.equal(documents.isAway, false)
    shared.fault = AWAY
    await clock.advance(BELIEVED_MS - 1)
    assert.equal(await textOf(documents), 'one')
    assert.equal(documents.isAway, true)
    await assert.rejects(documents.write('accounts', 'two', 1), AWAY)
    const change = () => ({ text: 'two', result: null })
    await assert.rejects(update(documents, 'accounts', change), AWAY)
    await clock.advance(1)
    await assert.rejects(documents.read('accounts'), AWAY)
    shared.fault = null
    assert.equal(await textOf(documents), 'one')
    assert.equal(documents.isAway, false)
  })

  test('that were never read are not taken for empty, nor for the copy of long ago', async () => {
    const copies = new MemoryDocuments()
    await copies.write('accounts', 'of last year', 0)
    const { shared, documents } = fleet(copies)
    shared.fault = AWAY
    await assert.rejects(documents.read('accounts'), AWAY)
  })

  test('come from the node that looks first where the store has none, and from no other one', async () => {
    const [one, other] = [new MemoryDocuments(), new MemoryDocuments()]
    await one.write('accounts', 'of one', 0)
    await other.write('accounts', 'of another', 0)
    const a = fleet(one)
    assert.equal(await textOf(a.documents), 'of one')
    const b = fleet(other, a.shared)
    assert.equal(await textOf(b.documents), 'of one')
    assert.equal(await textOf(a.shared), 'of one')
  })

  test('have a copy on every node, which a store gets back that was emptied', async () => {
    const a = fleet()
    const b = fleet(new MemoryDocuments(), a.shared)
    await a.documents.write('accounts', 'one', 0)
    assert.equal(await textOf(b.documents), 'one')
    await a.documents.write('accounts', 'two', 1)
    assert.equal(await textOf(b.documents), 'two')
    assert.equal(await textOf(b.copies), 'two')
    const emptied = fleet(b.copies)
    assert.equal(await textOf(emptied.documents), 'two')
    assert.equal(await textOf(emptied.shared), 'two')
  })

  test('are not the store’s fault where only the copy cannot be written', async () => {
    const { copies, documents } = fleet()
    await documents.write('accounts', 'one', 0)
    copies.fault = new Error('disk full')
    assert.equal(await textOf(documents), 'one')
    assert.equal(documents.isAway, false)
  })
})
