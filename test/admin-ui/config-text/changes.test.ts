import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { changesBetween } from '../../../admin-ui/config-text/changes.ts'

const told = (before: string, after: string): readonly string[] | null =>
  changesBetween(before, after)?.map(
    ({ kind, path, before: was, after: is }) => `${kind} ${path.join('.')}: ${was} → ${is}`,
  ) ?? null

suite('the changes between two files', () => {
  test('are told by the names of things, wherever they stand', () => {
    const before = 'routes:\n  - { name: a, to: x }\n  - { name: b, to: y }\n'
    const after = 'routes:\n  - { name: b, to: z }\n  - { name: c, to: x }\n'
    assert.deepEqual(told(before, after), [
      'removed routes.a: { name: a, to: x } → null',
      'changed routes.b.to: y → z',
      'added routes.c: null → { name: c, to: x }',
    ])
  })

  test('tell an order that changed, and nothing where only the writing did', () => {
    assert.deepEqual(told('a: [1, 2]', 'a: [2, 1]'), ['changed a: [ 1, 2 ] → [ 2, 1 ]'])
    assert.deepEqual(told('a: [1, 2] # x', '# y\na:\n  - 1\n  - 2\n'), [])
    const [order] = told('r: [{name: a}, {name: b}]', 'r: [{name: b}, {name: a}]') ?? []
    assert.match(order ?? '', /^changed r: /)
  })

  test('tell the entries of a section that is new', () => {
    assert.deepEqual(told('v: 1', 'v: 1\nroutes: [{name: a}]'), [
      'added routes.a: null → { name: a }',
    ])
  })

  test('are not known where a text is no YAML', () => {
    assert.equal(told('a: 1', 'a: [1'), null)
  })
})
