// Route options to plans: what is accepted, and every problem's exact words.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compileIp, compileMatch, compileRewrite } from '../../../gateway/route/compile.ts'
import type { IpOptions, MatchOptions } from '../../../gateway/route/options.ts'
import type { RouteMatch } from '../../../gateway/route/plan.ts'
import { AT, collect, wordsOf } from './collect.ts'

function matchOf(options: MatchOptions): RouteMatch {
  const { result, problems } = collect((report) => compileMatch(options, AT, report))
  assert.deepEqual(problems, [])
  assert.ok(result)
  return result
}

const ANY_HOST = { kind: 'any', value: '' }
const EVERY_PATH = { template: '/*', segments: [], prefix: true }
const UNCONDITIONAL = { methods: null, headers: [], query: [] }

describe('a match that compiles', () => {
  const SHORT: readonly (readonly [text: string, host: unknown, template: string])[] = [
    ['api.example.com/orders/*', { kind: 'exact', value: 'api.example.com' }, '/orders/*'],
    ['api.example.com/', { kind: 'exact', value: 'api.example.com' }, '/'],
    ['api.example.com', { kind: 'exact', value: 'api.example.com' }, '/*'],
    ['*.example.com/x', { kind: 'wildcard', value: '.example.com' }, '/x'],
    ['*/x', ANY_HOST, '/x'],
    ['*', ANY_HOST, '/*'],
    ['/x', ANY_HOST, '/x'],
    ['127.0.0.1/x', { kind: 'exact', value: '127.0.0.1' }, '/x'],
    ['[2001:db8::1]/x', { kind: 'exact', value: '[2001:db8::1]' }, '/x'],
    ['localhost/x', { kind: 'exact', value: 'localhost' }, '/x'],
    ['xn--bcher-kva.example/x', { kind: 'exact', value: 'xn--bcher-kva.example' }, '/x'],
    ['my_service.internal/x', { kind: 'exact', value: 'my_service.internal' }, '/x'],
  ]
  for (const [text, host, template] of SHORT) {
    test(`short form ${text}`, () => {
      const match = matchOf(text)
      assert.deepEqual(match.hosts, [host])
      assert.equal(match.path.template, template)
      assert.deepEqual(
        { methods: match.methods, headers: match.headers, query: match.query },
        UNCONDITIONAL,
      )
    })
  }

  test('the empty long form is every request', () => {
    assert.deepEqual(matchOf({}), { hosts: [ANY_HOST], path: EVERY_PATH, ...UNCONDITIONAL })
  })

  test('the long form with everything', () => {
    const options = {
      hosts: ['a.example.com', '*.b.example.com'],
      path: '/a/{id}/b/*',
      methods: ['GET', 'PURGE'],
      headers: { 'X-Tenant': 'acme' },
      query: { v: '2', '': '' },
    }
    assert.deepEqual(matchOf(options), {
      hosts: [
        { kind: 'exact', value: 'a.example.com' },
        { kind: 'wildcard', value: '.b.example.com' },
      ],
      path: {
        template: '/a/{id}/b/*',
        segments: [
          { kind: 'literal', value: 'a' },
          { kind: 'parameter', name: 'id' },
          { kind: 'literal', value: 'b' },
        ],
        prefix: true,
      },
      methods: new Set(['GET', 'PURGE']),
      headers: [{ name: 'x-tenant', value: 'acme' }],
      query: [
        { name: 'v', value: '2' },
        { name: '', value: '' },
      ],
    })
  })

  test('one host and one method need no list', () => {
    const match = matchOf({ hosts: 'a.example', methods: 'GET' })
    assert.deepEqual(match.hosts, [{ kind: 'exact', value: 'a.example' }])
    assert.deepEqual(match.methods, new Set(['GET']))
  })

  for (const path of ['/', '/x/', '/caf%C3%A9', '/a;b/*', '/.well-known/x', '/%7Bx', '/{a}/{b}']) {
    test(`path ${path}`, () => assert.equal(matchOf({ path }).path.template, path))
  }
})

const STAR = 'write `/*` at the end for everything below, or `{name}` for one segment'
const DECODED = 'write the path as it looks after decoding, without `.` and `..` segments'

