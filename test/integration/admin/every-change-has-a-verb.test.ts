// Whoever reads the audit reads words: every operation that changes something has its verb there.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isChanging } from '../../../gateway/control/admin/operation.ts'
import { startConsole } from './console.ts'

/** As text: its module speaks the language of a page, and there is none here. */
const WORDS = join(import.meta.dirname, '../../../admin-ui/pages/audit/action-words.ts')

test('every operation that changes something has a verb in the audit, in both languages', async () => {
  const world = await startConsole()
  try {
    const changing = world.operations.filter(isChanging).map(({ id }) => id)
    assert.ok(changing.length > 30)
    const lines = readFileSync(WORDS, 'utf8').split('\n')
    const verbless = changing.filter(
      (id) => lines.filter((line) => line.startsWith(`    ${id}: '`)).length < 2,
    )
    assert.deepEqual(verbless, [])
  } finally {
    await world.stop()
  }
})
