// `sallyport user`, `token` and `login` against a running control plane: over its socket, and over the network.

import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { after, before, suite, test } from 'node:test'
import { token, userCommand } from '../../../gateway/cli/access.ts'
import { audit } from '../../../gateway/cli/audit.ts'
import type { Command } from '../../../gateway/cli/command.ts'
import { loginCommand } from '../../../gateway/cli/login.ts'
import { totpCode, totpStep } from '../../../gateway/control/access/totp.ts'
import { systemClock } from '../../../sidecar/runtime/clock.ts'
import { PASSWORD, startConsole, type TestConsole } from './console.ts'

let world: TestConsole
let home: string
let typed = PASSWORD
const user = userCommand(() => Promise.resolve(typed))
const login = loginCommand(() => Promise.resolve(typed))

before(async () => {
  world = await startConsole()
  home = mkdtempSync(join(tmpdir(), 'sallyport-home-'))
})
after(async () => {
  rmSync(home, { recursive: true, force: true })
  await world.stop()
})

async function run(command: Command, line: string, env: Record<string, string> = {}) {
  let out = ''
  let talk = ''
  const args = parseArgs({
    args: line.split(' '),
    options: command.options,
    allowPositionals: true,
  })
  const code = await command.run(args, {
    clock: systemClock,
    env: { HOME: home, ...env },
    colour: false,
    out: (text) => {
      out += text
    },
    talk: (text) => {
      talk += text
    },
    onSignal: () => {},
  })
  return { code, out, talk }
}

const here = () => `--data-dir ${world.dataDir}`

