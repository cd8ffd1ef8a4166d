// Changes by the API: served, then written; taken back unless confirmed; and edits that a fleet has to agree on.

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Changes } from '../../gateway/changes.ts'
import type { ConfigChange } from '../../gateway/control/config/change.ts'
import type { ToControl } from '../../gateway/messages.ts'
import { ManualClock, settled } from './auth/manual-clock.ts'
import { check } from './control/config/fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-changes-'))
after(() => rmSync(folder, { recursive: true, force: true }))

let count = 0

function start() {
  const file = join(folder, `${++count}.yaml`)
  writeFileSync(file, 'one\n')
  const clock = new ManualClock()
  const told: ToControl[] = []
  const applied: string[] = []
  const said: string[] = []
  let serial = 1
  const changes = new Changes({
    clock,
    log: { info: () => {}, warn: () => {}, error: (text) => said.push(text) },
    file,
    load: check,
    async apply({ text }) {
      if (text.includes('taken')) return { reason: 'the port is taken' }
      applied.push(text)
      return { serial: ++serial }
    },
    tell: (message) => told.push(message),
  })
  changes.edited(1, 'one\n')
  return { changes, clock, told, applied, said, read: () => readFileSync(file, 'utf8'), file }
}

function change(text: string, confirmWithinMs: number | null = null): ConfigChange {
  return { text, author: 'sato', origin: 'api', message: '', confirmWithinMs }
}

test('a change is served, then written, and told with its answer', async () => {
  const { changes, told, applied, read } = start()
  await changes.make(7, change('two\n'))
  assert.deepEqual(applied, ['two\n'])
  assert.equal(read(), 'two\n')
  assert.deepEqual(
    told.slice(1).map(({ kind }) => kind),
    ['live', 'changed'],
  )
})

test('what cannot be served is not written', async () => {
  const { changes, told, applied, read } = start()
  await changes.make(1, change('bad\n'))
  await changes.make(2, change('taken\n'))
  const results = told.slice(1).map((one) => one.kind === 'changed' && one.result.kind)
  assert.deepEqual(results, ['refused', 'rejected'])
  assert.deepEqual(applied, [])
  assert.equal(read(), 'one\n')
})

test('a change that is not confirmed is taken back; one that is stays', async () => {
  const { changes, clock, applied, read } = start()
  await changes.make(1, change('two\n', 1000))
  await clock.advance(1000)
  assert.deepEqual(applied, ['two\n', 'one\n'])
  assert.equal(read(), 'one\n')
  await changes.make(2, change('three\n', 1000))
  changes.confirm(3)
  await clock.advance(5000)
  assert.equal(read(), 'three\n')
})

test('a certificate that is renewed meanwhile does not confirm a change; an edit of the file does', async () => {
  const { changes, clock, read } = start()
  await changes.make(1, change('two\n', 1000))
  changes.edited(3, 'two\n')
  await clock.advance(1000)
  assert.equal(read(), 'one\n')
  await changes.make(2, change('two\n', 1000))
  changes.edited(5, 'three\n')
  await clock.advance(5000)
  assert.equal(read(), 'two\n')
})

test('a change that cannot be taken back serves on, and the log says so', async () => {
  const { changes, clock, said, file } = start()
  await changes.make(1, change('two\n', 1000))
  rmSync(file)
  await clock.advance(1000)
  await settled()
  assert.match(said.join(), /could not be taken back/)
})

test('what is served already is only written, and stays if no term is given', async () => {
  const { changes, clock, applied, read, file } = start()
  await changes.make(1, change('two\n', 1000))
  writeFileSync(file, 'edited\n')
  await changes.make(2, change('two\n', 500))
  assert.equal(read(), 'two\n')
  await clock.advance(1000)
  assert.deepEqual(applied, ['two\n', 'one\n'])
  await changes.make(3, change('two\n', 1000))
  await changes.make(4, change('two\n'))
  await clock.advance(5000)
  assert.equal(read(), 'two\n')
})

test('an edit that waits for the fleet is told again to a control that begins, until it is settled', async () => {
  const { changes, told, applied } = start()
  changes.propose('two\n')
  assert.deepEqual(told.at(-1), { kind: 'edited', text: 'two\n' })
  assert.deepEqual(
    changes.greeting().map(({ kind }) => kind),
    ['live', 'edited'],
  )
  assert.deepEqual(applied, [])
  await changes.make(1, change('two\n'))
  assert.deepEqual(
    changes.greeting().map(({ kind }) => kind),
    ['live'],
  )
  // Undone by hand.
  changes.propose('three\n')
  changes.propose('two\n')
  assert.equal(changes.greeting().length, 1)
})
