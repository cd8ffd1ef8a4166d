// The demo's folder: for this user alone, never one that holds anything else, and gone when it should be.

import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { DemoFolder } from '../../../gateway/demo/demo-folder.ts'

function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-demo-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o777
}

test('a temporary folder and what is in it are for this user alone, and go', () => {
  const folder = new DemoFolder(null)
  folder.write('certs/key.pem', 'text')
  assert.ok(isAbsolute(folder.path))
  assert.equal(modeOf(folder.path), 0o700)
  assert.equal(modeOf(folder.at('certs/key.pem')), 0o600)
  folder.remove()
  assert.equal(existsSync(folder.path), false)
})

test('a folder that was named is made, closed to others, and stays', (t) => {
  const path = join(temporary(t), 'deep', 'kept')
  const folder = new DemoFolder(path)
  folder.write('file', 'text')
  folder.remove()
  assert.equal(modeOf(path), 0o700)
  assert.equal(readFileSync(join(path, 'file'), 'utf8'), 'text')
})

test('an empty folder will do, one with anything in it will not', (t) => {
  const path = join(temporary(t), 'mine')
  mkdirSync(path, { mode: 0o755 })
  assert.equal(new DemoFolder(path).path, path)
  assert.equal(modeOf(path), 0o700)
  writeFileSync(join(path, 'file'), 'text')
  assert.throws(() => new DemoFolder(path), { code: 'folder_not_empty' })
})
