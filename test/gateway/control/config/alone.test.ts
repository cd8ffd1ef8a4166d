// Of which revisions a node that works alone tells that nobody asked for them: the audit has no other word of them.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { FolderStore } from '../../../../gateway/control/revisions/folder-store.ts'
import { checksumOf } from '../../../../gateway/control/revisions/revision.ts'
import { until } from '../../../support/until.ts'
import { startAlone, wanted } from './fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-alone-'))
after(() => rmSync(folder, { recursive: true, force: true }))

let count = 0

async function started() {
  const node = startAlone(new FolderStore(join(folder, String(++count))))
  const served = async (revision: number) =>
    until(`revision ${revision}`, () => node.configurations.served().revision === revision)
  node.alone.learn(node.supervisor.live)
  await served(1)
  const { unaskedFor } = node
  const told = () => unaskedFor.map(({ number, origin }) => [number, origin])
  return { ...node, served, told }
}

test('nobody edited the file that was there at the start', async () => {
  const { told } = await started()
  assert.deepEqual(told(), [])
})

test('an edit of the file and a change that went back by itself are told of, once each', async () => {
  const { alone, supervisor, served, told } = await started()
  alone.learn({ ...supervisor.live, serial: 2, text: 'two\n' })
  await served(2)
  alone.learn({ ...supervisor.live, serial: 2, text: 'two\n' })
  alone.learn({ ...supervisor.live, serial: 3, text: 'one\n', origin: 'auto-revert' })
  await served(3)
  assert.deepEqual(told(), [
    [2, 'file'],
    [3, 'auto-revert'],
  ])
})

test('what somebody asked for is not: its call is in the audit', async () => {
  const { configurations, alone, supervisor, served, told } = await started()
  await configurations.apply(wanted('two\n', checksumOf('one\n')))
  alone.learn(supervisor.live)
  await served(2)
  assert.deepEqual(told(), [])
})