suite('the command line', () => {
  test('manages users over the control socket, and closes the door of the first start', async () => {
    const added = await run(user, `add root --role admin ${here()}`)
    assert.equal(added.code, 0, added.talk)
    assert.equal((await world.ask('/api/v1/setup')).body['isSetUp'], true)
    assert.equal(existsSync(join(world.dataDir, 'setup-token')), false)
    const scoped = await run(user, `add sato --role operator --scope route:orders ${here()}`)
    assert.equal(scoped.code, 0, scoped.talk)
    const list = await run(user, `list ${here()}`)
    assert.match(
      list.out,
      /^NAME +ROLE +SCOPE +2ND FACTOR +CREATED\nroot +admin +everything +no +\d{4}-/,
    )
    assert.match(list.out, /sato +operator +route:orders/)
    assert.equal((await run(user, `role sato viewer --scope all ${here()}`)).code, 0)
    const { items } = JSON.parse((await run(user, `list -o json ${here()}`)).out) as {
      items: { name: string; role: string; scope: string[] }[]
    }
    const sato = items.find(({ name }) => name === 'sato')
    assert.deepEqual([sato?.role, sato?.scope], ['viewer', []])
    typed = 'another seven geese'
    assert.equal((await run(user, `password sato ${here()}`)).code, 0)
    await world.signIn('sato', typed)
    typed = 'short'
    const refused = await run(user, `add kim --role viewer ${here()}`)
    assert.equal(refused.code, 1)
    assert.match(refused.talk, /12 characters/)
    typed = PASSWORD
    assert.equal((await run(user, `remove root ${here()}`)).code, 6)
    assert.equal((await run(user, `remove sato ${here()}`)).code, 0)
    for (const wrong of ['', 'add', 'add x', 'role x', 'list x', 'frob']) {
      assert.equal((await run(user, `${wrong} ${here()}`.trim())).code, 2, wrong)
    }
    const [entry] = world.audit.search(null, 1).entries
    assert.deepEqual([entry?.origin, entry?.actor.kind], ['cli', 'local'])
  })

  test('says who is signed in where, and ends it', async () => {
    await world.signIn('root')
    const other = await world.signIn('root')
    const list = await run(user, `sessions ${here()}`)
    assert.match(
      list.out,
      /^ID +NAME +ROLE +ADDRESS +BEGAN +USED +ENDS +BROWSER\n[0-9a-f]{16} +root /,
    )
    const read = async () => {
      const { out } = await run(user, `sessions -o json ${here()}`)
      return (JSON.parse(out) as { items: { id: string; isCurrent: boolean }[] }).items
    }
    const before = await read()
    assert.equal(before.length, 2)
    for (const { id } of before) {
      assert.equal((await run(user, `end-session ${id} ${here()}`)).code, 0)
    }
    assert.deepEqual(await read(), [])
    assert.equal((await world.ask('/api/v1/me', { headers: other })).status, 401)
    const gone = await run(user, `end-session ${before[0]!.id} ${here()}`)
    assert.match(gone.talk, /no session/)
  })

  test('says who did what, and where the record of it was changed', async () => {
    const list = await run(audit, `list --action endSession --limit 2 ${here()}`)
    assert.match(
      list.out,
      /^TIME +BY +ADDRESS +WAY +ACTION +OBJECT +RESULT\n\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ +local /,
    )
    assert.equal(list.out.trimEnd().split('\n').length, 3)
    assert.equal((await run(audit, `verify ${here()}`)).code, 0)
    const file = join(world.dataDir, 'audit/audit-000001.jsonl')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace('user/root', 'user/toor'))
    const broken = await run(audit, `verify ${here()}`)
    assert.equal(broken.code, 1)
    assert.match(broken.talk, /audit-000001\.jsonl, line 1: line_changed/)
    writeFileSync(file, text)
    for (const wrong of ['frob', 'list x', 'list --limit 0', 'verify x']) {
      assert.equal((await run(audit, `${wrong} ${here()}`)).code, 2, wrong)
    }
  })

  test('makes and removes tokens', async () => {
    const made = await run(token, `add ci --role viewer --expires 1h ${here()}`)
    assert.equal(made.code, 0, made.talk)
    assert.match(made.out, /^sap_[a-z0-9]{12}_[\w-]{43}\n$/)
    const headers = { authorization: `Bearer ${made.out.trim()}` }
    assert.equal((await world.ask('/api/v1/me', { headers })).body['role'], 'viewer')
    const list = await run(token, `list ${here()}`)
    assert.match(list.out, /ci +local +viewer +everything/)
    assert.equal((await run(token, `remove ${made.out.slice(4, 16)} ${here()}`)).code, 0)
    assert.equal((await world.ask('/api/v1/me', { headers })).status, 401)
    assert.equal((await run(token, `remove nothing ${here()}`)).code, 1)
  })

  test('asks for the code of who has a second factor, and an administrator takes it away', async () => {
    const session = await world.signIn('root')
    const path = '/api/v1/me/second-factor'
    const begun = await world.ask(path, { method: 'POST', body: {}, headers: session })
    const secret = String(begun.body['secret'])
    const first = { code: totpCode(secret, totpStep(Date.now())) }
    const on = await world.ask(`${path}:confirm`, { method: 'POST', body: first, headers: session })
    const [recovery = ''] = on.body['recoveryCodes'] as string[]
    const to = `--server ${world.origin()} --ca-file ${world.caFile} --user root`
    const asked: string[] = []
    const answering = (...answers: string[]) =>
      loginCommand((prompt) => {
        asked.push(prompt)
        return Promise.resolve(answers.shift() ?? '')
      })
    const wrong = await run(answering(PASSWORD, '000000'), to)
    assert.equal(wrong.code, 5)
    const right = await run(answering(PASSWORD, recovery), to)
    assert.equal(right.code, 0, right.talk)
    assert.match(asked[3] ?? '', /code of the authenticator app/)
    const list = await run(user, `list ${here()}`)
    assert.match(list.out, /root +admin +everything +yes /)
    const removed = await run(user, `remove-second-factor root ${here()}`)
    assert.match(removed.out, /root +admin +everything +no /)
    assert.equal((await run(answering(PASSWORD), to)).code, 0)
    assert.equal((await run(login, '--forget')).code, 0)
  })

  test('keeps a login, and uses it where nothing else is named', async () => {
    const to = `--server ${world.origin()}`
    const trusting = `${to} --ca-file ${world.caFile}`
    assert.equal(
      (await run(login, `${to} --user root`)).code,
      4,
      'it is not trusted without its CA',
    )
    typed = 'wrong'
    assert.equal((await run(login, `${trusting} --user root`)).code, 5)
    typed = PASSWORD
    const done = await run(login, `${trusting} --user root`)
    assert.equal(done.code, 0, done.talk)
    assert.match(done.talk, /^root \(admin\) at https:/)
    const file = join(home, '.config/sallyport/login.json')
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.equal(statSync(join(home, '.config/sallyport')).mode & 0o777, 0o700)
    assert.doesNotMatch(readFileSync(file, 'utf8'), /mountain goats/)
    for (const line of ['list', `list ${to}`]) {
      const list = await run(user, line)
      assert.equal(list.code, 0, list.talk)
      assert.match(list.out, /root +admin/)
    }
    const elsewhere = await run(user, 'list --server https://127.0.0.1:1')
    assert.equal(elsewhere.code, 2, 'the token of one server goes to no other')
    const made = await run(token, `add narrow --role viewer ${here()}`)
    typed = made.out.trim()
    const narrow = await run(login, trusting)
    assert.match(narrow.talk, /\(viewer\)/)
    assert.equal((await run(user, 'list')).code, 5)
    assert.equal((await run(login, '--forget')).code, 0)
    assert.equal((await run(user, 'list')).code, 2)
    typed = PASSWORD
  })
})
