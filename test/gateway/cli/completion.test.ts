// The completion scripts in the shells they are for, and what the gateway is asked when a key is pressed.

import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { commands, summaryOf } from '../../../gateway/cli/commands.ts'
import { bashScript, fishScript, zshScript } from '../../../gateway/cli/completion-scripts.ts'
import {
  completionTable,
  verbsOf,
  type CompletedCommand,
} from '../../../gateway/cli/completion-table.ts'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { sallyport } from '../../support/cli.ts'

const PROGRAM = resolve(import.meta.dirname, '../../../gateway/sallyport.mjs')
const folder = mkdtempSync(join(tmpdir(), 'sallyport-completion-'))

function has(shell: string): boolean {
  try {
    execFileSync(shell, ['-c', 'exit 0'])
    return true
  } catch {
    return false
  }
}

function run(shell: string, script: string): Promise<string> {
  return new Promise((done, fail) => {
    const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}` }
    execFile(shell, ['-c', script], { env, timeout: 20_000 }, (error, stdout, stderr) => {
      if (error !== null || stderr !== '') fail(new Error(`${error?.message} ${stderr}`))
      else done(stdout)
    })
  })
}

suite('completion', () => {
  let table: readonly CompletedCommand[]
  let gateway: TestGateway

  before(async () => {
    table = await completionTable({ commands, summaryOf }, 'en')
    symlinkSync(PROGRAM, join(folder, 'sallyport'))
    writeFileSync(join(folder, 'completion.bash'), bashScript(table))
    gateway = await startGateway({
      config: `
workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
services: { billing: { endpoints: [ "http://127.0.0.1:1" ] } }
routes:
  - { name: orders, match: /orders, to: "http://127.0.0.1:1", auth: public }
  - { name: hello, match: /hello, to: billing, auth: public }
`,
    })
  })
  after(async () => {
    await gateway?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  test('knows every command with its options and verbs', () => {
    const apply = table.find(({ name }) => name === 'apply')!
    assert.ok(apply.options.some(({ long }) => long === '--confirm-within'))
    assert.ok(apply.options.some(({ long }) => long === '--lang'))
    assert.deepEqual(apply.operand, { kind: 'file' })
    const user = table.find(({ name }) => name === 'user')!
    assert.ok(['list', 'add', 'role', 'password', 'remove'].every((v) => user.verbs.includes(v)))
    assert.ok(!table.some(({ name }) => name.startsWith('_')))
  })

  test('reads verbs out of a usage, and takes no operand for one', () => {
    const usage = 'sallyport x [ls] | add|put NAME [--scope a]… | --forget | FILE'
    assert.deepEqual(verbsOf('x', usage), ['ls', 'add', 'put'])
    assert.deepEqual(verbsOf('y', 'sallyport y FILE [--dry-run]'), [])
  })

  const complete = (line: readonly string[]): Promise<string> =>
    run(
      'bash',
      `set -eu; source ${join(folder, 'completion.bash')}
       COMP_WORDS=(${line.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${line.length - 1}
       _sallyport || true; printf '%s\\n' "\${COMPREPLY[@]:-}"`,
    )

  test('in bash offers commands, options, verbs and fixed words', async () => {
    assert.equal(await complete(['sallyport', 'doc']), 'doctor\n')
    assert.equal(await complete(['sallyport', 'apply', '--dry']), '--dry-run\n')
    assert.match(await complete(['sallyport', 'user', '']), /^list\nadd\n/)
    assert.equal(await complete(['sallyport', 'nodes', '-o', 'j']), 'json\n')
    assert.equal(await complete(['sallyport', 'doctor', '--only', 'egr']), 'egress\n')
  })

  test('in bash offers the names that the gateway knows', async () => {
    const target = ['--data-dir', join(gateway.folder, 'data')]
    assert.equal(await complete(['sallyport', 'tail', ...target, '--route', '']), 'orders\nhello\n')
    assert.equal(await complete(['sallyport', 'tail', ...target, '--service', 'b']), 'billing\n')
  })

  test('names nothing and says nothing where there is no gateway', async () => {
    const nowhere = await sallyport('__complete', 'routes', '--data-dir', join(folder, 'none'))
    assert.deepEqual(nowhere, { code: 0, stdout: '', stderr: '' })
    const unknown = await sallyport('__complete', 'passwords', '-c')
    assert.deepEqual(unknown, { code: 0, stdout: '', stderr: '' })
  })

  test('hands no shell anything that it could run, whatever answers', async () => {
    const names = ['$(touch pwned)', '`id`', 'a b', '-rf', 'x;y', "it's", 'good-1', 'team/billing']
    const text = JSON.stringify({ routes: names.map((name) => ({ name })) })
    const server = createServer((_request, response) => response.end(JSON.stringify({ text })))
    server.listen(join(folder, 'control.sock'))
    await once(server, 'listening')
    const { stdout } = await sallyport('__complete', 'routes', '--data-dir', folder)
    assert.equal(stdout, 'good-1\nteam/billing\n')
    server.close()
  })

  test('gives up a gateway that does not answer at once', async () => {
    const silent = mkdtempSync(join(tmpdir(), 'sallyport-silent-'))
    const server = createServer(() => {})
    server.listen(join(silent, 'control.sock'))
    await once(server, 'listening')
    const said = await sallyport('__complete', 'routes', '--data-dir', silent)
    assert.deepEqual(said, { code: 0, stdout: '', stderr: '' })
    server.closeAllConnections()
    server.close()
    rmSync(silent, { recursive: true, force: true })
  })

  test('has no syntax error in any shell that is here', async () => {
    const scripts = { bash: bashScript(table), zsh: zshScript(table), fish: fishScript(table) }
    for (const [shell, script] of Object.entries(scripts)) {
      if (!has(shell)) continue
      const file = join(folder, `script.${shell}`)
      writeFileSync(file, script)
      await run(shell, `${shell} -n ${file}`)
    }
  })

  const zsh = has('zsh') ? false : 'zsh is needed for this test'
  test('in zsh defines its function', { skip: zsh }, async () => {
    writeFileSync(join(folder, 'completion.zsh'), zshScript(table))
    const script = `autoload -Uz compinit && compinit -D -u && source ${join(folder, 'completion.zsh')} && print $_comps[sallyport]`
    assert.equal(await run('zsh', script), '_sallyport\n')
  })

  const fish = has('fish') ? false : 'fish is needed for this test'
  test('in fish offers commands and options', { skip: fish }, async () => {
    writeFileSync(join(folder, 'completion.fish'), fishScript(table))
    const script = `source ${join(folder, 'completion.fish')}; complete -C 'sallyport doc'; complete -C 'sallyport apply --dry'`
    const said = await run('fish', script)
    assert.match(said, /^doctor\t/m)
    assert.match(said, /^--dry-run/m)
  })
})
