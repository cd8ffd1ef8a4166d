// One suite for both places of documents: a folder, and Redis.

import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import {
  MAX_DOCUMENT_BYTES,
  update,
  type Documents,
} from '../../../../gateway/control/documents/documents.ts'
import { FolderDocuments } from '../../../../gateway/control/documents/folder-documents.ts'
import { RedisDocuments } from '../../../../gateway/control/documents/redis-documents.ts'
import { closeRedis, connectRedis } from '../../../../gateway/limit/redis-client.ts'
import { startRedis } from '../../../support/redis.ts'
import { redisPlan, whenReady } from '../../limit/redis-plan.ts'

const redis = await startRedis()
const client = connectRedis(redisPlan(redis.port), Math.random, () => undefined)
await whenReady(client)
const folder = mkdtempSync(join(tmpdir(), 'sallyport-documents-'))
after(async () => {
  closeRedis(client)
  await redis.kill()
  rmSync(folder, { recursive: true, force: true })
})

const places: readonly (readonly [string, Documents])[] = [
  ['a folder', new FolderDocuments(folder)],
  ['Redis', new RedisDocuments(client, 'test')],
]

for (const [name, documents] of places) {
  describe(`documents in ${name}`, () => {
    test('begin empty, and are read as they were written', async () => {
      assert.deepEqual(await documents.read('users'), { text: '', version: 0 })
      assert.equal(await documents.write('users', '{"名":1}\n', 0), true)
      assert.deepEqual(await documents.read('users'), { text: '{"名":1}\n', version: 1 })
    })

    test('are written by whoever knows the version, and by nobody else', async () => {
      assert.equal(await documents.write('tokens', 'a', 0), true)
      assert.equal(await documents.write('tokens', 'b', 0), false)
      assert.equal(await documents.write('tokens', 'c', 1), true)
      assert.deepEqual(await documents.read('tokens'), { text: 'c', version: 2 })
    })

    test('lose nothing where many write at once', async () => {
      const add = (): Promise<number> =>
        update(documents, 'count', (text) => {
          const result = Number(text) + 1
          return { text: String(result), result }
        })
      const results = await Promise.all(Array.from({ length: 20 }, add))
      assert.equal((await documents.read('count')).text, '20')
      assert.equal(new Set(results).size, 20)
    })

    test('have a bound', async () => {
      const text = 'x'.repeat(MAX_DOCUMENT_BYTES + 1)
      await assert.rejects(documents.write('large', text, 0), RangeError)
    })
  })
}

test('a damaged file is an error and never an empty document', async () => {
  const documents = new FolderDocuments(folder)
  await documents.write('damaged', 'whole', 0)
  for (const content of ['', '1', '1 abc\nwhole', 'whole']) {
    writeFileSync(join(folder, 'damaged'), content)
    await assert.rejects(documents.read('damaged'), { code: 'document_damaged' })
    await assert.rejects(documents.write('damaged', 'new', 0), { code: 'document_damaged' })
  }
})

test('files are for their owner alone, and a name is no path', async () => {
  assert.equal(statSync(join(folder, 'users')).mode & 0o777, 0o600)
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith('.tmp')),
    [],
  )
  await assert.rejects(new FolderDocuments(folder).read('../users'), TypeError)
})
