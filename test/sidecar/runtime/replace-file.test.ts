// A file is replaced whole or not at all, for its owner alone, and nothing is left beside it.

import assert from 'node:assert/strict'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
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
import { after, describe, test } from 'node:test'
import {
  replaceFile,
  replaceFileSync,
  type FileRights,
} from '../../../sidecar/runtime/replace-file.ts'

const root = mkdtempSync(join(tmpdir(), 'sallyport-replace-'))
after(() => rmSync(root, { recursive: true, force: true }))

const ways: readonly (readonly [
  string,
  (path: string, text: string, rights?: FileRights) => Promise<void>,
])[] = [
  ['at once', async (...given) => replaceFileSync(...given)],
  ['without waiting', replaceFile],
]

for (const [name, replace] of ways) {
  const folderOf = (part: string): string => {
    const path = join(root, `${name} ${part}`)
    mkdirSync(path)
    return path
  }
  describe(`replaced ${name}`, () => {
    test('a file has the new text, is for its owner alone, and stands alone', async () => {
      const folder = folderOf('whole')
      const path = join(folder, 'a')
      writeFileSync(path, 'old and longer', { mode: 0o644 })
      await replace(path, 'new 名')
      assert.equal(readFileSync(path, 'utf8'), 'new 名')
      assert.equal(statSync(path).mode & 0o777, 0o600)
      assert.deepEqual(readdirSync(folder), ['a'])
    })

    test('a mode that was asked for holds whatever the umask', async () => {
      const folder = folderOf('mode')
      const { uid, gid } = statSync(folder)
      await replace(join(folder, 'a'), 'x', { mode: 0o666, owner: { uid, gid } })
      assert.equal(statSync(join(folder, 'a')).mode & 0o777, 0o666)
    })

    test('a link is replaced and what it led to stays', async () => {
      const folder = folderOf('link')
      writeFileSync(join(folder, 'target'), 'kept')
      symlinkSync('target', join(folder, 'link'))
      await replace(join(folder, 'link'), 'new')
      assert.equal(lstatSync(join(folder, 'link')).isSymbolicLink(), false)
      assert.equal(readFileSync(join(folder, 'target'), 'utf8'), 'kept')
    })

    test('what fails leaves what was there, and no other file', async () => {
      const folder = folderOf('fails')
      const path = join(folder, 'taken')
      mkdirSync(path)
      writeFileSync(join(path, 'inside'), '')
      await assert.rejects(replace(path, 'x'), { code: 'EISDIR' })
      assert.deepEqual(readdirSync(folder), ['taken'])
      await assert.rejects(replace(join(folder, 'none', 'a'), 'x'), { code: 'ENOENT' })
      assert.deepEqual(readdirSync(folder), ['taken'])
    })
  })
}

test('of many at one time each is whole, and one is the last', async () => {
  const folder = join(root, 'many')
  mkdirSync(folder)
  const path = join(folder, 'a')
  const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(100_000))
  await Promise.all(texts.map((text) => replaceFile(path, text)))
  assert.ok(texts.includes(readFileSync(path, 'utf8')))
  assert.deepEqual(readdirSync(folder), ['a'])
})

test('a folder that nobody may write to says so', { skip: process.getuid?.() === 0 }, () => {
  const folder = join(root, 'closed')
  mkdirSync(folder)
  chmodSync(folder, 0o500)
  assert.throws(() => replaceFileSync(join(folder, 'a'), 'x'), { code: 'EACCES' })
})
