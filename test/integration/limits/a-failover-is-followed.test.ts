// K013, K014: Sentinel puts the replica in the place of a primary that hangs; the gateway follows, and what was counted stays.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { childrenOf } from '../../support/process-tree.ts'
import {
  SENTINEL_NAME,
  startRedisSentinel,
  type TestSentinel,
} from '../../support/redis-sentinel.ts'
import { until } from '../../support/until.ts'
import { startUpstream, type Upstream } from '../edge/upstream.ts'
import { admittedOf, ask, askMany } from './client.ts'
import { allKnown } from './membership.ts'
import { formatResults, goThrough, MAX, outageConfig } from './outage.ts'
import { faultsOf } from './store-health.ts'

suite('a Sentinel failover', () => {
  let sentinel: TestSentinel
  let upstream: Upstream
  let gateway: TestGateway

  before(async () => {
    sentinel = await startRedisSentinel()
    upstream = await startUpstream()
    const store = `{ sentinels: ["127.0.0.1:${sentinel.port}"], name: ${SENTINEL_NAME} }`
    gateway = await startGateway({ config: outageConfig(store, upstream.url) })
    await allKnown(sentinel.primary.port, 2)
  })

  after(async () => {
    await gateway?.stop()
    await upstream?.close()
    await sentinel?.stop()
  })

  test('is followed while the old primary hangs, and counts go on where they were', async (t) => {
    const workers = childrenOf(gateway.process.pid!)
    const port = gateway.port('plain')
    const early = { path: '/local', headers: { 'x-caller': 'early' } }
    assert.equal(admittedOf(await askMany([port], 15, early)), 15)
    await sentinel.replicated()
    const result = await goThrough(gateway, {
      name: 'K013 Sentinel failover, SIGSTOP',
      store: 'away',
      breakStore: async () => sentinel.primary.pause(),
      healStore: async () => {
        await until('new primary', async () => {
          return (await sentinel.primaryPort()) === sentinel.replica.port
        })
      },
    })
    t.diagnostic(formatResults([result]))
    assert.equal(admittedOf(await askMany([port], 20, early)), MAX - 15)
    assert.deepEqual(childrenOf(gateway.process.pid!), workers)
    assert.deepEqual(faultsOf(gateway), [])
  })

  test('is not undone by the old primary when it wakes', async () => {
    const port = gateway.port('plain')
    sentinel.primary.resume()
    const caller = { path: '/closed', headers: { 'x-caller': 'late' } }
    let admitted = 0
    const deadline = performance.now() + 1500
    while (performance.now() < deadline) {
      const { status } = await ask(port, caller)
      assert.notEqual(status, 503)
      if (status === 200) admitted += 1
    }
    // A grant whose answer was lost counts as used; none is ever given twice.
    assert.ok(admitted <= MAX && admitted >= MAX - 5, `${admitted}`)
  })
})
