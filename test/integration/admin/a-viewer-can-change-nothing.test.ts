// Every operation × every kind of caller: who may is what the table says, and no trick of a viewer changes anything.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { mayAct, type Operation, type Role } from '../../../gateway/control/admin/operation.ts'
import { templateOf } from '../../../gateway/control/admin/path.ts'
import { startConsole, PASSWORD, type Asked, type Session, type TestConsole } from './console.ts'

const ROLES = ['viewer', 'operator', 'admin'] as const
const REFUSED = new Set([401, 403])

/** Bodies that would do something if they got through. */
const BODIES: Readonly<Record<string, object>> = {
  setUp: { token: 'x', name: 'mallory', password: PASSWORD },
  signIn: { name: 'mallory', password: PASSWORD },
  signInForToken: { name: 'mallory', password: PASSWORD },
  changeMyPassword: { current: 'wrong password here', password: 'another password 7' },
  addUser: { name: 'mallory', password: PASSWORD, role: 'admin' },
  changeUser: { role: 'admin' },
  addToken: { name: 'mallory', role: 'admin' },
  confirmSecondFactor: { code: '000000' },
  reauthenticate: { password: 'wrong password here' },
  tryConfig: { text: 'x' },
  applyConfig: { text: 'x' },
  restoreRevision: {},
  setRelease: {
    weights: [
      { target: 'a', weight: 0 },
      { target: 'b', weight: 100 },
    ],
  },
  createJoinToken: { service: 'x' },
  simulateCors: { origin: 'https://a.test', method: 'GET' },
  tryLimit: { limit: '5/s per ip' },
  discoverIssuer: { url: 'https://127.0.0.1/' },
  sendTestRequest: { url: 'https://localhost/' },
  revoke: { serial: 'ab', reason: 'x' },
  uploadCertificate: { listener: 'public', certPem: 'x' },
  checkCertificate: { listener: 'public', certPem: 'x' },
  createCertificateRequest: { names: ['a.example'] },
  checkEgress: { from: 'x', to: 'example.com' },
  allowEgress: { from: 'x', to: 'example.com' },
}
/** What these say of a wrong password or token is not about the role. */
const OWN_WORDS = new Set([
  'setUp',
  'signIn',
  'signInForToken',
  'changeMyPassword',
  'reauthenticate',
  'beginSecondFactor',
  'confirmSecondFactor',
  'renewRecoveryCodes',
  'removeMySecondFactor',
  'finishOidc',
])
/** Ends what the others need. */
const LAST = new Set(['signOut'])

let world: TestConsole
const sessions = new Map<Role, Session>()
const tokens = new Map<Role, string>()

before(async () => {
  world = await startConsole()
  sessions.set('admin', await world.setUp())
  for (const role of ['viewer', 'operator'] as const) {
    const body = { name: role, password: PASSWORD, role }
    const headers = sessions.get('admin')!
    assert.equal((await world.ask('/api/v1/users', { method: 'POST', body, headers })).status, 201)
    sessions.set(role, await world.signIn(role))
  }
  for (const role of ROLES) {
    const asked = { method: 'POST', body: { name: 'ci', role }, headers: sessions.get(role)! }
    tokens.set(role, String((await world.ask('/api/v1/tokens', asked)).body['secret']))
  }
})
after(() => world.stop())

/** A viewer at `viewer`'s account and at nobody's: who is named must not matter. */
function urlOf({ path }: Operation, name = 'viewer'): string {
  return templateOf(path)
    .replaceAll('{number}', '1')
    .replaceAll(/\{\w+\}/g, name)
}

function askedOf(operation: Operation, headers: Asked['headers'] = {}): Asked {
  const body = operation.method === 'GET' ? undefined : (BODIES[operation.id] ?? {})
  return { method: operation.method, body, headers }
}

/** The accounts but for when tokens were used. */
const state = (): string =>
  JSON.stringify([
    world
      .accounts()
      .replaceAll(/"lastUsedAtMs":[^,}]*/g, '')
      .split('\n')[1],
    world.changes,
  ])