describe('the rest of a match that is refused', () => {
  const CASES: readonly (readonly [name: string, options: MatchOptions, words: unknown[][]])[] = [
    [
      'a scheme in the short form',
      'https://a.com/x',
      [[[], 'match `https://a.com/x` names a scheme', 'write `a.com/x`']],
    ],
    [
      'both parts of the short form',
      'A.com/x*',
      [
        [[], 'host `A.com` is not lower case', 'write `a.com`'],
        [[], 'path `/x*` has a `*` that is not its whole last segment', STAR],
      ],
    ],
    ['an empty short form', '', [[[], 'the host is empty', 'write a host name, or `*`']]],
    [
      'empty lists',
      { hosts: [], methods: [] },
      [
        [
          ['hosts'],
          '`hosts` is empty, so the route would match nothing',
          'list at least one, or remove `hosts` to match all',
        ],
        [
          ['methods'],
          '`methods` is empty, so the route would match nothing',
          'list at least one, or remove `methods` to match all',
        ],
      ],
    ],
    [
      'repeated hosts and methods',
      { hosts: ['a.b', 'a.b'], methods: ['GET', 'GET'] },
      [
        [['hosts', 1], 'host `a.b` is listed twice', 'remove one of them'],
        [['methods', 1], 'method `GET` is listed twice', 'remove one of them'],
      ],
    ],
    [
      'methods',
      { methods: ['get', 'CONNECT', 'Trace', 'G T', ''] },
      [
        [['methods', 0], 'method `get` is not in capitals', 'write `GET`'],
        [
          ['methods', 1],
          'method `CONNECT` is never let through',
          'remove it; the gateway answers CONNECT itself',
        ],
        [
          ['methods', 2],
          'method `Trace` is never let through',
          'remove it; the gateway answers TRACE itself',
        ],
        [['methods', 3], '`G T` is not a method', 'write a method such as `GET`'],
        [['methods', 4], '`` is not a method', 'write a method such as `GET`'],
      ],
    ],
    [
      'a single method',
      { methods: 'get' },
      [[['methods'], 'method `get` is not in capitals', 'write `GET`']],
    ],
    [
      'headers',
      { headers: { 'x-a': '1', 'X-A': '2', 'X-Forwarded-For': '1', 'a b': '', x_b: '' } },
      [
        [['headers', 'X-A'], 'header `x-a` is named twice', 'keep one of them'],
        [
          ['headers', 'X-Forwarded-For'],
          "header `x-forwarded-for` is the gateway's own",
          'remove it; the gateway sets or strips this field itself',
        ],
        [
          ['headers', 'a b'],
          '`a b` is not a header name',
          'write letters, digits and hyphens, as in `x-tenant`',
        ],
        [
          ['headers', 'x_b'],
          'header `x_b` has an underscore, and the gateway drops such fields',
          'write `x-b`',
        ],
      ],
    ],
  ]
  for (const [name, options, words] of CASES) {
    test(name, () => {
      const { result, problems } = collect((report) => compileMatch(options, AT, report))
      assert.equal(result, null)
      assert.deepEqual(wordsOf(problems), words)
    })
  }

  test('a problem with a header name points at the key', () => {
    const { problems } = collect((report) => compileMatch({ headers: { host: 'a' } }, AT, report))
    assert.deepEqual(
      problems.map(({ severity, atKey }) => [severity, atKey]),
      [['error', true]],
    )
  })
})

describe('ip', () => {
  test('canonical ranges compile', () => {
    const options: IpOptions = { allow: ['10.0.0.0/8', '::1'], deny: '10.1.0.0/16' }
    const { result, problems } = collect((report) => compileIp(options, AT, report))
    assert.deepEqual(problems, [])
    assert.deepEqual(result?.allow, ['10.0.0.0/8', '::1'])
    assert.deepEqual(result.deny, ['10.1.0.0/16'])
    assert.equal(result.isAllowed('10.2.0.0'), true)
    assert.equal(result.isAllowed('11.2.0.0'), false)
    assert.equal(result.isDenied('10.1.9.9'), true)
    assert.equal(result.isDenied('10.2.9.9'), false)
  })

  test('everything else is refused', () => {
    const options: IpOptions = { allow: ['10.0.0.1/8', 'localhost'], deny: '::FFFF:1.2.3.4' }
    const { result, problems } = collect((report) => compileIp(options, AT, report))
    assert.equal(result, null)
    assert.deepEqual(wordsOf(problems), [
      [['allow', 0], '`10.0.0.1/8` is not how that range is spelled', 'write `10.0.0.0/8`'],
      [
        ['allow', 1],
        '`localhost` is not an address or a range',
        'write an address or a range such as `10.0.0.0/8` or `2001:db8::/32`',
      ],
      [['deny'], '`::FFFF:1.2.3.4` is not how that range is spelled', 'write `1.2.3.4`'],
    ])
  })
})

describe('rewrite', () => {
  const FIXED = 'match a path of fixed segments that ends in `/*`, or remove `rewrite`'
  const CASES: readonly (readonly [template: string, prefix: string, words: unknown[][]])[] = [
    ['/x/*', '/', []],
    ['/*', '/v1/x', []],
    ['/x', '/', [[[], '`rewrite` has no fixed prefix to replace in `/x`', FIXED]]],
    ['/{a}/*', '/', [[[], '`rewrite` has no fixed prefix to replace in `/{a}/*`', FIXED]]],
    ['/x/*', '/v1/', [[['prefix'], 'prefix `/v1/` ends in a slash', 'write `/v1`']]],
    ['/x/*', 'v1', [[['prefix'], 'path `v1` does not start with a slash', 'write `/v1`']]],
    [
      '/x/*',
      '/../admin',
      [[['prefix'], 'path `/../admin` can never be requested (path_dot_segment)', DECODED]],
    ],
    [
      '/x/*',
      '/v1/*',
      [
        [
          ['prefix'],
          'prefix `/v1/*` holds `*` or a parameter',
          'write a fixed path; what `*` stood for is appended',
        ],
      ],
    ],
  ]
  for (const [path, prefix, words] of CASES) {
    test(`${path} to ${prefix}`, () => {
      const match = matchOf({ path })
      const { result, problems } = collect((report) =>
        compileRewrite({ prefix }, match, AT, report),
      )
      assert.deepEqual(wordsOf(problems), words)
      assert.deepEqual(result, words.length === 0 ? { prefix } : null)
    })
  }
})
