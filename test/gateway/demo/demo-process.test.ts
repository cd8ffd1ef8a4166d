// A process of the demo: its readiness, its log, its crash and its end.

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { DemoProcess } from '../../../gateway/demo/demo-process.ts'
import { systemClock, type Clock } from '../../../sidecar/runtime/clock.ts'
import { until } from '../../support/until.ts'

interface Started {
  readonly process: DemoProcess
  readonly crashes: readonly string[]
  readonly log: () => string
}

function start(t: TestContext, script: string, clock: Clock = systemClock): Started {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-demo-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const program = join(folder, 'program.mjs')
  writeFileSync(program, script)
  const logFile = join(folder, 'logs', 'it.log')
  const crashes: string[] = []
  const process = new DemoProcess({
    name: 'the program',
    program,
    args: ['one', 'two'],
    logFile,
    clock,
    onCrash: (how) => void crashes.push(how),
  })
  return { process, crashes, log: () => readFileSync(logFile, 'utf8') }
}

const STAYS = 'setInterval(() => {}, 60_000);'
const READY = 'console.log(process.argv.slice(2).join());console.error("ready on 7");'

test('it is ready when it says so, and all it says is in its log', async (t) => {
  const { process, crashes, log } = start(t, READY + STAYS)
  const [, port] = await process.ready(/ready on (\d+)/)
  assert.equal(port, '7')
  await process.end()
  await until('log', () => log().includes('one,two') && log().includes('ready on 7'))
  assert.deepEqual(crashes, [])
})

test('one that ends before it is ready is reported with what it said last', async (t) => {
  const { process } = start(t, 'console.error("no luck");process.exitCode = 3')
  await assert.rejects(process.ready(/ready/), /the program did not start; .*it\.log:\nno luck$/)
  await process.end()
})

test('one that is not ready in time is reported, and can be ended', async (t) => {
  const soon = (task: () => void): (() => void) => systemClock.after(100, task)
  const { process } = start(t, STAYS, { ...systemClock, after: (_, task) => soon(task) })
  await assert.rejects(process.ready(/ready/), /the program was not ready within 20 s/)
  await process.end()
})

test('an end that nobody asked for is a crash', async (t) => {
  const { process, crashes } = start(t, `${READY}process.exitCode = 3`)
  await process.ready(/ready/)
  await until('crash', () => crashes.length > 0)
  assert.deepEqual(crashes, ['exit code 3'])
  await process.end()
})

test('one that does not heed SIGTERM is made to end, which is no crash', async (t) => {
  const soon = (task: () => void): (() => void) => systemClock.after(300, task)
  const impatient: Clock = { ...systemClock, after: (_, task) => soon(task) }
  const script = `process.on('SIGTERM', () => console.error('never'));${READY}${STAYS}`
  const { process, crashes, log } = start(t, script, impatient)
  await until('log', () => existsWith(log, 'ready on 7'))
  await process.end()
  assert.match(log(), /never/)
  assert.deepEqual(crashes, [])
})

function existsWith(log: () => string, words: string): boolean {
  try {
    return log().includes(words)
  } catch {
    return false
  }
}
