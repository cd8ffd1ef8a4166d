// Setting up, signing in, and every way in which a session or a token stops to be worth anything.

import assert from 'node:assert/strict'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, beforeEach, suite, test } from 'node:test'
import { cookieOf, PASSWORD, startConsole, type Session, type TestConsole } from './console.ts'

const OTHER = 'seven geese in a row'

suite('the first administrator', () => {
  let world: TestConsole
  before(async () => {
    world = await startConsole()
  })
  after(() => world.stop())

  const setUp = (token: string, name = 'root') =>
    world.ask('/api/v1/setup', { method: 'POST', body: { token, name, password: PASSWORD } })

  test('is made with the printed token, once, and there is no account before', async () => {
    assert.deepEqual((await world.ask('/api/v1/setup')).body, {
      isSetUp: false,
      hasIdentityProvider: false,
      tokenFile: join(world.dataDir, 'setup-token'),
    })
    for (const name of ['root', 'admin']) {
      const asked = { method: 'POST', body: { name, password: 'admin' } }
      assert.equal((await world.ask('/api/v1/sessions', asked)).status, 401)
    }
    const file = join(world.dataDir, 'setup-token')
    assert.equal(statSync(file).mode & 0o777, 0o600)
    const printed = world.lines.filter((line) => line.includes('/setup#token='))
    assert.equal(printed.length, 1)
    assert.ok(printed[0]?.includes(`${world.origin()}/setup#token=`))
    assert.equal((await setUp('wrong')).status, 403)
    const without = { method: 'POST', body: { name: 'root', password: PASSWORD } }
    const refused = await world.ask('/api/v1/setup', without)
    assert.deepEqual([refused.status, refused.body['code']], [403, 'not_permitted'])
    const made = await setUp(world.setupToken())
    assert.equal(made.status, 201)
    assert.equal(made.body['role'], 'admin')
    assert.equal(existsSync(file), false)
    assert.equal((await setUp(world.setupToken(), 'second')).status, 409)
    assert.equal((await world.ask('/api/v1/setup')).body['isSetUp'], true)
    assert.doesNotMatch(JSON.stringify(world.logged), new RegExp(world.setupToken()))
    const { entries } = world.audit.search(null, 100, { action: 'setUp' })
    assert.deepEqual(
      entries.map(({ result, target }) => [result, target]),
      [
        ['conflict', ''],
        ['ok', 'user/root'],
        ['not_permitted', ''],
        ['not_permitted', ''],
      ],
    )
  })
})

