// Who is waited for before a new root is used: everybody who is there and is not known to believe it.

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import {
  AuthorityRotation,
  type AuthorityRotationOptions,
} from '../../../../gateway/control/mesh/authority-rotation.ts'
import { TrustReports } from '../../../../gateway/control/mesh/trust-reports.ts'
import { createTestCa } from '../../../support/certificates.ts'
import { MemoryStore } from '../ca/fixture.ts'

const root = async (name: string): Promise<string> => (await createTestCa(name)).certPem
const old = await root('old')
const next = await root('next')

function start(announced: readonly string[] | null = [next]) {
  const reports = new TrustReports()
  const members: { service: string; instance: string; certificate: { serial: string } }[] = []
  const facts = (rootPems: readonly string[]) => ({ serial: 'ab', notAfterMs: 9000, rootPems })
  const told: string[] = []
  const ca = {
    stage: {
      issuing: facts([old]),
      announced: announced === null ? null : { ...facts(announced), fromMs: null },
      retiring: [{ pem: old, untilMs: 7000 }],
    },
    life: () => ({ alarm: 'none' }),
    announce: async () => void told.push('announce'),
    finish: async () => void told.push('finish'),
    abandon: async () => void told.push('abandon'),
  }
  const current = new MemoryStore()
  const waiting = new MemoryStore()
  const options = {
    ca,
    registry: { list: () => members },
    reports,
    current,
    next: waiting,
    clock: { wallMs: () => 1_800_000_000_000 },
  } as unknown as AuthorityRotationOptions
  const join = (instance: string, ...rootPems: string[]) => {
    members.push({ service: 'orders', instance, certificate: { serial: instance } })
    reports.note(instance, { trustDomain: 'mesh.test', rootPems })
  }
  return {
    rotation: new AuthorityRotation(options),
    reports,
    join,
    members,
    current,
    waiting,
    told,
  }
}

test('a root is believed when every member believes it, and by nobody where one does not', () => {
  const { rotation, join, members } = start()
  assert.equal(rotation.isBelieved([next]), true)
  join('one', old, next)
  assert.equal(rotation.isBelieved([next]), true)
  join('two', old)
  assert.equal(rotation.isBelieved([next]), false)
  members.pop()
  assert.equal(rotation.isBelieved([next]), true)
})

test('one that nothing is known of is waited for', () => {
  const { rotation, members } = start()
  members.push({ service: 'orders', instance: 'one', certificate: { serial: 'never heard of' } })
  assert.equal(rotation.isBelieved([next]), false)
})

test('the status counts who believes, and names at most fifty of the others', () => {
  const { rotation, join } = start()
  join('sure', old, next)
  for (let index = 0; index < 60; index++) join(`slow-${index}`, old)
  const { issuing, announced, retiring } = rotation.status()
  const fingerprint = (pem: string) => new X509Certificate(pem).fingerprint256
  assert.deepEqual(issuing.fingerprints, [fingerprint(old)])
  assert.deepEqual(announced?.fingerprints, [fingerprint(next)])
  assert.deepEqual([announced?.trusting, announced?.members], [1, 61])
  assert.equal(announced?.waitingFor.length, 50)
  assert.deepEqual(announced?.waitingFor[0], { service: 'orders', instance: 'slow-0' })
  assert.deepEqual(retiring, [{ fingerprint: fingerprint(old), untilMs: 7000 }])
})

test('nothing announced, nothing to wait for', () => {
  assert.equal(start(null).rotation.status().announced, null)
})

test('what was announced before a restart is announced again, but not what is in use already', async () => {
  const fresh = start()
  await fresh.rotation.resume('mesh.test')
  assert.deepEqual(fresh.told, [])
  await fresh.rotation.announce('mesh.test')
  const again = start()
  await again.waiting.save((await fresh.waiting.load())!)
  await again.rotation.resume('mesh.test')
  assert.deepEqual(again.told, ['announce'])
  // `finish` ended between its two steps.
  const between = start()
  await between.waiting.save('the same')
  await between.current.save('the same')
  await between.rotation.resume('mesh.test')
  assert.deepEqual(between.told, [])
  assert.equal(await between.waiting.load(), '')
})

test('finishing puts the waiting root in the place of the other, abandoning drops it', async () => {
  const done = start()
  await done.rotation.announce('mesh.test')
  const made = await done.waiting.load()
  await done.rotation.finish()
  assert.equal(await done.current.load(), made)
  assert.equal(await done.waiting.load(), '')
  const dropped = start()
  await dropped.rotation.announce('mesh.test')
  await dropped.rotation.abandon()
  assert.equal(await dropped.current.load(), null)
  assert.equal(await dropped.waiting.load(), '')
  assert.deepEqual(dropped.told, ['announce', 'abandon'])
})
