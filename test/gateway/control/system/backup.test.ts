// A backup is worth nothing without its passphrase, and a restore is all of what was shown, or nothing.

import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, suite, test } from 'node:test'
import { seal, unseal } from '../../../../gateway/control/system/backup-container.ts'
import {
  decodeContent,
  encodeContent,
  type BackupContent,
} from '../../../../gateway/control/system/backup-content.ts'
import { PARTS, previewRestore, restore } from '../../../../gateway/control/system/restore.ts'
import type { AccountState } from '../../../../gateway/control/access/account-state.ts'
import { Alone } from '../../../../gateway/control/config/alone.ts'
import { Configurations } from '../../../../gateway/control/config/configurations.ts'
import { FolderDocuments } from '../../../../gateway/control/documents/folder-documents.ts'
import { FolderStore } from '../../../../gateway/control/revisions/folder-store.ts'
import { checksumOf } from '../../../../gateway/control/revisions/revision.ts'
import { systemClock } from '../../../../sidecar/runtime/clock.ts'
import { check, FakeSupervisor, quiet } from '../config/fixture.ts'

const PASSPHRASE = 'mountain goats like moss'
const ABOUT = { createdAtMs: 1_000, program: '1.2.3' }
const LN = 10
const BY = { name: 'alice', origin: 'ui' } as const

const folder = mkdtempSync(join(tmpdir(), 'sallyport-backup-'))
let count = 0

const user = (name: string, role: 'admin' | 'viewer' = 'admin', generation = 1) => ({
  name,
  role,
  scope: [],
  password: `$scrypt$of-${name}`,
  generation,
  createdAtMs: 5,
})
const accounts = (...users: ReturnType<typeof user>[]): AccountState => ({ users, tokens: [] })

function content(text: string, state: AccountState): BackupContent {
  return {
    configuration: { text, checksum: checksumOf(text) },
    revisions: [],
    accounts: state,
    revocations: [],
    certificates: [{ path: '../../etc/passwd', text: 'PEM' }],
  }
}

/** A node that works alone and serves `one`, with alice as its administrator. */
async function startNode() {
  const own = join(folder, `node-${++count}`)
  const documents = new FolderDocuments(join(own, 'documents'))
  await documents.write('accounts', JSON.stringify(accounts(user('alice'))), 0)
  const supervisor = new FakeSupervisor()
  const store = new FolderStore(join(own, 'revisions'))
  const { change, confirm } = supervisor
  const alone = new Alone({ store, clock: systemClock, log: quiet, change, confirm })
  alone.learn(supervisor.live)
  const configurations = new Configurations({ deployment: () => alone, check })
  const revoked: string[] = []
  const revocations = {
    current: { ids: revoked, serials: [] },
    add: async (of: { id: string }) => void revoked.push(of.id),
  }
  return {
    own,
    documents,
    supervisor,
    store,
    revoked,
    deps: {
      clock: systemClock,
      log: quiet,
      configurations,
      deployment: () => alone,
      documents,
      mesh: () => ({ revocations }) as never,
      isAlone: () => true,
    },
    stored: async () => JSON.parse((await documents.read('accounts')).text) as AccountState,
  }
}

let node: Awaited<ReturnType<typeof startNode>>
beforeEach(async () => {
  node = await startNode()
})
after(() => rmSync(folder, { recursive: true, force: true }))

