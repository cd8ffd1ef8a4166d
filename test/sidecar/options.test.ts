import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSettings, type Flags } from '../../sidecar/options.ts'

const GOOD: Flags = {
  service: 'orders',
  app: 'http://127.0.0.1:3001',
  control: 'https://gw.example.internal:15012',
  'token-file': '/run/token',
}

/** The flags that were found wrong, in order. */
function problems(flags: Flags): readonly string[] {
  const found: string[] = []
  readSettings(flags, ({ path, message, fix }) => {
    assert.ok(message !== '' && fix !== '')
    found.push(String(path[0]))
  })
  return found
}

test('the short form gives the ports that the manual names', () => {
  const settings = readSettings(GOOD, (problem) => assert.fail(problem.message))
  assert.deepEqual(settings?.app, { kind: 'tcp', host: '127.0.0.1', port: 3001 })
  assert.deepEqual(settings?.inbound, { host: '0.0.0.0', port: 15_443 })
  assert.deepEqual(settings?.outbound, { host: '127.0.0.1', port: 15_001 })
  assert.deepEqual(settings?.admin, { host: '127.0.0.1', port: 15_000 })
  assert.deepEqual(settings?.join, { kind: 'token', file: '/run/token' })
  assert.equal(settings?.propagationMs, 2000)
})

test('every missing flag is told at once', () => {
  assert.deepEqual(problems({}), ['--service', '--app', '--control', '--token-file'])
})

const APPS: readonly (readonly [app: string, more: Flags, isGood: boolean])[] = [
  ['http://127.0.0.1:3001', {}, true],
  ['http://127.9.9.9:3001/', {}, true],
  ['http://localhost:3001', {}, true],
  ['http://[::1]:3001', {}, true],
  ['unix:/run/app.sock', {}, true],
  ['unix:run/app.sock', {}, false],
  [`unix:/${'x'.repeat(120)}`, {}, false],
  ['https://127.0.0.1:3001', {}, false],
  ['http://127.0.0.1', {}, false],
  ['http://127.0.0.1:0', {}, false],
  ['http://127.0.0.1:99999', {}, false],
  ['http://127.0.0.1:3001/api', {}, false],
  ['http://user@127.0.0.1:3001', {}, false],
  ['http://app.internal:3001', {}, false],
  ['http://app.internal:3001', { 'app-not-loopback': true }, false],
  ['http://10.0.0.5:3001', {}, false],
  ['http://0.0.0.0:3001', {}, false],
  ['http://10.0.0.5:3001', { 'app-not-loopback': true }, true],
  ['http://10.0.0.5:3001', { 'app-not-loopback': true, production: true }, false],
  ['http://127.0.0.1:3001', { production: true }, true],
  ['http://127.0.0.1:15443', {}, false],
  ['http://127.0.0.1:15001', {}, false],
  ['http://localhost:15000', {}, false],
  ['http://127.0.0.1:3001', { admin: '127.0.0.1:3001' }, false],
]
for (const [app, more, isGood] of APPS) {
  test(`an app at ${app} ${JSON.stringify(more)} is ${isGood ? 'taken' : 'refused'}`, () => {
    assert.deepEqual(problems({ ...GOOD, ...more, app }), isGood ? [] : ['--app'])
  })
}

test('the side of the app and the admin port are never open to other machines', () => {
  assert.deepEqual(problems({ ...GOOD, outbound: '0.0.0.0:15001' }), ['--outbound'])
  assert.deepEqual(problems({ ...GOOD, admin: '[::]:15000' }), ['--admin'])
  assert.deepEqual(problems({ ...GOOD, outbound: '[::1]:15001', admin: '127.0.0.2:15000' }), [])
})

test('two listeners cannot share a port, unless any free one will do', () => {
  assert.deepEqual(problems({ ...GOOD, outbound: '127.0.0.1:15443' }), ['--outbound'])
  const anyPort = { inbound: '127.0.0.1:0', outbound: '127.0.0.1:0', admin: '127.0.0.1:0' }
  assert.deepEqual(problems({ ...GOOD, ...anyPort }), [])
})

const WRONG: readonly (readonly [flag: string, value: string])[] = [
  ['service', 'a/b/c'],
  ['service', '/orders'],
  ['service', 'or ders'],
  ['control', 'http://gw:15012'],
  ['control', 'https://gw:15012/path'],
  ['control', 'gw:15012'],
  ['inbound', '15443'],
  ['inbound', 'localhost:15443'],
  ['inbound', '0.0.0.0:70000'],
  ['address', 'host.example'],
  ['health', 'healthz'],
  ['weight', '0'],
  ['weight', '10001'],
  ['weight', '1.5'],
  ['zone', 'a zone'],
  ['propagation', '2'],
  ['drain', '2h'],
  ['timeout', 'soon'],
  ['access-log', 'some'],
]
for (const [flag, value] of WRONG) {
  test(`--${flag} ${value} is refused`, () => {
    assert.deepEqual(problems({ ...GOOD, [flag]: value }), [`--${flag}`])
  })
}

test('a JWT needs to be told whom to trust, and a token does not go with it', () => {
  const { 'token-file': token, ...rest } = GOOD
  assert.deepEqual(problems({ ...rest, 'jwt-file': '/run/jwt' }), ['--ca-file', '--trust-domain'])
  const both = {
    ...rest,
    'jwt-file': '/run/jwt',
    'ca-file': '/ca.pem',
    'trust-domain': 'mesh.test',
  }
  assert.deepEqual(problems(both), [])
  assert.deepEqual(problems({ ...both, 'token-file': token }), ['--token-file'])
  assert.deepEqual(problems({ ...both, 'trust-domain': 'Mesh.Test' }), ['--trust-domain'])
})