suite('a session', () => {
  let world: TestConsole
  let root: Session
  before(async () => {
    world = await startConsole()
    root = await world.setUp()
    await addUser('sato')
  })
  after(() => world.stop())
  beforeEach(async () => {
    root = await world.signIn('root')
  })

  const addUser = async (name: string, role = 'operator', scope: string[] = []) => {
    const body = { name, password: PASSWORD, role, scope }
    const answer = await world.ask('/api/v1/users', { method: 'POST', body, headers: root })
    assert.equal(answer.status, 201, answer.text)
  }
  const isAlive = async (session: Session) =>
    (await world.ask('/api/v1/me', { headers: session })).status === 200
  const change = (name: string, body: object) =>
    world.ask(`/api/v1/users/${name}`, { method: 'PATCH', body, headers: root })

  test('has a new id after every sign-in, whatever cookie was sent', async () => {
    const fixed = '__Host-sallyport=chosen-by-somebody-else'
    const asked = { method: 'POST', body: { name: 'sato', password: PASSWORD } }
    const first = await world.ask('/api/v1/sessions', { ...asked, headers: { cookie: fixed } })
    assert.notEqual(cookieOf(first), fixed)
    const again = await world.ask('/api/v1/sessions', {
      ...asked,
      headers: { cookie: cookieOf(first), origin: world.origin() },
    })
    assert.notEqual(cookieOf(again), cookieOf(first))
    const old = { cookie: cookieOf(first) }
    assert.equal((await world.ask('/api/v1/me', { headers: old })).status, 401)
    assert.match(
      String(first.headers['set-cookie']),
      /^__Host-sallyport=[\w-]{43}; Secure; HttpOnly; Path=\/; SameSite=Strict$/,
    )
  })

  test('ends on the server when its owner signs out', async () => {
    const session = await world.signIn('sato')
    const out = { method: 'DELETE', headers: session }
    assert.equal((await world.ask('/api/v1/sessions/current', out)).status, 200)
    assert.equal(await isAlive(session), false)
  })

  test('ends when it is not used, and when it is old', async () => {
    const idle = await world.signIn('sato')
    world.advance(29 * 60_000)
    assert.ok(await isAlive(idle))
    world.advance(30 * 60_000)
    assert.equal(await isAlive(idle), false)
    const busy = await world.signIn('sato')
    for (let minutes = 0; minutes < 12 * 60 - 20; minutes += 20) {
      world.advance(20 * 60_000)
      assert.ok(await isAlive(busy), `after ${minutes} min`)
    }
    world.advance(20 * 60_000)
    assert.equal(await isAlive(busy), false)
  })

  test('ends when the role or scope of its owner changes, and the new role holds at once', async () => {
    const session = await world.signIn('sato')
    assert.equal((await change('sato', { role: 'viewer' })).status, 200)
    assert.equal(await isAlive(session), false)
    const next = await world.signIn('sato')
    const asked = { method: 'POST', body: { service: 'x' }, headers: next }
    assert.equal((await world.ask('/api/v1/join-tokens', asked)).status, 403)
    await change('sato', { scope: ['route:orders'] })
    assert.equal(await isAlive(next), false)
    await change('sato', { role: 'operator', scope: [] })
  })

  test('ends when its owner is removed, also where another one gets the name', async () => {
    await addUser('tanaka')
    const session = await world.signIn('tanaka')
    const gone = { method: 'DELETE', headers: root }
    assert.equal((await world.ask('/api/v1/users/tanaka', gone)).status, 200)
    assert.equal(await isAlive(session), false)
    await addUser('tanaka')
    assert.equal(await isAlive(session), false)
  })

  test('ends when the password changes, but for the one in which it was changed', async () => {
    const here = await world.signIn('sato')
    const there = await world.signIn('sato')
    const asked = (current: string, password: string) => ({
      method: 'POST',
      body: { current, password },
      headers: here,
    })
    const path = '/api/v1/me/password'
    assert.equal((await world.ask(path, asked('wrong', OTHER))).status, 403)
    assert.equal((await world.ask(path, asked(PASSWORD, 'short'))).status, 422)
    assert.ok(await isAlive(there))
    const changed = await world.ask(path, asked(PASSWORD, OTHER))
    assert.equal(changed.status, 200)
    assert.equal(await isAlive(there), false)
    assert.equal(await isAlive(here), false)
    const next = { cookie: cookieOf(changed) }
    assert.equal((await world.ask('/api/v1/me', { headers: next })).status, 200)
    await world.signIn('sato', OTHER)
    await assert.rejects(world.signIn('sato', PASSWORD))
    await change('sato', { password: PASSWORD })
  })

  test('is seen and ended by its owner and by administrators, and by nobody else', async () => {
    type Listed = { id: string; name: string; isCurrent: boolean; agent: string; address: string }
    const list = async (headers: Session) =>
      (await world.ask('/api/v1/sessions?limit=500', { headers })).body['items'] as Listed[]
    const end = async (id: string, headers: Session) =>
      (await world.ask(`/api/v1/sessions/${id}`, { method: 'DELETE', headers })).status
    const [mine, other] = [await world.signIn('sato'), await world.signIn('sato')]
    const seen = await list(mine)
    assert.ok(seen.length >= 2 && seen.every(({ name }) => name === 'sato'))
    assert.deepEqual(new Set(seen.map(({ address }) => address)), new Set(['127.0.0.1']))
    const [current] = seen.filter(({ isCurrent }) => isCurrent)
    assert.equal(seen.filter(({ isCurrent }) => isCurrent).length, 1)
    const ofRoot = (await list(root)).find(({ isCurrent }) => isCurrent)!
    assert.equal(await end(ofRoot.id, mine), 404)
    assert.equal(await end('', mine), 404)
    assert.ok(await isAlive(root))
    const second = (await list(other)).find(({ isCurrent }) => isCurrent)!
    assert.equal(await end(second.id, mine), 200)
    assert.equal(await isAlive(other), false)
    assert.equal(await end(second.id, mine), 404)
    assert.ok((await list(root)).some(({ id }) => id === current?.id))
    assert.equal(await end(current!.id, root), 200)
    assert.equal(await isAlive(mine), false)
    const [entry] = world.audit.search(null, 1, { action: 'endSession' }).entries
    assert.deepEqual([entry?.target, entry?.actor.name], ['session/sato', 'root'])
  })

  test('the last administrator stays, and a scoped one is none', async () => {
    for (const body of [{ role: 'viewer' }, { scope: ['route:orders'] }]) {
      assert.equal((await change('root', body)).status, 409)
    }
    const gone = { method: 'DELETE', headers: root }
    assert.equal((await world.ask('/api/v1/users/root', gone)).status, 409)
    assert.ok(await isAlive(root))
  })

  test('nothing tells a wrong name from a wrong password', async () => {
    const asked = (name: string) => ({ method: 'POST', body: { name, password: 'x'.repeat(20) } })
    const known = await world.ask('/api/v1/sessions', asked('sato'))
    const unknown = await world.ask('/api/v1/sessions', asked('nobody'))
    assert.equal(known.status, unknown.status)
    assert.deepEqual({ ...known.body, requestId: '' }, { ...unknown.body, requestId: '' })
    const [last, before] = world.audit.search(null, 2).entries
    assert.deepEqual([before?.target, before?.result], ['session/sato', 'not_signed_in'])
    assert.equal(last?.target, 'session/(unknown name)')
  })
})

