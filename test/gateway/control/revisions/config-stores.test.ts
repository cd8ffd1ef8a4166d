// One suite for both places where revisions are kept: a folder, and Redis.

import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import {
  MAX_REVISIONS,
  MAX_TAGGED,
  type ConfigStore,
} from '../../../../gateway/control/revisions/config-store.ts'
import { FolderStore } from '../../../../gateway/control/revisions/folder-store.ts'
import { RedisConfigStore } from '../../../../gateway/control/revisions/redis-config-store.ts'
import {
  checksumOf,
  MAX_TEXT_BYTES,
  type RevisionDraft,
} from '../../../../gateway/control/revisions/revision.ts'
import { connectRedis } from '../../../../gateway/limit/redis-client.ts'
import { systemClock } from '../../../../sidecar/runtime/clock.ts'
import { redisCommand } from '../../../support/redis-command.ts'
import { startRedis } from '../../../support/redis.ts'
import { until } from '../../../support/until.ts'
import { redisPlan, whenReady } from '../../limit/redis-plan.ts'

const redis = await startRedis()
const root = mkdtempSync(join(tmpdir(), 'sallyport-revisions-'))
after(async () => {
  await redis.kill()
  rmSync(root, { recursive: true, force: true })
})

/** A place for revisions that several stores can open, and that can be damaged behind their backs. */
interface Place {
  open(): Promise<ConfigStore>
  damage(number: number): Promise<void>
  /** Puts the one in the other's place. */
  copy(from: number, to: number): Promise<void>
}

function folder(name: string): Place {
  const path = join(root, name)
  const fileOf = (number: number): string => join(path, `${String(number).padStart(8, '0')}.json`)
  return {
    open: async () => new FolderStore(path),
    damage: async (number) => {
      const text = readFileSync(fileOf(number), 'utf8')
      writeFileSync(fileOf(number), text.slice(0, text.length / 2))
    },
    copy: async (from, to) => writeFileSync(fileOf(to), readFileSync(fileOf(from))),
  }
}

function inRedis(name: string): Place {
  return {
    async open() {
      const client = connectRedis(redisPlan(redis.port), Math.random, () => undefined)
      await whenReady(client)
      return new RedisConfigStore(client, name, systemClock)
    },
    damage: async (number) => {
      await redisCommand(redis.port, 'HSET', `${name}:{config}:revisions`, number, '{"number":')
    },
    async copy(from, to) {
      const key = `${name}:{config}:revisions`
      const found = await redisCommand(redis.port, 'HGET', key, from)
      await redisCommand(redis.port, 'HSET', key, to, String(found))
    },
  }
}

const draft = (text: string): RevisionDraft => {
  return { text, atMs: 1_800_000_000_000, author: 'sato', origin: 'api', message: `set ${text}` }
}

