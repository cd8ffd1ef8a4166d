// The entries of rules as people write them: what is taken, and what is said instead.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { EgressTargetOptions } from '../../../gateway/allow/options.ts'
import { compiled, planOf } from './plan-of.ts'

const rulesOf = (entry: EgressTargetOptions, side: 'allow' | 'deny') => [
  { name: 'a', from: ['b'], [side]: [entry] },
]

function refusal(entry: EgressTargetOptions, side: 'allow' | 'deny' = 'allow'): unknown[] {
  const { plan, problems } = compiled({ rules: rulesOf(entry, side) })
  assert.equal(plan, null)
  assert.equal(problems.length, 1)
  const { path, message, fix } = problems[0]!
  return [path.slice(5).join('.'), message, fix]
}

describe('an entry that is taken', () => {
  const CASES: readonly (readonly [entry: EgressTargetOptions, text: string])[] = [
    ['api.example.com', 'api.example.com:443'],
    ['api.example.com:8443', 'api.example.com:8443'],
    ['*.example.com', '*.example.com:443'],
    ['*.example.com:8443', '*.example.com:8443'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example:443'],
    ['localhost:8080', 'localhost:8080'],
    ['_svc.example.com', '_svc.example.com:443'],
    ['cidr:8.8.8.0/24', 'cidr:8.8.8.0/24:443'],
    ['cidr:8.8.8.8/32:53', 'cidr:8.8.8.8/32:53'],
    ['cidr:2606:4700::/32:53', 'cidr:2606:4700::/32:53'],
    [{ host: 'api.example.com' }, 'api.example.com:443'],
    [{ host: 'api.example.com', ports: [80, 22] }, 'api.example.com:22,80'],
    [{ host: 'api.example.com:80', protocol: 'http' }, 'api.example.com:80'],
    [{ host: 'api.example.com', ports: [80], paths: ['/*'] }, 'api.example.com:80'],
  ]
  for (const [entry, text] of CASES) {
    test(`${JSON.stringify(entry)} is ${text}`, () => {
      assert.equal(planOf({ rules: rulesOf(entry, 'allow') }).rules[0]?.allow[0]?.text, text)
    })
  }

  test('of a deny is for every port, and may be as wide as it likes', () => {
    for (const [host, text] of [
      ['bad.example.com', 'bad.example.com'],
      ['*.com', '*.com'],
      ['*.zip', '*.zip'],
      ['x.example.com:25', 'x.example.com:25'],
    ] as const) {
      assert.equal(planOf({ rules: rulesOf(host, 'deny') }).rules[0]?.deny[0]?.text, text)
    }
  })
})

describe('a host that is refused', () => {
  const NAME_FIX =
    'write labels of letters, digits and hyphens with dots between, as in `api.example.com`'
  const SUFFIX_FIX = 'name the hosts, or the domain of one owner, as in `*.example.com`'
  const STAR_FIX = 'write `*.` followed by a full name, as in `*.example.com`'
  const CASES: readonly (readonly [host: string, message: string, fix: string])[] = [
    ['*', '`*` is every host', 'name the hosts; there is no rule for all'],
    ['*.', '`*.` is every host', 'name the hosts; there is no rule for all'],
    [
      '*example.com',
      '`*example.com` has a `*` that is not a whole first label',
      'write `*.example.com` for names below it, `example.com` for itself, or both',
    ],
    [
      'api.*.example.com',
      '`api.*.example.com` has a `*` that is not a whole first label',
      STAR_FIX,
    ],
    ['example.*', '`example.*` has a `*` that is not a whole first label', STAR_FIX],
    ['*.*.example.com', '`*.*.example.com` has a `*` that is not a whole first label', STAR_FIX],
    ['*.com', 'anybody can register a name below `com`', SUFFIX_FIX],
    ['*.co.uk', 'anybody can register a name below `co.uk`', SUFFIX_FIX],
    ['*.internal', '`*.internal` is everything below a top-level domain', SUFFIX_FIX],
    [
      'API.example.com',
      '`API.example.com` is not the canonical spelling',
      'write `api.example.com`',
    ],
    ['*.Example.com.', '`*.Example.com.` is not the canonical spelling', 'write `*.example.com`'],
    [
      'api.example.com.:443',
      '`api.example.com.` is not the canonical spelling',
      'write `api.example.com`',
    ],
    [
      'bücher.example',
      '`bücher.example` is not written in ASCII',
      'requests spell it `xn--bcher-kva.example`; write that if it is meant',
    ],
    [
      '*.bücher.example',
      '`*.bücher.example` is not written in ASCII',
      'requests spell it `*.xn--bcher-kva.example`; write that if it is meant',
    ],
    [
      '\u0430pple.com',
      '`\u0430pple.com` mixes letters of several scripts that look alike',
      'requests spell it `xn--pple-43d.com`; write that if it is meant',
    ],
    ['xn--a.example', '`xn--a.example` is not a host name', NAME_FIX],
    ['exa mple.com', '`exa mple.com` is not a host name', NAME_FIX],
    ['user@example.com', '`user@example.com` is not a host name', NAME_FIX],
    ['', '`` is not a host name', NAME_FIX],
    [
      '127.0.0.1:80',
      '`127.0.0.1` is an IP address, not a name',
      'write `cidr:127.0.0.1/32` if callers name the address itself',
    ],
    [
      '[2001:db8::1]:443',
      '`[2001:db8::1]` is an IP address, not a name',
      'write `cidr:2001:db8::1/128` if callers name the address itself',
    ],
    [
      '0x7f.1',
      '`0x7f.1` is an IP address (127.0.0.1), not a name',
      'write `cidr:127.0.0.1/32` if callers name the address itself',
    ],
    [
      '①②⑦.0.0.1',
      '`①②⑦.0.0.1` is an IP address (127.0.0.1), not a name',
      'write `cidr:127.0.0.1/32` if callers name the address itself',
    ],
    [
      'https://api.example.com/v1',
      '`https://api.example.com/v1` is a URL',
      'write only the host: `api.example.com`',
    ],
    [
      'api.example.com/v1',
      '`api.example.com/v1` holds more than a host',
      'write `api.example.com`, or `{ host: "api.example.com", paths: [...] }`',
    ],
    [
      'api.example.com:0',
      '`api.example.com:0` names no port',
      'write `api.example.com:443`, with a port from 1 to 65535',
    ],
    [
      'api.example.com:https',
      '`api.example.com:https` names no port',
      'write `api.example.com:443`, with a port from 1 to 65535',
    ],
    ['cidr:10.0.0.0', '`cidr:10.0.0.0` is not a range', 'write `cidr:10.0.0.0/32`'],
    ['cidr:::1', '`cidr:::1` is not a range', 'write `cidr:::1/128`'],
    [
      'cidr:example.com',
      '`cidr:example.com` is not a range',
      'write it like `cidr:203.0.113.0/24` or `cidr:2001:db8::/32:443`',
    ],
    [
      'cidr:10.0.0.1/8:80',
      '`cidr:10.0.0.1/8:80` is not how that range is spelled',
      'write `cidr:10.0.0.0/8:80`',
    ],
    ['cidr:10.0.0.0/8:70000', '`70000` is not a port', 'write a port from 1 to 65535'],
  ]
  for (const [host, message, fix] of CASES) {
    test(`${JSON.stringify(host)}: ${message}`, () => {
      assert.deepEqual(refusal(host), ['', message, fix])
    })
  }
})

describe('a long form that is refused', () => {
  const host = 'x.example.com'
  const CASES: readonly (readonly [
    entry: EgressTargetOptions,
    path: string,
    message: string,
    fix: string,
  ])[] = [
    [
      { host: `${host}:80`, ports: [443] },
      'ports',
      'the host names a port too',
      'add 80 to `ports` and leave it off there',
    ],
    [{ host, ports: [80, 443, 80] }, 'ports', 'a port is listed twice', 'write `[80, 443]`'],
    [
      { host, ports: [80], methods: ['get'] },
      'methods',
      '`get` is not a method in capitals',
      'write `GET`',
    ],
    [
      { host, ports: [80], methods: ['GET', 'GET'] },
      'methods',
      'method `GET` is listed twice',
      'remove one of them',
    ],
    [
      { host, ports: [80], methods: ['CONNECT'] },
      'methods',
      '`CONNECT` is never passed on',
      'remove it',
    ],
    [
      { host, ports: [80], paths: ['/a', '/a'] },
      'paths',
      'path `/a` is listed twice',
      'remove one of them',
    ],
    [
      { host, ports: [80], paths: ['/a//b'] },
      'paths',
      '`/a//b` is not how requests spell it',
      'write `/a/b`',
    ],
    [
      { host, ports: [80], paths: ['/a/*/b'] },
      'paths',
      '`/a/*/b` has a `*` that is not its whole last segment',
      'write `/*` at the end for everything below',
    ],
    [
      { host, ports: [80], paths: ['/a/../b'] },
      'paths',
      '`/a/../b` is not a path that can be requested',
      'write a path as it looks after decoding, such as `/v1/charges` or `/v1/*`',
    ],
    [
      { host, ports: [80], paths: ['v1'] },
      'paths',
      '`v1` is not a path that can be requested',
      'write a path as it looks after decoding, such as `/v1/charges` or `/v1/*`',
    ],
    [
      { host, methods: ['GET'], protocol: 'tls' },
      'methods',
      'nobody sees `methods` in a tunnel',
      'remove `protocol: tls`, or remove `methods`',
    ],
    [
      { host, paths: ['/x'], protocol: 'tcp' },
      'paths',
      'nobody sees `paths` in a tunnel',
      'remove `protocol: tcp`, or remove `paths`',
    ],
  ]
  for (const [entry, path, message, fix] of CASES) {
    test(message, () => assert.deepEqual(refusal(entry), [path, message, fix]))
  }

  test('a deny that would refuse only part of a host', () => {
    const fix = 'write only `host` and `ports` here; allow less where less shall be possible'
    const message = 'a `deny` entry refuses the whole host'
    assert.deepEqual(refusal({ host, paths: ['/x'] }, 'deny'), ['paths', message, fix])
    assert.deepEqual(refusal({ host, protocol: 'tcp' }, 'deny'), ['protocol', message, fix])
  })
})
