// Releases on a real gateway by the command line: shares as they are set, a switch that costs no request, an abort by itself.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { sallyport } from '../../support/cli.ts'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { until } from '../../support/until.ts'
import { startLoad } from '../edge/load.ts'
import { startUpstream, type Upstream } from '../edge/upstream.ts'

interface Release {
  readonly targets: readonly {
    readonly target: string
    readonly weight: number
    readonly actualShare: number | null
    readonly requests: number
  }[]
  readonly abort: { readonly reason: string } | null
}

suite('a release', { timeout: 120_000 }, () => {
  let blue: Upstream
  let green: Upstream
  let gateway: TestGateway

  before(async () => {
    blue = await startUpstream()
    green = await startUpstream()
    gateway = await startGateway({
      config: `workers: 2
listeners: [ { name: public, bind: "127.0.0.1:0", tls: { certs: ./certs } } ]
services:
  blue: { endpoints: ["${blue.url}"] }
  green: { endpoints: ["${green.url}"] }
routes:
  - name: shop   # sells
    match: /shop
    to: [ { service: blue, weight: 100 }, { service: green, weight: 0 } ]  # blue first
    auth: public
`,
    })
  })

  after(async () => {
    await gateway?.stop()
    await blue?.close()
    await green?.close()
  })

  const run = (...args: string[]) => sallyport(...args, '-c', gateway.file)
  const canary = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run('canary', ...args)
    assert.equal(code, 0, stderr)
    return stdout
  }
  const shop = async (): Promise<Release> => {
    const { items } = JSON.parse(await canary('ls', '-o', 'json')) as { items: Release[] }
    return items[0]!
  }
  const send = async (count: number): Promise<void> => {
    const load = startLoad(gateway, { path: '/shop', perSecond: 1000 })
    await until('requests', () => load.sent() >= count, 60_000)
    const { failures } = await load.stop()
    assert.deepEqual(failures, [])
  }

  test('sends as many as it says, and the shares that are seen stand beside it', async () => {
    const original = readFileSync(gateway.file, 'utf8')
    assert.equal(await canary('set', 'shop', 'green=20'), 'blue 80, green 20\n')
    const changed = original.replace('weight: 100', 'weight: 80').replace('weight: 0', 'weight: 20')
    assert.equal(readFileSync(gateway.file, 'utf8'), changed)
    blue.seen.length = green.seen.length = 0
    // The figures leave out the first second, in which workers tell of the time before.
    await send(2500)
    const all = blue.seen.length + green.seen.length
    // More than five deviations of a fair draw.
    assert.ok(Math.abs(green.seen.length / all - 0.2) < 0.05, `${green.seen.length} of ${all}`)
    await until('figures', async () => (await shop()).targets[0]!.requests > 400)
    const [, target] = (await shop()).targets
    assert.equal(target!.weight, 20)
    assert.ok(Math.abs(target!.actualShare! - 0.2) < 0.1, String(target!.actualShare))
    assert.match(await canary('ls'), /^shop +green +20\.0 % +\d+\.\d % +\d+ +0\.0 % +\d+ ms$/m)
  })

  test('that would not be 100 together is refused with words, and nothing changes', async () => {
    const before = readFileSync(gateway.file, 'utf8')
    for (const [args, code, pattern] of [
      [['set', 'shop', 'green=20', 'blue=70'], 1, /90 together; make them 100/],
      [['set', 'shop', 'yellow=100'], 2, /0 are left|yellow/],
      [['set', 'other', 'green=20'], 2, /no route with several targets \(there are: shop\)/],
      [['set', 'shop', 'green'], 2, /write SERVICE=20/],
    ] as const) {
      const result = await run('canary', ...args)
      assert.match(result.stderr, pattern)
      assert.notEqual(result.code, 0, String(code))
    }
    assert.equal(readFileSync(gateway.file, 'utf8'), before)
  })

  test('goes from blue to green and back by one word each, and no request fails', async () => {
    const load = startLoad(gateway, { path: '/shop', perSecond: 300 })
    await canary('promote', 'shop', 'green')
    blue.seen.length = green.seen.length = 0
    await until('requests of green', () => green.seen.length > 50)
    assert.equal(blue.seen.length, 0)
    await canary('abort', 'shop')
    blue.seen.length = green.seen.length = 0
    await until('requests of blue', () => blue.seen.length > 50)
    assert.equal(green.seen.length, 0)
    const { failures } = await load.stop()
    assert.deepEqual(failures, [])
  })

  test('with errors gets nothing any more, by itself, and says why', async () => {
    let count = 0
    green.handler = (request, response) => {
      request.resume()
      response.statusCode = ++count % 10 === 0 ? 500 : 200
      response.end('ok')
    }
    const load = startLoad(gateway, { path: '/shop', perSecond: 200 })
    await canary('set', 'shop', 'green=50', '--max-error-points', '5')
    await until('abort', async () => (await shop()).abort !== null, 20_000)
    await load.stop()
    const { targets, abort } = await shop()
    assert.deepEqual(
      targets.map(({ weight }) => weight),
      [100, 0],
    )
    assert.match(abort!.reason, /^5xx \d+\.\d % against 0\.0 %$/)
    assert.match((await run('history')).stdout, /auto-revert.*release of shop: green to 0: 5xx/)
    const audit = readFileSync(join(gateway.folder, 'data/audit/audit-000001.jsonl'), 'utf8')
    assert.equal(audit.match(/"action":"abortRelease"/g)?.length, 1)
    assert.doesNotMatch(audit, /"action":"autoRevert"/)
    assert.match(audit, /"action":"setRelease","target":"route\/shop"/)
  })
})
