// `egress:` to its plan: defaults, and every problem's exact words.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  EGRESS_DEFAULTS,
  EgressOptions,
  type ExternalOptions,
} from '../../../gateway/allow/options.ts'
import { decideEgress } from '../../../gateway/decide/egress.ts'
import { check } from '../../../sidecar/runtime/check.ts'
import type { Problem } from '../../../sidecar/runtime/problem.ts'
import { compiled, NOW_MS, planOf, wordsOf } from './plan-of.ts'

const PUBLIC_DOOR_FIX = 'write `127.0.0.1:3128`; other machines come through a sidecar to `mesh`'

describe('a plan', () => {
  test('of one door refuses everything, with the stated defaults', () => {
    const plan = planOf({})
    assert.equal(plan.mode, 'enforce')
    assert.equal(plan.mesh, null)
    assert.deepEqual(plan.plain, { host: '127.0.0.1', port: 3128 })
    assert.deepEqual(plan.timeouts, {
      dnsMs: 3000,
      connectMs: 5000,
      dialMs: 10_000,
      helloMs: 5000,
      headersMs: 10_000,
      idleMs: 300_000,
      tunnelMs: 86_400_000,
    })
    assert.deepEqual(plan.caps, EGRESS_DEFAULTS.caps)
    assert.deepEqual([plan.rules, plan.tokens, plan.dnsServers], [[], [], []])
  })

  test('holds everything that was written', () => {
    const secret = 'x'.repeat(32)
    const plan = planOf({
      mesh: '[::]:15443',
      plain: '[::1]:3128',
      mode: 'learn',
      tokens: { reports: secret },
      rules: [
        {
          name: 'payments',
          from: ['billing'],
          allow: [
            {
              host: 'api.example.com',
              ports: [8443, 443],
              methods: ['GET'],
              paths: ['/v1/*', '/x'],
            },
          ],
          owner: 'team-pay',
          expires: '2031-01-01',
          mode: 'report',
        },
      ],
      external: [
        { host: 'api.example.com', headers: { Authorization: 'Bearer 1' }, timeout: '2s' },
      ],
      network: { allow: ['10.20.0.0/16'], deny: ['198.51.100.0/24'] },
      dns: ['10.0.0.2', '[2001:db8::2]:5353'],
      timeouts: { idle: '90s' },
      caps: { perCaller: 7 },
    })
    assert.deepEqual(plan.mesh, { host: '::', port: 15443 })
    assert.deepEqual(plan.plain, { host: '::1', port: 3128 })
    assert.deepEqual(plan.tokens, [{ name: 'reports', token: secret }])
    const [rule] = plan.rules
    assert.deepEqual(
      [rule?.from, rule?.owner, rule?.mode, rule?.expiresMs],
      [['billing'], 'team-pay', 'report', Date.parse('2031-01-01T00:00:00Z')],
    )
    assert.deepEqual(rule?.allow, [
      {
        text: 'api.example.com:443,8443',
        host: { kind: 'exact', name: 'api.example.com' },
        ports: [443, 8443],
        methods: new Set(['GET', 'HEAD']),
        paths: [
          { kind: 'below', path: '/v1' },
          { kind: 'exact', path: '/x' },
        ],
        protocol: null,
      },
    ])
    const external = plan.external.get('api.example.com')
    assert.deepEqual(external?.headers, [['authorization', 'Bearer 1']])
    assert.deepEqual([external?.port, external?.timeoutMs, external?.retries], [443, 2000, 0])
    assert.deepEqual(plan.dnsServers, ['10.0.0.2:53', '[2001:db8::2]:5353'])
    assert.deepEqual([plan.timeouts.idleMs, plan.caps.perCaller], [90_000, 7])
    assert.deepEqual(
      plan.network.allow.map(({ text }) => text),
      ['10.20.0.0/16'],
    )
  })

  test('of a broken rule is none, and everything wrong is told at once', () => {
    const { plan, problems } = compiled({
      plain: '0.0.0.0:3128',
      rules: [
        { name: 'a', from: ['x y'], allow: ['*'] },
        { name: 'a', from: ['b'] },
      ],
      network: { allow: ['10.0.0.1/8'] },
      dns: ['resolver.example.com'],
    })
    assert.equal(plan, null)
    assert.deepEqual(
      wordsOf(problems).map(([, path, message]) => [path, message]),
      [
        ['plain', 'the plain door would be open to other machines'],
        ['rules.0.from.0', '`x y` is not the name of a caller'],
        ['rules.0.allow.0', '`*` is every host'],
        ['rules.1.name', 'two rules are named `a`'],
        ['rules.1.allow', 'rule `a` says nothing'],
        ['network.allow.0', '`10.0.0.1/8` is not how that range is spelled'],
        ['dns.0', '`resolver.example.com` is not the address of a resolver'],
      ],
    )
  })

  test('passes over what the schema found broken', () => {
    const options: EgressOptions = {
      mesh: 'nonsense',
      rules: [
        { name: 'a', from: [], allow: ['*'] },
        { name: 'b', from: ['x'], allow: ['*.com'] },
      ],
    }
    const broken = new Set(['egress', 'egress.mesh', 'egress.rules.0'])
    const isUsable = (at: readonly (string | number)[], key: string | number): boolean =>
      !broken.has([...at, key].join('.'))
    const { plan, problems } = compiled(options, { isUsable })
    assert.equal(plan, null)
    assert.deepEqual(
      wordsOf(problems).map(([, path]) => path),
      ['rules.1.allow.0'],
    )
  })
})

