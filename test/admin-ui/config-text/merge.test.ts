import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { merge } from '../../../admin-ui/config-text/merge.ts'

const BASE = 'one\ntwo\nthree\nfour\nfive\nsix\n'

suite('two changes of one text', () => {
  test('that touch different lines become one', () => {
    const ours = BASE.replace('two', 'TWO')
    const theirs = BASE.replace('five', 'FIVE\nand more')
    const both = BASE.replace('two', 'TWO').replace('five', 'FIVE\nand more')
    assert.deepEqual(merge(BASE, ours, theirs), { kind: 'merged', text: both })
    assert.deepEqual(merge(BASE, theirs, ours), { kind: 'merged', text: both })
  })

  test('that are the same are made once', () => {
    const same = BASE.replace('three\n', '')
    assert.deepEqual(merge(BASE, same, same), { kind: 'merged', text: same })
  })

  test('of which one is none give the other', () => {
    const ours = `${BASE}seven\n`
    assert.deepEqual(merge(BASE, ours, BASE), { kind: 'merged', text: ours })
    assert.deepEqual(merge(BASE, BASE, ours), { kind: 'merged', text: ours })
  })

  test('of the same line are a conflict, told by its lines', () => {
    const result = merge(BASE, BASE.replace('three', 'a'), BASE.replace('three', 'b'))
    assert.deepEqual(result, { kind: 'conflict', fromLine: 3, toLine: 3 })
  })

  test('that add different lines at one place are a conflict', () => {
    assert.equal(merge(BASE, `${BASE}a\n`, `${BASE}b\n`).kind, 'conflict')
  })
})
