// Every line that the demo prints for people to try, in the order it prints them, and what is promised of it.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { trials } from '../../../gateway/demo/guide.ts'
import { until } from '../../support/until.ts'
import { RunningDemo } from './running-demo.ts'

const hasCurl = ((): boolean => {
  try {
    execFileSync('curl', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()
const skip = existsSync('/proc/self/stat') && hasCurl ? false : 'this needs curl and /proc'

suite('the demo', { skip }, () => {
  const demo = new RunningDemo(['--port', '0'])
  before(() => demo.ready())
  after(() => demo.kill())

  test('is ready within ten seconds, and says so in less than a screen besides what to try', () => {
    const [, seconds] = /ready after ([\d.]+) s/.exec(demo.guide)!
    assert.ok(Number(seconds) <= 10, demo.guide)
    assert.equal(demo.talk, 'sallyport: the demo starts\n')
    assert.ok(demo.guide.slice(0, demo.guide.indexOf('# 200')).split('\n').length < 24, demo.guide)
  })

  test('answers each line as it promises', async () => {
    const steps = [...demo.guide.matchAll(/^# (shows )?([^:]+): .*\n(.+)$/gm)]
    assert.deepEqual(
      steps.map(([, shows = '', expect = '']) => shows + expect),
      [
        '200',
        '401',
        '403',
        '200',
        '403',
        '204',
        '200 200 200 200 200 429',
        '403',
        'shows partner.example',
        'shows allow-anonymous',
        '200',
        'shows orders, billing',
        'shows partner.example',
      ],
    )
    for (const [, shows, expect = '', line = ''] of steps) {
      // What workers have refused, control learns a moment later.
      if (line.endsWith(' denied')) await until('denial', () => isDenied(line))
      const ran = await demo.shell(line)
      if (shows === undefined) assert.equal(statusesOf(ran.stdout), expect, told(line, ran))
      else assertShows(ran.stdout, expect.split(', '), told(line, ran))
      assert.equal(ran.code, 0, told(line, ran))
    }
  })

  test('prints the lines that stand in the README, but for the ports', () => {
    const [edge = 0, console = 0, egress = 0, partner = 0] = [
      /^edge +\S+:(\d+)/m,
      /^console +\S+:(\d+)/m,
      /^egress +\S+:(\d+)/m,
      /^partner +\S+:(\d+)/m,
    ].map((place) => Number(place.exec(demo.guide)?.[1]))
    assert.ok(demo.guide.endsWith(`\n\n${trials({ edge, console, egress, partner })}`), demo.guide)
  })

  test('shows who called whom by their certificates, all the way through the mesh', async () => {
    const url = lineWith('/orders/7', 'Bearer')
    const { stdout } = await demo.shell(url.replace(' -i ', ' '))
    const { caller, user, tokenArrived, billing } = JSON.parse(stdout) as Record<string, unknown>
    assert.deepEqual(
      { caller, user, tokenArrived, billing },
      {
        caller: 'spiffe://demo.internal/ns/system/svc/edge',
        user: 'alice',
        tokenArrived: false,
        billing: {
          service: 'billing',
          request: 'GET /invoices/7',
          caller: 'spiffe://demo.internal/ns/default/svc/orders',
          tokenArrived: false,
        },
      },
    )
  })

  test("says why a method is refused, and to the edge's callers not by which service", async () => {
    const { stdout } = await demo.shell(lineWith('-X DELETE').replace(' -i ', ' '))
    const { code, hop, rule } = JSON.parse(stdout) as Record<string, unknown>
    assert.deepEqual([code, hop, rule], ['caller_method_not_allowed', undefined, undefined])
    const refusals = () => logOf('sidecar-orders').match(/.*caller_method_not_allowed.*/g) ?? []
    await until("the sidecar's record", () => refusals().length > 0)
    assert.match(refusals()[0]!, /"route":"system\/edge".*"rule":"read-orders"/)
  })

  test('runs a configuration that nothing is to be said against', async () => {
    const { code, stderr } = await demo.shell('npx sallyport check "$DEMO/sallyport.yaml"')
    assert.equal(code, 0, stderr)
    assert.doesNotMatch(stderr, /warning/)
    assert.doesNotMatch(logOf('gateway'), /warning|"level":"(?:warn|error)"/)
  })

  test('speaks nothing but TLS on the ports of the mesh', async () => {
    const [port] = /mTLS in on (\d+)/.exec(demo.guide)!.slice(1)
    const plain = await demo.shell(`curl -sS -m 5 http://127.0.0.1:${port}/orders/7`)
    assert.notEqual(plain.code, 0)
    assert.doesNotMatch(plain.stdout, /orders/)
    const nobody = await demo.shell(`curl -sS -m 5 -k https://127.0.0.1:${port}/orders/7`)
    assert.notEqual(nobody.code, 0)
    assert.doesNotMatch(nobody.stdout, /orders/)
  })

  test('reports a sidecar that has ended by itself, and where its log is', async () => {
    const [pid] = [...demo.members()].find(([, command]) => command.includes('--service billing'))!
    process.kill(pid, 'SIGKILL')
    await until('report', () => demo.talk.includes('billing'))
    const log = join(demo.exported('DEMO'), 'logs', 'sidecar-billing.log')
    assert.match(demo.talk, /^sallyport: the sidecar of billing has ended by itself \(SIGKILL\)/m)
    assert.ok(demo.talk.includes(log) && existsSync(log), demo.talk)
    assert.equal(demo.process.exitCode, null)
  })

  test('ends with Ctrl-C: no process and no folder is left', async () => {
    assert.equal(await demo.end('SIGINT', 'group'), 0, demo.talk)
    assert.deepEqual([...demo.members().values()], [])
    assert.equal(existsSync(demo.exported('DEMO')), false)
    assert.match(demo.talk, /the demo has ended\n$/)
    assert.equal(demo.talk.split('\n').length, 4, demo.talk)
  })

  function lineWith(...parts: readonly string[]): string {
    return demo.guide.split('\n').find((line) => parts.every((part) => line.includes(part)))!
  }

  async function isDenied(line: string): Promise<boolean> {
    return (await demo.shell(line)).stdout.includes('partner.example')
  }

  function logOf(name: string): string {
    return readFileSync(join(demo.exported('DEMO'), 'logs', `${name}.log`), 'utf8')
  }
})

/** Of an answer with its head the last one, else every number of three digits there is. */
function statusesOf(stdout: string): string {
  const heads = [...stdout.matchAll(/^HTTP\/[\d.]+ (\d{3})/gm)].map(([, status]) => status)
  return heads.at(-1) ?? (stdout.match(/\d{3}/g) ?? []).join(' ')
}

function assertShows(stdout: string, words: readonly string[], message: string): void {
  for (const word of words) assert.ok(stdout.includes(word), message)
}

function told(line: string, { stdout, stderr }: { stdout: string; stderr: string }): string {
  return `${line}\n${stdout}${stderr}`
}
