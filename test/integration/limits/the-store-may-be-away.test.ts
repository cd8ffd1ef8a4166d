// K001–K012, K015, K016: one gateway goes through every outage of its Redis, one after the other, and stays what it was.

import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { workersOf } from '../../support/process-tree.ts'
import { redisCommand } from '../../support/redis-command.ts'
import { startRedis, type TestRedis } from '../../support/redis.ts'
import { startTcpProxy, type ProxyMode, type TcpProxy } from '../../support/tcp-proxy.ts'
import { startUpstream, type Upstream } from '../edge/upstream.ts'
import { allKnown } from './membership.ts'
import { formatResults, goThrough, outageConfig, type Outage, type OutageResult } from './outage.ts'
import { faultsOf } from './store-health.ts'

const PASS: ProxyMode = { kind: 'pass', delayMs: 0 }

suite('while its Redis is in trouble, a gateway decides in time and by its policies', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-redis-'))
  const results: OutageResult[] = []
  let redis: TestRedis
  let proxy: TcpProxy
  let upstream: Upstream
  let gateway: TestGateway
  let workers: readonly number[] = []
  let background: Promise<unknown> = Promise.resolve()

  before(async () => {
    // Loading takes 10 ms for each key, so that there is a time in which it can be watched.
    const slow = ['--key-load-delay', '10000', '--loading-process-events-interval-bytes', '1024']
    const debug = ['--enable-debug-command', 'yes', '--dir', folder, '--dbfilename', 'dump.rdb']
    redis = await startRedis([...slow, ...debug])
    await redis.kill()
    proxy = await startTcpProxy(redis.port)
    await proxy.set({ kind: 'refuse' })
    upstream = await startUpstream()
    const config = outageConfig(`redis://127.0.0.1:${proxy.port}`, upstream.url)
    gateway = await startGateway({ config })
    workers = workersOf(gateway.process.pid!)
    assert.equal(workers.length, 2)
  })

  after(async (t) => {
    t.diagnostic(formatResults(results))
    await gateway?.stop()
    await upstream?.close()
    await proxy?.close()
    redis?.resume()
    await redis?.kill()
    rmSync(folder, { recursive: true, force: true })
  })

  const command = (name: string, ...args: (string | number)[]): Promise<unknown> =>
    redisCommand(redis.port, name, ...args)
  const set = (mode: ProxyMode) => (): Promise<void> => proxy.set(mode)
  const does =
    (...parts: readonly [string, ...(string | number)[]]) =>
    async (): Promise<void> => {
      await command(...parts)
    }
  const nothing = (): Promise<void> => Promise.resolve()

  const outages: readonly Outage[] = [
    { name: 'K002 kill -9, and back empty', store: 'away', forgets: true, ...killed() },
    {
      name: 'K003 SIGSTOP',
      store: 'away',
      breakStore: async () => redis.pause(),
      healStore: async () => redis.resume(),
    },
    // Ends by itself, on a slow machine before the last request.
    { name: 'K004 DEBUG SLEEP', store: 'flaky', ...asleep() },
    {
      name: 'K005 CLIENT PAUSE',
      store: 'away',
      breakStore: does('CLIENT', 'PAUSE', 60_000, 'WRITE'),
      healStore: does('CLIENT', 'UNPAUSE'),
    },
    {
      name: 'K006 half open',
      store: 'away',
      breakStore: set({ kind: 'silent' }),
      healStore: set(PASS),
    },
    {
      name: 'K007 RST, then refused',
      store: 'away',
      breakStore: set({ kind: 'refuse' }),
      healStore: set(PASS),
    },
    {
      name: 'K008 READONLY, demoted to a replica',
      store: 'away',
      breakStore: does('REPLICAOF', '127.0.0.1', 1),
      healStore: does('REPLICAOF', 'NO', 'ONE'),
    },
    {
      name: 'K009 OOM',
      store: 'away',
      breakStore: does('CONFIG', 'SET', 'maxmemory', 1),
      healStore: does('CONFIG', 'SET', 'maxmemory', 0),
    },
    { name: 'K010 LOADING after a restart', store: 'away', ...loading() },
    {
      name: 'K011 SCRIPT FLUSH',
      store: 'well',
      breakStore: does('SCRIPT', 'FLUSH'),
      healStore: nothing,
    },
    { name: 'K012 NOAUTH, another password', store: 'away', ...locked() },
    {
      name: 'K015 slow by 10 ms each way',
      store: 'well',
      breakStore: set({ kind: 'pass', delayMs: 10 }),
      healStore: set(PASS),
    },
    {
      name: 'K015 slow by 50 ms each way',
      store: 'flaky',
      breakStore: set({ kind: 'pass', delayMs: 50 }),
      healStore: set(PASS),
    },
  ]

  function asleep() {
    return {
      breakStore: () => {
        background = command('DEBUG', 'SLEEP', 2)
        return Promise.resolve()
      },
      healStore: async () => {
        await background
      },
    }
  }

  function killed() {
    return {
      breakStore: () => redis.kill(),
      healStore: async () => {
        rmSync(join(folder, 'dump.rdb'), { force: true })
        await redis.restart()
      },
    }
  }

  /** Comes back at once but says LOADING, for two seconds. */
  function loading() {
    return {
      breakStore: async () => {
        await command('DEBUG', 'POPULATE', 200)
        await command('SAVE')
        assert.ok(existsSync(join(folder, 'dump.rdb')))
        await redis.kill()
        await redis.restart()
        await assert.rejects(command('GET', 'key:1'), /LOADING/)
      },
      healStore: async () => {
        while (String(await command('INFO', 'persistence')).includes('\nloading:1')) continue
      },
    }
  }

  function locked() {
    const password = 'another'
    const asOwner = (name: string, ...args: string[]): Promise<unknown> =>
      redisCommand({ port: redis.port, password }, name, ...args)
    return {
      breakStore: async () => {
        await command('CONFIG', 'SET', 'requirepass', password)
        // Whoever is in already could stay.
        await asOwner('CLIENT', 'KILL', 'TYPE', 'normal')
      },
      healStore: async () => {
        await asOwner('CONFIG', 'SET', 'requirepass', '')
      },
    }
  }

  async function passes(outage: Outage, hasStore = true): Promise<void> {
    results.push(await goThrough(gateway, outage, hasStore))
    assert.deepEqual(workersOf(gateway.process.pid!), workers)
    assert.deepEqual(faultsOf(gateway), [])
  }

  test('K001 down at boot', async () => {
    const healStore = async (): Promise<void> => {
      await redis.restart()
      await proxy.set(PASS)
    }
    const name = 'K001 down at boot'
    await passes({ name, store: 'away', breakStore: nothing, healStore }, false)
    // Only who has met the others knows its share.
    await allKnown(redis.port, 2)
  })

  for (const outage of outages.slice(1)) test(outage.name, () => passes(outage))

  test(outages[0]!.name, () => passes(outages[0]!))

  test('K016 FLUSHALL', async () => {
    const breakStore = does('FLUSHALL')
    await passes({ name: 'K016 FLUSHALL', store: 'well', breakStore, healStore: nothing })
  })
})
