// CORS options to policies: defaults, and every problem's exact words.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { CorsOptions } from '../../../gateway/cors/options.ts'
import { compiled, policyOf } from './policy-of.ts'

const ALWAYS_EXPOSED = [
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'traceparent',
  'WWW-Authenticate',
  'X-Request-Id',
]

describe('a policy that compiles', () => {
  test('the short form brings the defaults', () => {
    assert.deepEqual(policyOf('https://app.example.com'), {
      origins: new Set(['https://app.example.com']),
      wildcards: [],
      anyOrigin: false,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      headers: ['authorization', 'content-type'],
      expose: ALWAYS_EXPOSED,
      credentials: false,
      maxAgeSeconds: 600,
    })
  })

  test('the long form says it all', () => {
    const options: CorsOptions = {
      origins: ['https://app.example.com', 'https://*.example.com', 'http://*.a.test:8080'],
      methods: ['GET', 'PURGE'],
      headers: ['X-Tenant', 'Authorization'],
      expose: ['etag', 'ratelimit'],
      credentials: true,
      maxAge: '90s',
    }
    assert.deepEqual(policyOf(options), {
      origins: new Set(['https://app.example.com']),
      wildcards: [
        { prefix: 'https://', suffix: '.example.com' },
        { prefix: 'http://', suffix: '.a.test:8080' },
      ],
      anyOrigin: false,
      methods: ['GET', 'PURGE'],
      headers: ['x-tenant', 'authorization'],
      expose: ['etag', 'ratelimit', ...ALWAYS_EXPOSED.filter((name) => name !== 'RateLimit')],
      credentials: true,
      maxAgeSeconds: 90,
    })
  })

  test('the methods are those of the route, HEAD with GET', () => {
    assert.deepEqual(policyOf('*', ['GET', 'PUT']).methods, ['GET', 'PUT', 'HEAD'])
    assert.deepEqual(policyOf('*', ['PUT']).methods, ['PUT'])
    assert.deepEqual(policyOf({ origins: '*', methods: 'GET' }, ['PUT']).methods, ['GET'])
  })

  test('an empty list means none, not the default', () => {
    const policy = policyOf({ origins: '*', headers: [], methods: [], maxAge: '0s' })
    assert.deepEqual([policy.headers, policy.methods, policy.maxAgeSeconds], [[], [], 0])
  })

  const ORIGINS = [
    'https://a.com:8443',
    'http://localhost:3000',
    'http://127.0.0.1:5173',
    'http://[::1]:8080',
    'https://xn--bcher-kva.de',
    'https://my_app.example',
    'capacitor://localhost',
    'chrome-extension://abcdefgh',
  ]
  for (const origin of ORIGINS) {
    test(`origin ${origin}`, () => {
      assert.deepEqual(policyOf([origin]).origins, new Set([origin]))
    })
  }

  test('every origin, without credentials', () => {
    const policy = policyOf('*')
    assert.deepEqual([policy.anyOrigin, policy.origins.size], [true, 0])
  })
})

const SHAPE = 'write scheme, host and port only, as in `https://app.example.com`'
const STAR =
  'write `*` for the whole first label, with at least two labels behind it: `https://*.example.com`'
const REGEX_FIX =
  'list the origins, or write `https://*.example.com` for every name of one label more'
const regex = (origin: string) =>
  `origin \`${origin}\` looks like a regular expression; origins are compared exactly`
const star = (origin: string) => `origin \`${origin}\` has a \`*\` where none may stand`
const shape = (origin: string) => `\`${origin}\` is not an origin`

