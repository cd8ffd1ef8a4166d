// Pages of a long list: each item once, whatever is added or removed between them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { page } from '../../../../gateway/control/admin/page.ts'

const keyOf = (item: string): string => item

test('each item comes once', () => {
  const all = Array.from({ length: 120 }, (_, i) => `u${String(i).padStart(3, '0')}`)
  const seen: string[] = []
  const sizes: number[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: Record<string, string> = cursor === '' ? {} : { cursor }
    const { items, nextCursor } = page(all.toReversed(), query, keyOf)
    seen.push(...items)
    sizes.push(items.length)
    cursor = nextCursor
  }
  assert.deepEqual(seen, all)
  assert.deepEqual(sizes, [50, 50, 20])
})

test('a cursor whose item is gone goes on behind its place, and 500 is the most', () => {
  assert.deepEqual(page(['a', 'c'], { cursor: 'b' }, keyOf), { items: ['c'], nextCursor: null })
  assert.deepEqual(page(['a', 'c'], { cursor: 'c' }, keyOf), { items: [], nextCursor: null })
  const many = Array.from({ length: 600 }, (_, i) => String(i))
  assert.equal(page(many, { limit: '999' }, keyOf).items.length, 500)
})
