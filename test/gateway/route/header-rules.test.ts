// Header rules: what may be set and removed, and what may not.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compileHeaderRules } from '../../../gateway/route/header-rules.ts'
import type { HeaderRulesOptions } from '../../../gateway/route/options.ts'
import { AT, collect, wordsOf } from './collect.ts'

const valueProblem = (name: string) => [
  ['set', name],
  `the value of header \`${name}\` is not one line of visible ASCII`,
  'remove line breaks, control characters and spaces at either end; encode other text',
]

describe('header rules', () => {
  test('rules compile with lower-case names', () => {
    const options: HeaderRulesOptions = {
      set: { 'X-A': 'b c\td', 'x-empty': '' },
      remove: ['Server', 'x-powered-by'],
    }
    const { result, problems } = collect((report) => compileHeaderRules(options, AT, report))
    assert.deepEqual(problems, [])
    assert.deepEqual(result, {
      set: [
        { name: 'x-a', value: 'b c\td' },
        { name: 'x-empty', value: '' },
      ],
      remove: new Set(['server', 'x-powered-by']),
    })
  })

  test('a name has an end', () => {
    const options: HeaderRulesOptions = { set: { ['x'.repeat(257)]: 'a' } }
    const { result, problems } = collect((report) => compileHeaderRules(options, AT, report))
    assert.equal(result, null)
    assert.match(problems[0]!.message, /^`x{40}…` has 257 characters$/)
  })

  const OWNED = `
    Connection Content-Length Expect HTTP2-Settings Keep-Alive Proxy-Authenticate Proxy-Authorization
    Proxy-Connection TE Trailer Transfer-Encoding Upgrade Forwarded Host Traceparent Tracestate Via
    X-Real-IP X-Request-Id :path X-Forwarded-For X-Forwarded-Client-Cert X-Sallyport-User`
  for (const name of OWNED.trim().split(/\s+/)) {
    test(`${name} can be neither set nor removed`, () => {
      const message = `header \`${name.toLowerCase()}\` is the gateway's own`
      const fix = 'remove it; the gateway sets or strips this field itself'
      const set = collect((report) => compileHeaderRules({ set: { [name]: 'x' } }, AT, report))
      assert.equal(set.result, null)
      assert.deepEqual(wordsOf(set.problems), [[['set', name], message, fix]])
      const remove = collect((report) => compileHeaderRules({ remove: name }, AT, report))
      assert.equal(remove.result, null)
      assert.deepEqual(wordsOf(remove.problems), [[['remove'], message, fix]])
    })
  }

  test('every other problem is named', () => {
    const options: HeaderRulesOptions = {
      set: { 'x-a': 'a\r\nb: c', 'x-b': ' a', 'x-c': 'é', vary: 'x', x_d: '' },
      remove: ['X-A', 'access-control-allow-origin', 'a:b'],
    }
    const { result, problems } = collect((report) => compileHeaderRules(options, AT, report))
    assert.equal(result, null)
    assert.deepEqual(wordsOf(problems), [
      valueProblem('x-a'),
      valueProblem('x-b'),
      valueProblem('x-c'),
      [
        ['set', 'vary'],
        'header `vary` is merged, never replaced',
        'remove it; caches would mix up the answers for different callers',
      ],
      [
        ['set', 'x_d'],
        'header `x_d` has an underscore, and the gateway drops such fields',
        'write `x-d`',
      ],
      [['remove', 0], 'header `x-a` is named twice', 'keep one of them'],
      [
        ['remove', 1],
        'header `access-control-allow-origin` belongs to the CORS policy',
        "write the route's `cors:` instead",
      ],
      [
        ['remove', 2],
        '`a:b` is not a header name',
        'write letters, digits and hyphens, as in `x-tenant`',
      ],
    ])
  })
})
