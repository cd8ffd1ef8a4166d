// Exit codes and streams: what a script relies on.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
