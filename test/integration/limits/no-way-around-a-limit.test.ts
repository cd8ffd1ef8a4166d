// Q001–Q045: every known way around a limit, tried on the real gateway with two workers and a Redis.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { redisCommand } from '../../support/redis-command.ts'
import { startRedis, type TestRedis } from '../../support/redis.ts'
import { createTestIssuer, type TestIssuer } from '../../support/test-issuer.ts'
import { startUpstream, type Upstream } from '../edge/upstream.ts'
import type { Bench, BypassCase } from './bypass-case.ts'
import { COST_CASES } from './bypass-cases-cost.ts'
import { IDENTITY_CASES } from './bypass-cases-identity.ts'
import { KEY_CASES } from './bypass-cases-key.ts'
import { TIME_CASES } from './bypass-cases-time.ts'
import { allConnected } from './membership.ts'
import { inCalm } from './store-health.ts'

const LIST = new URL('../../../../shared/corpora/security-cases.tsv', import.meta.url)
const CASES = [...IDENTITY_CASES, ...KEY_CASES, ...TIME_CASES, ...COST_CASES]

suite('no way around a limit', () => {
  let redis: TestRedis
  let upstream: Upstream
  let issuer: TestIssuer
  let gateway: TestGateway
  const gateways: TestGateway[] = []
  let bench: Bench

  before(async () => {
    redis = await startRedis()
    upstream = await startUpstream()
    issuer = await createTestIssuer()
    await startBench()
  })

  async function startBench(): Promise<void> {
    const config = configuration(redis.port, issuer.yaml, upstream.url)
    gateway = await startGateway({ config })
    gateways.push(gateway)
    bench = {
      gateway,
      config,
      port: gateway.port('plain'),
      hopPort: gateway.port('hop'),
      redisPort: redis.port,
      issuer,
      reached: () => upstream.seen.map(({ url }) => url),
    }
    await allConnected(redis.port, 2)
  }

  /** A case counts on what nobody has counted yet, so a second attempt needs a gateway and a store of its own. */
  async function tryCase(check: (bench: Bench) => Promise<void>): Promise<void> {
    await inCalm(gateways, async (attempt) => {
      if (attempt > 1) {
        await gateway.stop()
        await redisCommand(redis.port, 'FLUSHALL')
        await startBench()
      }
      await check(bench)
    })
  }

  after(async () => {
    await gateway?.stop()
    await upstream?.close()
    await redis?.kill()
  })

  for (const one of CASES) {
    if ('check' in one) test(one.id, () => tryCase((fresh) => one.check(fresh, pathOf(one))))
    else if ('exception' in one) test(`${one.id}: left as it is, for ${one.exception}`)
    else {
      test(`${one.id}: shown by ${one.shownBy}`, () => {
        assert.ok(existsSync(new URL(one.shownBy, import.meta.url)))
      })
    }
  }

  test('the table has every case of the list, once', (t) => {
    if (!existsSync(LIST)) {
      t.skip('the corpora folder is not there')
      return
    }
    const listed = readFileSync(LIST, 'utf8').match(/^Q\d+/gm)
    assert.deepEqual(
      CASES.map(({ id }) => id),
      listed,
    )
  })
})

function pathOf({ id }: BypassCase): string {
  return `/${id.toLowerCase()}`
}

function configuration(redisPort: number, issuerYaml: string, upstream: string): string {
  const routes = CASES.flatMap((one) => {
    if (!('route' in one)) return []
    const match = one.match ?? pathOf(one)
    return [`  - { name: ${one.id}, match: ${match}, to: "${upstream}", ${one.route} }`]
  })
  return `
workers: 2
store: redis://127.0.0.1:${redisPort}
issuers: { idp: ${issuerYaml} }
listeners:
  - { name: plain, bind: "127.0.0.1:0", tls: off }
  - { name: hop, bind: "127.0.0.1:0", tls: off, trustedHops: 1 }
  - { name: secure, bind: "127.0.0.1:0", tls: { certs: ./certs } }
routes:
${routes.join('\n')}
telemetry: { accessLog: off }
`
}
