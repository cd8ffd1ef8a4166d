// Q041–Q045: keys that are many, long, or made to be taken for others.

import assert from 'node:assert/strict'
import { EmbeddedStore } from '../../../gateway/limit/embedded-store.ts'
import { limitParams } from '../../../gateway/limit/params.ts'
import { systemClock } from '../../../sidecar/runtime/clock.ts'
import { redisCommand } from '../../support/redis-command.ts'
import type { Bench, BypassCase } from './bypass-case.ts'
import { admittedOf, ask, askMany, bearer } from './client.ts'

const PER_KEY =
  'auth: public, limits: [ { rate: 2/min, key: ["header:x-api-key"] }, 1000/min per ip ]'

async function keysOf({ redisPort }: Bench): Promise<readonly string[]> {
  return (await redisCommand(redisPort, 'KEYS', '*')) as readonly string[]
}

export const COST_CASES: readonly BypassCase[] = [
  {
    id: 'Q041',
    // In Redis each key ends with its limit (Q036); in memory the number of keys has a bound, and the oldest goes.
    check: () => {
      const store = new EmbeddedStore({ clock: systemClock })
      const params = limitParams({ count: 2, perMs: 3_600_000 }, null, 'exact')
      const nothing = { want: 0, credit: 0, stamp: 0, settled: 0, lease: 0, debit: 0 }
      const item = { ...nothing, params, count: 2, cost: 1 }
      store.takeNow({ ...item, key: 'held' })
      for (let i = 0; i < 250_000; i++) {
        store.takeNow({ ...item, key: `${i}` })
        // Whoever is limited and keeps asking is not pushed out by strangers.
        if (i % 50_000 === 0) assert.equal(store.takeNow({ ...item, key: 'held' }).granted, 0)
      }
      assert.equal(store.size, 200_000)
      return Promise.resolve()
    },
  },
  {
    id: 'Q042',
    route: PER_KEY,
    check: async (bench, path) => {
      const long = 'k'.repeat(8192)
      for (const wanted of [200, 200, 429]) {
        const { status } = await ask(bench.port, { path, headers: { 'x-api-key': long } })
        assert.equal(status, wanted)
      }
      const other = `${long.slice(0, -1)}l`
      assert.equal((await ask(bench.port, { path, headers: { 'x-api-key': other } })).status, 200)
      for (const key of await keysOf(bench)) assert.ok(key.length <= 64, key)
    },
  },
  {
    id: 'Q043',
    route: 'auth: { issuer: idp, audience: api }, limits: [ 2/min per sub ]',
    check: async (bench, path) => {
      const { port, redisPort, issuer } = bench
      await redisCommand(redisPort, 'SET', 'canary', 'alive', 'PX', 60_000)
      const asking = async (subject: string) => {
        const headers = bearer(await issuer.token(subject, 'api'))
        return await askMany([port], 5, { path, headers })
      }
      // A subject with control characters is nobody; one that only looks like commands is somebody.
      const refused = await asking('x\r\n*1\r\n$8\r\nFLUSHALL\r\n')
      assert.deepEqual(new Set(refused.map(({ status }) => status)), new Set([401]))
      for (const subject of ['*1 $8 FLUSHALL', 'sallyport:{0}:instances', '"] } ]']) {
        assert.equal(admittedOf(await asking(subject)), 2, subject)
      }
      assert.equal(await redisCommand(redisPort, 'GET', 'canary'), 'alive')
      for (const key of await keysOf(bench)) assert.match(key, /^[\w:{}-]+$/)
    },
  },
  {
    id: 'Q044',
    route:
      'auth: public, limits: [ { rate: 2/min, key: ["header:x-a", "header:x-b"] }, 1000/min per ip ]',
    check: async ({ port }, path) => {
      const pairs = [
        ['a:b', 'c'],
        ['a', 'b:c'],
        ['a|1:b', 'c'],
        ['a', 'b|1:c'],
        ['a,b', 'c'],
      ] as const
      for (const [a, b] of pairs) {
        const headers = { 'x-a': a, 'x-b': b }
        assert.equal(admittedOf(await askMany([port], 5, { path, headers })), 2, `${a} ${b}`)
      }
      // A part that is missing is a value of its own, not a way out.
      assert.equal(admittedOf(await askMany([port], 5, { path, headers: { 'x-a': 'a' } })), 2)
      assert.equal(admittedOf(await askMany([port], 5, { path })), 2)
    },
  },
  { id: 'Q045', shownBy: 'a-cluster-may-change-under-traffic.test.ts' },
]
