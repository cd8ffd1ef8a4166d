// Sessions are few, kept as hashes, and over everywhere at once.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { csrfTokenOf, handleOf, Sessions } from '../../../../gateway/control/access/sessions.ts'
import { TwoClocks } from '../../../sidecar/identity/two-clocks.ts'
import { MemoryDocuments, START_MS } from '../ca/fixture.ts'

const PLACE = { address: '192.0.2.7', agent: 'Firefox' }
const user = (name: string) =>
  ({ name, displayName: name, role: 'viewer', generation: 1, provider: '' }) as const

function open(documents = new MemoryDocuments()) {
  const clock = new TwoClocks(START_MS)
  return { documents, clock, sessions: new Sessions(documents, clock) }
}

suite('sessions', () => {
  test('are kept without anything that opens them', async () => {
    const { sessions, documents } = open()
    const id = await sessions.start(user('sato'), PLACE, null)
    for (const secret of [id, csrfTokenOf(id)]) assert.ok(!documents.text.includes(secret))
    assert.ok(!JSON.stringify(await sessions.list()).includes(id))
    assert.equal((await sessions.use(id))?.name, 'sato')
    assert.equal(await sessions.use(handleOf(id)), null)
  })

  test('of one person are few, and the one used longest ago makes room', async () => {
    const { sessions, clock } = open()
    const other = await sessions.start(user('tanaka'), PLACE, null)
    const ids: string[] = []
    for (let i = 0; i < 20; i++) ids.push(await sessions.start(user('sato'), PLACE, null))
    clock.jump(61_000)
    assert.notEqual(await sessions.use(ids[0]!), null)
    await sessions.start(user('sato'), PLACE, null)
    assert.notEqual(await sessions.use(ids[0]!), null)
    assert.equal(await sessions.use(ids[1]!), null)
    assert.notEqual(await sessions.use(other), null)
    assert.equal((await sessions.list()).length, 21)
  })

  test('of all people together are a thousand', async () => {
    const { sessions } = open()
    const first = await sessions.start(user('first'), PLACE, null)
    for (let i = 0; i < 1000; i++) await sessions.start(user(`u${i}`), PLACE, null)
    assert.equal((await sessions.list()).length, 1000)
    assert.equal(await sessions.use(first), null)
  })

  test('show nothing of what a browser or an identity provider says that would move a terminal', async () => {
    const { sessions } = open()
    const who = { ...user('sato'), displayName: 'sato\u001b[2J\u202e' }
    await sessions.start(who, { address: '', agent: 'a\u009b31m\u2028b' }, null)
    const [shown] = await sessions.list()
    assert.deepEqual(
      [shown?.displayName, shown?.agent],
      ['sato\ufffd[2J\ufffd', 'a\ufffd31m\ufffdb'],
    )
  })

  test('end by what they are called, and by nothing shorter', async () => {
    const { sessions } = open()
    const [a, b] = [
      await sessions.start(user('sato'), PLACE, null),
      await sessions.start(user('sato'), PLACE, null),
    ]
    await sessions.endByHandle('')
    await sessions.endByHandle(handleOf(a).slice(0, 15))
    assert.equal((await sessions.list()).length, 2)
    await sessions.endByHandle(handleOf(a))
    assert.equal(await sessions.use(a), null)
    assert.notEqual(await sessions.use(b), null)
  })

  test('go on for who only looks while nothing can be written, and begin for nobody', async () => {
    const { sessions, documents, clock } = open()
    const id = await sessions.start(user('sato'), PLACE, null)
    clock.jump(120_000)
    documents.writeFault = new Error('read only')
    assert.notEqual(await sessions.use(id), null)
    await assert.rejects(sessions.start(user('sato'), PLACE, null), { code: 'not_available' })
    await assert.rejects(sessions.end(id), { code: 'not_available' })
    documents.writeFault = null
    documents.fault = new Error('away')
    await assert.rejects(sessions.use(id), { code: 'not_available' })
  })
})