suite('a token', () => {
  let world: TestConsole
  let root: Session
  before(async () => {
    world = await startConsole()
    root = await world.setUp()
  })
  after(() => world.stop())

  const make = async (body: object, headers: Record<string, string> = root) => {
    const answer = await world.ask('/api/v1/tokens', { method: 'POST', body, headers })
    const { token, secret } = answer.body as { token?: { id: string }; secret?: string }
    return {
      status: answer.status,
      id: token?.id ?? '',
      bearer: { authorization: `Bearer ${secret}` },
    }
  }
  const me = async (headers: Record<string, string>) =>
    (await world.ask('/api/v1/me', { headers })).status

  test('is worth nothing after its time, after it was removed, and with another secret', async () => {
    const short = await make({ name: 'a', role: 'viewer', expiresIn: '1m' })
    assert.equal(await me(short.bearer), 200)
    world.advance(60_001)
    assert.equal(await me(short.bearer), 401)
    root = await world.signIn('root')
    const gone = await make({ name: 'b', role: 'viewer' })
    const asked = { method: 'DELETE', headers: root }
    assert.equal((await world.ask(`/api/v1/tokens/${gone.id}`, asked)).status, 200)
    assert.equal(await me(gone.bearer), 401)
    const forged = gone.bearer.authorization.replace(/.$/, (end) => (end === 'A' ? 'B' : 'A'))
    assert.equal(await me({ authorization: forged }), 401)
    for (const authorization of ['Bearer', 'Basic cm9vdDpyb290', 'Bearer a b', 'bearer x']) {
      assert.equal(await me({ authorization, cookie: root.cookie }), 401, authorization)
    }
  })

  test('outlives neither the token it was made with nor its owner’s role', async () => {
    const first = await make({ name: 'first', role: 'admin', expiresIn: '1h' })
    const second = await make({ name: 'second', role: 'admin', expiresIn: '90d' }, first.bearer)
    assert.equal(second.status, 201)
    world.advance(3_600_001)
    assert.equal(await me(second.bearer), 401)
    root = await world.signIn('root')
    const body = { name: 'kim', password: PASSWORD, role: 'operator' }
    await world.ask('/api/v1/users', { method: 'POST', body, headers: root })
    const own = await make({ name: 'own', role: 'operator' }, await world.signIn('kim'))
    const cut = { method: 'PATCH', body: { role: 'viewer' }, headers: root }
    await world.ask('/api/v1/users/kim', cut)
    const joined = await world.ask('/api/v1/join-tokens', {
      method: 'POST',
      body: { service: 'x' },
      headers: own.bearer,
    })
    assert.equal(joined.status, 403)
    assert.equal(await me(own.bearer), 200)
    await world.ask('/api/v1/users/kim', { method: 'DELETE', headers: root })
    assert.equal(await me(own.bearer), 401)
  })
})

suite('whoever tries too often', () => {
  test('waits, and keeps nobody else out', async () => {
    const world = await startConsole({ throttled: true })
    try {
      await world.setUp()
      const wrong = { method: 'POST', body: { name: 'root', password: 'guess number one' } }
      const right = { method: 'POST', body: { name: 'root', password: PASSWORD } }
      for (let i = 0; i < 10; i++) {
        assert.equal((await world.ask('/api/v1/sessions', wrong)).status, 401)
      }
      const late = await world.ask('/api/v1/sessions', right)
      assert.equal(late.status, 429)
      assert.ok(Number(late.headers['retry-after']) > 0)
      // Another name from the same address is let in to be tried, up to the limit of the address.
      const other = { method: 'POST', body: { name: 'other', password: 'guess number one' } }
      let tried = 0
      while ((await world.ask('/api/v1/sessions', other)).status === 401) tried += 1
      assert.ok(tried >= 8 && tried <= 19, String(tried))
      const refused = world.audit.search(null, 100, { result: 'too_many_requests' }).entries
      assert.ok(refused.length <= 3, 'a flood of refusals does not fill the audit')
      world.advance(400_000)
      assert.equal((await world.ask('/api/v1/sessions', right)).status, 201)
    } finally {
      await world.stop()
    }
  })

  test('waits with any call', async () => {
    const world = await startConsole({ throttled: true })
    try {
      const answers = await Promise.all(Array.from({ length: 650 }, () => world.ask('/nothing')))
      const statuses = new Set(answers.map(({ status }) => status))
      assert.deepEqual(statuses, new Set([404, 429]))
      assert.equal(answers.filter(({ status }) => status === 404).length, 600)
    } finally {
      await world.stop()
    }
  })
})
