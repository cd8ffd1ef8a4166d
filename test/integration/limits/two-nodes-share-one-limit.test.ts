// Two gateways with two workers each on one Redis keep one limit together, to the request.

import assert from 'node:assert/strict'
import { Agent } from 'node:http'
import { after, before, suite, test } from 'node:test'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { startRedis, type TestRedis } from '../../support/redis.ts'
import { createTestIssuer, type TestIssuer } from '../../support/test-issuer.ts'
import { startUpstream, type Upstream } from '../edge/upstream.ts'
import { admittedOf, ask, askMany, bearer, withStatus, type Answer } from './client.ts'
import { bucketExcess } from './interval-check.ts'
import { allConnected } from './membership.ts'
import { inCalm, MOST_ATTEMPTS } from './store-health.ts'

suite('two gateways on one Redis', () => {
  let redis: TestRedis
  let upstream: Upstream
  let issuer: TestIssuer
  const nodes: TestGateway[] = []
  let ports: readonly number[] = []

  before(async () => {
    redis = await startRedis()
    upstream = await startUpstream()
    issuer = await createTestIssuer()
    const rest = `to: "${upstream.url}", auth: { issuer: idp, audience: api }`
    const addresses = Array.from({ length: MOST_ATTEMPTS }, (_, i) => {
      const name = `address${i + 1}`
      return `  - { name: ${name}, match: /${name}, ${rest}, limits: [ 30/min per ip ] }`
    })
    const config = `
workers: 2
store: redis://127.0.0.1:${redis.port}
issuers: { idp: ${issuer.yaml} }
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes:
  - { name: short, match: /short, ${rest}, limits: [ 100/min per sub ] }
  - { name: exact, match: /exact, ${rest}, limits: [ { rate: 100/min, key: [sub], mode: exact } ] }
  - { name: leased, match: /leased, ${rest}, limits: [ { rate: 100/min, key: [sub], mode: leased } ] }
  - { name: bucket, match: /bucket, ${rest}, limits: [ { rate: 100/min, burst: 20, key: [sub] } ] }
  - { name: apart, match: /apart, ${rest}, limits: [ { rate: 5/min, key: [sub] } ] }
${addresses.join('\n')}
telemetry: { accessLog: off }
`
    // What has started is ended, even where something else could not start.
    for (let i = 0; i < 2; i++) nodes.push(await startGateway({ config }))
    ports = nodes.map((node) => node.port('plain'))
    await allConnected(redis.port, 4)
  })

  after(async () => {
    await Promise.all(nodes.map((node) => node.stop()))
    await upstream?.close()
    await redis?.kill()
  })

  async function flood(path: string, subject: string, count: number): Promise<Answer[]> {
    const headers = bearer(await issuer.token(subject, 'api'))
    return await askMany(ports, count, { path, headers })
  }

  for (const path of ['/short', '/exact']) {
    test(`${path}: exactly 100 of 400 requests at once are admitted`, async () => {
      await inCalm(nodes, async (attempt) => {
        const before = upstream.seen.length
        assert.equal(admittedOf(await flood(path, `alice ${attempt}`, 400)), 100)
        assert.equal(upstream.seen.length - before, 100)
      })
    })
  }

  test('/leased: 95 to 100 of 400 requests at once are admitted', async () => {
    await inCalm(nodes, async (attempt) => {
      const admitted = admittedOf(await flood('/leased', `alice ${attempt}`, 400))
      assert.ok(admitted >= 95 && admitted <= 100, `${admitted}`)
    })
  })

  test('/short: where one is left, exactly one of 100 requests at once passes', async () => {
    await inCalm(nodes, async (attempt) => {
      const bob = `bob ${attempt}`
      assert.equal(admittedOf(await flood('/short', bob, 99)), 99)
      assert.equal(admittedOf(await flood('/short', bob, 100)), 1)
    })
  })

  test('/leased: where some are left, no more than these pass of 100 requests at once', async () => {
    await inCalm(nodes, async (attempt) => {
      const bob = `bob ${attempt}`
      const admitted = admittedOf(await flood('/leased', bob, 90))
      const more = admittedOf(await flood('/leased', bob, 100))
      // What a worker holds in advance while others ask may come back too late for them.
      assert.ok(admitted + more >= 95 && admitted + more <= 100, `${admitted} + ${more}`)
    })
  })

  test('50 subjects at once do not disturb each other', async () => {
    await inCalm(nodes, async (attempt) => {
      const subjects = Array.from({ length: 50 }, (_, i) => `subject-${i} ${attempt}`)
      const all = await Promise.all(subjects.map((subject) => flood('/apart', subject, 10)))
      assert.deepEqual(new Set(all.map(admittedOf)), new Set([5]))
    })
  })

  test('a burst of 20 admits at most 20 + 100 per minute in any interval, and all of that', async () => {
    await inCalm(nodes, async (attempt) => {
      const alice = `alice ${attempt}`
      const log = await flood('/bucket', alice, 200)
      assert.ok(admittedOf(log) >= 20)
      const headers = bearer(await issuer.token(alice, 'api'))
      const agent = new Agent({ keepAlive: true, maxSockets: 8 })
      const startMs = log[0]!.sentMs
      while (performance.now() - startMs < 3000) {
        const port = ports[log.length % 2]!
        const more = Array.from({ length: 4 }, () => ask(port, { path: '/bucket', headers, agent }))
        log.push(...(await Promise.all(more)))
      }
      agent.destroy()
      const admitted = withStatus(log, 200)
      assert.ok(bucketExcess(admitted, 20, 100 / 60_000) <= 0, `${admitted.length}`)
      assert.ok(admitted.length >= 24, `${admitted.length} of 25`)
    })
  })

  test('a limit per address before authentication counts on each node for itself', async () => {
    const forged = bearer('not.a.token')
    await inCalm(nodes, async (attempt) => {
      for (const port of ports) {
        const answers = await askMany([port], 100, { path: `/address${attempt}`, headers: forged })
        assert.equal(withStatus(answers, 401).length, 30)
        assert.equal(withStatus(answers, 429).length, 70)
      }
    })
  })
})
