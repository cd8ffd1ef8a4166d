// Two nodes, one Redis, one mesh: what registers, leaves or is revoked at one door is so behind the other, too.

import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { startRedis, type TestRedis } from '../../support/redis.ts'
import { until } from '../../support/until.ts'
import { startMeshNode, type MeshNode, type RunningSidecar } from '../whole/mesh-node.ts'

let redis: TestRedis
let app: Server
let a: MeshNode
let b: MeshNode
let sidecar: RunningSidecar

function sections(store: number): Record<string, unknown> {
  return {
    store: `redis://127.0.0.1:${store}`,
    services: { billing: { mesh: true } },
    routes: [{ name: 'billing', match: '/billing', to: 'billing', auth: 'public' }],
  }
}

/** Status of a request through a node's edge; 0 where there was no answer. */
async function get({ edge }: MeshNode): Promise<number> {
  try {
    const answer = await fetch(`http://127.0.0.1:${edge}/billing`)
    await answer.body?.cancel()
    return answer.status
  } catch {
    return 0
  }
}

async function listed(node: MeshNode): Promise<readonly string[]> {
  const answer = (await node.api('GET', '/api/v1/instances')) as {
    items: readonly { service: string }[]
  }
  return answer.items.map(({ service }) => service)
}

before(async () => {
  redis = await startRedis()
  app = createServer((_request, response) => response.end('paid'))
  app.listen(0, '127.0.0.1')
  await once(app, 'listening')
  const authorize = [{ to: 'billing', from: ['edge'] }]
  a = await startMeshNode({ sections: sections(redis.port), authorize })
  b = await startMeshNode({ sections: sections(redis.port), authorize, mesh: a.mesh })
  const url = `http://127.0.0.1:${(app.address() as AddressInfo).port}`
  sidecar = await a.sidecar('billing', url)
})

after(async () => {
  await b?.stop()
  await a?.stop()
  app?.close()
  await redis?.kill()
})

suite('a mesh of two nodes', { timeout: 120_000 }, () => {
  test('knows behind both edges who is registered at one door', async () => {
    await until('the instance behind its own edge', async () => (await get(a)) === 200)
    await until('the instance behind the other edge', async () => (await get(b)) === 200)
    assert.deepEqual([await listed(a), await listed(b)], [['billing'], ['billing']])
  })

  test('goes on with what it knew while Redis is away or empty', async () => {
    await redis.kill()
    for (let count = 0; count < 20; count++) {
      assert.deepEqual([await get(a), await get(b)], [200, 200])
    }
    await redis.restart()
    const revoked = { serial: 'abc123', reason: 'test' }
    await a.api('POST', '/api/v1/revocations', revoked)
    // What comes through the store shows that it was found again, and filled.
    await until('news of the other node', async () => {
      const { serials } = (await b.api('GET', '/api/v1/revocations')) as { serials: string[] }
      return serials.includes('abc123')
    })
    assert.deepEqual([await get(a), await get(b)], [200, 200])
    assert.deepEqual([await listed(a), await listed(b)], [['billing'], ['billing']])
  })

  test('lets go behind both edges of who was killed', async () => {
    await sidecar.end('SIGKILL')
    const isGone = async () => (await listed(a)).length === 0 && (await listed(b)).length === 0
    await until('nobody behind either edge', isGone, 30_000)
    await until('refusals', async () => (await get(a)) === 503 && (await get(b)) === 503)
  })

  test('refuses behind both edges who was revoked at one node', async () => {
    const url = `http://127.0.0.1:${(app.address() as AddressInfo).port}`
    sidecar = await a.sidecar('billing', url)
    await until('the instance behind the other edge', async () => (await get(b)) === 200)
    const id = 'spiffe://mesh.test/ns/default/svc/billing'
    await a.api('POST', '/api/v1/revocations', { id, reason: 'stolen' })
    await until('refusals', async () => (await get(a)) !== 200 && (await get(b)) !== 200)
    const { ids } = (await b.api('GET', '/api/v1/revocations')) as { ids: readonly string[] }
    assert.deepEqual(ids, [id])
  })
})
