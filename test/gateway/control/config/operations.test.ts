// The configuration over the admin API: entity tags, pages, differences, terms, and large texts.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { createAdminApp } from '../../../../gateway/control/admin/app.ts'
import { LOCAL_PRINCIPAL } from '../../../../gateway/control/admin/local-socket.ts'
import { configOperations } from '../../../../gateway/control/config/operations.ts'
import { FolderStore } from '../../../../gateway/control/revisions/folder-store.ts'
import { checksumOf } from '../../../../gateway/control/revisions/revision.ts'
import { until } from '../../../support/until.ts'
import { quiet, startAlone } from './fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-config-operations-'))
let app: FastifyInstance
let supervisor: ReturnType<typeof startAlone>['supervisor']

before(async () => {
  const node = startAlone(new FolderStore(folder))
  supervisor = node.supervisor
  node.alone.learn(supervisor.live)
  await until('a revision', () => node.configurations.served().revision !== null)
  app = await createAdminApp({
    operations: configOperations(node.configurations),
    authenticate: () => ({ principal: LOCAL_PRINCIPAL, sessionId: null }),
    newId: () => 'id',
    beforeChange: () => {},
    onEvent: () => {},
    log: quiet,
  })
})

after(async () => {
  await app.close()
  rmSync(folder, { recursive: true, force: true })
})

async function ask(method: 'GET' | 'POST' | 'PUT', url: string, body?: object, ifMatch?: string) {
  const headers = ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }
  const answer = await app.inject({ method, url, headers, ...(body && { payload: body }) })
  return { status: answer.statusCode, etag: answer.headers['etag'], body: answer.json() }
}

const apply = (text: string, more: object = {}) => {
  return ask('PUT', '/api/v1/config', { text, ...more }, checksumOf(supervisor.live.text))
}

test('what is served has its checksum as entity tag, and a change must name it', async () => {
  const read = await ask('GET', '/api/v1/config')
  assert.equal(read.etag, `"${checksumOf('one\n')}"`)
  assert.equal((await ask('PUT', '/api/v1/config', { text: 'two\n' })).status, 428)
  const stale = await ask('PUT', '/api/v1/config', { text: 'two\n' }, checksumOf('other'))
  assert.equal(stale.status, 412)
  assert.equal(supervisor.changes.length, 0)
  const applied = await apply('two\n', { message: 'the second' })
  assert.equal(applied.status, 200)
  assert.equal(applied.etag, `"${checksumOf('two\n')}"`)
  assert.equal(applied.body.revision, 2)
  assert.equal(supervisor.changes.at(-1)?.origin, 'cli')
})

test('what was read before is not sent again', async () => {
  const url = '/api/v1/config'
  const { etag } = await ask('GET', url)
  for (const known of [etag, `"x", ${etag}`, `W/${etag}`]) {
    const answer = await app.inject({ url, headers: { 'if-none-match': String(known) } })
    assert.deepEqual([answer.statusCode, answer.body, answer.headers['etag']], [304, '', etag])
  }
  const other = await app.inject({ url, headers: { 'if-none-match': '"x"' } })
  assert.equal(other.statusCode, 200)
  const revision = await ask('GET', '/api/v1/revisions/1')
  assert.equal(revision.etag, `"${revision.body.checksum}"`)
})

test('a text can be tried without a change', async () => {
  const tried = await ask('POST', '/api/v1/config:try', { text: 'three\n' })
  assert.match(tried.body.diff, /^\+three$/m)
  const bad = await ask('POST', '/api/v1/config:try', { text: 'bad\n' })
  assert.deepEqual([bad.status, bad.body.code], [422, 'config_invalid'])
  assert.equal(supervisor.live.text, 'two\n')
})

test('the history comes in pages, and any two revisions can be compared', async () => {
  await apply('three\n')
  const first = await ask('GET', '/api/v1/revisions?limit=2')
  assert.deepEqual(
    first.body.items.map(({ number }: { number: number }) => number),
    [3, 2],
  )
  const second = await ask('GET', `/api/v1/revisions?limit=2&cursor=${first.body.nextCursor}`)
  assert.deepEqual(second.body.items.length, 1)
  assert.equal(second.body.nextCursor, null)
  const changes = async (path: string): Promise<string> => {
    return (await ask('GET', `/api/v1/revisions/${path}`)).body.diff as string
  }
  assert.match(await changes('3/diff'), /^-two\n\+three$/m)
  assert.match(await changes('3/diff?from=1'), /^-one\n\+three$/m)
  assert.match(await changes('1/diff'), /^@@ -0,0 \+1,1 @@\n\+one$/m)
  assert.equal((await ask('GET', '/api/v1/revisions/3/diff?from=9')).status, 404)
  for (const number of ['0', '9', 'x', '1e3']) {
    assert.equal((await ask('GET', `/api/v1/revisions/${number}`)).status, 404)
  }
})

test('an earlier revision can be restored, as a new one', async () => {
  const restored = await ask('POST', '/api/v1/revisions/1:restore', {})
  assert.deepEqual([restored.status, restored.body.text], [200, 'one\n'])
  const { origin, message } = (await ask('GET', '/api/v1/revisions/4')).body
  assert.deepEqual([origin, message], ['restore', 'restore of 1'])
})

test('a change may wait to be confirmed, for a second to an hour', async () => {
  for (const confirmWithin of ['500ms', '2h', 'soon', '']) {
    const refused = await apply('four\n', { confirmWithin })
    assert.deepEqual([refused.status, refused.body.code], [422, 'invalid'])
  }
  const waits = await apply('four\n', { confirmWithin: '60s' })
  assert.equal(waits.body.revertsAtMs, 5000)
  assert.equal(supervisor.changes.at(-1)!.confirmWithinMs, 60_000)
  assert.equal((await ask('POST', '/api/v1/config:confirm')).body.revertsAtMs, null)
  assert.equal((await ask('POST', '/api/v1/config:confirm')).status, 409)
})

test('a text of several megabytes is taken', async () => {
  const text = '# "a comment"\n'.repeat(500_000)
  const applied = await apply(text)
  assert.equal(applied.status, 200)
  assert.equal(supervisor.live.text.length, text.length)
})
