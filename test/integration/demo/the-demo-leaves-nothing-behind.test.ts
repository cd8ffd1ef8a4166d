// How the demo begins where ports are taken and folders are given, and that it ends at any moment with nothing left of it.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test, type TestContext } from 'node:test'
import { until } from '../../support/until.ts'
import { RunningDemo } from './running-demo.ts'

const skip = existsSync('/proc/self/stat') ? false : 'this needs /proc'

suite('the demo', { skip }, () => {
  test('takes the next free port and says so, and keeps the folder that it was given', async (t) => {
    const taken = createServer()
    t.after(() => taken.close())
    taken.listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    const folder = join(temporary(t), 'kept')
    const demo = start(t, ['--port', String(port), '--keep', folder])
    await demo.ready()
    const [, edge] = new RegExp(`^sallyport: port ${port} is taken: edge is on (\\d+)$`, 'm').exec(
      demo.talk,
    )!
    assert.ok(demo.guide.includes(`https://localhost:${edge}/hello`), demo.guide)
    assert.equal(demo.exported('DEMO'), folder)
    assert.equal(await demo.end('SIGTERM', 'demo'), 0, demo.talk)
    assert.deepEqual([...demo.members().values()], [])
    assert.match(readFileSync(join(folder, 'logs', 'gateway.log'), 'utf8'), /revision is live/)
  })

  test('ends while it starts, whatever has begun', async (t) => {
    const demo = start(t, ['--port', '0'])
    await until('the gateway', () =>
      [...demo.members().values()].some((line) => / up -c /.test(line)),
    )
    const [, folder] = / up -c (\S+)\/sallyport\.yaml/.exec(
      [...demo.members().values()].join('\n'),
    )!
    assert.equal(await demo.end('SIGTERM', 'demo'), 0, demo.talk)
    assert.deepEqual([...demo.members().values()], [])
    assert.equal(existsSync(folder!), false)
    assert.equal(demo.guide, '')
  })

  test('ends with a failure where the gateway does, and says why', async (t) => {
    const demo = start(t, ['--port', '0'])
    await demo.ready()
    const [gateway] = [...demo.members()].find(([, command]) => / up -c /.test(command))!
    const exit = once(demo.process, 'exit')
    process.kill(gateway, 'SIGKILL')
    await exit
    assert.equal(demo.process.exitCode, 1)
    assert.match(demo.talk, /the gateway has ended by itself \(SIGKILL\)/)
    // Its workers notice on their own that it is gone.
    await until('end of its workers', () => demo.members().size === 0)
  })

  test('touches no folder that has something in it, and refuses what it cannot read', async (t) => {
    const folder = temporary(t)
    writeFileSync(join(folder, 'mine'), 'text')
    const cases = [
      { args: ['--keep', folder], code: 1, says: /is not empty/ },
      { args: ['--port', '65536'], code: 2, says: /usage: sallyport demo/ },
      { args: ['now'], code: 2, says: /usage: sallyport demo/ },
    ]
    for (const { args, code, says } of cases) {
      const demo = start(t, args)
      await once(demo.process, 'exit')
      assert.equal(demo.process.exitCode, code, demo.talk)
      await until('a reason', () => says.test(demo.talk))
    }
    assert.equal(readFileSync(join(folder, 'mine'), 'utf8'), 'text')
  })
})

function start(t: TestContext, args: readonly string[]): RunningDemo {
  const demo = new RunningDemo(args)
  t.after(() => demo.kill())
  return demo
}

function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-demo-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
