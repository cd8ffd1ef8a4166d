// What one rate-limit decision costs, in CPU of the gateway and of Redis: `node test/bench/limits.ts [--seconds 4]`.
// Arms: the stock Redis store of @fastify/rate-limit, our limiter exact and leased; 1,000 hot keys and 100,000 keys.

import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'
import { Redis } from 'ioredis'
import { Limiter } from '../../gateway/limit/limiter.ts'
import type { LimitMode, LimitPlan } from '../../gateway/limit/plan.ts'
import { windowParams } from '../../gateway/limit/params.ts'
import { closeRedis, connectRedis } from '../../gateway/limit/redis-client.ts'
import { RedisStore } from '../../gateway/limit/redis-store.ts'
import { systemClock } from '../../sidecar/runtime/clock.ts'
import { redisPlan, whenReady } from '../gateway/limit/redis-plan.ts'
import { startRedis } from '../support/redis.ts'
import { cpuTimeBetween, processTree, readCpuTimes } from './cpu-time.ts'

/** Never reached: what is measured is the cost of letting requests through. */
const RATE = { count: 10_000_000, perMs: 60_000 }
const IN_FLIGHT = 256
const WARM_MS = 1500

/** Decides once about a key; resolves when decided. */
type Decide = (key: number) => void | Promise<unknown>

interface Figures {
  readonly decisions: number
  readonly gatewayUs: number
  readonly redisUs: number
}

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '4' } } })
const measureMs = Number(values.seconds) * 1000
const redis = await startRedis()

/** Keeps IN_FLIGHT decisions going for `durationMs`; keys in turn, so that all are equally hot. */
async function drive(decide: Decide, keys: number, durationMs: number): Promise<number> {
  const endMs = performance.now() + durationMs
  let next = 0
  let decisions = 0
  const lane = async (): Promise<void> => {
    while (performance.now() < endMs) {
      // A tick's worth of requests, as a busy gateway gets them.
      for (let i = 0; i < 16; i++) {
        const pending = decide(next++ % keys)
        decisions++
        if (pending !== undefined) await pending
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
  return decisions
}

async function measure(decide: Decide, keys: number): Promise<Figures> {
  await drive(decide, keys, WARM_MS)
  const pids = { gateway: [process.pid], redis: processTree(redis.pid) }
  const before = { gateway: readCpuTimes(pids.gateway), redis: readCpuTimes(pids.redis) }
  const decisions = await drive(decide, keys, measureMs)
  const cost = (who: keyof typeof pids): number =>
    cpuTimeBetween(before[who], readCpuTimes(pids[who])) / 1000 / decisions
  return { decisions, gatewayUs: cost('gateway'), redisUs: cost('redis') }
}

async function ours(mode: LimitMode, keys: number): Promise<Figures> {
  const client = connectRedis(redisPlan(redis.port), Math.random, () => undefined)
  await whenReady(client)
  const store = new RedisStore(client, `bench-${mode}-${keys}`)
  const limiter = new Limiter({
    store,
    clock: systemClock,
    random: Math.random,
    defer: setImmediate,
    instance: `bench ${mode} ${keys}`,
    maxKeys: 200_000,
  })
  const plan: LimitPlan = {
    id: `bench ${mode}`,
    name: 'bench',
    rate: { kind: 'fixed', params: windowParams(RATE, mode) },
    key: [{ kind: 'header', name: 'key' }],
    cost: 1,
    onStoreDown: 'local',
    shadow: false,
    stage: 'after_auth',
  }
  const plans = [plan]
  const subjects = Array.from({ length: keys }, (_, n) => ({
    clientIp: '127.0.0.1',
    route: 'bench',
    headers: ['key', `key-${n}`],
    caller: null,
  }))
  const figures = await measure((key) => {
    const decision = limiter.decide(plans, subjects[key]!)
    return decision instanceof Promise ? decision : undefined
  }, keys)
  limiter.close()
  store.close()
  return figures
}

type StockStore = new (
  continueExceeding: boolean,
  backoff: boolean,
  client: Redis,
  key: string,
) => {
  incr(key: string, done: (error: Error | null) => void, timeWindow: number, max: number): void
}

async function stock(keys: number): Promise<Figures> {
  const require = createRequire(import.meta.url)
  const Store = require('@fastify/rate-limit/store/RedisStore') as StockStore
  const client = new Redis({ port: redis.port, host: '127.0.0.1' })
  const store = new Store(false, false, client, `stock-${keys}-`)
  const figures = await measure(
    (key) =>
      new Promise<void>((resolve, reject) => {
        store.incr(
          `key-${key}`,
          (error) => (error ? reject(error) : resolve()),
          RATE.perMs,
          RATE.count,
        )
      }),
    keys,
  )
  closeRedis(client)
  return figures
}

const say = (text: string): void => void process.stdout.write(`${text}\n`)
try {
  say('keys     arm     gateway µs  redis µs  decisions/s  one Redis core carries')
  for (const keys of [1000, 100_000]) {
    const arms = {
      stock: () => stock(keys),
      exact: () => ours('exact', keys),
      leased: () => ours('leased', keys),
    }
    for (const [name, run] of Object.entries(arms)) {
      const { decisions, gatewayUs, redisUs } = await run()
      const perSecond = Math.round(decisions / (measureMs / 1000))
      const carries = Math.round(1e6 / redisUs)
      say(
        `${String(keys).padEnd(8)} ${name.padEnd(7)} ${gatewayUs.toFixed(2).padStart(10)}  ` +
          `${redisUs.toFixed(3).padStart(8)}  ${String(perSecond).padStart(11)}  ${carries} decisions/s`,
      )
    }
  }
} finally {
  await redis.kill()
}
