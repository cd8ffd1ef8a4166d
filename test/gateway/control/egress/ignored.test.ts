// Notes on refused calls: kept over a restart, bounded, and told when they cannot be.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { FolderDocuments } from '../../../../gateway/control/documents/folder-documents.ts'
import { Ignored, keyOf } from '../../../../gateway/control/egress/ignored.ts'

const CALL = { from: 'billing', host: 'tracker.example.com', port: 443 }
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-ignored-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function opened(): Ignored {
  return new Ignored(new FolderDocuments(folder), { wallMs: () => 7 })
}

test('a note outlives the process, and a newer one takes its place', async () => {
  await opened().add(CALL, 'first', 'alice')
  await opened().add(CALL, 'second', 'bob')
  const notes = await opened().all()
  assert.equal(notes.size, 1)
  assert.deepEqual(notes.get(keyOf(CALL)), { ...CALL, note: 'second', by: 'bob', atMs: 7 })
})

test('what is not ignored cannot be shown again', async () => {
  const ignored = opened()
  assert.equal(await ignored.remove(CALL), false)
  await ignored.add(CALL, 'x', 'alice')
  assert.equal(await ignored.remove({ ...CALL, port: 80 }), false)
  assert.equal(await ignored.remove(CALL), true)
  assert.equal((await ignored.all()).size, 0)
})

test('a thousand notes are kept, the newest ones', async () => {
  const entries = Array.from({ length: 1000 }, (_, port) => {
    return { ...CALL, port, note: 'x', by: 'a', atMs: 1 }
  })
  const documents = new FolderDocuments(folder)
  await documents.write('ignored-denials', JSON.stringify(entries), 0)
  await opened().add({ ...CALL, port: 5000 }, 'new', 'alice')
  const notes = await opened().all()
  assert.equal(notes.size, 1000)
  assert.ok(notes.has(keyOf({ ...CALL, port: 5000 })))
  assert.ok(!notes.has(keyOf({ ...CALL, port: 0 })))
})

test('a damaged file is told and never taken for no notes', async () => {
  writeFileSync(join(folder, 'ignored-denials'), '1 nonsense\n[]')
  await assert.rejects(opened().all(), { code: 'not_available' })
})
