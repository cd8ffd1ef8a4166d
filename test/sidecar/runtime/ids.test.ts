import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createIdSource } from '../../../sidecar/runtime/ids.ts'

test('every id is 32 hex digits of its own, from random bytes that are never used twice', () => {
  let fills = 0
  const newId = createIdSource((buffer) => {
    fills++
    for (let at = 0; at < buffer.length; at += 4) buffer.writeUInt32BE(fills * 65_536 + at, at)
  })
  const ids = Array.from({ length: 600 }, newId)
  assert.ok(ids.every((id) => /^[0-9a-f]{32}$/.test(id)))
  assert.equal(new Set(ids).size, 600)
  assert.equal(fills, 3)
})
