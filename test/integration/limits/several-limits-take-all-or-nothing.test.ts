// Limits together: one decision for all of them, named ones across routes, rates out of tokens, requests of other cost.

import assert from 'node:assert/strict'
import { generateKeyPair, exportJWK, SignJWT, type CryptoKey } from 'jose'
import { after, before, suite, test } from 'node:test'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { redisCommand } from '../../support/redis-command.ts'
import { startRedis, type TestRedis } from '../../support/redis.ts'
import { until } from '../../support/until.ts'
import { startUpstream, type Upstream } from '../edge/upstream.ts'
import { admittedOf, ask, askMany, bearer } from './client.ts'
import { allConnected } from './membership.ts'
import { inCalm } from './store-health.ts'

const ISSUER = 'https://claims.test/'

suite('several limits', () => {
  let redis: TestRedis
  let upstream: Upstream
  let gateway: TestGateway
  let key: CryptoKey
  let port = 0

  before(async () => {
    redis = await startRedis()
    upstream = await startUpstream()
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    key = privateKey
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }
    const issuer = { issuer: ISSUER, jwks: { keys: [jwk] }, algorithms: ['ES256'] }
    const rest = `to: "${upstream.url}", auth: { issuer: idp, audience: api }`
    const user = '{ name: user, rate: 30/min, key: [sub] }'
    gateway = await startGateway({
      config: `
workers: 2
store: redis://127.0.0.1:${redis.port}
issuers: { idp: ${JSON.stringify(issuer)} }
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes:
  - { name: pair, match: /pair, ${rest}, limits: [ ${user}, { name: tenant, rate: 10/min, key: ["claim:tenant"] } ] }
  - { name: user, match: /user, ${rest}, limits: [ ${user} ] }
  - { name: read, match: /read, ${rest}, limits: [ { name: both, rate: 10/min, key: [sub] } ] }
  - { name: write, match: /write, ${rest}, limits: [ { name: both, rate: 10/min, key: [sub], cost: 3 } ] }
  - { name: claimed, match: /claimed, ${rest}, limits: [ { rate: { claim: plan.rate, default: 5/min }, key: [sub] } ] }
  - { name: shaded, match: /shaded, ${rest}, limits: [ { name: trial, rate: 1/min, key: [sub], shadow: true }, 4/min per sub ] }
telemetry: { accessLog: off }
`,
    })
    port = gateway.port('plain')
    await allConnected(redis.port, 2)
  })

  after(async () => {
    await gateway?.stop()
    await upstream?.close()
    await redis?.kill()
  })

  async function caller(sub: string, claims = {}): Promise<Readonly<Record<string, string>>> {
    const token = new SignJWT({ ...claims, sub })
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .setIssuer(ISSUER)
      .setAudience('api')
      .setExpirationTime('5m')
    return bearer(await token.sign(key))
  }

  test('refused by a later limit, a request gives back what the earlier one gave', async () => {
    await inCalm([gateway], async (attempt) => {
      const headers = await caller(`alice ${attempt}`, { tenant: `acme ${attempt}` })
      assert.equal(admittedOf(await askMany([port], 100, { path: '/pair', headers })), 10)
      // What goes back is on its way for a moment, and then all of it is there: 30 less the 10 that passed.
      let admitted = 0
      await until('20 more', async () => {
        const { status } = await ask(port, { path: '/user', headers })
        if (status === 200) admitted += 1
        return admitted === 20
      })
      assert.equal(admittedOf(await askMany([port], 50, { path: '/user', headers })), 0)
    })
  })

  test('of one name are one limit on all their routes, at the cost of each', async () => {
    await inCalm([gateway], async (attempt) => {
      const headers = await caller(`bob ${attempt}`)
      assert.equal(admittedOf(await askMany([port], 20, { path: '/write', headers })), 3)
      assert.equal(admittedOf(await askMany([port], 20, { path: '/read', headers })), 1)
    })
  })

  test('take their rate from the token, and the default where it says none', async () => {
    await inCalm([gateway], async (attempt) => {
      const admitted = async (claims: object): Promise<number> => {
        const headers = await caller(`${attempt} ${JSON.stringify(claims)}`, claims)
        return admittedOf(await askMany([port], 40, { path: '/claimed', headers }))
      }
      assert.equal(await admitted({ plan: { rate: '12/min' } }), 12)
      assert.equal(await admitted({ 'plan.rate': 7 }), 7)
      assert.equal(await admitted({ plan: { rate: 0 } }), 0)
      assert.equal(await admitted({ plan: { rate: 'unlimited' } }), 5)
      assert.equal(await admitted({ plan: { rate: -1 } }), 5)
      assert.equal(await admitted({}), 5)
    })
  })

  test('count by a claim whatever characters it holds', async () => {
    await inCalm([gateway], async (attempt) => {
      await redisCommand(redis.port, 'SET', 'canary', 'alive')
      for (const strange of ['a\r\n*1\r\n$8\r\nFLUSHALL\r\n', { a: ['b'] }, 7, '']) {
        const tenant = attempt === 1 ? strange : [strange, attempt]
        const headers = await caller(`of ${JSON.stringify(tenant)}`, { tenant })
        assert.equal(admittedOf(await askMany([port], 15, { path: '/pair', headers })), 10)
      }
      assert.equal(await redisCommand(redis.port, 'GET', 'canary'), 'alive')
    })
  })

  test('are not refused by a shadow among them', async () => {
    await inCalm([gateway], async (attempt) => {
      const headers = await caller(`carol ${attempt}`)
      assert.equal(admittedOf(await askMany([port], 20, { path: '/shaded', headers })), 4)
    })
  })
})
