// K013, K014: Sentinel puts the replica in the place of a primary that hangs; the gateway follows, and what was counted stays.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { workersOf } from '../../support/process-tree.ts'
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
import { faultsOf, inCalm } from './store-health.ts'

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
    const workers = workersOf(gateway.process.pid!)
    const port = gateway.port('plain')
    let early = { path: '/local', headers: { 'x-caller': 'early' } }
    await inCalm([gateway], async (attempt) => {
      early = { path: '/local', headers: { 'x-caller': `early ${attempt}` } }
      assert.equal(admittedOf(await askMany([port], 15, early)), 15)
    })
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
    await inCalm([gateway], async (attempt) => {
      // Of somebody who was decided about in a trouble nobody can say what is left.
      if (attempt > 1) return
      assert.equal(admittedOf(await askMany([port], 20, early)), MAX - 15)
    })
    assert.deepEqual(workersOf(gateway.process.pid!), workers)
    assert.deepEqual(faultsOf(gateway), [])
  })

  test('is not undone by the old primary when it wakes', async () => {
    const port = gateway.port('plain')
    sentinel.primary.resume()
    let most = 0
    await inCalm([gateway], async (attempt) => {
      const caller = { path: '/closed', headers: { 'x-caller': `late ${attempt}` } }
      const statuses: number[] = []
      const deadline = performance.now() + 1500
      while (performance.now() < deadline) statuses.push((await ask(port, caller)).status)
      const admitted = statuses.filter((status) => status === 200).length
      most = Math.max(most, admitted)
      assert.ok(!statuses.includes(503))
      // A grant whose answer was lost counts as used.
      assert.ok(admitted >= MAX - 5, `${admitted}`)
    })
    // None is ever given twice.
    assert.ok(most <= MAX, `${most}`)
  })
})
