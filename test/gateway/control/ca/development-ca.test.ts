import assert from 'node:assert/strict'
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { openDevelopmentCa } from '../../../../gateway/control/ca/development-ca.ts'
import { readIssuer } from '../../../../gateway/control/ca/material.ts'
import { fileStore } from '../../../../gateway/control/ca/text-store.ts'
import { MemoryStore, START_MS } from './fixture.ts'

const DAY_MS = 86_400_000
const MESH = { trustDomain: 'mesh.test', production: false, nowMs: START_MS }

async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-'))
  t.after(() => rm(folder, { recursive: true }))
  return folder
}

test('it is made once and found again, and its file is ours alone', async (t) => {
  const path = join(await folderOf(t), 'data', 'mesh-ca')
  const first = await openDevelopmentCa({ store: fileStore(path), ...MESH })
  const again = await openDevelopmentCa({ store: fileStore(path), ...MESH })
  assert.deepEqual(again, first)
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  const { facts, rootPems } = readIssuer(first, 'mesh.test', START_MS)
  assert.deepEqual(rootPems, [first.certPem])
  assert.equal(facts.pathLength, 0)
  assert.deepEqual(facts.uriSans, ['spiffe://mesh.test'])
})

test('production refuses it, also where there is one already', async () => {
  const store = new MemoryStore()
  await openDevelopmentCa({ store, ...MESH })
  await assert.rejects(openDevelopmentCa({ store, ...MESH, production: true }), {
    code: 'development_ca_in_production',
  })
})

test('another trust domain, and one that has almost expired, get a new one of another name', async () => {
  const store = new MemoryStore()
  const first = await openDevelopmentCa({ store, ...MESH })
  const nowMs = START_MS + 336 * DAY_MS
  const later = await openDevelopmentCa({ store, ...MESH, nowMs })
  assert.notEqual(later.certPem, first.certPem)
  const name = (certPem: string): string =>
    readIssuer({ ...later, certPem }, 'mesh.test', nowMs).facts.subject.toString('latin1')
  assert.ok(name(later.certPem).includes('mesh.test mesh '))
  const other = await openDevelopmentCa({ store, ...MESH, trustDomain: 'other.test', nowMs })
  assert.notEqual(other.certPem, later.certPem)
})

test('a file that others can read, or that somebody has changed, is not used', async (t) => {
  const path = join(await folderOf(t), 'mesh-ca')
  const store = fileStore(path)
  await openDevelopmentCa({ store, ...MESH })
  await chmod(path, 0o640)
  await assert.rejects(openDevelopmentCa({ store, ...MESH }), { code: 'state_exposed' })
  await chmod(path, 0o600)
  const text = await readFile(path, 'utf8')
  for (const changed of [text.replace('MI', 'MJ'), text.slice(0, -10), '', 'x'.repeat(100)]) {
    await writeFile(path, changed)
    await assert.rejects(openDevelopmentCa({ store, ...MESH }), { code: 'state_damaged' })
  }
})

test('a store gives back what was saved last, and nothing where nothing was', async (t) => {
  const path = join(await folderOf(t), 'deep', 'er', 'state')
  const store = fileStore(path)
  assert.equal(await store.load(), null)
  for (const text of ['one', 'two\nlines\n', '']) {
    await store.save(text)
    assert.equal(await fileStore(path).load(), text)
  }
})
