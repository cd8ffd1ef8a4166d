// Without Redis the workers of one node keep one limit together, and forged tokens stop at it before they are verified.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { createTestIssuer, type TestIssuer } from '../../support/test-issuer.ts'
import { startUpstream, type Upstream } from '../edge/upstream.ts'
import { admittedOf, askMany, bearer, withStatus } from './client.ts'
import { windowExcess } from './interval-check.ts'
import { inCalm, MOST_ATTEMPTS } from './store-health.ts'

suite('one node with the embedded store', () => {
  let upstream: Upstream
  let issuer: TestIssuer
  let gateway: TestGateway
  let port = 0

  before(async () => {
    upstream = await startUpstream()
    issuer = await createTestIssuer()
    const rest = `to: "${upstream.url}", auth: { issuer: idp, audience: api }`
    const shut = Array.from({ length: MOST_ATTEMPTS }, (_, i) => {
      const name = `shut${i + 1}`
      return `  - { name: ${name}, match: /${name}, ${rest}, limits: [ 20/min per ip ] }`
    })
    gateway = await startGateway({
      config: `
workers: 2
issuers: { idp: ${issuer.yaml} }
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes:
  - { name: window, match: /window, ${rest}, limits: [ 100/min per sub ] }
  - { name: leased, match: /leased, ${rest}, limits: [ { rate: 100/min, key: [sub], mode: leased } ] }
  - { name: bucket, match: /bucket, ${rest}, limits: [ { rate: 1/h, burst: 20, key: [sub] } ] }
  - { name: door, match: /door, ${rest}, limits: [ 20/s per ip ] }
${shut.join('\n')}
telemetry: { accessLog: off }
`,
    })
    port = gateway.port('plain')
  })

  after(async () => {
    await gateway?.stop()
    await upstream?.close()
  })

  for (const { path, most, least } of [
    { path: '/window', most: 100, least: 100 },
    { path: '/leased', most: 100, least: 95 },
    { path: '/bucket', most: 20, least: 20 },
  ]) {
    test(`${path}: ${least} to ${most} of 400 requests at once are admitted`, async () => {
      await inCalm([gateway], async (attempt) => {
        const headers = bearer(await issuer.token(`alice ${attempt}`, 'api'))
        const admitted = admittedOf(await askMany([port], 400, { path, headers }))
        assert.ok(admitted >= least && admitted <= most, `${admitted}`)
      })
    })
  }

  test('of a flood of forged tokens at most 20 in any second are verified', async () => {
    const [head, payload] = (await issuer.token('alice', 'api')).split('.')
    const forged = bearer(`${head}.${payload}.${'A'.repeat(86)}`)
    await inCalm([gateway], async () => {
      const log = await askMany([port], 200, { path: '/door', headers: forged })
      for (let i = 0; i < 10; i++)
        log.push(...(await askMany([port], 60, { path: '/door', headers: forged })))
      const verified = withStatus(log, 401)
      assert.ok(verified.length >= 20)
      assert.ok(windowExcess(verified, 20, 1000) <= 0, `${verified.length}`)
      assert.equal(withStatus(log, 429).length, log.length - verified.length)
    })
  })

  test('a flood of forged tokens uses up what its address has, whoever else is behind it', async () => {
    await inCalm([gateway], async (attempt) => {
      const path = `/shut${attempt}`
      const answers = await askMany([port], 100, { path, headers: bearer('not.a.token') })
      assert.equal(withStatus(answers, 401).length, 20)
      const headers = bearer(await issuer.token('alice', 'api'))
      const [answer] = await askMany([port], 1, { path, headers })
      assert.equal(answer!.status, 429)
      assert.equal(upstream.seen.filter(({ url }) => url === path).length, 0)
    })
  })
})
