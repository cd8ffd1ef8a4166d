// The audit through the API: every change and refusal once, nothing secret, nothing forged, nothing to be removed.

import assert from 'node:assert/strict'
import { readFileSync, symlinkSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { PASSWORD, startConsole, type Session, type TestConsole } from './console.ts'

let world: TestConsole
let root: Session
before(async () => {
  world = await startConsole()
  root = await world.setUp()
})
after(() => world.stop())

const add = (name: string, headers: Record<string, string> = root) => {
  const body = { name, password: PASSWORD, role: 'viewer' }
  return world.ask('/api/v1/users', { method: 'POST', body, headers })
}
const audit = async (query = '') => {
  const answer = await world.ask(`/api/v1/audit${query}`, { headers: root })
  assert.equal(answer.status, 200, answer.text)
  return answer.body as { items: Record<string, any>[]; nextCursor: string | null }
}

suite('the audit', () => {
  test('has one entry for each change and each refusal, and none for what was read', async () => {
    const before = (await audit()).items.length
    const made = await add('sato')
    await world.ask('/api/v1/users', { headers: root })
    const refused = await add('tanaka', {})
    const { items } = await audit()
    assert.equal(items.length, before + 2)
    const [second, first] = items
    await world.ask('/api/v1/me')
    await world.ask('/api/v1/audit', { headers: { cookie: '__Host-sallyport=over' } })
    assert.equal((await audit()).items.length, before + 2, 'nobody who looks is no attempt')
    await world.ask('/api/v1/me', { headers: { authorization: 'Bearer guessed' } })
    assert.equal((await audit()).items.length, before + 3)
    assert.deepEqual(
      { ...first, sequence: 0, time: '', previous: '', hash: '' },
      {
        sequence: 0,
        time: '',
        actor: { kind: 'user', name: 'root', address: '127.0.0.1' },
        origin: 'ui',
        action: 'addUser',
        target: 'user/sato',
        before: null,
        after: { role: 'viewer', scope: [] },
        result: 'ok',
        requestId: made.headers['x-request-id'],
        previous: '',
        hash: '',
      },
    )
    assert.deepEqual([second?.['result'], second?.['actor'].kind], ['not_signed_in', 'anyone'])
    assert.equal(second?.['requestId'], refused.body['requestId'])
  })

  test('has pages and filters', async () => {
    for (let i = 0; i < 5; i++) await add(`user-${i}`)
    const all = (await audit('?limit=500')).items.map(({ sequence }) => sequence as number)
    const paged: number[] = []
    for (let query = '?limit=3'; ;) {
      const { items, nextCursor } = await audit(query)
      assert.ok(items.length <= 3)
      paged.push(...items.map(({ sequence }) => sequence as number))
      if (nextCursor === null) break
      query = `?limit=3&cursor=${nextCursor}`
    }
    assert.deepEqual(paged, all)
    const refused = (await audit('?result=refused')).items
    assert.ok(refused.length > 0 && refused.every(({ result }) => result !== 'ok'))
    const of = (await audit('?actor=root&action=addUser&target=user/user-3')).items
    assert.equal(of.length, 1)
    for (const query of ['?cursor=x', '?limit=0', '?limit=1000', '?other=1']) {
      const answer = await world.ask(`/api/v1/audit${query}`, { headers: root })
      assert.equal(answer.status, 422, query)
    }
  })

  test('is found by time, way and request, and by nothing that is no time', async () => {
    const [last] = (await audit('?limit=1')).items
    const { time, requestId, sequence } = last as {
      time: string
      requestId: string
      sequence: number
    }
    const after = new Date(Date.parse(time) + 1).toISOString()
    assert.equal((await audit(`?since=${after}`)).items.length, 0)
    const at = await audit(`?since=${time}&until=${after}&origin=ui&requestId=${requestId}`)
    assert.deepEqual(
      at.items.map((entry) => entry['sequence']),
      [sequence],
    )
    assert.equal((await audit(`?until=${time}&requestId=${requestId}`)).items.length, 0)
    assert.equal((await audit('?origin=file')).items.length, 0)
    for (const query of ['?since=yesterday', '?until=2030-13-01', '?since=2030-01-01T00:00']) {
      const answer = await world.ask(`/api/v1/audit${query}`, { headers: root })
      assert.equal(answer.status, 422, query)
    }
  })

  test('is taken away whole, oldest first, as lines whose chain can be followed or as a table', async () => {
    await world.ask('/api/v1/tokens', {
      method: 'POST',
      body: { name: '=cmd|calc', role: 'viewer' },
      headers: root,
    })
    const jsonl = await world.ask('/api/v1/audit/export', { headers: root })
    assert.match(String(jsonl.headers['content-disposition']), /attachment; filename="audit.jsonl"/)
    assert.equal(jsonl.text, readFileSync(join(world.dataDir, 'audit/audit-000001.jsonl'), 'utf8'))
    const csv = await world.ask('/api/v1/audit/export?format=csv&lang=ja&action=addUser', {
      headers: root,
    })
    assert.equal(csv.headers['content-type'], 'text/csv; charset=utf-8')
    const lines = csv.text.trimEnd().split('\r\n')
    assert.match(lines[0] ?? '', /実行者/)
    assert.equal(lines.length - 1, (await audit('?action=addUser&limit=500')).items.length)
    assert.equal((await world.ask('/api/v1/audit/export')).status, 401)
    await add('looker')
    const looker = await world.signIn('looker')
    assert.equal((await world.ask('/api/v1/audit/export', { headers: looker })).status, 403)
  })

  test('holds no secret, and no name forges a line', async () => {
    const evil = 'x\n{"sequence":1,"result":"ok"}\u001b[2J\u202e'
    const body = { name: evil, password: PASSWORD, role: 'viewer' }
    const answer = await world.ask('/api/v1/users', { method: 'POST', body, headers: root })
    assert.equal(answer.status, 422)
    const change = { method: 'PATCH', body: { password: `${PASSWORD} too` }, headers: root }
    assert.equal((await world.ask('/api/v1/users/sato', change)).status, 200)
    await world.ask('/api/v1/sessions', {
      method: 'POST',
      body: { name: PASSWORD, password: 'x' },
    })
    const text = readFileSync(join(world.dataDir, 'audit/audit-000001.jsonl'), 'utf8')
    assert.doesNotMatch(text, /mountain goats|\u001b/)
    assert.equal(await world.audit.verify(), null)
    const lines = text.trimEnd().split('\n')
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { sequence: number }).sequence),
      lines.map((_, index) => index + 1),
    )
  })

  test('is verified, and tells where it was changed', async () => {
    const whole = await world.ask('/api/v1/audit/verification', { headers: root })
    assert.deepEqual(whole.body, { isWhole: true, fault: null })
    const file = join(world.dataDir, 'audit/audit-000001.jsonl')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace('user/sato', 'user/kato'))
    const changed = await world.ask('/api/v1/audit/verification', { headers: root })
    assert.equal(changed.body['isWhole'], false)
    assert.equal(changed.body['fault'].reason, 'line_changed')
    writeFileSync(file, text)
  })

  test('has no operation that changes it', async () => {
    for (const path of ['/api/v1/audit', '/api/v1/audit/1', '/api/v1/audit/verification']) {
      for (const method of ['DELETE', 'PUT', 'PATCH', 'POST']) {
        const { status } = await world.ask(path, { method, body: {}, headers: root })
        assert.ok(status === 404 || status === 405, `${method} ${path}`)
      }
    }
  })

  test('that cannot be written lets nothing be changed, and everything be read', async () => {
    const reserve = join(world.dataDir, 'audit/reserve')
    rmSync(reserve, { force: true })
    symlinkSync('/dev/full', reserve)
    const accounts = world.accounts()
    assert.equal((await add('nobody')).status, 503)
    assert.equal(world.accounts(), accounts)
    assert.equal((await world.ask('/api/v1/users', { headers: root })).status, 200)
  })
})

suite('the API', () => {
  test('describes every operation it has, and answers as it says', async () => {
    const { body } = await world.ask('/openapi.json', { headers: root })
    const described = Object.values(body['paths'] as Record<string, Record<string, any>>).flatMap(
      (methods) => Object.values(methods).map(({ operationId }) => operationId as string),
    )
    assert.deepEqual(described.toSorted(), world.operations.map(({ id }) => id).toSorted())
    const version = await world.ask('/api/v1/system/version', { headers: root })
    assert.deepEqual(version.body, { version: '1.2.3' })
    assert.equal((await world.ask('/openapi.json')).status, 401)
  })
})
