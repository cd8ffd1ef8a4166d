import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Redis } from 'ioredis'
import { limitParams } from '../../../gateway/limit/params.ts'
import type { LimitParams } from '../../../gateway/limit/plan.ts'
import { decodeAnswers, encodeItems, TAKE_SCRIPT } from '../../../gateway/limit/take-script.ts'
import type { TakeItem } from '../../../gateway/limit/take-item.ts'
import { take, type TakeState } from '../../../gateway/limit/take.ts'
import { seededRandom } from '../../limits/seeded-random.ts'
import { startRedis } from '../../support/redis.ts'

const redis = await startRedis()
const client = new Redis({ port: redis.port, protocol: 2 })
after(async () => {
  client.disconnect()
  await redis.kill()
})

// Time comes as a second argument here; in everything else this is the script that runs.
const NOW = 'local now = (tonumber(time[1]) - 1767225600) * 1000000 + tonumber(time[2])'
const script = TAKE_SCRIPT.replace(NOW, 'local now = tonumber(ARGV[2])')

const LIMITS: readonly LimitParams[] = [
  limitParams({ count: 5, perMs: 1000 }, null, 'exact'),
  limitParams({ count: 100, perMs: 60_000 }, null, 'exact'),
  limitParams({ count: 700, perMs: 1000 }, null, 'leased'),
  limitParams({ count: 7, perMs: 60_000 }, 3, 'exact'),
  limitParams({ count: 1000, perMs: 1000 }, 150, 'leased'),
  limitParams({ count: 0, perMs: 1000 }, 5, 'exact'),
]

function randomItem(
  random: () => number,
  key: string,
  params: LimitParams,
  stamps: number[],
  nowUs: number,
) {
  const some = (most: number): number => Math.floor(random() * (most + 1))
  const rarely = (most: number): number => (random() < 0.3 ? some(most) : 0)
  const item: TakeItem = {
    key,
    params,
    count: random() < 0.7 ? some(8) : some(200),
    cost: random() < 0.7 ? 1 : 1 + some(3),
    want: rarely(60),
    credit: rarely(20),
    stamp: stamps[some(Math.max(0, stamps.length - 1))] ?? 0,
    settled: rarely(20),
    lease:
      Math.floor(params.leaseMs > 0 ? nowUs / Math.ceil(params.leaseMs * 1000) : nowUs / 1e6) -
      some(2),
    debit: random() < 0.1 ? some(30) : 0,
  }
  return item
}

test('the script for Redis decides like the code that runs everywhere else', async () => {
  assert.notEqual(script, TAKE_SCRIPT)
  for (let seed = 1; seed <= 12; seed++) {
    const random = seededRandom(seed)
    const params = LIMITS[seed % LIMITS.length]!
    const states = new Map<string, TakeState>()
    const stamps: number[] = []
    let nowUs = 26_000_000_000_000 + seed
    for (let step = 0; step < 150; step++) {
      const scale = [0, 500, 50_000, 3_000_000, 120_000_000][Math.floor(random() * 5)]!
      nowUs += Math.floor(random() * scale) * (random() < 0.02 ? -1 : 1)
      const items = ['a', 'b', 'a'].map((key) =>
        randomItem(random, `${seed}${key}`, params, stamps, nowUs),
      )
      const expected = items.map((item) => {
        const { state, answer } = take(states.get(item.key), item, nowUs)
        states.set(item.key, state)
        return answer
      })
      const keys = items.map(({ key }) => key)
      const reply = await client.eval(script, 3, ...keys, encodeItems(items), String(nowUs))
      assert.deepEqual(decodeAnswers(reply, 3), expected, `seed ${seed}, step ${step}`)
      stamps.push(...expected.map(({ stamp }) => stamp))
      if (stamps.length > 12) stamps.splice(0, 3)
    }
  }
})

test('every key the script writes has a time to live', async () => {
  const keys = await client.keys('*')
  assert.ok(keys.length > 12)
  for (const key of keys) assert.ok((await client.pttl(key)) > 0, key)
})

test('an answer of another form is refused', () => {
  for (const reply of [null, 'OK', [1, 2, 3], [1, 2, 3, 4, 5, 6, '7'], [1, 2, 3, 4, 5, 6, -7]]) {
    assert.throws(() => decodeAnswers(reply, 1), TypeError)
  }
})
