// A Redis behind TLS and an ACL user: counted on where its certificate and our password are right, and nowhere else.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { createTestCa, type TestCa } from '../../support/certificates.ts'
import { freePort } from '../../support/free-port.ts'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { redisCommand } from '../../support/redis-command.ts'
import { startRedis, type TestRedis } from '../../support/redis.ts'
import { until } from '../../support/until.ts'
import { startUpstream, type Upstream } from '../edge/upstream.ts'
import { admittedOf, ask, askMany } from './client.ts'
import { faultsOf } from './store-health.ts'

const MAX = 5
const USER = ['limits', 'on', '>secret', '~own:*', '-@all']
const COMMANDS = ['evalsha', 'eval', 'get', 'set', 'del', 'time', 'info', 'ping', 'client|setname']
const BEAT = ['zadd', 'zremrangebyscore', 'zcard', 'pexpire']

suite('a Redis behind TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-tls-'))
  const asked = { path: '/', headers: { 'x-caller': 'one' } }
  let ca: TestCa
  let redis: TestRedis
  let upstream: Upstream
  let tlsPort = 0

  before(async () => {
    ca = await createTestCa('redis')
    // Neither its address nor `localhost` is in it.
    const { certPem, keyPem } = await ca.issue(['redis.internal'])
    const files = { 'cert.pem': certPem, 'key.pem': keyPem, 'ca.pem': ca.certPem }
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    tlsPort = await freePort()
    const tls = ['--tls-port', String(tlsPort), '--tls-auth-clients', 'no']
    const own = ['--tls-cert-file', 'cert.pem', '--tls-key-file', 'key.pem']
    redis = await startRedis([...tls, ...own, '--tls-ca-cert-file', 'ca.pem', '--dir', folder])
    const may = [...COMMANDS, ...BEAT].map((command) => `+${command}`)
    await redisCommand(redis.port, 'ACL', 'SETUSER', ...USER, ...may)
    upstream = await startUpstream()
  })

  after(async () => {
    await upstream?.close()
    await redis?.kill()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Of a gateway whose `store:` is at the TLS port and says `more`, besides. */
  async function withGateway(more: string, check: (gateway: TestGateway) => Promise<void>) {
    const limit = `{ rate: ${MAX}/h, key: ["header:x-caller"], onStoreDown: closed }`
    const gateway = await startGateway({
      files: { 'redis-ca.pem': ca.certPem },
      config: `
workers: 1
store: { url: "rediss://127.0.0.1:${tlsPort}", prefix: own, ${more} }
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes: [ { name: all, match: "/*", to: "${upstream.url}", auth: public, limits: [ ${limit} ] } ]
telemetry: { accessLog: off }
`,
    })
    try {
      await check(gateway)
      assert.deepEqual(faultsOf(gateway), [])
    } finally {
      await gateway.stop()
    }
  }

  async function counts(gateway: TestGateway): Promise<void> {
    await redisCommand(redis.port, 'FLUSHALL')
    const port = gateway.port('plain')
    let admitted = 0
    await until('a store in use', async () => {
      const { status } = await ask(port, asked)
      if (status === 200) admitted += 1
      return status !== 503
    })
    admitted += admittedOf(await askMany([port], MAX + 5, asked))
    assert.equal(admitted, MAX)
    const keys = (await redisCommand(redis.port, 'KEYS', '*')) as readonly string[]
    assert.ok(keys.length > 0)
    assert.ok(
      keys.every((key) => key.startsWith('own:')),
      keys.join(),
    )
  }

  /** What is wrong is said, and nothing is admitted under a limit that is `closed`. */
  async function refuses(gateway: TestGateway, what: RegExp): Promise<void> {
    await gateway.waitFor(`${what}`, (_stdout, stderr) => what.test(stderr))
    const { status, body } = await ask(gateway.port('plain'), asked)
    assert.equal(status, 503)
    assert.equal((JSON.parse(body) as { code: string }).code, 'limit_store_down')
  }

  test('is used where its certificate is of the CA named and for the name given', async () => {
    await withGateway('tls: { ca: ./redis-ca.pem, serverName: redis.internal }', counts)
  })

  test('is refused where its certificate is of another CA', async () => {
    const tls = 'tls: { ca: ./ca.pem, serverName: redis.internal }'
    const what = /reports an error[^\n]*(?:unable to verify|self.signed)/
    await withGateway(tls, (gateway) => refuses(gateway, what))
  })

  test('is refused where no CA is named and the system knows none', async () => {
    const what = /reports an error[^\n]*(?:unable to (?:verify|get)|self.signed)/
    await withGateway('tls: { serverName: redis.internal }', (gateway) => refuses(gateway, what))
  })

  test('is refused where its certificate is for another name', async () => {
    const what = /reports an error[^\n]*altnames/
    await withGateway('tls: { ca: ./redis-ca.pem }', (gateway) => refuses(gateway, what))
  })

  test('is used by an ACL user who may do no more than limits need', async () => {
    const tls = 'tls: { ca: ./redis-ca.pem, serverName: redis.internal }'
    await withGateway(`${tls}, username: limits, password: secret`, counts)
  })

  test('refuses an ACL user with another password, which is never told', async () => {
    const tls = 'tls: { ca: ./redis-ca.pem, serverName: redis.internal }'
    await withGateway(`${tls}, username: limits, password: wrong-one`, async (gateway) => {
      await refuses(gateway, /reports an error[^\n]*WRONGPASS/)
      assert.doesNotMatch(gateway.stderr() + gateway.stdout(), /wrong-one/)
    })
  })
})
