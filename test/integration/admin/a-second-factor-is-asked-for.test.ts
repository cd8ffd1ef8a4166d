// The second factor through the API: set up with a first code, asked for at every door, each code once, taken away by admins.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { totpCode, totpStep } from '../../../gateway/control/access/totp.ts'
import { PASSWORD, sessionOf, startConsole, type Session, type TestConsole } from './console.ts'

const PATH = '/api/v1/me/second-factor'
const STEP_MS = 30_000

suite('a second factor', () => {
  let world: TestConsole
  let root: Session
  let sato: Session
  let secret = ''
  let recovery: readonly string[] = []
  /** The console's clock runs ahead of ours. */
  let aheadMs = 0

  before(async () => {
    world = await startConsole()
    root = await world.setUp()
    await add('sato', 'operator')
    sato = await world.signIn('sato')
  })
  after(() => world.stop())

  const add = async (name: string, role: string) => {
    const body = { name, password: PASSWORD, role }
    const answer = await world.ask('/api/v1/users', { method: 'POST', body, headers: root })
    assert.equal(answer.status, 201, answer.text)
  }
  /** A code that was not used yet: of the next half minute. */
  const nextCode = (): string => {
    aheadMs += STEP_MS
    world.advance(STEP_MS)
    return totpCode(secret, totpStep(Date.now() + aheadMs))
  }
  const signIn = (more: object = {}) =>
    world.ask('/api/v1/sessions', {
      method: 'POST',
      body: { name: 'sato', password: PASSWORD, ...more },
    })
  const logIn = (more: object = {}) =>
    world.ask('/api/v1/tokens:login', {
      method: 'POST',
      body: { name: 'sato', password: PASSWORD, ...more },
    })
  const view = async (headers: Session) => (await world.ask(PATH, { headers })).body

  test('counts for nothing before a code has shown that the app has the secret', async () => {
    assert.deepEqual(await view(sato), { isOn: false, recoveryLeft: 0, isRequired: false })
    const begun = await world.ask(PATH, { method: 'POST', body: {}, headers: sato })
    assert.equal(begun.status, 201, begun.text)
    secret = String(begun.body['secret'])
    assert.match(String(begun.body['uri']), new RegExp(`^otpauth://totp/.*secret=${secret}`))
    assert.equal((await signIn()).status, 201)
    const wrong = { method: 'POST', body: { code: '000000' }, headers: sato }
    assert.equal((await world.ask(`${PATH}:confirm`, wrong)).status, 422)
    assert.equal((await signIn()).status, 201)
  })

  test('is on after a first code: other sessions end, and ten recovery codes are shown once', async () => {
    const other = await world.signIn('sato')
    const asked = { method: 'POST', body: { code: nextCode() }, headers: sato }
    const answer = await world.ask(`${PATH}:confirm`, asked)
    assert.equal(answer.status, 200, answer.text)
    recovery = answer.body['recoveryCodes'] as readonly string[]
    assert.equal(recovery.length, 10)
    const me = { ...answer, body: answer.body['me'] as Record<string, unknown> }
    sato = sessionOf(me, world.origin())
    assert.deepEqual(await view(sato), { isOn: true, recoveryLeft: 10, isRequired: false })
    assert.equal((await world.ask('/api/v1/me', { headers: other })).status, 401)
    assert.equal((await world.ask(PATH, { method: 'POST', body: {}, headers: sato })).status, 409)
    const { items } = (await world.ask('/api/v1/users', { headers: root })).body
    const shown = (items as Record<string, unknown>[]).map((user) => [
      user['name'],
      user['hasSecondFactor'],
    ])
    assert.deepEqual(shown, [
      ['root', false],
      ['sato', true],
    ])
  })

  test('is asked for at both doors, and nobody learns whether the password or the code was wrong', async () => {
    for (const attempt of [signIn, logIn]) {
      const without = await attempt()
      assert.deepEqual([without.status, without.body['code']], [401, 'second_factor_needed'])
      assert.equal(without.headers['set-cookie'], undefined)
      const wrongCode = await attempt({ code: '000000' })
      const wrongPassword = await attempt({ code: nextCode(), password: 'some other words 77' })
      assert.deepEqual([wrongCode.status, wrongPassword.status], [401, 401])
      assert.equal(wrongCode.body['detail'], wrongPassword.body['detail'])
      assert.equal(wrongCode.body['code'], wrongPassword.body['code'])
      assert.equal(
        (await attempt({ password: 'some other words 77' })).body['code'],
        'not_signed_in',
      )
    }
  })

  test('takes each code once, whatever the door', async () => {
    const code = nextCode()
    assert.equal((await signIn({ code })).status, 201)
    assert.equal((await signIn({ code })).status, 401)
    assert.equal((await logIn({ code })).status, 401)
    const both = nextCode()
    const race = await Promise.all([signIn({ code: both }), signIn({ code: both })])
    assert.deepEqual(new Set(race.map(({ status }) => status)), new Set([201, 401]))
  })

  test('takes each recovery code once, and the audit says that it was one', async () => {
    const [code = '', next = ''] = recovery
    assert.equal((await signIn({ code })).status, 201)
    assert.equal((await signIn({ code })).status, 401)
    assert.equal((await logIn({ code: next })).status, 201)
    const { entries } = world.audit.search(null, 1, { action: 'signIn', result: 'ok' })
    assert.deepEqual(entries[0]?.after, { secondFactor: 'recovery' })
    assert.equal((await view(sato))['recoveryLeft'], 8)
  })

  test('does not concern API tokens', async () => {
    const login = await logIn({ code: nextCode() })
    const bearer = { authorization: `Bearer ${login.body['secret']}` }
    assert.equal((await world.ask('/api/v1/me', { headers: bearer })).status, 200)
    for (const [method, path] of [
      ['POST', PATH],
      ['DELETE', PATH],
      ['POST', `${PATH}:renew-recovery-codes`],
    ] as const) {
      const body = method === 'POST' ? {} : undefined
      assert.equal((await world.ask(path, { method, body, headers: bearer })).status, 403, path)
    }
  })

  test('leaves no secret in the audit, the logs or what the API says of users', async () => {
    const audit = readFileSync(join(world.dataDir, 'audit/audit-000001.jsonl'), 'utf8')
    const users = (await world.ask('/api/v1/users', { headers: root })).text
    const texts = [audit, users, JSON.stringify(world.logged)]
    for (const text of texts) {
      assert.ok(!text.includes(secret))
      for (const code of recovery) assert.ok(!text.includes(code))
    }
    for (const code of recovery) {
      assert.ok(!world.accounts().includes(code.replaceAll('-', '').toUpperCase()))
    }
  })

  test('is taken away by an administrator, which ends the sessions of its owner', async () => {
    const path = '/api/v1/users/sato/second-factor'
    assert.equal((await world.ask(path, { method: 'DELETE', headers: sato })).status, 403)
    root = await world.signIn('root')
    const removed = await world.ask(path, { method: 'DELETE', headers: root })
    assert.equal(removed.body['hasSecondFactor'], false, removed.text)
    assert.equal((await world.ask('/api/v1/me', { headers: sato })).status, 401)
    assert.equal((await signIn()).status, 201)
    assert.equal((await world.ask(path, { method: 'DELETE', headers: root })).status, 404)
    const { entries } = world.audit.search(null, 5, { action: 'removeSecondFactor', result: 'ok' })
    assert.deepEqual(
      entries.map(({ target, actor }) => [target, actor.name]),
      [['user/sato', 'root']],
    )
  })
})

