// What is served, what it would be, what it was, and how it changes, on a node that works alone.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ApiError } from '../../../../gateway/control/admin/api-error.ts'
import type { ConfigStore } from '../../../../gateway/control/revisions/config-store.ts'
import { FolderStore } from '../../../../gateway/control/revisions/folder-store.ts'
import { checksumOf } from '../../../../gateway/control/revisions/revision.ts'
import { until } from '../../../support/until.ts'
import { startAlone, wanted } from './fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-configurations-'))
after(() => rmSync(folder, { recursive: true, force: true }))

let count = 0
const newStore = (): FolderStore => new FolderStore(join(folder, String(++count)))

async function started(store: ConfigStore = newStore()) {
  const node = startAlone(store)
  node.alone.learn(node.supervisor.live)
  await until('a first revision', () => node.configurations.served().revision !== null)
  return node
}

const refusedAs = (code: string, message = /./) => {
  return (error: unknown) =>
    error instanceof ApiError && error.code === code && message.test(error.message)
}

test('nothing is available before the first configuration is known', async () => {
  const { configurations } = startAlone(newStore())
  assert.throws(() => configurations.served(), refusedAs('not_available'))
  const asked = configurations.apply(wanted('two\n', ''))
  await assert.rejects(asked, refusedAs('not_available'))
})

test('what is served is written down once, and not again after a restart', async () => {
  const store = newStore()
  for (let start = 0; start < 2; start++) {
    const { configurations } = await started(store)
    const expected = {
      text: 'one\n',
      checksum: checksumOf('one\n'),
      revision: 1,
      revertsAtMs: null,
      guard: null,
    }
    assert.deepEqual(configurations.served(), expected)
  }
  assert.equal((await store.list(null, 10)).length, 1)
})

test('a change is served and written down with who, whence and why', async () => {
  const { configurations, supervisor } = await started()
  const applied = await configurations.apply(wanted('two\n', checksumOf('one\n')))
  assert.equal(applied.revision, 2)
  assert.equal(applied.text, 'two\n')
  assert.deepEqual(applied.nodes, [])
  assert.match(applied.diff, /^-one\n\+two$/m)
  assert.equal(supervisor.changes.length, 1)
  const { author, origin, message } = await configurations.revision(2)
  assert.deepEqual([author, origin, message], ['sato', 'api', 'why'])
  await assert.rejects(configurations.revision(3), refusedAs('not_found'))
})

test('whoever did not see what is served hears who changed it', async () => {
  const { configurations, supervisor } = await started()
  const expected = checksumOf('one\n')
  const both = [wanted('two\n', expected), wanted('three\n', expected)]
  const [first, second] = await Promise.allSettled(both.map((one) => configurations.apply(one)))
  assert.equal(first!.status, 'fulfilled')
  assert.ok(second?.status === 'rejected')
  assert.ok(refusedAs('stale', /^sato changed .*\(revision 2 “why”, 2030-/)(second.reason))
  assert.equal(supervisor.changes.length, 1)
})

test('a text that is not valid reaches nobody, and every problem has its place', async () => {
  const { configurations, supervisor } = await started()
  const problem = { pointer: '/routes/0', line: 3, column: 5 }
  for (const asked of [
    configurations.trial('bad\n'),
    configurations.apply(wanted('bad\n', checksumOf('one\n'))),
  ]) {
    await assert.rejects(asked, (error: unknown) => {
      assert.ok(refusedAs('config_invalid')(error))
      const { pointer, line, column } = (error as ApiError).errors[0]!
      assert.deepEqual({ pointer, line, column }, problem)
      return true
    })
  }
  assert.deepEqual(supervisor.changes, [])
})

test('what cannot be put to work is no revision', async () => {
  const { configurations, supervisor } = await started()
  supervisor.refuses = { kind: 'rejected', reason: 'the port is taken' }
  const asked = configurations.apply(wanted('two\n', checksumOf('one\n')))
  await assert.rejects(asked, refusedAs('rejected', /the port is taken/))
  assert.equal(configurations.served().revision, 1)
  assert.equal((await configurations.revisions(null, 10)).length, 1)
})

test('a change that waits can be confirmed, once', async () => {
  const { configurations } = await started()
  await assert.rejects(configurations.confirm(), refusedAs('conflict'))
  const change = { ...wanted('two\n', checksumOf('one\n')), confirmWithinMs: 1000 }
  assert.equal((await configurations.apply(change)).revertsAtMs, 5000)
  assert.equal((await configurations.confirm()).revertsAtMs, null)
  await assert.rejects(configurations.confirm(), refusedAs('conflict'))
})

test('what was taken back while it was being confirmed is not confirmed', async () => {
  const { configurations, supervisor } = await started()
  const change = { ...wanted('two\n', checksumOf('one\n')), confirmWithinMs: 1000 }
  await configurations.apply(change)
  supervisor.live = { ...supervisor.live, text: 'one\n', origin: 'auto-revert' }
  await assert.rejects(configurations.confirm(), refusedAs('conflict'))
})

test('a revision that cannot be written down is served all the same, and the log says so', async () => {
  const said: string[] = []
  const log = { info: () => {}, warn: () => {}, error: (text: string) => said.push(text) }
  const store = newStore()
  store.append = () => Promise.reject(new Error('the disk is full'))
  const { alone, configurations, supervisor } = startAlone(store, log)
  alone.learn(supervisor.live)
  await until('a word of it', () => said.length > 0)
  assert.equal(configurations.served().revision, null)
  assert.match(said[0]!, /could not be written down/)
})

test('a store that does not answer is not available, and why is said', async () => {
  const store = newStore()
  const { configurations } = await started(store)
  store.list = () => Promise.reject(new Error('connect ECONNREFUSED'))
  store.get = () => Promise.reject(new Error('connect ECONNREFUSED'))
  await assert.rejects(
    configurations.revisions(null, 1),
    refusedAs('not_available', /ECONNREFUSED/),
  )
  await assert.rejects(configurations.revision(1), refusedAs('not_available', /ECONNREFUSED/))
})
