// A join token of one node is good at the door of every node of its fleet, for one key in all.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createKey } from '../../../sidecar/identity/key.ts'
import { knock } from '../../gateway/control/mesh/knock.ts'
import { startRedis, type TestRedis } from '../../support/redis.ts'
import { until } from '../../support/until.ts'
import { startMeshNode, type MeshNode } from '../whole/mesh-node.ts'

suite('a join token of one node', { timeout: 60_000 }, () => {
  let redis: TestRedis
  let nodes: readonly [MeshNode, MeshNode]

  before(async () => {
    redis = await startRedis()
    const sections = {
      store: `redis://127.0.0.1:${redis.port}`,
      services: { billing: { mesh: true } },
      routes: [{ name: 'any', match: '/*', to: 'billing', auth: 'public' }],
    }
    const authorize = [{ to: 'billing', from: ['edge'] }]
    const first = await startMeshNode({ sections, authorize })
    const { mesh } = first
    nodes = [first, await startMeshNode({ sections, authorize, mesh })]
    await until('two nodes of one fleet', async () => {
      const { items } = (await first.api('GET', '/api/v1/nodes')) as { items: readonly unknown[] }
      return items.length === 2
    })
  })

  after(async () => {
    await Promise.all((nodes ?? []).map((node) => node.stop()))
    await redis?.kill()
  })

  const join = (node: MeshNode, token: string, csrPem: string) =>
    knock(`https://127.0.0.1:${node.door}`, node.trust, {
      path: '/v1/join',
      body: { token, csrPem, service: 'billing' },
    })

  test('lets one key in at the other, and no second one anywhere', async () => {
    const [a, b] = nodes
    const token = await a.joinToken('billing')
    const { csrPem } = createKey()
    assert.equal((await join(b, token, csrPem)).status, 200)
    for (const node of nodes) {
      const { status, body } = await join(node, token, createKey().csrPem)
      assert.deepEqual([status, body['code']], [401, 'replayed_token'])
    }
    assert.equal((await join(a, token, csrPem)).status, 200)
  })

  test('lets one of two keys in that come to two nodes at once', async () => {
    const token = await nodes[0].joinToken('billing')
    const answers = await Promise.all(nodes.map((node) => join(node, token, createKey().csrPem)))
    const statuses = answers.map(({ status }) => status)
    assert.deepEqual(
      statuses.toSorted((a, b) => a - b),
      [200, 401],
    )
  })

  test('lets nobody in that another node took back, nor while nobody can write it down', async () => {
    const [a, b] = nodes
    const token = await a.joinToken('billing')
    const listed = (await b.api('GET', '/api/v1/join-tokens')) as {
      items: readonly { id: string; usedAtMs: number | null }[]
    }
    const unused = listed.items.find(({ usedAtMs }) => usedAtMs === null)
    await b.api('DELETE', `/api/v1/join-tokens/${unused?.id}`)
    assert.equal((await join(a, token, createKey().csrPem)).body['code'], 'unknown_token')
    const late = await a.joinToken('billing')
    await redis.kill()
    const { status, body } = await join(b, late, createKey().csrPem)
    assert.equal(body['certPem'], undefined)
    assert.ok(status >= 400, String(status))
  })
})
