// Which routes and services a change is about, what it reaches, and that nothing hides behind them.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { changedResources } from '../../../../gateway/control/access/changed-resources.ts'

const SERVED = `version: 1
# Ask the platform team before you change this.
listeners: [ { name: public, tls: off } ]
services:
  billing: { endpoints: ["http://127.0.0.1:1", "http://127.0.0.1:2"] } # two of them
  carts:
    mesh: true
routes:
  # Everybody's orders.
  - name: orders
    match: /orders/* # all of them
    to: billing
    auth: public
    headers: { request: { set: { x-key: "\${env:KEY}" } } }

  - { name: cart, match: /cart/*, to: carts, auth: public }
  - name: both
    match: /both/*
    to: [{ service: billing, weight: 9 }, { service: carts, weight: 1 }]
    auth: public
`

function edited(...edits: readonly (readonly [from: string, to: string])[]): string {
  return edits.reduce((text, [from, to]) => {
    assert.equal(text.split(from).length, 2, `\`${from}\` stands in the text once`)
    return text.replace(from, () => to)
  }, SERVED)
}

const MATCH = 'match: /orders/* # all of them\n    to: billing\n    auth: public'

suite('a change of a configuration text', () => {
  test('that is none is about nothing', () => {
    assert.deepEqual(changedResources(SERVED, SERVED), [])
  })

  test('is about the route whose treatment of requests it changes', () => {
    for (const [text, route] of [
      [edited([MATCH, `${MATCH}\n    timeout: 1s`]), 'orders'],
      [edited([MATCH, MATCH.replace('public', '{ issuer: idp }')]), 'orders'],
      [edited(['# all of them', '# really all']), 'orders'],
      [edited(['x-key: "${env:KEY}"', 'x-other: "a ${env:KEY}"']), 'orders'],
      [edited(['to: carts, auth: public', 'to: carts, auth: public, cors: "https://a"']), 'cart'],
      [edited(['weight: 9', 'weight: 8']), 'both'],
    ] as const) {
      assert.deepEqual(changedResources(SERVED, text), [`route:${route}`])
    }
  })

  test('is about a service and every route that sends requests to it', () => {
    const text = edited([
      '"http://127.0.0.1:2"] }',
      '"http://127.0.0.1:2"], balance: round-robin }',
    ])
    const expected = ['service:billing', 'route:orders', 'route:both']
    assert.deepEqual(changedResources(SERVED, text), expected)
  })

  test('is about the services to which a route sends requests from now on', () => {
    const text = edited(['match: /cart/*, to: carts', 'match: /cart/*, to: billing'])
    assert.deepEqual(changedResources(SERVED, text), ['route:cart', 'service:billing'])
  })

  const everything: Readonly<Record<string, string>> = {
    'a route is added': `${SERVED}  - { name: new, match: /n, to: billing, auth: public }\n`,
    'a route is removed': edited([
      '  - { name: cart, match: /cart/*, to: carts, auth: public }\n',
      '',
    ]),
    'a route is renamed': edited(['name: cart', 'name: carts']),
    'two routes change places': edited(['name: cart,', 'name: x,'], ['name: both', 'name: cart']),
    'a route takes other requests': edited(['match: /cart/*', 'match: /*']),
    'a route takes another listener': edited(['match: /cart/*', 'listener: x, match: /cart/*']),
    'a route goes to a new address': edited(['to: carts', 'to: "http://169.254.169.254/"']),
    'a service goes to a new address': edited(['127.0.0.1:2', '127.0.0.1:3']),
    'a service leaves the mesh': edited(['mesh: true', 'endpoints: []']),
    'a service is added': edited(['  carts:\n', '  more: { mesh: true }\n  carts:\n']),
    'a route names another secret': edited(['${env:KEY}', '${file:/data/ca.key}']),
    'a comment elsewhere differs': edited(['# Ask the platform team before', '# You may do as']),
    'a comment at somebody else’s service differs': edited(['# two of them', '# three']),
    'a space elsewhere differs': edited(['listeners: [', 'listeners:  [']),
    'a listener differs': edited(['tls: off', 'tls: { certs: ./x }']),
    'something new stands in the file': `${SERVED}admin: off\n`,
    'one name is there twice': edited(['name: cart', 'name: orders']),
    'a route has no name': edited(['name: cart, ', '']),
    'a key is there twice': edited(['match: /cart/*', 'match: /cart/*, match: /cart/*']),
    'it is no YAML': `${SERVED}]`,
    'it is empty': '',
    'it is no file of ours': 'just words',
  }
  for (const [what, text] of Object.entries(everything)) {
    test(`is about everything where ${what}`, () => {
      const touched = changedResources(SERVED, text)
      assert.ok(
        touched.some((one) => one.startsWith('everything (')),
        String(touched),
      )
      const own = edited([MATCH, `${MATCH}\n    timeout: 1s`])
      // Nor does it hide behind a change that may be made.
      if (text.includes(MATCH)) {
        const both = text.replace(
          MATCH,
          own.slice(own.indexOf('match: /orders')).slice(0, MATCH.length + 16),
        )
        assert.ok(changedResources(SERVED, both).some((one) => one.startsWith('everything (')))
      }
    })
  }

  test('of an anchor is about everybody who repeats it', () => {
    const before = 'routes:\n  - { name: a, auth: &x public }\n  - { name: b, auth: *x }\n'
    const after = before.replace('&x public', '&x { issuer: idp }')
    assert.deepEqual(changedResources(before, after), ['route:a', 'route:b'])
  })
})