suite('the file of a backup', () => {
  test('gives back what was put into it', async () => {
    const text = encodeContent(content('one\n', accounts(user('alice'))))
    const opened = await unseal(await seal(text, PASSPHRASE, ABOUT, LN), PASSPHRASE)
    assert.deepEqual(opened, { ...ABOUT, content: text })
    assert.equal(decodeContent(opened.content).configuration.text, 'one\n')
  })

  test('shows nothing of what is in it', async () => {
    const sealed = await seal('a secret of the house', PASSPHRASE, ABOUT, LN)
    assert.doesNotMatch(sealed, /secret|house|mountain/)
  })

  test('opens by no other passphrase, and not where any byte of it was changed', async () => {
    const sealed = await seal('content', PASSPHRASE, ABOUT, LN)
    const refused = { code: 'invalid' }
    await assert.rejects(unseal(sealed, 'mountain goats like grass'), refused)
    const file = JSON.parse(sealed) as Record<string, unknown>
    for (const change of [
      { createdAtMs: 2000 },
      { program: '9.9.9' },
      { data: String(file['data']).replace(/^./, (first) => (first === 'A' ? 'B' : 'A')) },
      { data: 'AAAA' },
      { nonce: 'AAAAAAAAAAAAAAAA' },
      { kdf: { ...(file['kdf'] as object), ln: 11 } },
    ]) {
      await assert.rejects(unseal(JSON.stringify({ ...file, ...change }), PASSPHRASE), refused)
    }
  })

  test('is refused where it asks for more work or memory than ours ever does', async () => {
    const file = JSON.parse(await seal('content', PASSPHRASE, ABOUT, LN)) as { kdf: object }
    for (const kdf of [
      { ...file.kdf, ln: 30 },
      { ...file.kdf, r: 1024 },
      { ...file.kdf, p: 64 },
    ]) {
      await assert.rejects(
        unseal(JSON.stringify({ ...file, kdf }), PASSPHRASE),
        /no backup of ours/,
      )
    }
    await assert.rejects(unseal('not json', PASSPHRASE), { code: 'invalid' })
    await assert.rejects(unseal('[]', PASSPHRASE), { code: 'invalid' })
  })

  test('wants a passphrase that is worth the name', async () => {
    await assert.rejects(seal('content', 'short', ABOUT, LN), /passphrase/)
  })

  test('is believed only whole', () => {
    const good = JSON.parse(encodeContent(content('one\n', accounts(user('alice'))))) as object
    for (const [change, about] of [
      [{ configuration: { text: 'two', checksum: checksumOf('one') } }, /checksum/],
      [{ revisions: ['{}'] }, /revision/],
      [{ accounts: '{' }, /accounts/],
      [{ accounts: JSON.stringify(accounts(user('bob', 'viewer'))) }, /accounts/],
      [{ extra: 1 }, /damaged/],
    ] as const) {
      assert.throws(() => decodeContent(JSON.stringify({ ...good, ...change })), about)
    }
  })
})