suite('who may do what', () => {
  test('nobody we know may do what is open to anyone, and nothing else', async () => {
    const before = state()
    for (const operation of world.operations) {
      const { status } = await world.ask(urlOf(operation), askedOf(operation))
      if (operation.role === 'anyone') assert.notEqual(status, 405, operation.id)
      else assert.equal(status, 401, operation.id)
    }
    assert.equal(state(), before)
  })

  for (const [what, credentials] of [
    ['a session', (role: Role) => sessions.get(role)!],
    ['a token', (role: Role) => ({ authorization: `Bearer ${tokens.get(role)}` })],
  ] as const) {
    test(`each role may what the table says, with ${what}`, async () => {
      for (const role of ROLES) {
        for (const operation of world.operations) {
          if (LAST.has(operation.id) || operation.id === 'removeToken') continue
          const may = mayAct(role, operation.role)
          // Only refusals are tried on what is there: a success would change it.
          const name = may ? 'nobody' : 'viewer'
          const asked = askedOf(operation, credentials(role))
          const isMade = may && ['addUser', 'addToken'].includes(operation.id)
          const { status, text } = await world.ask(
            urlOf(operation, name),
            isMade ? { ...asked, body: { bad: 1 } } : asked,
          )
          const words = `${role} ${operation.id}: ${status} ${text}`
          if (may && !OWN_WORDS.has(operation.id)) assert.ok(!REFUSED.has(status), words)
          if (!may) assert.equal(status, 403, words)
          assert.ok(status < 500 || status === 503, words)
        }
      }
    })
  }

  test('nothing of a viewer changes anything, by any method, header or path', async () => {
    const earlier = state()
    const headers = sessions.get('viewer')!
    const bearer = { authorization: `Bearer ${tokens.get('viewer')}` }
    const own = new Set([
      'addToken',
      'removeToken',
      'changeMyPassword',
      'beginSecondFactor',
      'confirmSecondFactor',
      'renewRecoveryCodes',
      'removeMySecondFactor',
      'reauthenticate',
      'signOut',
      'tryConfig',
      'checkEgress',
      'simulateCors',
      'tryLimit',
    ])
    const changing = world.operations.filter(
      ({ method, id, role }) => method !== 'GET' && role !== 'anyone' && !own.has(id),
    )
    assert.ok(changing.length >= 8)
    for (const operation of changing) {
      const url = urlOf(operation)
      const { method } = operation
      const asked = askedOf(operation)
      const override = {
        'x-http-method-override': method,
        'x-method-override': method,
        'x-http-method': method,
      }
      const tricks: readonly [string, Asked][] = [
        [url, { ...asked, headers }],
        [url, { ...asked, headers: bearer }],
        [url, { ...asked, headers: { ...headers, 'x-role': 'admin', 'x-user': 'root' } }],
        [
          url,
          {
            ...asked,
            headers: { ...headers, 'x-forwarded-for': '127.0.0.1', 'x-original-url': url },
          },
        ],
        [url, { method: 'GET', headers: { ...headers, ...override } }],
        [url, { ...asked, method: 'POST', headers: { ...headers, ...override } }],
        [`${url}?_method=${method}`, { method: 'POST', body: {}, headers }],
        [url, { method: 'HEAD', headers: { ...headers, ...override } }],
        [url, { method: 'OPTIONS', headers: { ...headers, ...override } }],
        [`${url}/`, { ...asked, headers }],
        [`/${url}`, { ...asked, headers }],
        [url.replace('/api/', '/API/'), { ...asked, headers }],
        [url.replace('/api/', '/api%2f'), { ...asked, headers }],
        [url.replace('/api/v1', '/api/v1/.'), { ...asked, headers }],
        [url.replace('/api/v1', '/api/v1/x/..'), { ...asked, headers }],
        [url.replace('v1', '%76%31'), { ...asked, headers }],
        [`${url};a=b`, { ...asked, headers }],
        [`${url}%00`, { ...asked, headers }],
        [`https://127.0.0.1${url}`, { ...asked, headers }],
      ]
      for (const [path, trick] of tricks) {
        const { status, text } = await world.ask(path, trick)
        const words = `${trick.method} ${path}: ${status} ${text}`
        if (trick.method === 'GET') assert.ok(status !== 500, words)
        else assert.ok(status >= 400 && status < 500, words)
      }
    }
    assert.equal(state(), earlier)
  })

  test('a hidden field is refused, also of oneself', async () => {
    const headers = sessions.get('viewer')!
    for (const body of [
      { name: 'ci', role: 'viewer', owner: 'root' },
      { name: 'ci', role: 'viewer', createdBy: 'root' },
      { name: 'ci', role: 'viewer', hash: 'x' },
    ]) {
      assert.equal(
        (await world.ask('/api/v1/tokens', { method: 'POST', body, headers })).status,
        422,
      )
    }
    const text = '{"name":"ci","role":"viewer","__proto__":{"role":"admin"}}'
    assert.equal((await world.ask('/api/v1/tokens', { method: 'POST', text, headers })).status, 400)
    const deep = `{"name":${'['.repeat(400_000)}${']'.repeat(400_000)}}`
    assert.equal(
      (await world.ask('/api/v1/tokens', { method: 'POST', text: deep, headers })).status,
      422,
    )
  })

  test('who may not sees no token of others, and removes none', async () => {
    const headers = sessions.get('viewer')!
    const all = await world.ask('/api/v1/tokens', { headers: sessions.get('admin')! })
    const items = all.body['items'] as { id: string; owner: string }[]
    assert.equal(items.length, 3)
    const foreign = items.find(({ owner }) => owner === 'root')!
    const own = await world.ask('/api/v1/tokens', { headers })
    assert.deepEqual(
      own.body['items'].map(({ owner }: { owner: string }) => owner),
      ['viewer'],
    )
    const removed = await world.ask(`/api/v1/tokens/${foreign.id}`, { method: 'DELETE', headers })
    assert.equal(removed.status, 404)
    const wanted = { method: 'POST', body: { name: 'more', role: 'operator' }, headers }
    assert.equal((await world.ask('/api/v1/tokens', wanted)).status, 403)
  })

  test('no answer holds a hash, and nothing that was refused was left out of the audit', async () => {
    for (const path of ['/api/v1/users', '/api/v1/tokens', '/api/v1/audit?limit=500']) {
      const { status, text } = await world.ask(path, { headers: sessions.get('admin')! })
      assert.equal(status, 200)
      assert.doesNotMatch(text, /\$scrypt|"hash":"[0-9a-f]{64}","createdAtMs|mountain goats/)
    }
    const { entries } = world.audit.search(null, 10_000, {
      action: 'addUser',
      result: 'not_permitted',
    })
    assert.ok(entries.length >= 4)
    assert.equal(await world.audit.verify(), null)
  })
})