suite('codes', () => {
  test('of one name are tried so often and no more, by whoever knows the password', async () => {
    const world = await startConsole({ throttled: true })
    try {
      const root = await world.setUp()
      const begun = await world.ask(PATH, { method: 'POST', body: {}, headers: root })
      const secret = String(begun.body['secret'])
      const body = { code: totpCode(secret, totpStep(Date.now())) }
      await world.ask(`${PATH}:confirm`, { method: 'POST', body, headers: root })
      const attempt = () => {
        const guess = { name: 'root', password: PASSWORD, code: '000000' }
        return world.ask('/api/v1/sessions', { method: 'POST', body: guess })
      }
      const statuses: number[] = []
      // Beyond the attempts of one address: those are forgotten sooner than the codes.
      for (let i = 0; i < 12; i++) {
        statuses.push((await attempt()).status)
        if (i === 5) world.advance(301_000)
      }
      assert.deepEqual(
        statuses.slice(0, 9),
        Array.from({ length: 9 }, () => 401),
      )
      assert.ok(
        statuses.slice(9).every((status) => status === 429),
        String(statuses),
      )
    } finally {
      await world.stop()
    }
  })
})

suite('where everybody needs one', () => {
  let world: TestConsole
  before(async () => {
    world = await startConsole({ plan: { secondFactor: 'required' } })
  })
  after(() => world.stop())

  test('who has none sets it up before anything else, and nobody switches it off again', async () => {
    let root = await world.setUp()
    const me = (await world.ask('/api/v1/me', { headers: root })).body
    assert.equal(me['mustEnrol'], true)
    for (const operation of world.operations) {
      const isOpen = operation.role === 'anyone' || operation.isForEnrolling === true
      if (isOpen || operation.method !== 'GET') continue
      const path = operation.path.replaceAll(/:\w+(\([^)]*\))?/g, '1')
      const { body } = await world.ask(path, { headers: root })
      assert.equal(body['code'], 'second_factor_required', operation.id)
    }
    const user = { name: 'eve', password: PASSWORD, role: 'admin' }
    const added = await world.ask('/api/v1/users', { method: 'POST', body: user, headers: root })
    assert.equal(added.body['code'], 'second_factor_required')
    const login = { method: 'POST', body: { name: 'root', password: PASSWORD } }
    assert.equal(
      (await world.ask('/api/v1/tokens:login', login)).body['code'],
      'second_factor_required',
    )
    const begun = await world.ask(PATH, { method: 'POST', body: {}, headers: root })
    const code = totpCode(String(begun.body['secret']), totpStep(Date.now()))
    const asked = { method: 'POST', body: { code }, headers: root }
    const on = await world.ask(`${PATH}:confirm`, asked)
    root = sessionOf({ ...on, body: on.body['me'] as Record<string, unknown> }, world.origin())
    assert.equal((await world.ask('/api/v1/users', { headers: root })).status, 200)
    assert.equal((await world.ask(PATH, { method: 'DELETE', headers: root })).status, 409)
  })
})
