// What operators do to one key of a limit holds on every node and every worker once they are told that it does.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { ApiFailure, callApi } from '../../../gateway/cli/api-client.ts'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { startRedis, type TestRedis } from '../../support/redis.ts'
import { freePort } from '../../support/free-port.ts'
import { workersOf } from '../../support/process-tree.ts'
import { sallyport } from '../../support/cli.ts'
import { redisCommand } from '../../support/redis-command.ts'
import { createTestIssuer, type TestIssuer } from '../../support/test-issuer.ts'
import { until } from '../../support/until.ts'
import { startUpstream, type Upstream } from '../edge/upstream.ts'
import { admittedOf, ask, askMany, bearer, withStatus } from './client.ts'
import { allConnected } from './membership.ts'

interface Row {
  readonly key: string
  readonly label: string
  readonly limit: string
  readonly count: number
  readonly passesAtMs: number
  readonly routes: readonly string[]
  readonly measure: { readonly by: string; readonly reason: string; readonly kind: string } | null
}

const places = [
  { name: 'two nodes on one Redis', nodes: 2, isShared: true },
  { name: 'a node that works alone', nodes: 1, isShared: false },
]

for (const { name, nodes: nodeCount, isShared } of places) {
  suite(name, { timeout: 120_000 }, () => {
    let redis: TestRedis | null = null
    let upstream: Upstream
    let issuer: TestIssuer
    const nodes: TestGateway[] = []
    let ports: readonly number[] = []

    before(async () => {
      if (isShared) redis = await startRedis()
      upstream = await startUpstream()
      issuer = await createTestIssuer()
      const rest = `to: "${upstream.url}", auth: { issuer: idp, audience: api }`
      // Fixed ports: a worker that begins anew is found where the one before was.
      const configOf = (port: number) => `
workers: 2
store: ${redis === null ? 'embedded' : `redis://127.0.0.1:${redis.port}`}
issuers: { idp: ${issuer.yaml} }
listeners: [ { name: plain, bind: "127.0.0.1:${port}", tls: off } ]
routes:
  - { name: exact, match: /exact, ${rest}, limits: [ { name: exact, rate: 20/min, key: [sub], mode: exact } ] }
  - { name: leased, match: /leased, ${rest}, limits: [ { name: leased, rate: 100/min, key: [sub], mode: leased } ] }
  - { name: bucket, match: /bucket, ${rest}, limits: [ { name: bucket, rate: 60/h, burst: 20, key: [sub] } ] }
  - { name: early, match: /early, to: "${upstream.url}", auth: public, limits: [ 5/min per ip ] }
telemetry: { accessLog: off }
`
      for (let i = 0; i < nodeCount; i++) {
        nodes.push(await startGateway({ config: configOf(await freePort()) }))
      }
      ports = nodes.map((node) => node.port('plain'))
      if (redis !== null) await allConnected(redis.port, 2 * nodeCount)
    })

    after(async () => {
      await Promise.all(nodes.map((node) => node.stop()))
      await upstream?.close()
      await redis?.kill()
    })

    function api(node: TestGateway, method: string, path: string, body?: unknown) {
      const socket = { kind: 'socket', path: join(node.folder, 'data/control.sock') } as const
      return callApi(socket, method, path, body)
    }

    async function headersOf(subject: string) {
      return bearer(await issuer.token(subject, 'api'))
    }

    async function rowOf(limit: string, label: string, node = nodes[0]!): Promise<Row> {
      let row: Row | undefined
      await until(`row of ${label}`, async () => {
        const { items } = (await api(node, 'GET', '/api/v1/limits/keys')) as {
          items: readonly Row[]
        }
        row = items.find((one) => one.limit === limit && one.label === label)
        return row !== undefined
      })
      return row!
    }

    for (const mode of ['exact', 'leased', 'bucket']) {
      test(`${mode}: a reset at one node lets the next request to every node pass`, async () => {
        const headers = await headersOf('alice')
        const path = `/${mode}`
        const before = admittedOf(await askMany(ports, 300, { path, headers }))
        for (const port of ports) assert.equal((await ask(port, { path, headers })).status, 429)
        const { key } = await rowOf(mode, 'sub alice')
        await api(nodes[0]!, 'POST', `/api/v1/limits/keys/${key}:reset`, {})
        for (const port of ports.toReversed()) {
          assert.equal((await ask(port, { path, headers })).status, 200)
        }
        const again = admittedOf(await askMany(ports, 300, { path, headers }))
        const most = mode === 'leased' ? 100 : 20
        assert.ok(again + ports.length <= most + (mode === 'bucket' ? 1 : 0), `${again} again`)
        assert.ok(again + ports.length >= before * 0.9, `${again} after ${before}`)
      })
    }

    test('only the key that was meant is counted anew', async () => {
      const headers = await headersOf('bob')
      await askMany(ports, 60, { path: '/exact', headers })
      const { key } = await rowOf('exact', 'sub alice')
      await api(nodes[0]!, 'POST', `/api/v1/limits/keys/${key}:reset`, {})
      for (const port of ports) {
        assert.equal((await ask(port, { path: '/exact', headers })).status, 429)
      }
    })

    test('a limit before authentication is reset on every node, too', async () => {
      for (const port of ports) {
        const answers = await askMany([port], 20, { path: '/early' })
        assert.equal(withStatus(answers, 200).length, 5)
      }
      const last = nodes.at(-1)!
      const { key } = await rowOf('5/min per ip', 'ip 127.0.0.1', last)
      await api(last, 'POST', `/api/v1/limits/keys/${key}:reset`, { reason: 'a test' })
      for (const port of ports) {
        const answers = await askMany([port], 20, { path: '/early' })
        assert.equal(withStatus(answers, 200).length, 5)
      }
    })

    test('the list has the figures of all nodes, and the time that Retry-After tells', async () => {
      const headers = await headersOf('carol')
      assert.equal(admittedOf(await askMany(ports, 60, { path: '/exact', headers })), 20)
      await until('all refusals', async () => (await rowOf('exact', 'sub carol')).count === 40)
      const [last] = await askMany(ports, 1, { path: '/exact', headers })
      await until('the last one', async () => (await rowOf('exact', 'sub carol')).count === 41)
      const told = Number(last!.headers['retry-after'])
      const row = await rowOf('exact', 'sub carol')
      const left = (row.passesAtMs - Date.now()) / 1000
      const passed = (performance.now() - last!.answeredMs) / 1000
      assert.ok(Math.abs(told - passed - left) <= 1, `${told} - ${passed} and ${left}`)
      assert.deepEqual(row.routes, ['exact'])
    })

    test('a block refuses at every node until it is released', async () => {
      const headers = await headersOf('dave')
      await askMany(ports, 60, { path: '/exact', headers })
      const { key } = await rowOf('exact', 'sub dave')
      await api(nodes[0]!, 'POST', `/api/v1/limits/keys/${key}:block`, {
        for: '1h',
        reason: 'scrapes',
      })
      await api(nodes[0]!, 'POST', `/api/v1/limits/keys/${key}:reset`, {})
      for (const port of [...ports, ...ports]) {
        const { status, body, headers: fields } = await ask(port, { path: '/exact', headers })
        assert.equal(status, 429)
        assert.match(body, /limit_blocked/)
        assert.ok(Number(fields['retry-after']) > 3500)
      }
      const url = `http://127.0.0.1:${ports[0]}/exact`
      const sent = [{ name: 'authorization', value: headers['authorization'] }]
      const http = { url, headers: sent }
      const told = (await api(nodes.at(-1)!, 'POST', '/api/v1/explain', { http })) as {
        reason: string
        steps: readonly { step: string; verdict: string; detail: string }[]
      }
      assert.equal(told.reason, 'limit_blocked')
      const step = told.steps.find((one) => one.step === 'limits')
      assert.match(step?.detail ?? '', /at most 20 in any 60 s\), blocked by local .*: scrapes/)
      const { measure } = await rowOf('exact', 'sub dave')
      assert.deepEqual([measure?.kind, measure?.reason, measure?.by], ['block', 'scrapes', 'local'])
      await api(nodes.at(-1)!, 'POST', `/api/v1/limits/keys/${key}:release`)
      for (const port of ports) {
        assert.equal((await ask(port, { path: '/exact', headers })).status, 200)
      }
    })

    test('the command line does it by who it is', async () => {
      const headers = await headersOf('grace')
      await askMany(ports, 60, { path: '/exact', headers })
      await rowOf('exact', 'sub grace')
      const place = ['--data-dir', join(nodes[0]!.folder, 'data')]
      const run = (...args: readonly string[]) => sallyport('limits', ...args, ...place)
      // Each node tells once a second what it refused.
      await until('all that both nodes refused', async () => {
        const { stdout } = await run('ls')
        return /exact +sub grace +20\/min +40 +in \d+ (?:s|min)/.test(stdout)
      })
      const reset = await run('reset', 'sub grace')
      assert.deepEqual([reset.code, reset.stderr.includes('counted anew')], [0, true])
      assert.equal((await ask(ports[0]!, { path: '/exact', headers })).status, 200)
      const blocked = await run('block', 'sub grace', '--for', '1h', '--reason', 'a test')
      assert.equal(blocked.code, 0, blocked.stderr)
      assert.equal((await ask(ports[0]!, { path: '/exact', headers })).status, 429)
      assert.match((await run('measures')).stdout, /sub grace +blocked .* local +a test/)
      assert.equal((await run('release', 'sub grace')).code, 0)
      assert.equal((await ask(ports[0]!, { path: '/exact', headers })).status, 200)
      assert.equal((await run('block', 'sub grace', '--reason', 'x')).code, 2)
      assert.equal((await run('reset', 'sub nobody')).code, 2)
    })

    test('an override gives so many more and no more than that, everywhere', async () => {
      const headers = await headersOf('erin')
      assert.equal(admittedOf(await askMany(ports, 60, { path: '/exact', headers })), 20)
      const { key } = await rowOf('exact', 'sub erin')
      await api(nodes[0]!, 'POST', `/api/v1/limits/keys/${key}:override`, {
        times: 3,
        for: '1h',
        reason: 'a sale',
      })
      assert.equal(admittedOf(await askMany(ports, 120, { path: '/exact', headers })), 40)
      await api(nodes[0]!, 'POST', `/api/v1/limits/keys/${key}:release`)
      assert.equal(admittedOf(await askMany(ports, 20, { path: '/exact', headers })), 0)
    })

    test('a worker that begins obeys a block from its first request on', async () => {
      const headers = await headersOf('frank')
      await askMany(ports, 60, { path: '/exact', headers })
      const { key } = await rowOf('exact', 'sub frank')
      const body = { for: '1h', reason: 'a test' }
      await api(nodes[0]!, 'POST', `/api/v1/limits/keys/${key}:block`, body)
      for (const pid of workersOf(nodes[0]!.process.pid!)) process.kill(pid, 'SIGKILL')
      await until('an answer of a new worker', async () => {
        const answer = await ask(ports[0]!, { path: '/exact', headers }).catch(() => null)
        if (answer !== null) assert.match(answer.body, /limit_blocked/)
        return answer !== null
      })
    })

    test('what may not be is refused with what to write, and changes nothing', async () => {
      const { key } = await rowOf('exact', 'sub erin')
      const path = `/api/v1/limits/keys/${key}`
      const refused = async (verb: string, body: object, code: string, said: RegExp) => {
        await assert.rejects(api(nodes[0]!, 'POST', `${path}:${verb}`, body), (error: unknown) => {
          assert.ok(error instanceof ApiFailure)
          assert.equal(error.code, code)
          assert.match(JSON.stringify(error.problem), said)
          return true
        })
      }
      await refused('block', { for: '31d', reason: 'x' }, 'invalid', /30 days/)
      await refused('block', { for: 'soon', reason: 'x' }, 'invalid', /like `30m`/)
      await refused('block', { for: '1h' }, 'invalid', /reason/)
      await refused('override', { times: 1000, for: '1h', reason: 'x' }, 'invalid', /times/)
      await refused('release', {}, 'conflict', /nothing was decided/)
      const other = `/api/v1/limits/keys/${'0'.repeat(32)}:reset`
      await assert.rejects(api(nodes[0]!, 'POST', other, {}), { code: 'not_found' })
    })

    if (isShared) {
      test('while the store is away nothing is said to be done', async () => {
        const { key } = await rowOf('exact', 'sub erin')
        const one = (await api(nodes[0]!, 'GET', `/api/v1/limits/keys/${key}`)) as {
          store: { name: string; lifeMs: number }
        }
        assert.equal(await redisCommand(redis!.port, 'EXISTS', one.store.name), 1)
        assert.ok(one.store.lifeMs > 0)
        redis!.pause()
        const path = `/api/v1/limits/keys/${key}:reset`
        await assert.rejects(api(nodes[0]!, 'POST', path, {}), { code: 'not_available' })
        redis!.resume()
      })
    }
  })
}
