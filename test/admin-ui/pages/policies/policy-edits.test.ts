import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseConfig, type RouteView } from '../../../../admin-ui/config-text/parse.ts'
import {
  addIssuer,
  attachCors,
  attachIssuer,
  attachLimit,
  corsOf,
  detachCors,
  detachIssuer,
  detachLimit,
  isOnlyIssuer,
  limitsOf,
  othersOf,
} from '../../../../admin-ui/pages/policies/policy-edits.ts'

const FILE = `# Ours.
issuers:
  idp: https://idp.test/   # the main one
  partner: { issuer: "https://partner.test/", clockSkew: 30s }
routes:
  - name: orders # kept
    match: /orders/*
    to: http://127.0.0.1:1
    auth: { issuer: [idp, partner], audience: orders }   # who
    cors: https://app.test
    limits: [ 5/s per ip, { rate: 10/min, burst: 5, key: [sub] } ]
  - name: hello
    match: /hello
    to: http://127.0.0.1:1
    auth: public
    cors: https://app.test
    limits:
      - 5/s per ip
    timeout: 2s
`

function routeOf(text: string, name: string): RouteView {
  return parseConfig(text).routes.find((route) => route.name === name)!
}

/** What stands in both, and what only one has. */
function differing(before: string, after: string): readonly string[] {
  const [old, now] = [before.split('\n'), after.split('\n')]
  return [
    ...old.filter((line) => !now.includes(line)),
    ...now.filter((line) => !old.includes(line)),
  ]
}

suite('a policy that is put on a route or taken off', () => {
  test('changes the lines that it is about and no other', () => {
    const hello = routeOf(FILE, 'hello')
    const orders = routeOf(FILE, 'orders')
    assert.deepEqual(differing(FILE, attachIssuer(FILE, hello, 'idp', 'web')), [
      '    auth: public',
      '    auth: { issuer: idp, audience: web }',
    ])
    assert.deepEqual(differing(FILE, detachIssuer(FILE, orders, 'partner')), [
      '    auth: { issuer: [idp, partner], audience: orders }   # who',
      '    auth: { issuer: idp, audience: orders }   # who',
    ])
    assert.deepEqual(differing(FILE, detachCors(FILE, hello)), [])
    assert.deepEqual(corsOf(parseConfig(detachCors(FILE, hello)))[0]?.routes.length, 1)
    assert.deepEqual(differing(FILE, attachCors(FILE, orders, { origins: '*' })), [
      '    cors: { origins: "*" }',
    ])
    assert.deepEqual(
      differing(FILE, attachLimit(FILE, hello, '9/s per ip')),
      ['    limits: [ 5/s per ip, 9/s per ip ]']
        .toSpliced(0, 0, '      - 5/s per ip')
        .toSpliced(0, 0, '    limits:'),
    )
  })

  test('leaves a route with the last word on who may call', () => {
    const once = detachIssuer(FILE, routeOf(FILE, 'orders'), 'partner')
    const route = routeOf(once, 'orders')
    assert.equal(isOnlyIssuer(route, 'idp'), true)
    assert.equal(detachIssuer(once, route, 'idp'), once)
  })

  test('is added once, and its list goes with the last entry', () => {
    const hello = routeOf(FILE, 'hello')
    assert.equal(attachLimit(FILE, hello, '5/s per ip'), FILE)
    const none = detachLimit(FILE, hello, '5/s per ip')
    assert.equal(routeOf(none, 'hello').value['limits'], undefined)
    const less = detachLimit(FILE, routeOf(FILE, 'orders'), '5/s per ip')
    assert.deepEqual(routeOf(less, 'orders').value['limits'], [
      { rate: '10/min', burst: 5, key: ['sub'] },
    ])
  })

  test('an issuer is added where there are some, and where there are none', () => {
    const added = addIssuer(FILE, parseConfig(FILE), 'other', 'https://other.test/')
    assert.deepEqual(differing(FILE, added), ['  other: https://other.test/'])
    const bare = 'routes:\n  - { name: a, match: /, to: "http://127.0.0.1:1", auth: public }\n'
    const first = addIssuer(bare, parseConfig(bare), 'idp', 'https://idp.test/')
    assert.deepEqual(parseConfig(first).issuers, ['idp'])
    assert.ok(first.startsWith(bare))
  })
})

suite('what is configured', () => {
  test('is listed once, with every route that has it', () => {
    const config = parseConfig(FILE)
    assert.deepEqual(
      limitsOf(config).map(({ text, routes }) => [text, routes.map(({ name }) => name)]),
      [
        ['5/s per ip', ['orders', 'hello']],
        ['{ rate: 10/min, burst: 5, key: [ sub ] }', ['orders']],
      ],
    )
    assert.deepEqual(
      corsOf(config).map(({ routes }) => routes.length),
      [2],
    )
    assert.deepEqual(
      othersOf(config).map(({ timeout }) => timeout),
      ['', '2s'],
    )
  })
})
