import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseConfig } from '../../../../admin-ui/config-text/parse.ts'
import {
  faultsOf,
  requestFor,
  withFirstRoute,
  type FirstRoute,
} from '../../../../admin-ui/pages/setup/first-route.ts'

const FILE = `# A new machine.
listeners: [ { name: public, bind: "127.0.0.1:0", tls: off } ]
routes:
  - { name: first-service, match: /old, to: "http://127.0.0.1:9", auth: public } # kept
`
const OPEN: FirstRoute = {
  to: 'http://127.0.0.1:3001/',
  path: '/*',
  who: 'public',
  issuer: '',
  audience: '',
}

suite('the first route', () => {
  test('comes after what is there, under a name of its own', () => {
    const { text, name } = withFirstRoute(FILE, OPEN)
    assert.ok(text.startsWith(FILE))
    assert.equal(name, 'first-service-2')
    const route = parseConfig(text).routes[1]
    assert.deepEqual(route?.targets, ['http://127.0.0.1:3001'])
    assert.deepEqual(route?.auth, { kind: 'public' })
  })

  test('brings its issuer along, once', () => {
    const closed = { ...OPEN, who: 'token', issuer: 'https://idp.test/', audience: 'api' } as const
    const { text } = withFirstRoute(FILE, closed)
    const config = parseConfig(text)
    assert.deepEqual(config.issuers, ['idp'])
    assert.deepEqual(config.routes[1]?.auth, {
      kind: 'token',
      issuers: ['idp'],
      audiences: ['api'],
      scopes: [],
    })
    const again = parseConfig(withFirstRoute(text, closed).text)
    assert.deepEqual(again.issuers, ['idp'])
  })

  test('says what is missing', () => {
    assert.deepEqual(faultsOf(OPEN), [])
    assert.deepEqual(faultsOf({ ...OPEN, to: '127.0.0.1:3001', path: 'x', who: 'token' }), [
      'to',
      'path',
      'issuer',
      'audience',
    ])
    assert.deepEqual(faultsOf({ ...OPEN, to: 'http://127.0.0.1:1/path' }), ['to'])
  })

  test('is tried on the first listener', () => {
    assert.deepEqual(requestFor(parseConfig(FILE), '/orders/*'), {
      url: 'http://localhost/orders/',
      listener: 'public',
    })
  })
})