describe('an origin that is refused', () => {
  const CASES: readonly (readonly [origin: string, message: string, fix: string])[] = [
    [
      'null',
      'origin `null` is what sandboxed frames of any site send',
      'list the real origins of the pages',
    ],
    [
      'NULL',
      'origin `null` is what sandboxed frames of any site send',
      'list the real origins of the pages',
    ],
    [
      'file://',
      'origin `file://` never arrives: pages from files send `null`',
      'serve the page over https and list its origin',
    ],
    ['a.com', 'origin `a.com` has no scheme', 'write `https://a.com`'],
    ['*.a.com', 'origin `*.a.com` has no scheme', 'write `https://*.a.com`'],
    ['https://a.com/', 'origin `https://a.com/` ends in a slash', 'write `https://a.com`'],
    ['https://a.com/x', 'origin `https://a.com/x` holds a path', 'write `https://a.com`'],
    [
      'https://a.com?x',
      'origin `https://a.com?x` holds a query or a fragment',
      'write `https://a.com`',
    ],
    [
      'https://a.com#x',
      'origin `https://a.com#x` holds a query or a fragment',
      'write `https://a.com`',
    ],
    ['https://u@a.com', 'origin `https://u@a.com` names a user', 'write `https://a.com`'],
    ['https://A.com', 'origin `https://A.com` is not lower case', 'write `https://a.com`'],
    ['HTTPS://a.com', 'origin `HTTPS://a.com` is not lower case', 'write `https://a.com`'],
    [
      'https://a.com:443',
      'origin `https://a.com:443` names the default port, which browsers leave out',
      'write `https://a.com`',
    ],
    [
      'http://a.com:80',
      'origin `http://a.com:80` names the default port, which browsers leave out',
      'write `http://a.com`',
    ],
    [
      'https://bücher.de',
      'origin `https://bücher.de` is not how browsers spell it',
      'write `https://xn--bcher-kva.de`',
    ],
    [
      'http://127.1',
      'origin `http://127.1` is not how browsers spell it',
      'write `http://127.0.0.1`',
    ],
    [
      'https://[::0001]',
      'origin `https://[::0001]` is not how browsers spell it',
      'write `https://[::1]`',
    ],
    ['https:a.com', shape('https:a.com'), SHAPE],
    [
      'https://a.com.',
      'origin `https://a.com.` has a host that ends in a dot',
      'write `https://a.com`',
    ],
    ['https://a.*.com', star('https://a.*.com'), STAR],
    ['https://*a.com', star('https://*a.com'), STAR],
    ['https://*', star('https://*'), STAR],
    ['https://*.com', star('https://*.com'), STAR],
    ['https://*.*.com', star('https://*.*.com'), STAR],
    ['/a\\.com$/', regex('/a\\.com$/'), REGEX_FIX],
    ['^https://a.com$', regex('^https://a.com$'), REGEX_FIX],
    ['https://.*\\.a\\.com', regex('https://.*\\.a\\.com'), REGEX_FIX],
    ['https://a.com$', regex('https://a.com$'), REGEX_FIX],
    ['https://(a|b).com', regex('https://(a|b).com'), REGEX_FIX],
    ['https://a..com', shape('https://a..com'), SHAPE],
    ['https://', shape('https://'), SHAPE],
    ['https://a.com:99999', shape('https://a.com:99999'), SHAPE],
    ['app://*', shape('app://*'), SHAPE],
    ['app://x/y', shape('app://x/y'), SHAPE],
  ]
  for (const [origin, message, fix] of CASES) {
    test(origin, () => {
      const { policy, problems } = compiled(['https://ok.example.com', origin])
      assert.equal(policy, null)
      assert.deepEqual(problems, [
        { severity: 'error', path: ['routes', 0, 'cors', 1], message, fix },
      ])
    })
  }
})

describe('the rest of a policy that is refused', () => {
  const CASES: readonly (readonly [name: string, options: CorsOptions, words: unknown[][]])[] = [
    ['no origin', [], [[[], '`cors` lists no origin', 'list at least one, or remove `cors`']]],
    [
      '* with credentials',
      { origins: '*', credentials: true },
      [
        [
          ['origins'],
          'origin `*` with `credentials: true` would let every site act as the user',
          'list the origins, or remove `credentials`',
        ],
      ],
    ],
    [
      '* beside others',
      ['*', 'https://a.com'],
      [[[], 'origin `*` makes the other origins meaningless', 'keep either `*` or the list']],
    ],
    [
      'one origin in the short form',
      'a.com',
      [[[], 'origin `a.com` has no scheme', 'write `https://a.com`']],
    ],
    [
      'methods',
      { origins: 'https://a.com', methods: ['get', '*', 'TRACE', 'track', 'A B'] },
      [
        [['methods', 0], 'method `get` is not in capitals', 'write `GET`'],
        [['methods', 1], 'methods `*` is not supported', 'list the methods pages may use'],
        [['methods', 2], 'no page can send method `TRACE`', 'remove it'],
        [['methods', 3], 'no page can send method `track`', 'remove it'],
        [['methods', 4], '`A B` is not a method', 'write a method such as `GET`'],
      ],
    ],
    [
      'header names',
      { origins: 'https://a.com', headers: 'a b', expose: ['x', 'é'] },
      [
        [
          ['headers'],
          '`a b` is not a header name',
          'write letters, digits and hyphens, as in `content-type`',
        ],
        [
          ['expose', 1],
          '`é` is not a header name',
          'write letters, digits and hyphens, as in `content-type`',
        ],
      ],
    ],
    [
      '* headers with credentials',
      { origins: 'https://a.com', headers: ['*'], expose: '*', credentials: true },
      [
        [
          ['headers', 0],
          'header `*` does not work with `credentials: true`',
          'list the header names',
        ],
        [['expose'], 'header `*` does not work with `credentials: true`', 'list the header names'],
      ],
    ],
    [
      'a broken duration',
      { origins: 'https://a.com', maxAge: '10 min' },
      [[['maxAge'], '`10 min` is not a duration', 'write a number and a unit, as in `10m`']],
    ],
  ]
  for (const [name, options, words] of CASES) {
    test(name, () => {
      const { policy, problems } = compiled(options)
      assert.equal(policy, null)
      assert.deepEqual(
        problems.map(({ severity, path, message, fix }) => [severity, path.slice(3), message, fix]),
        words.map((line) => ['error', ...line]),
      )
    })
  }
})

test('a longer maxAge is capped at two hours, with a warning', () => {
  const { policy, problems } = compiled({ origins: 'https://a.com', maxAge: '1d' })
  assert.equal(policy?.maxAgeSeconds, 7200)
  assert.deepEqual(problems, [
    {
      severity: 'warning',
      path: ['routes', 0, 'cors', 'maxAge'],
      message: '`1d` is longer than browsers keep a preflight answer; 2h is used',
      fix: 'write `2h` or less',
    },
  ])
})
