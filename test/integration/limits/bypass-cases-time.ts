// Q032–Q040: edges of windows, clocks, and numbers at their ends.

import assert from 'node:assert/strict'
import { EmbeddedStore } from '../../../gateway/limit/embedded-store.ts'
import { limitParams } from '../../../gateway/limit/params.ts'
import { take, type TakeState } from '../../../gateway/limit/take.ts'
import { systemClock } from '../../../sidecar/runtime/clock.ts'
import { redisCommand } from '../../support/redis-command.ts'
import { until } from '../../support/until.ts'
import type { BypassCase } from './bypass-case.ts'
import { admittedOf, ask, askMany, withStatus, type Answer } from './client.ts'
import { windowExcess } from './interval-check.ts'

const HOUR_US = 3_600_000_000
const NOTHING = { want: 0, credit: 0, stamp: 0, settled: 0, lease: 0, debit: 0 }
const params = limitParams({ count: 10, perMs: 60_000 }, null, 'exact')
const item = { ...NOTHING, key: 'k', params, count: 100, cost: 1 }

export const TIME_CASES: readonly BypassCase[] = [
  {
    id: 'Q032',
    route: 'auth: public, limits: [ { rate: 10/s, key: [ip] } ]',
    check: async ({ port }, path) => {
      const admitted: Answer[] = []
      await until('third second', async () => {
        admitted.push(...withStatus(await askMany([port], 3, { path }), 200))
        return admitted.length > 20
      })
      // Not 1.1 times the limit: none beyond it.
      assert.ok(windowExcess(admitted, 10, 1000) <= 0)
    },
  },
  { id: 'Q033', shownBy: 'two-nodes-share-one-limit.test.ts' },
  {
    id: 'Q034',
    // The clock of a running process cannot be set here, so its store is asked with one that can.
    check: () => {
      let wallMs = Date.now()
      const clock = { ...systemClock, wallMs: () => wallMs }
      const store = new EmbeddedStore({ clock })
      assert.equal(store.takeNow(item).granted, 10)
      for (const stepMs of [3_600_000, -7_200_000]) {
        wallMs += stepMs
        assert.equal(store.takeNow(item).granted, 0)
      }
      return Promise.resolve()
    },
  },
  {
    id: 'Q035',
    check: () => {
      const bucket = limitParams({ count: 10, perMs: 60_000 }, 10, 'exact')
      for (const limit of [params, bucket]) {
        let nowUs = 10 * HOUR_US
        const first = take(undefined, { ...item, params: limit }, nowUs)
        let { state }: { state: TakeState } = first
        assert.equal(first.answer.granted, 10)
        // Back: nothing is freed, and nobody is locked out for longer than one window. Forward: what time would free.
        for (const [stepUs, wanted] of [
          [-HOUR_US, 0],
          [62_000_000, 10],
          [HOUR_US, 10],
          [1, 0],
        ] as const) {
          nowUs += stepUs
          const next = take(state, { ...item, params: limit }, nowUs)
          state = next.state
          assert.equal(next.answer.granted, wanted, `${limit.kind}, ${stepUs}`)
        }
      }
      return Promise.resolve()
    },
  },
  {
    id: 'Q036',
    route:
      'auth: public, limits: [ { rate: 5/s, key: [ip] }, { rate: 60/h, burst: 9, key: [ip] } ]',
    check: async ({ port, redisPort }, path) => {
      await askMany([port], 50, { path })
      const keys = (await redisCommand(redisPort, 'KEYS', '*')) as readonly string[]
      assert.ok(keys.some((key) => key.startsWith('sallyport:')))
      // Revisions of the fleet are kept.
      for (const key of keys.filter((each) => !each.includes(':{config}:'))) {
        // -2: it has gone meanwhile, which is its time to live at work.
        assert.notEqual(await redisCommand(redisPort, 'PTTL', key), -1, key)
      }
    },
  },
  { id: 'Q037', shownBy: 'two-nodes-share-one-limit.test.ts' },
  { id: 'Q038', shownBy: 'several-limits-take-all-or-nothing.test.ts' },
  {
    id: 'Q039',
    route: 'auth: public, limits: [ { name: changing, rate: 3/min, key: [ip] } ]',
    check: async ({ gateway, config, port }, path) => {
      assert.equal(admittedOf(await askMany([port], 20, { path })), 3)
      const changed = config.replace('changing, rate: 3/min', 'changing, rate: 7/min')
      gateway.write('sallyport.yaml', changed)
      try {
        const tookMs = await until(
          'new limit',
          async () => (await ask(port, { path })).status === 200,
        )
        // The reload itself, and up to a second for which a refusal is believed.
        assert.ok(tookMs < 2500, `${tookMs}`)
        // What was admitted under the old number counts under the new one.
        assert.equal(admittedOf(await askMany([port], 20, { path })), 3)
      } finally {
        gateway.write('sallyport.yaml', config)
      }
    },
  },
  {
    id: 'Q040',
    route: 'auth: public, limits: [ { rate: 5/s, key: [ip] } ]',
    check: async ({ port }, path) => {
      const startMs = performance.now()
      while (performance.now() - startMs < 1100) {
        for (const { headers } of withStatus(await askMany([port], 8, { path }), 429)) {
          assert.match(String(headers['retry-after']), /^[12]$/)
          assert.match(String(headers['ratelimit']), /;r=0;t=[12]$/)
        }
      }
    },
  },
]
