// Cluster: slots move from node to node under traffic and no count is lost; a dead node takes only its own callers along.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { childrenOf } from '../../support/process-tree.ts'
import { startRedisCluster, type TestCluster } from '../../support/redis-cluster.ts'
import { until } from '../../support/until.ts'
import { startUpstream, type Upstream } from '../edge/upstream.ts'
import { admittedOf, ask, askMany, type Answer } from './client.ts'
import { MAX, outageConfig } from './outage.ts'
import { faultsOf, isWell } from './store-health.ts'

/** The store spreads its keys over this many hash tags. */
const TAGS = 64
const CALLERS = Array.from({ length: 40 }, (_, i) => `caller-${i}`)

suite('a Redis Cluster', () => {
  let cluster: TestCluster
  let upstream: Upstream
  let gateway: TestGateway
  let port = 0
  let workers: readonly number[] = []

  before(async () => {
    cluster = await startRedisCluster(2)
    upstream = await startUpstream()
    const store = `{ cluster: ["127.0.0.1:${cluster.nodes[0]!.port}"] }`
    gateway = await startGateway({ config: outageConfig(store, upstream.url) })
    port = gateway.port('plain')
    workers = childrenOf(gateway.process.pid!)
    await until('cluster in use', async () => {
      const answers = await askMany([port], 8, asked('first'))
      return answers.every(({ status }) => status !== 503) && isWell(gateway.stderr())
    })
  })

  after(async () => {
    await gateway?.stop()
    await upstream?.close()
    await cluster?.stop()
  })

  function asked(caller: string) {
    return { path: '/closed', headers: { 'x-caller': caller } }
  }

  async function eachAsks(count: number): Promise<readonly Answer[][]> {
    const all: Answer[][] = []
    for (const caller of CALLERS) all.push(await askMany([port], count, asked(caller)))
    return all
  }

  test('loses no count while half of its slots move, and nobody waits long', async (t) => {
    for (const answers of await eachAsks(10)) assert.equal(admittedOf(answers), 10)
    const log: Answer[] = []
    const moving = (async () => {
      for (let tag = 0; tag < TAGS; tag += 2) await cluster.moveSlot(`{${tag}}`, 0, 1)
      return 'moved' as const
    })()
    for (let i = 0; ; i++) {
      const asking = askMany([port], 4, asked(`traveller-${i}`))
      const first = await Promise.race([moving, asking])
      log.push(...(await asking))
      if (first === 'moved') break
    }
    const times = log.map(({ sentMs, answeredMs }) => answeredMs - sentMs)
    const worstMs = Math.max(...times)
    const down = log.filter(({ status }) => status === 503).length
    t.diagnostic(
      `${log.length} requests meanwhile, ${down} sent away, worst ${worstMs.toFixed(0)} ms`,
    )
    assert.ok(worstMs < 1000, `${worstMs}`)
    await until('end of all trouble', () => isWell(gateway.stderr()))
    for (const answers of await eachAsks(20)) assert.equal(admittedOf(answers), MAX - 10)
  })

  test('without one of its nodes still counts for the callers of the other', async () => {
    await cluster.nodes[1]!.kill()
    const fresh = CALLERS.map((caller) => `${caller}, after`)
    const sent: string[] = []
    for (const caller of fresh) {
      const answer = await ask(port, asked(caller))
      assert.ok(answer.answeredMs - answer.sentMs < 1000)
      if (answer.status === 503) sent.push(caller)
      else assert.equal(answer.status, 200)
    }
    assert.ok(sent.length > 0 && sent.length < CALLERS.length, `${sent.length}`)
    const served = fresh.filter((caller) => !sent.includes(caller))
    for (const caller of served) {
      assert.equal(admittedOf(await askMany([port], MAX + 5, asked(caller))), MAX - 1)
    }
    assert.deepEqual(childrenOf(gateway.process.pid!), workers)
    assert.deepEqual(faultsOf(gateway), [])
  })
})
