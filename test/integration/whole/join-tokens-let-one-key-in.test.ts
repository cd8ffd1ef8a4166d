// Join tokens at the door of a running node: who comes with one that is used, late or of another mesh is told 401, and written down.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createKey } from '../../../sidecar/identity/key.ts'
import { knock, type KnockAnswer } from '../../gateway/control/mesh/knock.ts'
import { until } from '../../support/until.ts'
import { says, startApp, type App } from '../mesh/client.ts'
import { startMeshNode, type MeshNode } from './mesh-node.ts'

suite('a join token', { timeout: 60_000 }, () => {
  let app: App
  let node: MeshNode
  let foreign: MeshNode

  before(async () => {
    app = await startApp(says('paid'))
    const options = {
      sections: { routes: [{ name: 'any', match: '/*', to: app.url, auth: 'public' }] },
      authorize: [{ to: 'billing', from: ['edge'] }],
    }
    const sections = { ...options.sections, services: { billing: { mesh: true } } }
    ;[node, foreign] = await Promise.all([
      startMeshNode({ ...options, sections }),
      startMeshNode({ ...options, sections }),
    ])
  })

  after(async () => {
    await Promise.all([node?.stop(), foreign?.stop()])
    await app?.close()
  })

  const join = (
    token: string,
    {
      service = 'billing',
      csrPem = createKey().csrPem,
    }: { service?: string; csrPem?: string } = {},
  ): Promise<KnockAnswer> => {
    const body = { token, csrPem, service }
    return knock(`https://127.0.0.1:${node.door}`, node.trust, { path: '/v1/join', body })
  }

  /** Asserts that the last words of the audit about joining are these. */
  function assertWritten(action: string, target: string, result: string): void {
    const lines = node.audit().map((line) => [line.action, line.target, line.result].join(' '))
    assert.ok(lines.slice(-2).includes(`${action} ${target} ${result}`), lines.slice(-5).join('\n'))
  }

  async function assertRefused(answer: Promise<KnockAnswer>, code: string): Promise<void> {
    const { status, body } = await answer
    assert.deepEqual([status, body['code']], [401, code])
    assert.equal(body['certPem'], undefined)
  }

  test('lets one key in, and this key again whose answer was lost', async () => {
    const token = await node.joinToken('billing')
    const { csrPem } = createKey()
    for (let i = 0; i < 2; i++) {
      const { status, body } = await join(token, { csrPem })
      assert.equal(status, 200)
      assert.equal(body['id'], 'spiffe://mesh.test/ns/default/svc/billing')
    }
    assertWritten('mesh_join', 'billing', 'ok')
  })

  test('of the command line is good for one key, and a second one with it stays outside', async () => {
    const made = await node.run('join-token', '--service', 'billing')
    assert.equal(made.code, 0, made.stderr)
    assert.equal((await join(made.stdout.trim())).status, 200)
    await assertRefused(join(made.stdout.trim()), 'replayed_token')
    assertWritten('join_by_token', 'billing', 'replayed_token')
    assertWritten('mesh_join', 'billing', 'replayed_token')
  })

  test('that is late lets nobody in', async () => {
    const token = await node.joinToken('billing', '1s')
    await until('its end', () => isOver(token))
    await assertRefused(join(token), 'expired_token')
    assertWritten('join_by_token', 'billing', 'expired_token')
    assertWritten('mesh_join', 'billing', 'expired_token')
  })

  test('of another mesh, another service or nobody lets nobody in', async () => {
    await assertRefused(join(await foreign.joinToken('billing')), 'unknown_token')
    assertWritten('mesh_join', 'billing', 'unknown_token')
    const orders = await node.joinToken('orders')
    await assertRefused(join(orders), 'foreign_service')
    assertWritten('mesh_join', 'billing', 'foreign_service')
    await assertRefused(join('sp1.nonsense'), 'malformed_token')
    assertWritten('mesh_join', 'billing', 'malformed_token')
    // The token was for orders all the time.
    assert.equal((await join(orders, { service: 'orders' })).status, 200)
  })

  test('says nothing of an id that exists to who does not know its secret', async () => {
    const token = await node.joinToken('billing')
    const [kind, id, , hash] = token.split('.')
    await assertRefused(join([kind, id, 'A'.repeat(43), hash].join('.')), 'unknown_token')
    assertWritten('join_by_token', 'billing', 'wrong_secret')
    assert.equal((await join(token)).status, 200)
  })

  /** Tokens that are still good are known by the list that operators see. */
  async function isOver(token: string): Promise<boolean> {
    const { items } = (await node.api('GET', '/api/v1/join-tokens')) as {
      readonly items: readonly { readonly id: string; readonly expiresAtMs: number }[]
    }
    const mine = items.find(({ id }) => token.includes(id))
    return mine !== undefined && Date.now() > mine.expiresAtMs
  }
})
