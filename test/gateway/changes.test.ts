// Changes by the API: served, then written; taken back unless confirmed; and edits that a fleet has to agree on.

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { Changes } from '../../gateway/changes.ts'
import type { ConfigChange } from '../../gateway/control/config/change.ts'
import { checksumOf } from '../../gateway/control/revisions/revision.ts'
import type { ToControl } from '../../gateway/messages.ts'
import { ManualClock, settled } from './auth/manual-clock.ts'
import { check } from './control/config/fixture.ts'
import { countRow } from './control/releases/count-row.ts'

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
  const loads: [text: string, isUnchecked: boolean][] = []
  let serial = 1
  const changes = new Changes({
    clock,
    log: { info: () => {}, warn: () => {}, error: (text) => said.push(text) },
    file,
    load(text, isUnchecked) {
      loads.push([text, isUnchecked])
      return check(text)
    },
    async apply({ text }) {
      if (text.includes('taken')) return { reason: 'the port is taken' }
      applied.push(text)
      return { serial: ++serial }
    },
    tell: (message) => told.push(message),
  })
  changes.edited(1, 'one\n')
  return {
    changes,
    clock,
    told,
    applied,
    said,
    loads,
    read: () => readFileSync(file, 'utf8'),
    file,
  }
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

test('policy tests hold for what nobody has checked, and never keep what is taken back from coming', async () => {
  const { changes, clock, loads } = start()
  await changes.make(1, { ...change('two\n', 1000), isUnchecked: true })
  await clock.advance(1000)
  await changes.make(2, change('three\n'))
  assert.deepEqual(loads, [
    ['two\n', true],
    ['one\n', false],
    ['three\n', false],
  ])
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

suite('a change that is guarded', () => {
  const guard = { points: 5, windowMs: 15_000 }
  const guarded = (text: string, confirmWithinMs: number | null = null): ConfigChange => ({
    ...change(text, confirmWithinMs),
    guard,
  })
  const row = countRow({
    outcomes: [
      [200, 'ok', 88],
      [502, 'upstream_refused', 12],
    ],
  })
  const fail = async ({ changes, clock }: ReturnType<typeof start>, seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      changes.counted([row])
      await clock.advance(1000)
    }
  }

  test('is taken back once requests fail, before it is too late to confirm, and says why', async () => {
    const started = start()
    const { changes, told, applied, read } = started
    await changes.make(1, guarded('two\n', 60_000))
    await fail(started, 17)
    assert.deepEqual(applied, ['two\n', 'one\n'])
    assert.equal(read(), 'one\n')
    const live = told.at(-1)!
    assert.ok(live.kind === 'live')
    assert.equal(live.origin, 'auto-revert')
    assert.equal(live.message, 'auto-reverted: 5xx 12.0 % against 0.0 %')
    assert.equal(live.tookBack, checksumOf('two\n'))
    assert.deepEqual([live.revertsAtMs, live.guard], [null, undefined])
    await fail(started, 60)
    assert.equal(applied.length, 2)
  })

  test('needs no term for that, and is watched for five minutes', async () => {
    const started = start()
    const { changes, applied, clock, told } = started
    await changes.make(1, guarded('two\n'))
    await fail(started, 17)
    assert.deepEqual(applied, ['two\n', 'one\n'])
    await changes.make(2, guarded('three\n'))
    const guardTold = (): unknown => told.findLast((one) => one.kind === 'live')!.guard
    assert.deepEqual(guardTold(), guard)
    await clock.advance(301_000)
    assert.equal(guardTold(), undefined)
    await fail(started, 60)
    assert.deepEqual(applied.slice(2), ['three\n'])
  })

  test('that is confirmed, edited or replaced by another is not taken back for it', async () => {
    for (const finish of [
      async (changes: Changes) => changes.confirm(9),
      async (changes: Changes) => changes.edited(9, 'edited\n'),
      (changes: Changes) => changes.make(9, change('three\n')),
    ]) {
      const started = start()
      await started.changes.make(1, guarded('two\n', 60_000))
      await finish(started.changes)
      await fail(started, 60)
      assert.ok(!started.applied.includes('one\n'))
    }
  })

  test('after another that waits goes back to what was there before both', async () => {
    const started = start()
    await started.changes.make(1, change('two\n', 60_000))
    await started.changes.make(2, guarded('three\n', 60_000))
    await fail(started, 17)
    assert.deepEqual(started.applied, ['two\n', 'three\n', 'one\n'])
  })
})
