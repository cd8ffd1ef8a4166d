// A guarded change that fails on one node only goes back on all of them, though nobody confirms or asks for it.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { freePort } from '../../support/free-port.ts'
import { startRedis, type TestRedis } from '../../support/redis.ts'
import { until } from '../../support/until.ts'
import { startUpstream, type Upstream } from '../edge/upstream.ts'
import { allServe, apply, ask, get, startFleet, textOf, type TestNode } from './fleet.ts'

suite('two nodes on one Redis', { timeout: 120_000 }, () => {
  let redis: TestRedis
  let upstream: Upstream
  let nodes: readonly TestNode[] = []

  before(async () => {
    redis = await startRedis()
    upstream = await startUpstream()
    nodes = await startFleet(textOf(['first']), upstream.url, [redis.port, redis.port])
  })

  after(async () => {
    await Promise.all(nodes.map((node) => node.stop()))
    await upstream?.close()
    await redis?.kill()
  })

  test('go back together where requests fail on the one that was not asked', async () => {
    const [asked, other] = nodes as [TestNode, TestNode]
    const text = textOf(['first'])
    const broken = text.replace('to: api', `to: "http://127.0.0.1:${await freePort()}"`)
    assert.equal(await get(other, 'first'), 200)
    const guard = { points: 5, windowMs: 5000 }
    // The service without a route is no fault, only a warning.
    await apply(asked, broken, { guard, confirmWithin: '10m' })
    assert.equal(await get(other, 'first'), 502)
    await until(
      'the text before on the node whose requests fail',
      async () => (await get(other, 'first')) === 200,
      30_000,
    )
    await allServe(nodes, text)
    const { items } = (await ask(asked, 'GET', '/api/v1/revisions?limit=1')) as {
      items: readonly { origin: string; message: string }[]
    }
    assert.equal(items[0]!.origin, 'auto-revert')
    assert.match(items[0]!.message, /^auto-reverted: 5xx \d+\.\d % against 0\.0 %$/)
  })
})
