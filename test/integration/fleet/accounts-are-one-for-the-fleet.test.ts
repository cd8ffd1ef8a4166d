// Who may use one node may use every node of its fleet, and who may not any more may nowhere; whatever the store does.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { Agent } from 'node:https'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { startRedis, type TestRedis } from '../../support/redis.ts'
import { until } from '../../support/until.ts'
import { exchange, sessionOf, type Asked, type Session } from '../admin/console.ts'
import { startUpstream, type Upstream } from '../edge/upstream.ts'
import { allServe, apply, ask, startNode, textOf, type TestNode } from './fleet.ts'

const PASSWORD = 'mountain goats like moss'
const ALONE = textOf(['first']).replace(/^store: .*$/m, 'store: embedded')
const JOINED = textOf(['first'])

suite('accounts of a fleet', () => {
  const agent = new Agent({ keepAlive: false })
  let redis: TestRedis
  let upstream: Upstream
  let nodes: TestNode[] = []
  let root: Session

  const originOf = (node: TestNode): string =>
    /the console is at (https:\/\/127\.0\.0\.1:\d+)\//.exec(node.stderr())?.[1] ?? ''
  const call = (node: TestNode, path: string, asked: Asked = {}) => {
    const port = Number(new URL(originOf(node)).port)
    const ca = readFileSync(join(node.folder, 'data/console/ca.pem'), 'utf8')
    return exchange({ agent, port, ca }, `/api/v1${path}`, asked)
  }
  /** The same session at another node: a browser that a balancer sends there. */
  const at = (node: TestNode, session: Session): Session => ({ ...session, origin: originOf(node) })
  const me = async (node: TestNode, headers: Readonly<Record<string, string>>) =>
    (await call(node, '/me', { headers })).status
  const signIn = async (node: TestNode, name: string) => {
    const asked = { method: 'POST', body: { name, password: PASSWORD } }
    return sessionOf(await call(node, '/sessions', asked), originOf(node))
  }
  const addUser = (node: TestNode, name: string) => {
    const body = { name, password: PASSWORD, role: 'operator' }
    return call(node, '/users', { method: 'POST', body, headers: at(node, root) })
  }

  before(async () => {
    redis = await startRedis()
    upstream = await startUpstream()
    const around = { upstream: upstream.url, store: redis.port }
    const a = await startNode('a', ALONE, around)
    nodes = [a]
    await a.waitFor('the setup token', (_, stderr) => stderr.includes('/setup#token='))
    const token = /\/setup#token=(\S+)$/m.exec(a.stderr())?.[1]
    const body = { token, name: 'root', password: PASSWORD }
    root = sessionOf(await call(a, '/setup', { method: 'POST', body }), originOf(a))
    await apply(a, JOINED)
    nodes.push(await startNode('b', JOINED, around))
    await allServe(nodes, JOINED)
  })

  after(async () => {
    agent.destroy()
    await Promise.all(nodes.map((node) => node.stop()))
    await upstream?.close()
    await redis?.kill()
  })

  test('what one node had when it joined is the fleet’s, so no other node asks for a first one', async () => {
    const [a, b] = nodes as [TestNode, TestNode]
    assert.equal((await call(b, '/setup')).body['isSetUp'], true)
    assert.doesNotMatch(b.stderr(), /first administrator/)
    assert.equal(existsSync(join(b.folder, 'data/setup-token')), false)
    assert.equal(await me(a, root), 200)
    assert.equal(await me(b, at(b, root)), 200)
    await signIn(b, 'root')
  })

  test('a user, a session and a token of one node are those of the other, and end there, too', async () => {
    const [a, b] = nodes as [TestNode, TestNode]
    assert.equal((await addUser(a, 'sato')).status, 201)
    const session = await signIn(b, 'sato')
    assert.equal(await me(a, at(a, session)), 200)
    const body = { name: 'ci', role: 'viewer' }
    const made = await call(a, '/tokens', { method: 'POST', body, headers: at(a, session) })
    assert.equal(made.status, 201)
    const bearer = { authorization: `Bearer ${String(made.body['secret'])}` }
    assert.equal(await me(b, bearer), 200)
    const { id } = made.body['token'] as { id: string }
    const gone = await call(a, `/tokens/${id}`, { method: 'DELETE', headers: at(a, session) })
    assert.equal(gone.status, 200)
    assert.equal(await me(b, bearer), 401)
    const out = { method: 'DELETE', headers: at(a, session) }
    assert.equal((await call(a, '/sessions/current', out)).status, 200)
    assert.equal(await me(b, session), 401)
    const again = await signIn(a, 'sato')
    assert.equal(
      (await call(b, '/users/sato', { method: 'DELETE', headers: at(b, root) })).status,
      200,
    )
    assert.equal(await me(a, again), 401)
  })

  test('while the store is away one may look and change nothing, and the control socket helps', async () => {
    const [a, b] = nodes as [TestNode, TestNode]
    assert.equal(await me(b, at(b, root)), 200)
    await redis.kill()
    for (const node of nodes) {
      assert.equal(await me(node, at(node, root)), 200)
      assert.equal((await call(node, '/config', { headers: at(node, root) })).status, 200)
      const added = await addUser(node, 'late')
      assert.deepEqual([added.status, added.body['code']], [503, 'not_available'])
      assert.match(String(added.body['detail']), /store of the fleet is away/)
      const asked = { method: 'POST', body: { name: 'root', password: PASSWORD } }
      assert.equal((await call(node, '/sessions', asked)).status, 503)
    }
    const { role } = (await ask(a, 'GET', '/api/v1/me')) as { role: string }
    assert.equal(role, 'admin')
  })

  test('a store that comes back empty is given what it lost', async () => {
    const [a, b] = nodes as [TestNode, TestNode]
    await redis.restart()
    await until('a node that may change something', async () => {
      return (await addUser(b, 'tanaka')).status === 201
    })
    assert.equal(await me(a, at(a, root)), 200)
    await until('the other node to know', async () => {
      return (await call(a, '/users', { headers: at(a, root) })).text.includes('tanaka')
    })
    await signIn(a, 'tanaka')
    assert.equal((await call(a, '/setup')).body['isSetUp'], true)
  })
})
