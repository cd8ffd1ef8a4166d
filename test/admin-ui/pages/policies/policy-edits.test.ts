import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseConfig, type RouteView } from '../../../../admin-ui/config-text/parse.ts'
import {
  attachCors,
  attachLimit,
  corsOf,
  detachCors,
  detachLimit,
  limitsOf,
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
  })
})
