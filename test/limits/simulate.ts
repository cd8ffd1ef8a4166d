// `npm run sim:limits [NODES] [KEYS] [SECONDS]`: a large fleet on the code that runs in every gateway, in simulated time.
// Prints whether every key kept its promise, how much of its allowance was used and what a decision cost.

import { Limiter } from '../../gateway/limit/limiter.ts'
import { limitParams } from '../../gateway/limit/params.ts'
import type { LimitMode, LimitPlan, Rate } from '../../gateway/limit/plan.ts'
import { excess, type Admission } from './promise-check.ts'
import { seededRandom } from './seeded-random.ts'
import { SimulatedServer, SimulatedStore } from './simulated-store.ts'
import { VirtualTime } from './virtual-time.ts'

const [nodes = 1000, keys = 100_000, seconds = 20] = process.argv.slice(2).map(Number)
// Decisions of one run, so that all of it stays under two minutes.
const REQUESTS = 1_000_000
const DELAY_MS = 1

interface Scenario {
  readonly name: string
  readonly rate: Rate
  readonly burst: number | null
  readonly mode: LimitMode
  /** Requests go to this many keys, each with the same share. */
  readonly keys: number
  readonly nodes: number
}

const scenarios: readonly Scenario[] = (['exact', 'leased'] as const).flatMap((mode) => [
  { name: 'all keys', rate: { count: 5, perMs: 60_000 }, burst: null, mode, keys, nodes },
  {
    name: 'hot keys, window',
    rate: { count: 15_000, perMs: 60_000 },
    burst: null,
    mode,
    keys: 60,
    nodes: 10,
  },
  {
    name: 'hot keys, bucket',
    rate: { count: 1000, perMs: 1000 },
    burst: 1000,
    mode,
    keys: 60,
    nodes: 10,
  },
])

async function simulate(scenario: Scenario): Promise<string> {
  const { rate, burst, mode, name } = scenario
  const random = seededRandom(1)
  const time = new VirtualTime()
  const server = new SimulatedServer(time, random)
  const limiters = Array.from({ length: scenario.nodes }, (_, i) => {
    const store = new SimulatedStore(server, { delayMs: DELAY_MS / 2, lost: 0 })
    const defer = (task: () => void): void => void time.after(0, task)
    return new Limiter({ store, clock: time, random, defer, instance: `node ${i}` })
  })
  const params = limitParams(rate, burst, mode)
  const plan: LimitPlan = {
    id: name,
    name,
    rate: { kind: 'fixed', params },
    key: [{ kind: 'ip' }],
    cost: 1,
    onStoreDown: 'closed',
    shadow: false,
    stage: 'after_auth',
  }
  const logs = new Map<string, Admission[]>()
  let immediate = 0
  const durationMs = seconds * 1000
  const perMs = REQUESTS / durationMs
  let asked = 0
  const request = (): void => {
    const clientIp = `key ${Math.floor(random() * scenario.keys)}`
    const limiter = limiters[Math.floor(random() * limiters.length)]!
    const admit = (): void => {
      const log = logs.get(clientIp) ?? []
      if (log.length === 0) logs.set(clientIp, log)
      log.push({ atMs: time.monotonicMs(), cost: 1 })
    }
    asked += 1
    const decided = limiter.decide([plan], { clientIp, route: 'r', headers: [], caller: null })
    if (decided instanceof Promise) {
      void decided.then(({ verdict }) => verdict === 'allow' && admit())
      return
    }
    immediate += 1
    if (decided.verdict === 'allow') admit()
  }
  const tick = (): void => {
    for (let i = perMs * (0.5 + random()); i > random(); i--) request()
    if (time.monotonicMs() < durationMs) time.after(1, tick)
  }
  time.after(0, tick)
  await time.run(durationMs + 300)
  let worst = -Infinity
  let admitted = 0
  for (const log of logs.values()) {
    worst = Math.max(worst, excess(log, params, params.lateMs))
    admitted += log.length
  }
  const perKeyAsked = asked / scenario.keys
  const allowed =
    burst === null
      ? rate.count * Math.ceil(durationMs / rate.perMs)
      : burst + (rate.count * durationMs) / rate.perMs
  const used = admitted / (scenario.keys * Math.min(allowed, perKeyAsked))
  for (const limiter of limiters) limiter.close()
  const columns = [
    name.padEnd(18),
    mode.padEnd(7),
    `${scenario.nodes} nodes, ${scenario.keys} keys`.padEnd(24),
    `${asked} decisions`.padEnd(18),
    `promise ${worst <= 0 ? 'kept' : `BROKEN by ${worst.toFixed(2)}`}`.padEnd(14),
    `used ${(used * 100).toFixed(1)} %`.padEnd(13),
    `at once ${((immediate / asked) * 100).toFixed(1)} %`.padEnd(16),
    `round trips ${(server.batches / asked).toFixed(3)}`.padEnd(19),
    `key operations ${(server.items / asked).toFixed(3)} per decision`,
  ]
  if (worst > 0) process.exitCode = 1
  return columns.join('  ')
}

for (const scenario of scenarios) process.stdout.write(`${await simulate(scenario)}\n`)
