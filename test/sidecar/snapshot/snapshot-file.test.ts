import assert from 'node:assert/strict'
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { loadSnapshot, saveSnapshot } from '../../../sidecar/snapshot/snapshot-file.ts'
import { goodSnapshot } from './good-snapshot.ts'

const folder = mkdtempSync(join(tmpdir(), 'snapshot-file-'))
after(() => rmSync(folder, { recursive: true }))

const good = await goodSnapshot()
let count = 0

function saved(): string {
  const path = join(folder, `${++count}.snapshot`)
  saveSnapshot(path, good)
  return path
}

test('what was saved is loaded, and nobody else may read it', () => {
  const path = saved()
  saveSnapshot(path, { ...good, revision: 'b00t-8' })
  const stored = loadSnapshot(path)
  assert.ok(stored.kind === 'snapshot')
  assert.equal(stored.snapshot.revision, 'b00t-8')
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.includes('new')),
    [],
  )
})

test('where there is nothing, there is nothing wrong', () => {
  assert.deepEqual(loadSnapshot(join(folder, 'missing')), { kind: 'none' })
})

test('one changed byte, a missing end or an added one makes it unbelievable', () => {
  const path = saved()
  const bytes = readFileSync(path)
  for (const at of [0, 64, 65, 200, bytes.length - 1]) {
    const damaged = Buffer.from(bytes)
    damaged[at] = damaged[at]! ^ 1
    writeFileSync(path, damaged)
    assert.equal(loadSnapshot(path).kind, 'refused', `byte ${at}`)
  }
  for (const other of [bytes.subarray(0, -1), Buffer.concat([bytes, bytes]), Buffer.alloc(0)]) {
    writeFileSync(path, other)
    assert.equal(loadSnapshot(path).kind, 'refused')
  }
  writeFileSync(path, bytes)
  assert.equal(loadSnapshot(path).kind, 'snapshot')
})

test('a digest that fits does not make a bad snapshot good', () => {
  const path = join(folder, 'bad.snapshot')
  saveSnapshot(path, { ...good, revision: 'not a revision' })
  assert.equal(loadSnapshot(path).kind, 'refused')
})

test('files that others may touch, links and folders are not believed', () => {
  const path = saved()
  for (const mode of [0o640, 0o604, 0o622]) {
    chmodSync(path, mode)
    assert.equal(loadSnapshot(path).kind, 'refused', mode.toString(8))
  }
  chmodSync(path, 0o600)
  const link = join(folder, 'link')
  symlinkSync(path, link)
  assert.equal(loadSnapshot(link).kind, 'refused')
  assert.equal(loadSnapshot(folder).kind, 'refused')
})

test('where the new file can not be written the old one stays', () => {
  const path = saved()
  assert.throws(() => saveSnapshot(join(folder, 'missing', 'x'), good), { code: 'ENOENT' })
  // What a crash left over, of whatever kind, is no hindrance.
  symlinkSync('/nowhere', `${path}.new`)
  saveSnapshot(path, { ...good, revision: 'b00t-9' })
  const stored = loadSnapshot(path)
  assert.ok(stored.kind === 'snapshot' && stored.snapshot.revision === 'b00t-9')
})
