// Two nodes on one Redis: the doctor sees both, and a backup of one is restored on the other, for all.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { sallyport } from '../../support/cli.ts'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { startRedis, type TestRedis } from '../../support/redis.ts'
import { until } from '../../support/until.ts'

suite('a fleet', () => {
  let redis: TestRedis
  let first: TestGateway
  let second: TestGateway

  const config = (path: string): string => `store: redis://127.0.0.1:${redis.port}
workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes: [ { name: one, match: ${path}, to: "http://127.0.0.1:${redis.port}", auth: public } ]
`
  const start = (name: string): Promise<TestGateway> =>
    startGateway({ config: config('/one'), env: { SALLYPORT_NODE: name } })

  before(async () => {
    redis = await startRedis()
    first = await start('a')
    second = await start('b')
  })
  after(async () => {
    await first?.stop()
    await second?.stop()
    await redis?.kill()
  })

  test('is well in all that its nodes share', async () => {
    await until('fleet that is well', async () => {
      const { code, stdout } = await sallyport('doctor', '-c', first.file, '-o', 'json')
      const { items } = JSON.parse(stdout) as { items: { id: string; status: string }[] }
      const good = items.filter(({ status }) => status === 'ok').map(({ id }) => id)
      const wanted = ['store.ping', 'store.scripts', 'store.eviction', 'store.clock']
      const shared = ['fleet.nodes', 'fleet.versions', 'fleet.clocks']
      return code === 0 && [...wanted, ...shared].every((id) => good.includes(id))
    })
  })

  test('is restored by any of its nodes, on all of them, and its history is left alone', async () => {
    const backup = join(first.folder, 'fleet.backup')
    const edit = join(first.folder, 'edit.yaml')
    const passphrase = join(first.folder, 'passphrase')
    const secret = ['--passphrase-file', passphrase]
    writeFileSync(passphrase, 'mountain goats like moss\n')
    writeFileSync(edit, config('/two'))
    assert.equal((await sallyport('backup', '-f', backup, ...secret, '-c', first.file)).code, 0)
    assert.equal((await sallyport('apply', edit, '-c', first.file)).code, 0)
    await until('edit everywhere', () => readFileSync(second.file, 'utf8').includes('/two'))
    const done = await sallyport('restore', backup, '--yes', ...secret, '-c', second.file)
    assert.equal(done.code, 0, done.stderr)
    for (const { file } of [first, second]) {
      await until('restored file', () => readFileSync(file, 'utf8').includes('/one'))
    }
    const { stdout } = await sallyport('history', '-c', first.file, '-o', 'json')
    const { items } = JSON.parse(stdout) as { items: { number: number }[] }
    assert.deepEqual(
      items.map(({ number }) => number),
      [3, 2, 1],
    )
  })
})