describe('the schema of egress', () => {
  const problemsOf = (value: unknown): readonly Problem[] => {
    const problems: Problem[] = []
    check(EgressOptions, value, (problem) => problems.push(problem), ['egress'])
    return problems
  }

  test('takes the example of the documentation', () => {
    const value = {
      mesh: '0.0.0.0:15443',
      plain: '127.0.0.1:3128',
      mode: 'enforce',
      rules: [
        {
          name: 'payments',
          from: ['billing'],
          allow: ['api.stripe.com', '*.s3.amazonaws.com:443'],
          owner: 'team-pay',
          expires: '2031-01-01',
        },
      ],
      external: [
        {
          host: 'api.stripe.com',
          headers: { authorization: 'Bearer x' },
          timeout: '10s',
          retries: { attempts: 1 },
          breaker: { failures: 5, open: '30s' },
        },
      ],
      network: { deny: [], allow: [] },
    }
    assert.deepEqual(problemsOf(value), [])
    const { plan, problems } = compiled(value as EgressOptions)
    assert.ok(plan)
    assert.deepEqual(wordsOf(problems), [
      [
        'warning',
        'rules.0.allow.1',
        'any customer of its owner can have a name below `s3.amazonaws.com`',
        'name the hosts you use where you can',
      ],
    ])
  })

  test('refuses unknown keys, modes and dates', () => {
    const value = {
      mod: 'enforce',
      mode: 'open',
      rules: [{ name: 'a', from: ['b'], expires: 'soon' }],
    }
    const paths = problemsOf(value).map(({ path }) => path.slice(1).join('.'))
    assert.deepEqual(paths.toSorted(), ['mod', 'mode', 'rules.0.expires'])
  })
})

describe('doors', () => {
  const CASES: readonly (readonly [options: EgressOptions, words: unknown[]])[] = [
    [
      { plain: '0.0.0.0:3128' },
      ['plain', 'the plain door would be open to other machines', PUBLIC_DOOR_FIX],
    ],
    [
      { plain: '[::]:3128' },
      ['plain', 'the plain door would be open to other machines', PUBLIC_DOOR_FIX],
    ],
    [
      { plain: '10.0.0.1:3128' },
      ['plain', 'the plain door would be open to other machines', PUBLIC_DOOR_FIX],
    ],
    [
      { mesh: '0.0.0.0:3128' },
      ['plain', 'both doors listen on the same port', 'give each its own port'],
    ],
    ...['host:1', '[1.2.3.4]:1', '::1:80', '1.2.3.4:65536', '127.1:80'].map(
      (mesh): readonly [EgressOptions, unknown[]] => [
        { mesh },
        [
          'mesh',
          `\`${mesh}\` is not an address and a port`,
          'write an address and a port: 0.0.0.0:15443, 127.0.0.1:3128 or [::1]:3128',
        ],
      ],
    ),
  ]
  for (const [options, words] of CASES) {
    test(`${JSON.stringify(options)} is refused`, () => {
      assert.deepEqual(wordsOf(compiled(options).problems), [['error', ...words]])
    })
  }

  test('on a free port each do not clash', () => {
    assert.ok(planOf({ mesh: '0.0.0.0:0', plain: 'localhost:0' }))
  })
})

