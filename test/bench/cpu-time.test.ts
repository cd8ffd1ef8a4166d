import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import {
  cpuTimeBetween,
  peakRssBytes,
  processTree,
  readCpuTicks,
  readCpuTimes,
} from './cpu-time.ts'

const skip = process.platform === 'linux' ? false : 'needs the /proc of Linux'

/** A made-up /proc: file name below it → text. */
function fakeProc(t: TestContext, files: Record<string, string>): string {
  const proc = mkdtempSync(join(tmpdir(), 'sallyport-proc-'))
  t.after(() => rmSync(proc, { recursive: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(proc, name)), { recursive: true })
    writeFileSync(join(proc, name), text)
  }
  return proc
}

test('a process tree holds children and grandchildren and nobody else', (t) => {
  const proc = fakeProc(t, {
    '10/stat': '10 (supervisor) S 1 10 10',
    '11/stat': '11 (worker) S 10 10 10',
    '12/stat': '12 (helper) S 11 10 10',
    '13/stat': '13 (stranger) S 1 13 13',
    uptime: '1.00 1.00',
  })
  assert.deepEqual(processTree(10, proc), [10, 11, 12])
})

test('a program name with spaces and parentheses does not hide the parent', (t) => {
  const proc = fakeProc(t, { '10/stat': '10 (a) S 1 1', '11/stat': '11 (b) S 9 (x)) R 10 1' })
  assert.deepEqual(processTree(10, proc), [10, 11])
})

test('a process that has ended has no tree', (t) => {
  assert.deepEqual(processTree(10, fakeProc(t, { '11/stat': '11 (a) S 10 1' })), [])
})

test('a reading holds every thread of every process', (t) => {
  const proc = fakeProc(t, {
    '10/task/10/schedstat': '1000 5 3\n',
    '10/task/14/schedstat': '250 0 1\n',
    '11/task/11/schedstat': '30 0 1\n',
    '12/task/12/schedstat': '7 0 1\n',
  })
  const reading = readCpuTimes([10, 11, 99], proc)
  assert.deepEqual(
    reading,
    new Map([
      [10, 1000],
      [14, 250],
      [11, 30],
    ]),
  )
})

test('time between readings counts new threads whole and forgets dead ones', () => {
  const before = new Map([
    [1, 100],
    [2, 50],
  ])
  const after = new Map([
    [1, 160],
    [3, 5],
  ])
  assert.equal(cpuTimeBetween(before, after), 65)
})

test('peak memory is summed over processes, in bytes', (t) => {
  const proc = fakeProc(t, {
    '10/status': 'Name:\tx\nVmPeak:\t  900 kB\nVmHWM:\t  100 kB\nVmRSS:\t   50 kB\n',
    '11/status': 'Name:\ty\nVmHWM:\t   20 kB\n',
  })
  assert.equal(peakRssBytes([10, 11, 99], proc), 120 * 1024)
})

test('ticks are told apart by CPU and kind, and guests are not counted twice', (t) => {
  const proc = fakeProc(t, {
    stat: 'cpu  9 9 9 9 9 9 9 9 9 9\ncpu0 1 2 3 100 5 6 7 8 9 9\ncpu1 0 0 0 1 0 0 0 0 0 0\nintr 5\n',
  })
  assert.deepEqual(readCpuTicks(0, proc), { busy: 19, steal: 8, total: 132 })
  assert.throws(() => readCpuTicks(2, proc), /no CPU 2/)
})

test('the work of a real process and its child is measured', { skip }, async (t) => {
  const worker = `const spent = () => process.cpuUsage().user + process.cpuUsage().system;
    while (spent() < 200_000);
    process.stdout.write('done'); setTimeout(() => {}, 10_000)`
  const parent = `require('node:child_process')
    .spawn(process.execPath, ['-e', ${JSON.stringify(worker)}], { stdio: 'inherit' })`
  const child = spawn(process.execPath, ['-e', parent], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => {
    for (const pid of processTree(child.pid!).toReversed()) process.kill(pid, 'SIGKILL')
  })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  const tree = processTree(child.pid!)
  assert.equal(tree.length, 2)
  const worked = cpuTimeBetween(new Map(), readCpuTimes(tree.slice(1)))
  // The kernel may be a tick behind with a thread that is running.
  assert.ok(worked > 180e6 && worked < 5e9, `${worked} ns`)
  assert.ok(peakRssBytes(tree) > 20 * 1024 ** 2)
})
