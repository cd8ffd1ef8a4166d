import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { FieldProblem } from '../../../../admin-ui/api/contract.ts'
import { problemsOfRoute } from '../../../../admin-ui/pages/routes/route-problems.ts'

const NAMES = new Map([
  [0, 'all'],
  [1, 'orders'],
  [4, 'late'],
])

suite('what the gateway finds wrong, by the fields of a route', () => {
  const problem = (
    pointer: string,
    detail = 'it is wrong',
    severity: 'error' | 'warning' = 'error',
  ): FieldProblem => ({
    pointer,
    detail,
    hint: 'write it right',
    severity,
    line: 3,
    column: 7,
  })

  test('is at its field, also where the match is one word', () => {
    const { byField, others } = problemsOfRoute(
      [
        problem('/routes/1/match', 'path `/x{` has a brace'),
        problem('/routes/1/match', 'host `A` is not lower case'),
        problem('/routes/1/match/methods/0'),
        problem('/routes/1/auth/audience'),
        problem('/routes/1/limits/2/rate'),
        problem('/routes/1/limits/3'),
        problem('/routes/1/owner'),
        problem('/routes/1/match/headers/x-a'),
        problem('/routes/1/retries/attempts'),
        problem('/routes/0/timeout'),
        problem('/listeners/1/bind'),
      ],
      1,
      NAMES,
    )
    assert.deepEqual(Object.keys(byField).toSorted(), [
      'audience',
      'hosts',
      'limits',
      'methods',
      'owner',
      'path',
    ])
    assert.equal(byField.limits?.pointer, '/routes/1/limits/2/rate')
    assert.deepEqual(
      others.map(({ pointer }) => pointer),
      ['/routes/1/match/headers/x-a', '/routes/1/retries/attempts'],
    )
  })

  test('tells a shadow from either side, however it is worded, and no warning as an error', () => {
    const shadow = (pointer: string, related: string): FieldProblem => ({
      ...problem(pointer, '別のルートがすべて受け取ります', 'warning'),
      related,
    })
    const found = problemsOfRoute(
      [
        shadow('/routes/1/match', '/routes/0/match'),
        shadow('/routes/4/match', '/routes/1/match'),
        shadow('/routes/5/match', '/routes/6/match'),
        shadow('/mesh/authorize/1', '/mesh/authorize/0'),
        problem('/routes/1/match', 'a warning about nothing else', 'warning'),
      ],
      1,
      NAMES,
    )
    assert.deepEqual(found, { byField: {}, shadowedBy: 'all', shadows: ['late'], others: [] })
  })
})
