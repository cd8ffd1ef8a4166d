import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { nodeRows } from '../../../../admin-ui/pages/review/node-outcomes.ts'

suite('what became of a change on each node', () => {
  const nodes = [
    { name: 'b', revision: 3 },
    { name: 'a', revision: 2 },
  ]

  test('is waited for until a node has a later revision', () => {
    assert.deepEqual(nodeRows(nodes, { kind: 'applying', before: 2 }), [
      { name: 'a', outcome: { kind: 'waiting' } },
      { name: 'b', outcome: { kind: 'serves', revision: 3 } },
    ])
  })

  test('is told of those that were named, and of the one that works alone', () => {
    const served = { kind: 'served', revision: 4, names: ['a', 'new'] } as const
    assert.deepEqual(nodeRows(nodes, served), [
      { name: 'a', outcome: { kind: 'serves', revision: 4 } },
      { name: 'b', outcome: { kind: 'as-before', revision: 3 } },
      { name: 'new', outcome: { kind: 'serves', revision: 4 } },
    ])
    assert.deepEqual(nodeRows([{ name: 'alone', revision: 3 }], { ...served, names: [] }), [
      { name: 'alone', outcome: { kind: 'serves', revision: 4 } },
    ])
  })

  test('is every reason of those that refused, whatever they are called', () => {
    const error = (pointer: string, detail: string) => ({ pointer, detail, hint: '' })
    const errors = [
      error('/nodes/a', 'no certificate'),
      error('/nodes/a', 'no key'),
      error('/nodes/x~1y~0z', 'no answer'),
      error('/routes/1', 'not about a node'),
    ]
    assert.deepEqual(nodeRows(nodes, { kind: 'refused', errors }), [
      { name: 'a', outcome: { kind: 'refuses', reasons: ['no certificate', 'no key'] } },
      { name: 'b', outcome: { kind: 'as-before', revision: 3 } },
      { name: 'x/y~z', outcome: { kind: 'refuses', reasons: ['no answer'] } },
    ])
  })
})