suite('a restore', () => {
  test('shows first what it would change, and changes nothing by that', async () => {
    const backup = content('two\n', accounts(user('alice', 'admin', 9), user('bob', 'viewer')))
    const before = await node.documents.read('accounts')
    const preview = await previewRestore(backup, PARTS, node.deps)
    assert.match(preview.diff, /\+two/)
    assert.deepEqual(preview.accounts.usersAdded, ['bob'])
    assert.deepEqual(preview.accounts.usersChanged, [])
    assert.deepEqual(preview.certificates, ['../../etc/passwd'])
    assert.deepEqual(node.supervisor.changes, [])
    assert.deepEqual(await node.documents.read('accounts'), before)
  })

  test('is of what was shown: anything that changed meanwhile refuses it', async () => {
    const backup = content('two\n', accounts(user('alice'), user('bob')))
    const { checksum } = await previewRestore(backup, PARTS, node.deps)
    const document = await node.documents.read('accounts')
    await node.documents.write('accounts', document.text, document.version)
    await assert.rejects(restore(backup, PARTS, checksum, BY, node.deps), { code: 'stale' })
    await assert.rejects(restore(backup, PARTS, '', BY, node.deps), { code: 'stale' })
    const other = content('three\n', accounts(user('alice'), user('bob')))
    const fresh = await previewRestore(backup, PARTS, node.deps)
    await assert.rejects(restore(other, PARTS, fresh.checksum, BY, node.deps), { code: 'stale' })
    assert.deepEqual(node.supervisor.changes, [])
  })

  test('serves the configuration, and puts accounts in place with sessions of before over', async () => {
    const changed = { ...user('alice'), password: '$scrypt$another' }
    const backup = content('two\n', accounts(changed, user('bob', 'viewer')))
    const { checksum } = await previewRestore(backup, PARTS, node.deps)
    await restore(backup, PARTS, checksum, BY, node.deps)
    assert.equal(node.supervisor.live.text, 'two\n')
    const [alice, bob] = (await node.stored()).users
    assert.equal(alice!.password, '$scrypt$another')
    assert.ok(alice!.generation > 1)
    assert.equal(bob!.name, 'bob')
  })

  test('leaves the session of whoever is as before alone', async () => {
    const backup = content('one\n', accounts(user('alice', 'admin', 77), user('bob')))
    const { checksum } = await previewRestore(backup, PARTS, node.deps)
    await restore(backup, PARTS, checksum, BY, node.deps)
    assert.equal((await node.stored()).users[0]!.generation, 1)
  })

  test('of a configuration that cannot be served changes no account', async () => {
    const backup = content('two\n', accounts(user('alice'), user('bob')))
    const { checksum } = await previewRestore(backup, PARTS, node.deps)
    node.supervisor.refuses = { kind: 'rejected', reason: 'the port is taken' }
    await assert.rejects(restore(backup, PARTS, checksum, BY, node.deps), { code: 'rejected' })
    assert.deepEqual(
      (await node.stored()).users.map(({ name }) => name),
      ['alice'],
    )
  })

  test('whose accounts cannot be written takes its configuration back', async () => {
    const backup = content('two\n', accounts(user('alice'), user('bob')))
    const { checksum } = await previewRestore(backup, PARTS, node.deps)
    const full = {
      read: (name: string) => node.documents.read(name),
      write: () => Promise.reject(new Error('no space left')),
    }
    const deps = { ...node.deps, documents: full }
    await assert.rejects(restore(backup, PARTS, checksum, BY, deps), /no space left/)
    assert.equal(node.supervisor.live.text, 'one\n')
    assert.equal((await node.stored()).users.length, 1)
  })

  test('of a configuration that is not valid here says every problem and changes nothing', async () => {
    const backup = content('bad\n', accounts(user('alice')))
    await assert.rejects(previewRestore(backup, PARTS, node.deps), { code: 'config_invalid' })
  })

  test('never lets anybody in again who is revoked now, and revokes those of the backup', async () => {
    node.revoked.push('spiffe://x/ns/default/svc/old')
    const of = { id: 'spiffe://x/ns/default/svc/thief' }
    const backup = {
      ...content('one\n', accounts(user('alice'))),
      revocations: [{ of, reason: 'stolen' }],
    }
    const preview = await previewRestore(backup, PARTS, node.deps)
    assert.equal(preview.revocations, 1)
    await restore(backup, PARTS, preview.checksum, BY, node.deps)
    assert.deepEqual(node.revoked, ['spiffe://x/ns/default/svc/old', of.id])
  })

  test('adds the history that is missing, once, and what is served stays its end', async () => {
    const text = 'long ago\n'
    const old = { number: 3, checksum: checksumOf(text), text, atMs: 7, author: 'bob' }
    const revision = { ...old, origin: 'ui', message: 'why' } as const
    const backup = { ...content('one\n', accounts(user('alice'))), revisions: [revision] }
    const first = await previewRestore(backup, PARTS, node.deps)
    assert.equal(first.history, 1)
    await restore(backup, PARTS, first.checksum, BY, node.deps)
    assert.equal((await node.store.head())!.text, 'one\n')
    const kept = await node.store.list(null, 10)
    assert.ok(kept.some(({ author, message }) => author === 'bob' && message === 'why'))
    assert.equal((await previewRestore(backup, PARTS, node.deps)).history, 0)
  })

  test('writes no file by a name from the backup', async () => {
    const files = (): string[] => readdirSync(node.own, { recursive: true }).map(String).toSorted()
    const backup = content('one\n', accounts(user('alice'), user('bob')))
    const { checksum } = await previewRestore(backup, PARTS, node.deps)
    const before = files()
    await restore(backup, PARTS, checksum, BY, node.deps)
    assert.deepEqual(files(), before)
  })

  test('of parts touches those alone', async () => {
    const backup = content('two\n', accounts(user('alice'), user('bob')))
    const { checksum, diff } = await previewRestore(backup, ['accounts'], node.deps)
    assert.equal(diff, '')
    await restore(backup, ['accounts'], checksum, BY, node.deps)
    assert.equal(node.supervisor.live.text, 'one\n')
    assert.equal((await node.stored()).users.length, 2)
  })
})
