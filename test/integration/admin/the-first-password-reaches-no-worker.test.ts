// The password of the environment is for the process that makes an account of it: what carries traffic never has it.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { controlOf, workersOf } from '../../support/process-tree.ts'

const skip = existsSync('/proc/self/environ') ? false : 'this needs /proc'
const PASSWORD = 'goats of the high mountain'

suite('the password of INITIAL_ADMIN_PASSWORD', { skip, timeout: 60_000 }, () => {
  let gateway: TestGateway
  before(async () => {
    gateway = await startGateway({
      config: `
workers: 2
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes: [ { name: one, match: /, to: "http://127.0.0.1:1", auth: public } ]
admin: { bind: "127.0.0.1:0" }
`,
      env: { INITIAL_ADMIN_NAME: 'alice', INITIAL_ADMIN_PASSWORD: PASSWORD },
    })
    await gateway.waitFor('console', (_stdout, stderr) => /the console is at/.test(stderr))
  })
  after(() => gateway?.stop())

  const knows = (pid: number): boolean => readFileSync(`/proc/${pid}/environ`).includes(PASSWORD)

  test('is known to control', () => {
    const control = controlOf(gateway.process.pid!)
    assert.ok(control !== null && knows(control))
  })

  test('is in the environment of no worker', () => {
    const workers = workersOf(gateway.process.pid!)
    assert.equal(workers.length, 2)
    assert.deepEqual(workers.filter(knows), [])
    assert.match(readFileSync(`/proc/${workers[0]}/environ`, 'utf8'), /INITIAL_ADMIN_NAME=alice/)
  })
})
