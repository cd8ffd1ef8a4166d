import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closest, editDistance } from '../../../sidecar/runtime/suggest.ts'

test('an edit is one letter left out, put in, changed, or swapped with its neighbour', () => {
  const cases: [string, string, number][] = [
    ['timeout', 'timeout', 0],
    ['tiemout', 'timeout', 1],
    ['timout', 'timeout', 1],
    ['timeouts', 'timeout', 1],
    ['timeoot', 'timeout', 1],
    ['', 'abc', 3],
    ['abc', '', 3],
    ['ca', 'abc', 3],
  ]
  for (const [a, b, distance] of cases) assert.equal(editDistance(a, b), distance, `${a} ${b}`)
})

test('the nearest word is suggested, whatever its case', () => {
  assert.equal(closest('tiemout', ['to', 'timeout', 'timeouts']), 'timeout')
  assert.equal(closest('BIND', ['name', 'bind']), 'bind')
})

test('nothing is suggested for a word that is near to none, or absurdly long', () => {
  assert.equal(closest('limits', ['name', 'match', 'to']), null)
  assert.equal(closest('x', []), null)
  assert.equal(closest('a'.repeat(65), ['a'.repeat(65)]), null)
})