describe('tokens', () => {
  const GOOD = 'abcdefghijklmnop'
  const CASES: readonly (readonly [tokens: Record<string, string>, message: string])[] = [
    [{ a: 'short' }, 'the token of `a` is too weak, or cannot be sent'],
    [{ a: `${GOOD} ${GOOD}` }, 'the token of `a` is too weak, or cannot be sent'],
    [{ a: GOOD, b: GOOD }, '`b` and `a` have the same token'],
    [{ anonymous: GOOD }, '`anonymous` is who shows no token'],
  ]
  for (const [tokens, message] of CASES) {
    test(message, () => {
      const { problems } = compiled({ tokens })
      assert.deepEqual(
        problems.map((problem) => problem.message),
        [message],
      )
      for (const value of Object.values(tokens)) {
        assert.ok(!JSON.stringify(problems).includes(value), 'the secret stands in a message')
      }
    })
  }
})

describe('callers', () => {
  const CASES: readonly (readonly [from: string[], message: string, fix: string])[] = [
    [['default/billing'], '`default/billing` is not how that service is called', 'write `billing`'],
    [['a', 'a'], '`a` is listed twice', 'remove one of them'],
    [['*', 'a'], '`*` is every caller, so the others say nothing', 'write `["*"]` or names'],
    [
      ['spiffe://example/ns/a/svc/b'],
      '`spiffe://example/ns/a/svc/b` is not the name of a caller',
      'write a service name such as `billing` or `team/billing`, `anonymous` or `*`',
    ],
  ]
  for (const [from, message, fix] of CASES) {
    test(`${from.join(', ')} is refused`, () => {
      const { problems } = compiled({ rules: [{ name: 'a', from, allow: ['x.example.com'] }] })
      assert.deepEqual(
        problems.map((problem) => [problem.message, problem.fix]),
        [[message, fix]],
      )
    })
  }
})

describe('dates', () => {
  const words = (expires: string, deny?: string[]): unknown[][] => {
    const rule = { name: 'a', from: ['b'], allow: ['x.example.com'], expires }
    return wordsOf(compiled({ rules: [deny === undefined ? rule : { ...rule, deny }] }).problems)
  }

  test('that are past make the rule a dead letter, and a file that holds it still loads', () => {
    for (const past of [
      '2030-06-15',
      '2020-01-01',
      '2030-06-15T11:59:00Z',
      '2030-06-15T20:59+09:00',
    ]) {
      const rule = { name: 'a', from: ['b'], allow: ['x.example.com'], expires: past }
      const { plan, problems } = compiled({ rules: [rule] })
      assert.deepEqual(wordsOf(problems), [
        [
          'warning',
          'rules.0.expires',
          `rule \`a\` expired on ${past} and allows nothing`,
          'remove the rule, or write a later date',
        ],
      ])
      const facts = { caller: 'b', form: 'connect', port: 443, method: null, path: null } as const
      const host = { kind: 'name', name: 'x.example.com' } as const
      const { verdict, reason } = decideEgress({ ...facts, host }, plan!, NOW_MS)
      assert.deepEqual([verdict, reason], ['deny', 'rule_expired'])
    }
  })

  test('that are past stand in the way of no new rule for the same', () => {
    const rule = { from: ['b'], allow: ['x.example.com'] }
    const old = { ...rule, name: 'old', expires: '2030-06-15' }
    const { plan, problems } = compiled({ rules: [old, { ...rule, name: 'new' }] })
    assert.ok(plan)
    assert.equal(problems.filter(({ severity }) => severity === 'error').length, 0)
    const living = { ...old, expires: '2031-01-01' }
    assert.equal(compiled({ rules: [living, { ...rule, name: 'new' }] }).plan, null)
  })

  test('may be moments, in any offset', () => {
    const msOf = (expires: string): number | null | undefined =>
      compiled({ rules: [{ name: 'a', from: ['b'], allow: ['x.example.com'], expires }] }).plan
        ?.rules[0]?.expiresMs
    const wanted = Date.parse('2030-06-15T13:30:00Z')
    for (const text of ['2030-06-15T13:30Z', '2030-06-15T13:30:00Z', '2030-06-15T22:30:00+09:00']) {
      assert.equal(msOf(text), wanted)
      assert.deepEqual(words(text), [])
    }
  })

  test('that come soon are told', () => {
    assert.deepEqual(words('2030-06-16'), [
      [
        'warning',
        'rules.0.expires',
        'rule `a` expires on 2030-06-16',
        'write a later date if it is still needed',
      ],
    ])
  })

  test('that do not exist are refused', () => {
    for (const day of ['2031-02-30', '2031-13-01', '2031-00-10']) {
      assert.equal(words(day)[0]?.[2], `there is no day ${day}`)
    }
    for (const moment of ['2031-02-30T10:00Z', '2031-02-20T24:00Z', '2031-02-20T10:60Z']) {
      assert.equal(words(moment)[0]?.[2], `there is no moment ${moment}`)
    }
  })

  test('do not belong beside a deny', () => {
    assert.deepEqual(words('2031-01-01', ['y.example.com'])[0]?.[2], 'a `deny` never expires')
  })
})

