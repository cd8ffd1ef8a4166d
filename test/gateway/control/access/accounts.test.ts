// Accounts whose place cannot be reached, or was damaged: nobody gets in, and everybody hears why.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Accounts } from '../../../../gateway/control/access/accounts.ts'
import { Passwords } from '../../../../gateway/control/access/password.ts'
import type { Documents } from '../../../../gateway/control/documents/documents.ts'

const PASSWORD = 'mountain goats like moss'
const clock = { wallMs: () => 1_800_000_000_000 }

function accounts(read: () => string): Accounts {
  let version = 0
  let text: string | null = null
  const documents: Documents = {
    read: async () => ({ text: text ?? read(), version }),
    write: async (_, written, expected) => {
      if (expected !== version) return false
      version += 1
      text = written
      return true
    },
  }
  return new Accounts(documents, new Passwords({ ln: 4, r: 8, p: 1 }), clock)
}

test('what cannot be read is never taken for empty', async () => {
  for (const broken of [
    accounts(() => {
      throw new Error('the store is away')
    }),
    accounts(() => '{'),
    accounts(() => '{"users":[{"name":"root"}],"tokens":[]}'),
  ]) {
    const refused = { code: 'not_available' }
    await assert.rejects(broken.isSetUp(), refused)
    await assert.rejects(broken.signIn('root', PASSWORD), refused)
    await assert.rejects(broken.addUser('root', PASSWORD, 'admin', [], true), refused)
    await assert.rejects(broken.tokenOf(`sap_${'a'.repeat(12)}_${'a'.repeat(43)}`), refused)
  }
})

test('of two first administrators one is made', async () => {
  const both = accounts(() => '')
  const results = await Promise.allSettled(
    ['a-admin', 'b-admin'].map((name) => both.addUser(name, PASSWORD, 'admin', [], true)),
  )
  assert.deepEqual(results.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
  assert.equal((await both.users()).length, 1)
})

test('the first account is one that may do everything', async () => {
  for (const [role, scope] of [
    ['viewer', []],
    ['admin', ['route:orders']],
  ] as const) {
    const none = accounts(() => '')
    await assert.rejects(none.addUser('sato', PASSWORD, role, scope), { code: 'conflict' })
    assert.equal(await none.isSetUp(), false)
  }
})

test('names of our own and names that are none are not given', async () => {
  const some = accounts(() => '')
  for (const name of [
    'local',
    'anyone',
    'system',
    '',
    'Root',
    'a b',
    'oidc:u',
    '-a',
    'a'.repeat(65),
  ]) {
    await assert.rejects(some.addUser(name, PASSWORD, 'admin', []), { code: 'invalid' }, name)
  }
})

test('a hash of lesser cost is made anew at the next sign-in, and no newer password is lost by it', async () => {
  let stored = ''
  let version = 0
  const documents: Documents = {
    read: async () => ({ text: stored, version }),
    write: async (_, text, expected) => {
      if (expected !== version) return false
      stored = text
      version += 1
      return true
    },
  }
  const old = new Accounts(documents, new Passwords({ ln: 3, r: 8, p: 1 }), clock)
  await old.addUser('root', PASSWORD, 'admin', [])
  const now = new Accounts(documents, new Passwords({ ln: 4, r: 8, p: 1 }), clock)
  assert.equal((await now.signIn('root', PASSWORD))?.name, 'root')
  assert.match(stored, /ln=4/)
  assert.equal((await now.signIn('root', PASSWORD))?.name, 'root')
})
