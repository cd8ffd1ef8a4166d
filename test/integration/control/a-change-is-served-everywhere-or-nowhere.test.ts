// diff, apply, history and rollback against a running gateway: what they say is what is served, and what the file says.

import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { sallyport } from '../../support/cli.ts'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { controlOf } from '../../support/process-tree.ts'
import { until } from '../../support/until.ts'
import { startUpstream, type Upstream } from '../edge/upstream.ts'

suite('a change of the configuration', { timeout: 120_000 }, () => {
  let upstream: Upstream
  let gateway: TestGateway
  let original: string

  before(async () => {
    upstream = await startUpstream()
    gateway = await startGateway({
      config: `# our gateway
workers: 2
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes:
  - { name: one, match: /one, to: "${upstream.url}", auth: public } # the first
`,
    })
    original = readFileSync(gateway.file, 'utf8')
  })

  after(async () => {
    await gateway?.stop()
    await upstream?.close()
  })

  const run = (...args: string[]) => sallyport(...args, '-c', gateway.file)
  const statusOf = async (path: string): Promise<number> =>
    (await fetch(`http://127.0.0.1:${gateway.port('plain')}${path}`)).status
  const two = (): string =>
    `${original}  - { name: two, match: /two, to: "${upstream.url}", auth: public }\n`
  const candidate = (text: string): string => {
    const file = join(gateway.folder, 'candidate.yaml')
    writeFileSync(file, text)
    return file
  }

  test('is shown before it is made', async () => {
    const { code, stdout } = await run('diff', candidate(two()))
    assert.equal(code, 0)
    assert.match(stdout, /^\+ {2}- \{ name: two/m)
    const dry = await run('apply', '--dry-run', candidate(two()))
    assert.equal(dry.code, 0)
    assert.equal(await statusOf('/two'), 404)
  })

  test('is served by every process when apply says so, and stands in the file', async () => {
    const mode = statSync(gateway.file).mode
    const { code, stderr } = await run('apply', candidate(two()), '-m', 'add two')
    assert.equal(code, 0, stderr)
    assert.match(stderr, /revision 2 is served by every process/)
    for (let i = 0; i < 20; i++) assert.equal(await statusOf('/two'), 200)
    assert.equal(readFileSync(gateway.file, 'utf8'), two())
    assert.equal(statSync(gateway.file).mode, mode)
    const { stdout } = await run('history')
    assert.match(stdout, /^2 .*local \(cli\) .*add two$/m)
    assert.match(stdout, /^1 .*file/m)
  })

  test('that is not valid changes nothing, and is told with line and column', async () => {
    const { code, stderr } = await run('apply', candidate(two().replace('public }\n', 'pubic }\n')))
    assert.equal(code, 3)
    assert.match(stderr, /pubic/)
    assert.equal(readFileSync(gateway.file, 'utf8'), two())
    assert.equal(await statusOf('/two'), 200)
  })

  test('can be taken back by one word, and by hand in the file', async () => {
    assert.equal((await run('rollback')).code, 0)
    assert.equal(await statusOf('/two'), 404)
    assert.equal(readFileSync(gateway.file, 'utf8'), original)
    writeFileSync(gateway.file, two())
    await until('edit that is served', async () => (await statusOf('/two')) === 200)
    await until('revision of the edit', async () =>
      /^4 .* file/m.test((await run('history')).stdout),
    )
  })

  test('that nobody confirms is taken back, also where control has died meanwhile', async () => {
    const three = two().replaceAll('two', 'three')
    const applied = await run('apply', candidate(three), '--confirm-within', '3s')
    assert.equal(applied.code, 0, applied.stderr)
    assert.equal(await statusOf('/three'), 200)
    process.kill(controlOf(gateway.process.pid!)!, 'SIGKILL')
    await until('the change before', async () => (await statusOf('/two')) === 200)
    await until('the file before', () => readFileSync(gateway.file, 'utf8') === two())
    assert.equal(await statusOf('/three'), 404)
    await until('another control', async () => /auto-revert/.test((await run('history')).stdout))
  })

  test('that is confirmed stays', async () => {
    const four = two().replaceAll('two', 'four')
    assert.equal((await run('apply', candidate(four), '--confirm-within', '4s')).code, 0)
    const confirmed = await run('apply', '--confirm')
    assert.equal(confirmed.code, 0, confirmed.stderr)
    assert.equal((await run('apply', '--confirm')).code, 6)
    assert.equal(await statusOf('/four'), 200)
  })
})

test('a command says where it looked when nothing answers there', async () => {
  const { code, stderr } = await sallyport('history', '--data-dir', '/nonexistent')
  assert.equal(code, 4)
  assert.match(stderr, /no gateway is running with this data folder/)
})
