// Exit codes, streams and the demo: what a script and a newcomer rely on.

import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { suite, test } from 'node:test'

const PROGRAM = resolve(import.meta.dirname, '../../../gateway/sallyport.mjs')

interface Run {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function run(...args: string[]): Promise<Run> {
  return new Promise((done) => {
    execFile(process.execPath, [PROGRAM, ...args], (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

function withFile<Result>(text: string, use: (file: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-cli-'))
  const file = join(folder, 'sallyport.yaml')
  writeFileSync(file, text)
  return use(file).finally(() => rmSync(folder, { recursive: true, force: true }))
}

const GOOD = `listeners: [ { name: p, bind: "127.0.0.1:0", tls: off } ]
routes: [ { name: r, match: /x, to: "http://127.0.0.1:1", auth: public } ]
`

suite('exit codes', { concurrency: 2 }, () => {
  test('check: 0 and the answer on stdout for a good file', async () => {
    const { code, stdout, stderr } = await withFile(GOOD, (file) => run('check', file))
    assert.equal(code, 0, stderr)
    assert.match(stdout, /ok \(1 listeners?, 1 routes?\)/)
  })

  test('check: 3 and every problem on stderr for a bad one', async () => {
    const bad = GOOD.replace('auth: public', 'auht: public').replace('tls: off', 'tsl: off')
    const { code, stdout, stderr } = await withFile(bad, (file) => run('check', file))
    assert.equal(code, 3)
    assert.equal(stdout, '')
    assert.match(stderr, /sallyport\.yaml:1:\d+/)
    assert.match(stderr, /sallyport\.yaml:2:\d+/)
  })

  test('up: 3 for a bad file, and for one that is not there', async () => {
    assert.equal((await withFile('routes: 7', (file) => run('up', '-c', file))).code, 3)
    const { code, stderr } = await run('up', '-c', '/nowhere/sallyport.yaml')
    assert.equal(code, 3)
    assert.match(stderr, /\/nowhere\/sallyport\.yaml/)
  })

  test('2 for a misuse, with the usage on stderr', async () => {
    for (const args of [['chekc'], ['check'], ['up'], ['up', '--nope']]) {
      const { code, stdout, stderr } = await run(...args)
      assert.equal(code, 2, args.join(' '))
      assert.equal(stdout, '')
      assert.match(stderr, /usage/)
    }
  })

  test('schema is a JSON Schema on stdout', async () => {
    const { code, stdout } = await run('schema')
    assert.equal(code, 0)
    const schema = JSON.parse(stdout) as Record<string, unknown>
    assert.match(String(schema['$schema']), /json-schema\.org/)
    assert.ok('routes' in (schema['properties'] as object))
  })

  test('version names the program and its Node; help goes to stdout', async () => {
    const manifest = JSON.parse(
      readFileSync(resolve(import.meta.dirname, '../../../package.json'), 'utf8'),
    ) as { version: string }
    for (const word of ['version', '--version']) {
      const { code, stdout } = await run(word)
      assert.equal(code, 0)
      assert.equal(stdout, `sallyport ${manifest.version} (node ${process.versions.node})\n`)
    }
    assert.match((await run('--help')).stdout, /usage: sallyport/)
  })
})

suite('the demo', () => {
  test('prints three requests that answer as promised, and ends on SIGINT with nothing left behind', async () => {
    const demo = spawn(process.execPath, [PROGRAM, 'demo'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    let guide = ''
    let talk = ''
    demo.stderr.on('data', (chunk: Buffer) => {
      talk += chunk.toString()
    })
    try {
      const ready = new Promise<void>((done) => {
        demo.stdout.on('data', (chunk: Buffer) => {
          guide += chunk.toString()
          if (guide.includes('Ctrl-C')) done()
        })
      })
      await Promise.race([ready, once(demo, 'exit')])
      assert.match(guide, /Ctrl-C/, talk)
      const token = /^export TOKEN=(\S+)$/m.exec(guide)![1]!
      const caFile = /--cacert (\S+)/.exec(guide)![1]!
      const curls = [...guide.matchAll(/^(\d{3}),[^\n]*\n(curl .*)$/gm)]
      assert.deepEqual(
        curls.map(([, status]) => status),
        ['200', '401', '403'],
      )
      for (const [, status, line = ''] of curls) {
        const url = /https:\/\/\S+/.exec(line)![0]
        const headers = line.includes('$TOKEN') ? { authorization: `Bearer ${token}` } : {}
        assert.equal(await statusOf(url, headers, caFile), Number(status), line)
      }
      const exit = once(demo, 'exit')
      // As a terminal does: to the whole group.
      process.kill(-demo.pid!, 'SIGINT')
      const [code] = (await exit) as [number]
      assert.equal(code, 0, talk)
      assert.equal(existsSync(caFile), false)
      assert.deepEqual(groupMembers(demo.pid!), [])
    } finally {
      try {
        process.kill(-demo.pid!, 'SIGKILL')
      } catch {
        // Nothing is left of it, as it should be.
      }
    }
  })
})

function statusOf(url: string, headers: Record<string, string>, caFile: string): Promise<number> {
  return new Promise((done, fail) => {
    const options = { headers, ca: readFileSync(caFile), agent: false }
    const sent = request(url, options, (response) => {
      response.resume()
      response.once('end', () => done(response.statusCode ?? 0))
    })
    sent.once('error', fail)
    sent.end()
  })
}

/** Processes of the group that still live; zombies do not. */
function groupMembers(group: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
        const [state, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        return Number(pgrp) === group && state !== 'Z'
      } catch {
        return false
      }
    })
}
