import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DnsCache } from '../../../gateway/egress/dns-cache.ts'
import type { Resolution, Resolver } from '../../../gateway/egress/resolver.ts'
import { ManualClock } from '../auth/manual-clock.ts'

/** A resolver that answers when told to. */
class Scripted implements Resolver {
  readonly asked: string[] = []
  readonly waiting: ((resolution: Resolution) => void)[] = []

  resolve(name: string): Promise<Resolution> {
    this.asked.push(name)
    return new Promise((resolve) => {
      this.waiting.push(resolve)
    })
  }

  answer(ttlMs: number): void {
    this.waiting.shift()!({ kind: 'found', addresses: ['192.0.2.1'], ttlMs })
  }
}

function setUp(): { clock: ManualClock; dns: Scripted; cache: DnsCache } {
  const clock = new ManualClock()
  const dns = new Scripted()
  return { clock, dns, cache: new DnsCache(dns, clock, 3000) }
}

test('an answer is kept for its time, but a second at least and a minute at most', async () => {
  for (const [ttlMs, keptMs] of [
    [0, 1000],
    [30_000, 30_000],
    [3_600_000, 60_000],
  ] as const) {
    const { clock, dns, cache } = setUp()
    const first = cache.resolve('a.test')
    dns.answer(ttlMs)
    assert.equal((await first).kind, 'found')
    await clock.advance(keptMs - 1)
    await cache.resolve('a.test')
    assert.equal(dns.asked.length, 1)
    await clock.advance(1)
    void cache.resolve('a.test')
    assert.equal(dns.asked.length, 2)
  }
})

test('a failure is kept for five seconds', async () => {
  const { clock, dns, cache } = setUp()
  const first = cache.resolve('a.test')
  dns.waiting.shift()!({ kind: 'failed', reason: 'dns_not_found' })
  await first
  await clock.advance(4999)
  assert.deepEqual(await cache.resolve('a.test'), { kind: 'failed', reason: 'dns_not_found' })
  await clock.advance(1)
  void cache.resolve('a.test')
  assert.equal(dns.asked.length, 2)
})

test('who asks at the same moment shares one query', async () => {
  const { dns, cache } = setUp()
  const both = Promise.all([cache.resolve('a.test'), cache.resolve('a.test')])
  dns.answer(1000)
  assert.deepEqual(new Set((await both).map(({ kind }) => kind)), new Set(['found']))
  assert.equal(dns.asked.length, 1)
})

test('silence ends after the time that was given, and what comes later is not used', async () => {
  const { clock, dns, cache } = setUp()
  const asked = cache.resolve('a.test')
  await clock.advance(3000)
  assert.deepEqual(await asked, { kind: 'failed', reason: 'dns_timeout' })
  dns.answer(60_000)
  await Promise.resolve()
  assert.deepEqual(await cache.resolve('a.test'), { kind: 'failed', reason: 'dns_timeout' })
})

test('a resolver that breaks is a failure like another', async () => {
  const broken: Resolver = { resolve: () => Promise.reject(new Error('broken')) }
  const cache = new DnsCache(broken, new ManualClock(), 3000)
  assert.deepEqual(await cache.resolve('a.test'), { kind: 'failed', reason: 'dns_failed' })
})

test('at most 512 names are asked for at a time', async () => {
  const { dns, cache } = setUp()
  for (let i = 0; i < 512; i++) void cache.resolve(`n${i}.test`)
  assert.deepEqual(await cache.resolve('more.test'), { kind: 'failed', reason: 'dns_overloaded' })
  assert.equal(dns.asked.length, 512)
})

test('of more than 1024 names the one unused for longest is forgotten', async () => {
  const { dns, cache } = setUp()
  const know = async (name: string): Promise<void> => {
    const asked = cache.resolve(name)
    dns.answer(60_000)
    await asked
  }
  for (let i = 0; i < 1024; i++) await know(`n${i}.test`)
  await cache.resolve('n0.test')
  await know('more.test')
  assert.notEqual(cache.recall('n0.test'), null)
  assert.equal(cache.recall('n1.test'), null)
})
