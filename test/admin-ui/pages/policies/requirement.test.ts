import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseConfig, type RouteView } from '../../../../admin-ui/config-text/parse.ts'
import {
  detachIssuer,
  isOnlyIssuer,
  requirementFaults,
  requirementOf,
  requirementText,
  requireToken,
} from '../../../../admin-ui/pages/policies/requirement.ts'

const FILE = `routes:
  - name: orders # kept
    match: /orders/*
    to: http://127.0.0.1:1
    auth: { issuer: [idp, partner], audience: orders, claims: { tenant: [acme, "5"], level: 5 } }   # who
  - name: hello
    match: /hello
    to: http://127.0.0.1:1
    auth: public # for now
`

function routeOf(text: string, name: string): RouteView {
  return parseConfig(text).routes.find((route) => route.name === name)!
}

const orders = routeOf(FILE, 'orders')
const hello = routeOf(FILE, 'hello')

suite('what a route asks of tokens', () => {
  test('is read into fields that give it back', () => {
    const fields = requirementOf(orders)
    assert.deepEqual(fields, {
      audience: 'orders',
      scope: '',
      claims: 'tenant: acme, "5"\nlevel: 5',
    })
    assert.equal(requireToken(FILE, orders, 'idp', fields), FILE)
    assert.equal(requirementText(orders), 'aud orders · tenant: acme, "5" · level: 5')
    assert.equal(requirementText(hello), '')
  })

  test('is put on a route that asked for none', () => {
    const fields = { audience: 'web、mobile', scope: '', claims: 'tenant： acme' }
    const next = requireToken(FILE, hello, 'idp', fields)
    const auth = '{ issuer: idp, audience: [ web, mobile ], claims: { tenant: acme } }'
    assert.equal(next, FILE.replace('public # for now', `${auth} # for now`))
  })

  test('changes on a route that asks for one already, and one more issuer is accepted', () => {
    const fields = { ...requirementOf(orders), scope: 'orders:read', claims: '' }
    const next = requireToken(FILE, orders, 'third', fields)
    const { auth, value } = routeOf(next, 'orders')
    assert.deepEqual(auth, {
      kind: 'token',
      issuers: ['idp', 'partner', 'third'],
      audiences: ['orders'],
      scopes: ['orders:read'],
    })
    assert.equal((value['auth'] as Record<string, unknown>)['claims'], undefined)
    assert.ok(next.includes('# who') && next.includes('# kept'))
  })

  test('must name an audience, and claims that are some', () => {
    const wrong = { audience: ' ', scope: '', claims: 'tenant' }
    assert.deepEqual([...requirementFaults(wrong)], ['audience', 'claims'])
    assert.deepEqual(
      [...requirementFaults({ audience: 'a', scope: '', claims: 'x: {a: 1}' })],
      ['claims'],
    )
  })

  test('leaves a route with the last word on who may call', () => {
    const once = detachIssuer(FILE, orders, 'partner')
    assert.ok(once.includes('issuer: idp,'))
    const route = routeOf(once, 'orders')
    assert.equal(isOnlyIssuer(route, 'idp'), true)
    assert.equal(detachIssuer(once, route, 'idp'), once)
  })
})
