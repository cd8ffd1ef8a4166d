// The general limit of the admin API: told with every answer, apart for everybody, and no flood of its audit.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Type } from 'typebox'
import { createAdminApp, type ApiEvent } from '../../../../gateway/control/admin/app.ts'
import { ANYONE, type Operation } from '../../../../gateway/control/admin/operation.ts'
import { AdminRate } from '../../../../gateway/control/limits/admin-rate.ts'
import { systemClock } from '../../../../sidecar/runtime/clock.ts'

const operation: Operation = {
  id: 'readThing',
  method: 'GET',
  path: '/api/v1/thing',
  role: 'anyone',
  summary: 'Reads the thing.',
  answer: Type.Object({}),
  run: () => ({}),
}

async function start() {
  const rate = new AdminRate(systemClock, Math.random, { count: 3, perMs: 60_000 })
  const events: ApiEvent[] = []
  const app = await createAdminApp({
    operations: [operation],
    authenticate: ({ headers }) => {
      const name = headers['x-name']
      const principal =
        typeof name === 'string'
          ? { ...ANYONE, kind: 'user' as const, name, role: 'viewer' as const }
          : ANYONE
      return { principal, sessionId: null }
    },
    rate: (server) => rate.on(server),
    newId: () => 'id',
    beforeChange: () => undefined,
    onEvent: (event) => events.push(event),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  })
  after(async () => {
    await app.close()
    rate.close()
  })
  const ask = (headers = {}, remoteAddress = '192.0.2.1') =>
    app.inject({ url: '/api/v1/thing', headers, remoteAddress })
  return { ask, events }
}

test('every answer says what is left, and what is too much is refused with when to come back', async () => {
  const { ask } = await start()
  const first = await ask()
  assert.equal(first.statusCode, 200)
  assert.equal(first.headers['ratelimit-policy'], '"admin-api";q=3;w=60')
  assert.match(String(first.headers['ratelimit']), /^"admin-api";r=2;t=/)
  await ask()
  await ask()
  const refused = await ask()
  assert.equal(refused.statusCode, 429)
  assert.equal(refused.json<{ code: string }>().code, 'too_many_requests')
  assert.match(String(refused.headers['ratelimit']), /r=0/)
  assert.ok(Number(refused.headers['retry-after']) > 50)
})

test('everybody has a count of their own: by name, else by network', async () => {
  const { ask } = await start()
  const status = async (count: number, headers = {}, address = '192.0.2.1') => {
    const answers = []
    for (let i = 0; i < count; i++) answers.push((await ask(headers, address)).statusCode)
    return answers
  }
  assert.deepEqual(await status(4, { 'x-name': 'alice' }), [200, 200, 200, 429])
  assert.deepEqual(await status(1, { 'x-name': 'alice' }, '192.0.2.9'), [429])
  assert.deepEqual(await status(1, { 'x-name': 'bob' }), [200])
  assert.deepEqual(await status(4), [200, 200, 200, 429])
  assert.deepEqual(await status(3, {}, '2001:db8::1'), [200, 200, 200])
  assert.deepEqual(await status(1, {}, '2001:db8::2'), [429])
})

test('a flood is told to the audit once', async () => {
  const { ask, events } = await start()
  for (let i = 0; i < 20; i++) await ask({ 'x-name': 'alice' })
  assert.deepEqual(
    events.map(({ result, principal }) => [result, principal.name]),
    [['too_many_requests', 'alice']],
  )
})
