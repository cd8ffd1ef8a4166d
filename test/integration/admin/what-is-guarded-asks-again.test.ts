// What opens doors takes somebody who showed a moment ago who they are: an unattended console or a stolen cookie is not enough.

import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { changesAdmin } from '../../../gateway/control/access/guarded-changes.ts'
import { totpCode, totpStep } from '../../../gateway/control/access/totp.ts'
import {
  cookieOf,
  PASSWORD,
  sessionOf,
  startConsole,
  type Session,
  type TestConsole,
} from './console.ts'

const LATER_MS = 5 * 60_000 + 1000
const NEEDED = 'reauthentication_needed'

let world: TestConsole
let root: Session
before(async () => {
  world = await startConsole()
  await world.setUp()
})
after(() => world.stop())
beforeEach(async () => {
  root = await world.signIn('root')
})

const addUser = (name: string, headers: Readonly<Record<string, string>> = root) =>
  world.ask('/api/v1/users', {
    method: 'POST',
    body: { name, password: PASSWORD, role: 'viewer' },
    headers,
  })
const again = (body: object, headers: Session = root) =>
  world.ask('/api/v1/sessions/current:reauthenticate', { method: 'POST', body, headers })

suite('what is guarded', () => {
  test('is done at once within five minutes of signing in, and refused after them', async () => {
    assert.equal((await addUser('early')).status, 201)
    world.advance(LATER_MS)
    const users = (await world.ask('/api/v1/users', { headers: root })).text
    for (const [method, path, body] of [
      ['POST', '/api/v1/users', { name: 'late', password: PASSWORD, role: 'admin' }],
      ['PATCH', '/api/v1/users/early', { role: 'admin' }],
      ['DELETE', '/api/v1/users/early', undefined],
      ['DELETE', '/api/v1/users/early/second-factor', undefined],
      ['POST', '/api/v1/tokens', { name: 'ci', role: 'admin' }],
      ['POST', '/api/v1/system/backup', { passphrase: PASSWORD }],
      ['POST', '/api/v1/me/second-factor', {}],
      ['DELETE', '/api/v1/me/second-factor', undefined],
    ] as const) {
      const answer = await world.ask(path, { method, body, headers: root })
      assert.deepEqual([answer.status, answer.body['code']], [403, NEEDED], `${method} ${path}`)
    }
    assert.equal((await world.ask('/api/v1/users', { headers: root })).text, users)
    const { entries } = world.audit.search(null, 100, { result: NEEDED })
    assert.equal(entries.length, 8)
  })

  test('is done after the password was shown again, by a session of a new id', async () => {
    world.advance(LATER_MS)
    assert.equal((await addUser('second')).body['code'], NEEDED)
    assert.equal((await again({ password: 'not what it is' })).status, 401)
    assert.equal((await addUser('second')).body['code'], NEEDED)
    const shown = await again({ password: PASSWORD })
    assert.equal(shown.status, 200, shown.text)
    assert.notEqual(cookieOf(shown), root.cookie)
    assert.equal((await world.ask('/api/v1/me', { headers: root })).status, 401)
    root = sessionOf(shown, world.origin())
    assert.equal((await addUser('second')).status, 201)
  })

  test('takes the code as well, where there is a second factor', async () => {
    const path = '/api/v1/me/second-factor'
    const begun = await world.ask(path, { method: 'POST', body: {}, headers: root })
    assert.equal(begun.status, 201, begun.text)
    const secret = String(begun.body['secret'])
    // The console's clock is ahead by what the tests before took.
    const now = (await world.ask('/api/v1/audit?limit=1', { headers: root })).body['items'][0]
    const wallMs = Date.parse(String(now.time))
    const body = { code: totpCode(secret, totpStep(wallMs)) }
    const on = await world.ask(`${path}:confirm`, { method: 'POST', body, headers: root })
    assert.equal(on.status, 200, on.text)
    root = sessionOf({ ...on, body: on.body['me'] as Record<string, unknown> }, world.origin())
    world.advance(LATER_MS)
    assert.equal((await addUser('third')).body['code'], NEEDED)
    assert.equal((await again({ password: PASSWORD })).body['code'], 'second_factor_needed')
    assert.equal((await again({ password: PASSWORD, code: '000000' })).status, 401)
    const [code = ''] = on.body['recoveryCodes'] as string[]
    const shown = await again({ password: PASSWORD, code })
    assert.equal(shown.status, 200, shown.text)
    root = sessionOf(shown, world.origin())
    assert.equal((await addUser('third')).status, 201)
    const off = await world.ask(path, { method: 'DELETE', headers: root })
    assert.equal(off.status, 200, off.text)
  })

  test('does not ask tokens, who are nobody at a console', async () => {
    const made = await world.ask('/api/v1/tokens', {
      method: 'POST',
      body: { name: 'ci', role: 'admin' },
      headers: root,
    })
    world.advance(LATER_MS)
    const bearer = { authorization: `Bearer ${made.body['secret']}` }
    assert.equal((await addUser('by-token', bearer)).status, 201)
    const asked = { method: 'POST', body: { password: PASSWORD }, headers: bearer }
    const refused = await world.ask('/api/v1/sessions/current:reauthenticate', asked)
    assert.equal(refused.status, 403)
  })

  test('is a change of the configuration where it is about who may come in', () => {
    const text = 'workers: 1\nadmin: { bind: "127.0.0.1:0", oidc: { roles: { a: viewer } } }\n'
    assert.equal(changesAdmin(text, `# hello\n${text}routes: []\n`), false)
    assert.equal(changesAdmin(text, text.replace('a: viewer', 'a: admin')), true)
    assert.equal(changesAdmin(text, 'workers: 1\n'), true)
    assert.equal(changesAdmin('workers: 1\n', 'workers: 2\n'), false)
    assert.equal(changesAdmin('workers: 1\n', 'workers: [\n'), true)
  })
})
