// Backup, wipe, restore: another gateway is then the same one, to a hundred questions and to whoever signs in.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { callApi } from '../../../gateway/cli/api-client.ts'
import { sallyport } from '../../support/cli.ts'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { createTestIssuer } from '../../support/test-issuer.ts'
import { answersOf, askedConfiguration, targetOf } from './hundred-questions.ts'

const PASSPHRASE = 'mountain goats like moss'
const PASSWORD = 'a gate for every caller'
const SECRET = 'planted-secret-of-the-upstream'

const EMPTY = `workers: 1
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes: [ { name: nothing, match: /nothing, to: "http://127.0.0.1:1", auth: public } ]
`

suite('a gateway', () => {
  let first: TestGateway
  let second: TestGateway
  let file: string
  let passphrase: string
  const on = (gateway: TestGateway, ...args: string[]) =>
    sallyport(...args, '--data-dir', join(gateway.folder, 'data'))

  before(async () => {
    const env = { PLANTED: SECRET }
    const issuer = await createTestIssuer()
    first = await startGateway({ config: askedConfiguration(issuer.yaml), env })
    second = await startGateway({ config: EMPTY, env })
    file = join(first.folder, 'gateway.backup')
    passphrase = join(first.folder, 'passphrase')
    writeFileSync(passphrase, `${PASSPHRASE}\n`)
    const body = { name: 'alice', password: PASSWORD, role: 'admin' }
    await callApi(targetOf(first), 'POST', '/api/v1/users', body)
  })
  after(async () => {
    await first?.stop()
    await second?.stop()
  })

  test('is saved in one file that shows nothing and is for its owner alone', async () => {
    const made = await on(first, 'backup', '-f', file, '--passphrase-file', passphrase)
    assert.equal(made.code, 0, made.stderr)
    assert.equal(made.stdout, '')
    assert.equal(statSync(file).mode & 0o777, 0o600)
    const text = readFileSync(file, 'utf8')
    for (const word of ['shop.example.com', 'alice', 'scrypt$', SECRET, PASSPHRASE]) {
      assert.ok(!text.includes(word), word)
    }
    const again = await on(first, 'backup', '-f', file, '--passphrase-file', passphrase)
    assert.equal(again.code, 2)
    assert.match(again.stderr, /exists already/)
  })

  test('is not restored by a look at what that would change', async () => {
    const before = readFileSync(second.file, 'utf8')
    const look = await on(second, 'restore', file, '--passphrase-file', passphrase)
    assert.equal(look.code, 0, look.stderr)
    assert.match(look.stderr, /nothing was changed/)
    assert.match(look.stdout, /users added\s+alice/)
    assert.equal(readFileSync(second.file, 'utf8'), before)
  })

  test('is not restored with another passphrase', async () => {
    writeFileSync(`${passphrase}-wrong`, 'mountain goats like grass\n')
    const refused = await on(
      second,
      'restore',
      file,
      '--yes',
      '--passphrase-file',
      `${passphrase}-wrong`,
    )
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /the passphrase is another one/)
  })

  test('is the same one after export, wipe and restore: checksum, explanations and accounts', async () => {
    const restored = await on(second, 'restore', file, '--yes', '--passphrase-file', passphrase)
    assert.equal(restored.code, 0, restored.stderr)
    const [a, b] = (await Promise.all(
      [first, second].map(async (gateway) => {
        const { stdout } = await on(gateway, 'export', '-o', 'json')
        return JSON.parse(stdout) as { text: string; canonicalChecksum: string }
      }),
    )) as [{ text: string; canonicalChecksum: string }, { text: string; canonicalChecksum: string }]
    assert.equal(a.canonicalChecksum, b.canonicalChecksum)
    assert.equal(a.text, b.text)
    const cases = await answersOf(targetOf(first))
    assert.equal(cases.length, 100)
    assert.ok(new Set(cases).size > 20)
    assert.deepEqual(await answersOf(targetOf(second)), cases)
    const body = { name: 'alice', password: PASSWORD }
    await callApi(targetOf(second), 'POST', '/api/v1/sessions', body)
  })

  test('has the checksum of what it says, whatever the comments and the order of keys', async () => {
    const text = readFileSync(second.file, 'utf8')
    const { canonicalChecksum: before } = JSON.parse(
      (await on(second, 'export', '-o', 'json')).stdout,
    ) as { canonicalChecksum: string }
    second.write('other.yaml', text.replace('# The shop.', '# Another comment.'))
    const applied = await on(second, 'apply', join(second.folder, 'other.yaml'))
    assert.equal(applied.code, 0, applied.stderr)
    const after = JSON.parse((await on(second, 'export', '-o', 'json')).stdout) as {
      canonicalChecksum: string
      checksum: string
    }
    assert.equal(after.canonicalChecksum, before)
    const own = createHash('sha256').update(readFileSync(second.file, 'utf8')).digest('hex')
    assert.equal(after.checksum, own)
  })

  test('tells the audit of both, without the passphrase', async () => {
    const folder = join(second.folder, 'data/audit')
    const entries = readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('')
    assert.match(entries, /"action":"restoreBackup"[^\n]*"result":"ok"/)
    assert.match(entries, /"action":"previewRestore"[^\n]*"result":"invalid"/)
    for (const word of [PASSPHRASE, 'mountain goats', SECRET, '$scrypt']) {
      assert.ok(!entries.includes(word), word)
    }
  })

  test('gives out diagnostics that hold no secret', async () => {
    const { stdout, code } = await on(second, 'diagnostics', '-o', 'json')
    assert.equal(code, 0)
    for (const word of [SECRET, '$scrypt', PASSWORD]) assert.ok(!stdout.includes(word), word)
    const { parts } = JSON.parse(stdout) as { parts: { name: string; text: string }[] }
    const names = parts.map(({ name }) => name)
    assert.ok(['versions.json', 'checks.json', 'control.log'].every((name) => names.includes(name)))
  })
})