describe('rules that say the same', () => {
  test('in one rule are refused', () => {
    const rule = {
      name: 'a',
      from: ['b'],
      allow: ['x.example.com', { host: 'x.example.com', ports: [443] }],
    }
    assert.deepEqual(wordsOf(compiled({ rules: [rule] }).problems), [
      ['error', 'rules.0.allow.1', '`x.example.com:443` is listed twice', 'remove one of them'],
    ])
  })

  test('for one caller in two rules are refused', () => {
    const rules = [
      { name: 'a', from: ['b', 'c'], allow: ['x.example.com'] },
      { name: 'd', from: ['c', 'e'], allow: ['x.example.com'] },
    ]
    assert.deepEqual(wordsOf(compiled({ rules }).problems), [
      [
        'error',
        'rules.1.allow',
        'rule `a` lets `c` reach `x.example.com:443` already',
        'remove it from one of them',
      ],
    ])
  })

  test('for two callers are fine', () => {
    planOf({
      rules: [
        { name: 'a', from: ['b'], allow: ['x.example.com'] },
        { name: 'd', from: ['c'], allow: ['x.example.com'] },
      ],
    })
  })
})

describe('external hosts', () => {
  const rules = [{ name: 'a', from: ['b'], allow: ['x.example.com'] }]
  const CASES: readonly (readonly [options: ExternalOptions, path: string, message: string])[] = [
    [{ host: '*.example.com' }, 'host', '`*.example.com` is not one host'],
    [{ host: '10.0.0.1' }, 'host', '`10.0.0.1` is an IP address, not a name'],
    [{ host: 'x.example.com:8443' }, 'host', '`x.example.com:8443` names a port'],
    [
      { host: 'x.example.com', headers: { Host: 'y' } },
      'headers.Host',
      'header `Host` belongs to the connection or to us',
    ],
    [
      { host: 'x.example.com', headers: { 'X-Sallyport-Caller': 'y' } },
      'headers.X-Sallyport-Caller',
      'header `X-Sallyport-Caller` belongs to the connection or to us',
    ],
    [
      { host: 'x.example.com', headers: { 'a b': 'y' } },
      'headers.a b',
      '`a b` is not a header name',
    ],
    [
      { host: 'x.example.com', headers: { 'X-Key': '1', 'x-key': '2' } },
      'headers.x-key',
      'header `x-key` is set twice',
    ],
    [
      { host: 'x.example.com', headers: { 'x-key': 'hush\r\nevil: 1' } },
      'headers.x-key',
      'the value of `x-key` cannot be sent',
    ],
    [{ host: 'x.example.com', timeout: '8d' }, 'timeout', '8d is out of range'],
    [{ host: 'x.example.com', breaker: { open: '0s' } }, 'breaker.open', '0s is out of range'],
    [{ host: 'x.example.com', tls: { ca: 'missing.pem' } }, 'tls.ca', 'can not read missing.pem'],
    [
      { host: 'x.example.com', tls: { cert: 'a.pem' } },
      'tls.cert',
      '`cert` and `key` belong together',
    ],
  ]
  for (const [options, path, message] of CASES) {
    test(message, () => {
      const { plan, problems } = compiled({ rules, external: [options] })
      assert.equal(plan, null)
      const found = wordsOf(problems).map(([, at, text]) => [at, text])
      assert.ok(
        found.some(([at, text]) => at === `external.0.${path}` && text === message),
        JSON.stringify(found),
      )
      assert.ok(!JSON.stringify(problems).includes('hush'), 'the secret stands in a message')
    })
  }

  test('listed twice are refused', () => {
    const { problems } = compiled({
      rules,
      external: [{ host: 'x.example.com' }, { host: 'x.example.com' }],
    })
    assert.deepEqual(wordsOf(problems), [
      ['error', 'external.1.host', '`x.example.com` is listed twice', 'remove one of them'],
    ])
  })

  test('that nobody may reach are told', () => {
    const { plan, problems } = compiled({ rules, external: [{ host: 'y.example.com' }] })
    assert.ok(plan)
    assert.deepEqual(wordsOf(problems), [
      [
        'warning',
        'external.0.host',
        'no rule lets anybody reach `y.example.com:443`',
        'add a rule that says who may',
      ],
    ])
  })
})