for (const [kind, placeOf] of [
  ['folder', folder],
  ['Redis', inRedis],
] as const) {
  describe(`revisions in a ${kind}`, () => {
    const opened: ConfigStore[] = []
    const open = async (place: Place): Promise<ConfigStore> => {
      const store = await place.open()
      opened.push(store)
      return store
    }
    after(() => Promise.all(opened.map((store) => store.close())))

    test('are numbered from 1, and read back as they were written', async () => {
      const store = await open(placeOf('plain'))
      assert.equal(await store.head(), null)
      const first = await store.append(draft('routes: []\n# 設定'), 0)
      assert.equal(first.kind, 'stored')
      await store.append(draft('two'), 1)
      const head = await store.head()
      assert.deepEqual(head, { ...draft('two'), number: 2, checksum: checksumOf('two') })
      assert.equal((await store.get(1))?.text, 'routes: []\n# 設定')
      assert.equal(await store.get(3), null)
      const listed = await store.list(null, 10)
      assert.deepEqual(
        listed.map(({ number }) => number),
        [2, 1],
      )
      assert.ok(!('text' in listed[0]!))
      assert.deepEqual(await store.list(2, 10), listed.slice(1))
      assert.deepEqual(await store.list(null, 1), listed.slice(0, 1))
    })

    test('of two writers one wins, and the other hears who did', async () => {
      const place = placeOf('race')
      const stores = await Promise.all([open(place), open(place)])
      for (let round = 0; round < 10; round++) {
        const results = await Promise.all(
          stores.map((store, index) => store.append(draft(`${round} by ${index}`), round)),
        )
        const stored = results.filter(({ kind: result }) => result === 'stored')
        assert.equal(stored.length, 1)
        const lost = results.find(({ kind: result }) => result === 'conflict')
        assert.equal(lost?.kind === 'conflict' && lost.head?.number, round + 1)
      }
    })

    test('whoever does not know the newest is refused, and hears which it is', async () => {
      const store = await open(placeOf('stale'))
      await store.append(draft('one'), 0)
      await store.append(draft('two'), 1)
      for (const after of [0, 1, 3]) {
        const late = await store.append(draft('late'), after)
        assert.equal(late.kind === 'conflict' && late.head?.number, 2)
      }
      assert.equal((await store.head())?.text, 'two')
    })

    test('one that stands under the number of another is passed over', async () => {
      const place = placeOf('copied')
      const store = await open(place)
      await store.append(draft('one'), 0)
      await store.append(draft('two'), 1)
      await place.copy(1, 2)
      assert.equal(await store.get(2), null)
      assert.equal((await store.head())?.number, 1)
    })

    test('a damaged one is passed over, and its number is not used again', async () => {
      const place = placeOf('damage')
      const store = await open(place)
      await store.append(draft('one'), 0)
      await store.append(draft('two'), 1)
      await place.damage(2)
      assert.equal((await store.head())?.number, 1)
      assert.equal(await store.get(2), null)
      const next = await store.append(draft('three'), 1)
      assert.equal(next.kind === 'stored' && next.revision.number, 3)
      assert.equal((await store.head())?.text, 'three')
    })

    test('a change is told', async () => {
      const place = placeOf('watch')
      const [watching, writing] = [await open(place), await open(place)]
      let told = 0
      watching.onChange(() => told++)
      // Another process of the same node has no folder to watch: one process owns it.
      const writer = kind === 'folder' ? watching : writing
      await until('told', async () => {
        const head = (await writer.head())?.number ?? 0
        await writer.append(draft(`${head}`), head)
        return told > 0
      })
    })

    test('the oldest are forgotten', async () => {
      const store = await open(placeOf('many'))
      for (let number = 0; number <= MAX_REVISIONS; number++) {
        await store.append(draft(`${number}`), number)
      }
      assert.equal(await store.get(1), null)
      assert.equal((await store.list(null, 2 * MAX_REVISIONS)).length, MAX_REVISIONS)
    })

    test('what is tagged is not forgotten, and is found behind all others', async () => {
      const store = await open(placeOf('tagged'))
      for (let number = 0; number < 3; number++) await store.append(draft(`${number}`), number)
      await store.tag((await store.get(2))!, 'before the move')
      await store.tag((await store.get(3))!, 'for a while')
      await store.tag((await store.get(3))!, null)
      assert.deepEqual([...(await store.tags())], [[2, 'before the move']])
      for (let number = 3; number < MAX_REVISIONS + 4; number++) {
        await store.append(draft(`${number}`), number)
      }
      assert.equal((await store.get(2))?.text, draft('1').text)
      assert.deepEqual([await store.get(1), await store.get(3)], [null, null])
      const all = await store.list(null, 2 * MAX_REVISIONS)
      assert.equal(all.at(-1)?.number, 2)
      assert.deepEqual(
        (await store.list(6, 5)).map(({ number }) => number),
        [5, 2],
      )
      assert.deepEqual(await store.list(2, 5), [])
    })

    test('only so many are tagged', async () => {
      const store = await open(placeOf('all-tagged'))
      for (let number = 0; number <= MAX_TAGGED; number++) {
        await store.append(draft(`${number}`), number)
      }
      for (let number = 1; number <= MAX_TAGGED; number++) {
        await store.tag((await store.get(number))!, `tag ${number}`)
      }
      await store.tag((await store.get(1))!, 'another name')
      await assert.rejects(store.tag((await store.get(MAX_TAGGED + 1))!, 'too many'), RangeError)
      assert.equal((await store.tags()).size, MAX_TAGGED)
    })

    test('a text that is too large is refused', async () => {
      const store = await open(placeOf('large'))
      await assert.rejects(store.append(draft('x'.repeat(MAX_TEXT_BYTES + 1)), 0), RangeError)
      assert.equal(await store.head(), null)
    })
  })
}

test('revisions in a folder are for their owner alone, and leave nothing half-made behind', async () => {
  const store = new FolderStore(join(root, 'modes'))
  await store.append(draft('one'), 0)
  assert.deepEqual(readdirSync(join(root, 'modes')), ['00000001.json'])
  assert.equal(statSync(join(root, 'modes')).mode & 0o777, 0o700)
  assert.equal(statSync(join(root, 'modes', '00000001.json')).mode & 0o777, 0o600)
})

test('revisions in Redis are found by the checksum of their text, while they are kept', async () => {
  const store = await inRedis('checksums').open()
  const numberOf = (text: string): Promise<unknown> =>
    redisCommand(redis.port, 'HGET', 'checksums:{config}:checksums', checksumOf(text))
  for (const [number, text] of ['one', 'two', 'one'].entries()) {
    await store.append(draft(text), number)
  }
  assert.deepEqual([await numberOf('one'), await numberOf('two')], ['3', '2'])
  for (let number = 3; number < MAX_REVISIONS + 2; number++) {
    await store.append(draft('same'), number)
  }
  assert.deepEqual([await numberOf('one'), await numberOf('two')], ['3', null])
  await store.close()
})
