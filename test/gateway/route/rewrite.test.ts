// Rewriting a path: what the service sees.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileMatch } from '../../../gateway/route/compile.ts'
import { rewritePath } from '../../../gateway/route/rewrite.ts'
import { canonicalTarget } from '../../../sidecar/forward/path.ts'

const CASES: readonly (readonly [template: string, prefix: string, path: string, to: string])[] = [
  ['/orders/*', '/', '/orders/7', '/7'],
  ['/orders/*', '/', '/orders/', '/'],
  ['/orders/*', '/', '/orders', '/'],
  ['/orders/*', '/v1', '/orders/7/', '/v1/7/'],
  ['/orders/*', '/v1', '/orders', '/v1'],
  ['/*', '/v1', '/', '/v1/'],
  ['/*', '/', '/a/b', '/a/b'],
  ['/a/b/*', '/c/d', '/a/b/a/b', '/c/d/a/b'],
]

for (const [template, prefix, path, to] of CASES) {
  test(`under ${template} with prefix ${prefix}, ${path} becomes ${to}`, () => {
    const match = compileMatch(template, [], (problem) => assert.fail(problem.message))
    assert.ok(match)
    assert.equal(rewritePath(path, match.path, { prefix }), to)
    assert.deepEqual(canonicalTarget(to), { path: to, query: '' })
  })
}
