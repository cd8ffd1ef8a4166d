import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parse } from 'yaml'
import { parseConfig } from '../../../../admin-ui/config-text/parse.ts'
import {
  addRoute,
  changeRoute,
  fieldsOf,
  NEW_ROUTE,
  normalized,
  otherKeys,
  type RouteFields,
} from '../../../../admin-ui/pages/routes/route-form.ts'

const FILE = `routes:
  - name: orders # kept
    match: api.test/orders/*
    to: http://127.0.0.1:1
    auth: { issuer: idp, audience: [a, b], claims: { tenant: acme } }
    retries: { attempts: 2 }
    limits:
      - { name: plan, rate: 5/s, key: [sub] }
      - 20/s per ip
`

suite('the form of a route', () => {
  const changed = (text: string, change: Partial<RouteFields>): string => {
    const route = parseConfig(text).routes[0]!
    const before = fieldsOf(route)
    return changeRoute(text, route, before, normalized({ ...before, ...change }))
  }

  test('changes nothing where nothing was changed', () => {
    assert.equal(changed(FILE, {}), FILE)
  })

  test('changes the one value that was changed', () => {
    assert.equal(changed(FILE, { to: 'billing' }), FILE.replace('http://127.0.0.1:1', 'billing'))
    assert.equal(changed(FILE, { audience: 'c' }), FILE.replace('[a, b]', 'c'))
    assert.equal(changed(FILE, { path: '/o' }), FILE.replace('api.test/orders/*', 'api.test/o'))
  })

  test('keeps keys that it does not show', () => {
    assert.deepEqual(otherKeys(parseConfig(FILE).routes[0]!), ['retries'])
    const text = changed(FILE, {
      auth: 'public',
      limits: '',
      cors: 'https://a.test, https://b.test',
    })
    assert.deepEqual(parse(text), {
      routes: [
        {
          name: 'orders',
          match: 'api.test/orders/*',
          to: 'http://127.0.0.1:1',
          auth: 'public',
          retries: { attempts: 2 },
          cors: ['https://a.test', 'https://b.test'],
        },
      ],
    })
  })

  test('goes over to the long form of match where it takes methods, and stays there', () => {
    const text = changed(FILE, { methods: 'get、post' })
    const match = { hosts: 'api.test', path: '/orders/*', methods: ['GET', 'POST'] }
    assert.deepEqual((parse(text) as { routes: object[] }).routes[0], {
      ...(parse(FILE) as { routes: object[] }).routes[0],
      match,
    })
    assert.match(
      changed(text, { methods: '' }),
      /match: \{ hosts: api\.test, path: \/orders\/\* \}/,
    )
  })

  test('keeps limits that are more than one line of words', () => {
    const text = changed(FILE, { limits: '{ name: plan, rate: 5/s, key: [ sub ] }\n1/s per ip' })
    assert.deepEqual((parse(text) as { routes: { limits: unknown }[] }).routes[0]!.limits, [
      { name: 'plan', rate: '5/s', key: ['sub'] },
      '1/s per ip',
    ])
  })

  test('writes a new route as people would', () => {
    const fields = {
      ...NEW_ROUTE,
      name: 'ｎew',
      hosts: 'ＡＰＩ．test',
      path: '/n',
      to: 'x',
      issuer: 'idp',
      audience: 'y',
    }
    assert.equal(
      addRoute('routes: []\n', normalized(fields)),
      'routes: [ { name: new, match: api.test/n, to: x, auth: { issuer: idp, audience: y } } ]\n',
    )
    assert.match(
      addRoute(FILE, normalized(fields)),
      /\n {2}- name: new\n {4}match: api\.test\/n\n {4}to: x\n/,
    )
  })
})
