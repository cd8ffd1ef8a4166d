// Weights that may be set, and the text that comes to say them and nothing else.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ApiError } from '../../../../gateway/control/admin/api-error.ts'
import { inOrder, withWeights } from '../../../../gateway/control/releases/weights.ts'

const refused = (pattern: RegExp) => (error: unknown) =>
  error instanceof ApiError && error.code === 'invalid' && pattern.test(error.message)

suite('weights', () => {
  const weight = (target: string, value: number) => ({ target, weight: value })

  test('name every target once and are 100 together', () => {
    assert.deepEqual(inOrder([weight('b', 30), weight('a', 70)], ['a', 'b']), [
      weight('a', 70),
      weight('b', 30),
    ])
    for (const [wanted, pattern] of [
      [[weight('a', 70), weight('b', 20)], /90 together; make them 100/],
      [[weight('a', 70), weight('b', 40)], /110 together/],
      [[weight('a', 100)], /`b` is missing/],
      [[weight('a', 50), weight('a', 50), weight('b', 0)], /named twice/],
      [[weight('a', 50), weight('c', 50)], /`c` is none; its targets are: a, b/],
    ] as const) {
      assert.throws(() => inOrder(wanted, ['a', 'b']), refused(pattern))
    }
  })
})

const TEXT = `# the shop
routes:
  - { name: other, match: /x, to: v1 } # not this
  - name: shop          # this one
    to:
      - { service: v1,  weight: 90 }   # as before
      - service: v2      # the new one
      - { url: "http://127.0.0.1:9" }
    sticky:   cookie
`

suite('the text', () => {
  const weights = (...values: number[]) =>
    ['v1', 'v2', 'http://127.0.0.1:9/'].map((target, at) => ({ target, weight: values[at]! }))

  test('says the weights, and every other byte is as it was', () => {
    const after = TEXT.replace('weight: 90', 'weight: 70')
      .replace('# the new one\n', '# the new one\n        weight: 30\n')
      .replace(':9" }', ':9", weight: 0 }')
    assert.equal(withWeights(TEXT, 'shop', weights(70, 30, 0)), after)
    assert.equal(withWeights(after, 'shop', weights(70, 30, 0)), after)
  })

  test('is left alone where its targets are not those that were meant', () => {
    assert.throws(() => withWeights(TEXT, 'other', weights(1, 2, 3)), /have just changed/)
    assert.throws(() => withWeights(TEXT, 'gone', weights(1, 2, 3)), /have just changed/)
    const swapped = [...weights(70, 30, 0)].toReversed()
    assert.throws(() => withWeights(TEXT, 'shop', swapped), /have just changed/)
  })

  test('is left alone where two routes share their weights', () => {
    const shared = `routes:
  - { name: a, to: &both [ { service: v1, weight: &w 50 }, { service: v2, weight: *w } ] }
  - { name: b, to: *both }
  - { name: c, to: [ { service: v1, weight: *w }, { service: v2, weight: 1 } ] }
`
    const two = weights(70, 30, 0).slice(0, 2)
    for (const route of ['a', 'b']) {
      assert.throws(() => withWeights(shared, route, two), /edit the file by hand/)
    }
    assert.match(withWeights(shared, 'c', two), /c, to: .*weight: 70 }.*weight: 30 }/)
  })
})
