import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatTable } from '../../../gateway/cli/table.ts'

test('columns stand below each other, also with wide characters', () => {
  const rows = [
    { name: '注文', size: '1' },
    { name: 'billing', size: '20' },
  ]
  assert.equal(formatTable(rows), 'NAME     SIZE\n注文     1\nbilling  20\n')
})

test('no rows say so', () => {
  assert.equal(formatTable([]), 'none\n')
})
