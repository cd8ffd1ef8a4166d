// A guarded change whose requests fail goes back by itself, long before it is too late to confirm; control need not be there.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, suite, test } from 'node:test'
import { sallyport } from '../../support/cli.ts'
import { freePort } from '../../support/free-port.ts'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { controlOf } from '../../support/process-tree.ts'
import { until } from '../../support/until.ts'
import { startLoad, type Load } from '../edge/load.ts'
import { startUpstream, type Upstream } from '../edge/upstream.ts'

suite('a guarded change', { timeout: 120_000 }, () => {
  let upstream: Upstream
  let gateway: TestGateway
  let original: string
  let dead: number
  let load: Load

  before(async () => {
    upstream = await startUpstream()
    dead = await freePort()
    gateway = await startGateway({
      config: `workers: 2
listeners: [ { name: public, bind: "127.0.0.1:0", tls: { certs: ./certs } } ]
routes:
  - { name: one, match: /one, to: "${upstream.url}", auth: public }
`,
    })
    original = readFileSync(gateway.file, 'utf8')
    load = startLoad(gateway, { path: '/one', perSecond: 50 })
    await until('requests', () => load.sent() > 50)
  })

  afterEach(async () => {
    await load.stop()
    load = startLoad(gateway, { path: '/one', perSecond: 50 })
  })

  after(async () => {
    await load?.stop()
    await gateway?.stop()
    await upstream?.close()
  })

  const run = (...args: string[]) => sallyport(...args, '-c', gateway.file)
  const apply = async (text: string, ...options: string[]) => {
    const file = join(gateway.folder, 'candidate.yaml')
    writeFileSync(file, text)
    const { code, stderr } = await run('apply', file, '--guard', '--guard-window', '5s', ...options)
    assert.equal(code, 0, stderr)
    return stderr
  }
  const broken = (): string => original.replace(upstream.url, `http://127.0.0.1:${dead}`)
  const isBack = (): boolean => readFileSync(gateway.file, 'utf8') === original

  test('is taken back once they fail, and history and audit say why', async () => {
    const said = await apply(broken(), '--confirm-within', '10m')
    assert.match(said, /where the share of 5xx rises by more than 5 points over 5 s/)
    assert.equal(readFileSync(gateway.file, 'utf8'), broken())
    await until('the file before', isBack, 30_000)
    await until('reason in the history', async () =>
      /auto-revert.*auto-reverted: 5xx \d+\.\d % against 0\.0 %/.test(
        (await run('history')).stdout,
      ),
    )
    await until('entry of the audit', () => {
      const audit = readFileSync(join(gateway.folder, 'data/audit/audit-000001.jsonl'), 'utf8')
      return /"action":"autoRevert".*auto-reverted: 5xx/.test(audit)
    })
    const { failures, sent } = await load.stop()
    assert.ok(failures.length > 0 && failures.length < sent)
    assert.ok(failures.every((failure) => failure.startsWith('502')))
  })

  test('is taken back also where control has died meanwhile, and is told by the next one', async () => {
    await apply(broken())
    process.kill(controlOf(gateway.process.pid!)!, 'SIGKILL')
    await until('the file before', isBack, 30_000)
    await until('another control', async () => {
      const { stdout } = await run('history')
      return (stdout.match(/auto-reverted: 5xx/g) ?? []).length === 2
    })
  })

  test('stays where requests do not fail', async () => {
    const other = original.replace('name: one', 'name: first')
    await apply(other)
    const before = load.sent()
    await until('seven seconds of requests', () => load.sent() - before > 350, 30_000)
    assert.equal(readFileSync(gateway.file, 'utf8'), other)
  })

  test('whose window outlasts the time to confirm it is refused', async () => {
    const file = join(gateway.folder, 'candidate.yaml')
    const { code, stderr } = await run('apply', file, '--guard', '--confirm-within', '10s')
    assert.notEqual(code, 0)
    assert.match(stderr, /give more time to confirm/)
  })
})
