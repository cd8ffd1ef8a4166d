import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseConfig, type RouteView } from '../../../../admin-ui/config-text/parse.ts'
import {
  changeOthers,
  otherFaults,
  otherFields,
  otherTexts,
} from '../../../../admin-ui/pages/policies/other-fields.ts'

const FILE = `routes:
  - name: orders # kept
    match: /orders/*
    to: http://127.0.0.1:1
    auth: public
    ip: { deny: [ 192.0.2.0/24 ] } # a flood
    retries:
      attempts: 2 # no more
      on: [connect, 503, "504"]
    headers:
      request: { set: { x-from: edge } }
  - { name: hello, match: /hello, to: "http://127.0.0.1:1", auth: public }
`

function routeOf(text: string, name: string): RouteView {
  return parseConfig(text).routes.find((route) => route.name === name)!
}

suite('addresses, headers, timeouts and retries of a route', () => {
  test('are read into fields that change nothing by themselves', () => {
    for (const name of ['orders', 'hello']) {
      const route = routeOf(FILE, name)
      assert.equal(changeOthers(FILE, route, otherFields(route)), FILE)
    }
    assert.equal(otherFields(routeOf(FILE, 'orders')).on, 'connect, 503, 504')
    assert.equal(otherTexts(routeOf(FILE, 'orders')).ip, '{ deny: [ 192.0.2.0/24 ] }')
  })

  test('are made where there are none, in the draft’s own line', () => {
    const route = routeOf(FILE, 'hello')
    const next = changeOthers(FILE, route, {
      ...otherFields(route),
      allow: '10.0.0.0/8\n2001:db8::/32',
      timeout: '２s',
      attempts: '3',
      responseSet: 'x-frame-options: DENY',
    })
    assert.deepEqual(routeOf(next, 'hello').value, {
      ...route.value,
      ip: { allow: ['10.0.0.0/8', '2001:db8::/32'] },
      timeout: '2s',
      retries: { attempts: 3 },
      headers: { response: { set: { 'x-frame-options': 'DENY' } } },
    })
    assert.ok(next.startsWith(FILE.slice(0, FILE.indexOf('  - { name: hello'))))
  })

  test('go with the maps that would be left empty, and leave comments alone', () => {
    const route = routeOf(FILE, 'orders')
    const next = changeOthers(FILE, route, { ...otherFields(route), requestSet: '', on: '' })
    const value = routeOf(next, 'orders').value
    assert.equal(value['headers'], undefined)
    assert.deepEqual(value['retries'], { attempts: 2 })
    assert.ok(next.includes('# a flood') && next.includes('# no more') && next.includes('# kept'))
  })

  test('that the gateway would refuse are said beside their field', () => {
    const route = routeOf(FILE, 'hello')
    const wrong = {
      timeout: 'soon',
      attempts: '9',
      on: 'always',
      requestSet: 'a b',
      responseSet: ':',
    }
    assert.deepEqual(
      [...otherFaults({ ...otherFields(route), ...wrong })],
      ['timeout', 'attempts', 'on', 'requestSet', 'responseSet'],
    )
  })
})