describe('what does nothing beside the rest', () => {
  test('is a path on port 443 that nobody sees', () => {
    const entry = { host: 'x.example.com', paths: ['/v1/*'] }
    const { problems } = compiled({ rules: [{ name: 'a', from: ['b'], allow: [entry] }] })
    assert.deepEqual(wordsOf(problems), [
      [
        'warning',
        'rules.0.allow.0',
        'nothing can match `x.example.com:443`: requests to port 443 are seen only on hosts of `external`',
        'add `{ host: x.example.com }` to `external`, or allow the host without methods and paths',
      ],
    ])
  })

  test('is a private range that the network keeps closed', () => {
    const rules = [{ name: 'a', from: ['b'], allow: ['cidr:10.1.0.0/16:5432'] }]
    assert.deepEqual(wordsOf(compiled({ rules }).problems), [
      [
        'warning',
        'rules.0.allow.0',
        '`cidr:10.1.0.0/16:5432` is not a public range, so its addresses are refused all the same',
        'add `10.1.0.0/16` to `network.allow`',
      ],
    ])
    planOf({ rules, network: { allow: ['10.0.0.0/8'] } })
  })

  test('is a mode that refuses nothing, in production', () => {
    const { plan, problems } = compiled({ mode: 'report' }, { production: true })
    assert.ok(plan)
    assert.deepEqual(
      wordsOf(problems).map(([severity, path]) => [severity, path]),
      [['warning', 'mode']],
    )
    assert.deepEqual(compiled({ mode: 'report' }).problems, [])
  })
})

test('a network that opens everything is refused', () => {
  for (const range of ['0.0.0.0/0', '::/0']) {
    const { problems } = compiled({ network: { allow: [range] } })
    assert.deepEqual(
      problems.map(({ message }) => message),
      [`\`${range}\` would open every address, this machine's own too`],
    )
  }
})

test('the time of a plan is passed in', () => {
  const rules = [{ name: 'a', from: ['b'], allow: ['x.example.com'], expires: '2030-06-20' }]
  const saidAt = (nowMs: number): unknown =>
    wordsOf(compiled({ rules }, { nowMs }).problems)[0]?.[2]
  assert.match(String(saidAt(NOW_MS)), /expires on/)
  assert.match(String(saidAt(NOW_MS + 86_400_000 * 10)), /expired on/)
})
