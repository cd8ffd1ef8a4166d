// Where an uploaded certificate goes: what lies in the folder can be served after each single step, there and back.

import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, suite, test } from 'node:test'
import { describe } from '../../../../gateway/control/certificates/describe.ts'
import {
  readerOf,
  viewFolder,
  withFiles,
  type FolderView,
} from '../../../../gateway/control/certificates/folder.ts'
import { KeptKeys } from '../../../../gateway/control/certificates/kept-keys.ts'
import {
  placeOf,
  stepsOf,
  walk,
  type Pair,
} from '../../../../gateway/control/certificates/place.ts'
import { readRequest } from '../../../support/certificate-request.ts'
import { createTestCa, type TestCa } from '../../../support/certificates.ts'

let folder: string
let ca: TestCa
let old: Pair
let fresh: Pair

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-place-'))
  ca = await createTestCa('test')
  old = await ca.issue(['a.example'])
  fresh = await ca.issue(['a.example'])
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const put = (name: string, text: string): void => writeFileSync(join(folder, name), text)
const context = () => ({ file: join(folder, 'x.yaml'), production: false, nowMs: Date.now() })
const view = (files = new Map<string, string | null>()): FolderView => {
  const reader = withFiles(readerOf(context()), folder, files)
  return viewFolder(folder, reader, context())
}

suite('a certificate in its folder', () => {
  test('with its key in another file is replaced in steps that each could be served', () => {
    put('server.crt', old.certPem)
    put('server.key', old.keyPem)
    const file = `${folder}/server.crt`
    const { before, ...place } = placeOf(view(), file)
    assert.deepEqual(place, { certName: 'server.crt', keyName: 'server.key' })
    for (const [from, to] of [
      [before, fresh],
      [fresh, before],
    ] as const) {
      const files = new Map<string, string | null>([
        ['server.crt', from.certPem],
        ['server.key', from.keyPem],
      ])
      for (const [name, text] of stepsOf(place, from, to)) {
        files.set(name, text)
        const { faults, usable } = view(files)
        const errors = faults.filter(({ severity }) => severity === 'error')
        assert.deepEqual(errors, [])
        assert.ok(usable.length > 0)
      }
      assert.deepEqual([...files.values()], [to.certPem, to.keyPem])
    }
  })

  test('with its key in the same file is replaced at once', async () => {
    put('all.pem', old.certPem + old.keyPem)
    const { before, ...place } = placeOf(view(), `${folder}/all.pem`)
    const steps = stepsOf(place, before, fresh)
    assert.equal(steps.length, 1)
    await walk(folder, steps)
    assert.equal(readFileSync(join(folder, 'all.pem'), 'utf8'), fresh.certPem + fresh.keyPem)
    assert.deepEqual(readdirSync(folder), ['all.pem'])
  })

  test('that shares its files with others is left to people', async () => {
    const other = await ca.issue(['b.example'])
    put('server.crt', old.certPem)
    put('keys.key', old.keyPem + other.keyPem)
    put('other.crt', other.certPem)
    assert.throws(() => placeOf(view(), `${folder}/server.crt`), /by hand/)
  })

  test('that is a link is left to whatever made it', async () => {
    put('real', old.certPem + old.keyPem)
    symlinkSync('real', join(folder, 'link.pem'))
    const { before, ...place } = placeOf(view(), `${folder}/link.pem`)
    await assert.rejects(walk(folder, stepsOf(place, before, fresh)), /is a link/)
    assert.equal(readFileSync(join(folder, 'real'), 'utf8'), old.certPem + old.keyPem)
  })

  test('in a folder that is away is a refusal and no fault of ours', async () => {
    const steps = stepsOf({ certName: 'a.pem', keyName: null }, null, fresh)
    await assert.rejects(walk(join(folder, 'nowhere'), steps), { code: 'not_available' })
  })

  test('that names nobody in its subject is judged like any other', async () => {
    const keys = new KeptKeys(join(folder, 'keys'))
    const { certPem } = await readRequest(keys.create(['a.example'], Date.now()).csrPem, ca)
    put('a.pem', certPem + keys.text())
    const later = { ...context(), nowMs: Date.now() + 2 * 86_400_000 }
    const { pairs, faults } = viewFolder(folder, readerOf(later), later)
    assert.match(faults[0]!.message, /serial .* expired on/)
    const placed = { id: 'a', kind: 'listener', place: 'a', usedBy: [] } as const
    assert.equal(describe(pairs[0]!.chain, placed, later.nowMs).subject, '')
  })
})
