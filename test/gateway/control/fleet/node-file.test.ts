// A node keeps its name over restarts, and knows which revision it served last.

import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { keepRefused, readNode, writeNode } from '../../../../gateway/control/fleet/node-file.ts'
import { summaryOf } from '../../../../gateway/control/revisions/revision.ts'
import { revision } from './fixture.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-node-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const [first, second] = ['1', '2'].map((digit) => digit.repeat(32)) as [string, string]

test('the name of a node is made once', () => {
  assert.deepEqual(
    readNode(folder, () => first),
    { id: first, revision: null },
  )
  assert.equal(readNode(folder, () => second).id, first)
})

test('the last revision is remembered, and nothing half-written stays', () => {
  const remembered = { id: first, revision: summaryOf(revision(7, 'seven')) }
  writeNode(folder, remembered)
  assert.deepEqual(
    readNode(folder, () => second),
    remembered,
  )
  assert.deepEqual(readdirSync(folder), ['node.json'])
  assert.equal(statSync(join(folder, 'node.json')).mode & 0o777, 0o600)
})

test('a file that was broken is begun anew', () => {
  for (const text of ['', '{"id":', 'null', '[]', '{"id":"x"}']) {
    writeFileSync(join(folder, 'node.json'), text)
    assert.deepEqual(
      readNode(folder, () => second),
      { id: second, revision: null },
    )
  }
})

test('an edit that was refused is kept for its owner, the last one only', () => {
  keepRefused(folder, 'one')
  const path = keepRefused(folder, 'two')
  assert.equal(readFileSync(path, 'utf8'), 'two')
  assert.deepEqual(readdirSync(folder), ['refused.yaml'])
  assert.equal(statSync(path).mode & 0o777, 0o600)
})
