// The configuration file is replaced whole, where it is, as it is.

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
import { after, test } from 'node:test'
import { writeConfig, writeProblem } from '../../../gateway/config/write.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-write-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('the text is replaced, the mode stays, and nothing else is left behind', () => {
  const file = join(folder, 'a.yaml')
  writeFileSync(file, 'old and longer\n')
  chmodSync(file, 0o640)
  writeConfig(file, 'new\n')
  assert.equal(readFileSync(file, 'utf8'), 'new\n')
  assert.equal(statSync(file).mode & 0o777, 0o640)
  assert.deepEqual(readdirSync(folder), ['a.yaml'])
})

test('a link stays a link, and what it leads to is replaced', () => {
  mkdirSync(join(folder, 'real'))
  const target = join(folder, 'real', 'b.yaml')
  const link = join(folder, 'b.yaml')
  writeFileSync(target, 'old\n')
  symlinkSync(target, link)
  writeConfig(link, 'new\n')
  assert.ok(lstatSync(link).isSymbolicLink())
  assert.equal(readFileSync(target, 'utf8'), 'new\n')
})

test('a file that is not there is a problem, and is not made', () => {
  const file = join(folder, 'none.yaml')
  assert.match(writeProblem(file) ?? '', /ENOENT/)
  assert.throws(() => writeConfig(file, 'x'), { code: 'ENOENT' })
  assert.equal(writeProblem(join(folder, 'a.yaml')), null)
})
