// Route options to plans: what is accepted, and every problem's exact words.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  compileHeaderRules,
  compileIp,
  compileMatch,
  compileRewrite,
} from '../../../gateway/route/compile.ts'
import type { HeaderRulesOptions, IpOptions, MatchOptions } from '../../../gateway/route/options.ts'
import type { RouteMatch } from '../../../gateway/route/plan.ts'
import type { Problem, Report } from '../../../sidecar/runtime/problem.ts'

const AT = ['routes', 0]

function collect<T>(compile: (report: Report) => T): { result: T; problems: Problem[] } {
  const problems: Problem[] = []
  return { result: compile((problem) => problems.push(problem)), problems }
}

function matchOf(options: MatchOptions): RouteMatch {
  const { result, problems } = collect((report) => compileMatch(options, AT, report))
  assert.deepEqual(problems, [])
  assert.ok(result)
  return result
}

/** What the problems say, without their severity: path below AT, message, fix. */
function wordsOf(problems: readonly Problem[]): unknown[][] {
  return problems.map(({ path, message, fix }) => [path.slice(AT.length), message, fix])
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

const LABELS =
  'write labels of letters, digits and hyphens with dots between, as in `api.example.com`'
const WILDCARD = 'write `*.` followed by a full name, as in `*.example.com`'
const PORT = "; the port is the listener's, a route serves every port of its listeners"

describe('a host that is refused', () => {
  const CASES: readonly (readonly [host: string, message: string, fix: string])[] = [
    ['', 'the host is empty', 'write a host name, or `*`'],
    ['a.com/x', 'host `a.com/x` holds more than a name', 'write only the host name'],
    ['a.com:443', 'host `a.com:443` names a port', `write \`a.com\`${PORT}`],
    ['[::1]:443', 'host `[::1]:443` names a port', `write \`[::1]\`${PORT}`],
    ['127.0.0.1:80', 'host `127.0.0.1:80` names a port', `write \`127.0.0.1\`${PORT}`],
    ['API.a.com', 'host `API.a.com` is not lower case', 'write `api.a.com`'],
    ['*.A.com', 'host `*.A.com` is not lower case', 'write `*.a.com`'],
    ['a.com.', 'host `a.com.` ends in a dot', 'write `a.com`'],
    [
      'bücher.de',
      'host `bücher.de` is not how requests spell that name',
      'write `xn--bcher-kva.de`',
    ],
    [
      '*.bücher.de',
      'host `*.bücher.de` is not how requests spell that name',
      'write `*.xn--bcher-kva.de`',
    ],
    ['127.1', 'host `127.1` is not how requests spell that name', 'write `127.0.0.1`'],
    ['::1', 'host `::1` is not how requests spell that address', 'write `[::1]`'],
    ['[::0001]', 'host `[::0001]` is not how requests spell that address', 'write `[::1]`'],
    [
      '[::1%lo]',
      'host `[::1%lo]` is not an IPv6 address',
      'write it like `[2001:db8::1]`, without a zone',
    ],
    ['a.*.b', 'host `a.*.b` has a `*` that is not a whole first label', WILDCARD],
    ['*name', 'host `*name` has a `*` that is not a whole first label', WILDCARD],
    ['*.*.b', 'host `*.*.b` has a `*` that is not a whole first label', WILDCARD],
    ['a.*', 'host `a.*` has a `*` that is not a whole first label', WILDCARD],
    ['*.', 'host `*.` ends in a dot', 'write `*`'],
    ['a..b', '`a..b` is not a host name', LABELS],
    ['-a.b', '`-a.b` is not a host name', LABELS],
    ['a b', '`a b` is not a host name', LABELS],
    ['u@a.com', '`u@a.com` is not a host name', LABELS],
    ['1.2.3.4.5', '`1.2.3.4.5` is not a host name', LABELS],
    ['*.1.2', '`*.1.2` is not a host name', LABELS],
    [`${'a'.repeat(64)}.b`, `\`${'a'.repeat(64)}.b\` is not a host name`, LABELS],
  ]
  for (const [host, message, fix] of CASES) {
    test(JSON.stringify(host), () => {
      const { result, problems } = collect((report) =>
        compileMatch({ hosts: ['ok.example', host] }, AT, report),
      )
      assert.equal(result, null)
      assert.deepEqual(wordsOf(problems), [[['hosts', 1], message, fix]])
    })
  }
})

const STAR = 'write `/*` at the end for everything below, or `{name}` for one segment'
const DECODED = 'write the path as it looks after decoding, without `.` and `..` segments'
const PARAMETER = 'a parameter is a whole segment `{name}` of letters, digits and `_`'

describe('a path that is refused', () => {
  const notSpelled = (path: string) => `path \`${path}\` is not how requests spell it`
  const never = (path: string, reason: string) =>
    `path \`${path}\` can never be requested (${reason})`
  const neither = (path: string, segment: string) =>
    `path \`${path}\` has a segment \`${segment}\` that is neither fixed nor a parameter`
  const deep = '/a'.repeat(65)
  const CASES: readonly (readonly [path: string, message: string, fix: string])[] = [
    ['', 'path `` does not start with a slash', 'write `/`'],
    ['x', 'path `x` does not start with a slash', 'write `/x`'],
    [
      '/x?a=b',
      'path `/x?a=b` holds a query or a fragment',
      'write only the path; query parameters belong in `query`',
    ],
    [
      '/x#a',
      'path `/x#a` holds a query or a fragment',
      'write only the path; query parameters belong in `query`',
    ],
    ['/a//b', notSpelled('/a//b'), 'write `/a/b`'],
    ['/%61', notSpelled('/%61'), 'write `/a`'],
    ['/%c3%a9', notSpelled('/%c3%a9'), 'write `/%C3%A9`'],
    ['/café/{id}', notSpelled('/café/{id}'), 'write `/caf%C3%A9/{id}`'],
    ['/a b', notSpelled('/a b'), 'write `/a%20b`'],
    ['/<x>', notSpelled('/<x>'), 'write `/%3Cx%3E`'],
    ['//{id}/%7bx', notSpelled('//{id}/%7bx'), 'write `/{id}/%7Bx`'],
    ['/a/../b', never('/a/../b', 'path_dot_segment'), DECODED],
    ['/a/%2e', never('/a/%2e', 'path_dot_segment'), DECODED],
    ['/a\\b', never('/a\\b', 'path_backslash'), DECODED],
    ['/a%2Fb', never('/a%2Fb', 'path_encoded_slash'), DECODED],
    ['/%zz', never('/%zz', 'path_invalid_encoding'), DECODED],
    ['/a\0', never('/a\0', 'target_invalid'), DECODED],
    ['/\ud800', never('/\ud800', 'target_invalid'), DECODED],
    ['/a*', 'path `/a*` has a `*` that is not its whole last segment', STAR],
    ['/*/b', 'path `/*/b` has a `*` that is not its whole last segment', STAR],
    ['/a/**', 'path `/a/**` has a `*` that is not its whole last segment', STAR],
    ['/a/*/*', 'path `/a/*/*` has a `*` that is not its whole last segment', STAR],
    ['/x{id}', neither('/x{id}', 'x{id}'), PARAMETER],
    ['/{id}.json', neither('/{id}.json', '{id}.json'), PARAMETER],
    ['/{}', neither('/{}', '{}'), PARAMETER],
    ['/{1a}', neither('/{1a}', '{1a}'), PARAMETER],
    ['/{__proto__}', neither('/{__proto__}', '{__proto__}'), PARAMETER],
    ['/a}', neither('/a}', 'a}'), PARAMETER],
    [
      '/{id}/{id}',
      'path `/{id}/{id}` names the parameter `id` twice',
      'give each parameter its own name',
    ],
    [deep, `path \`${deep}\` has 65 segments`, 'write at most 64 segments, and `/*` for the rest'],
  ]
  for (const [path, message, fix] of CASES) {
    test(JSON.stringify(path.slice(0, 20)), () => {
      const { result, problems } = collect((report) => compileMatch({ path }, AT, report))
      assert.equal(result, null)
      assert.deepEqual(wordsOf(problems), [[['path'], message, fix]])
    })
  }

  test('64 segments are fine', () => {
    assert.equal(matchOf({ path: `${'/a'.repeat(64)}/*` }).path.segments.length, 64)
  })
})

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

  const OWNED = [
    ...[
      'Connection',
      'Content-Length',
      'Expect',
      'HTTP2-Settings',
      'Keep-Alive',
      'Proxy-Authenticate',
    ],
    ...['Proxy-Authorization', 'Proxy-Connection', 'TE', 'Trailer', 'Transfer-Encoding', 'Upgrade'],
    ...[
      'Forwarded',
      'Host',
      'Traceparent',
      'Tracestate',
      'Via',
      'X-Real-IP',
      'X-Request-Id',
      ':path',
    ],
    ...['X-Forwarded-For', 'X-Forwarded-Client-Cert', 'X-Sallyport-User'],
  ]
  for (const name of OWNED) {
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
    const value = (name: string) => [
      ['set', name],
      `the value of header \`${name}\` is not one line of visible ASCII`,
      'remove line breaks, control characters and spaces at either end; encode other text',
    ]
    assert.deepEqual(wordsOf(problems), [
      value('x-a'),
      value('x-b'),
      value('x-c'),
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
