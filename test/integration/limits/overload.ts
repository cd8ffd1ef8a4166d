// Steady overload with bursts at the edges of windows on two gateways, and what its log says about the promise.

import { once } from 'node:events'
import { Agent, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { startRedis } from '../../support/redis.ts'
import { ask } from './client.ts'
import { bucketExcess, windowExcess, type Admitted } from './interval-check.ts'
import { allConnected } from './membership.ts'
import { troubles } from './store-health.ts'

interface Promised {
  /** Also the path of its route. */
  readonly name: string
  readonly count: number
  readonly perMs: number
  readonly burst: number | null
  readonly mode: 'exact' | 'leased'
}

const SECOND = 1000
const MINUTE = 60_000
/** Short windows have many edges; long ones are worth a look only where several of them pass. */
const SHORT: readonly Promised[] = [
  { name: 'window-exact', count: 60, perMs: SECOND, burst: null, mode: 'exact' },
  { name: 'window-leased', count: 120, perMs: SECOND, burst: null, mode: 'leased' },
  { name: 'bucket-exact', count: 60, perMs: SECOND, burst: 20, mode: 'exact' },
  { name: 'bucket-leased', count: 120, perMs: SECOND, burst: 40, mode: 'leased' },
]
const LONG: readonly Promised[] = [
  { name: 'minute-exact', count: 100, perMs: MINUTE, burst: null, mode: 'exact' },
  { name: 'minute-leased', count: 100, perMs: MINUTE, burst: null, mode: 'leased' },
  { name: 'minute-bucket', count: 100, perMs: MINUTE, burst: 20, mode: 'exact' },
]
/** As much of an allowance must be used. */
export const LEAST_USE = 0.95
const OVERLOAD = 1.5
const TICK_MS = 20
/** Around each edge: just before it, and just after. */
const EDGE_MS = 15

export interface OverloadResult {
  readonly name: string
  readonly sent: number
  readonly admitted: number
  /** Admitted beyond the promise in the worst of all intervals; 0 or less: it holds. */
  readonly excess: number
  /** Part of what could have been admitted in this time. */
  readonly use: number
  /** 503: a worker could not reach the store in time. */
  readonly away: number
  /** Any other answer but 200 and 429, or none. */
  readonly failed: number
}

export interface OverloadReport {
  readonly results: readonly OverloadResult[]
  /** How often a worker gave the store up for a moment, as on a machine that is busy with other things. */
  readonly troubles: number
}

/** Starts all that it needs, runs for `seconds`, and ends it. */
export async function runOverload(seconds: number): Promise<OverloadReport> {
  const promises = seconds >= 120 ? [...SHORT, ...LONG] : SHORT
  const redis = await startRedis()
  const upstream = createServer((_request, response) => response.end('ok'))
  upstream.listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  const { port } = upstream.address() as AddressInfo
  const config = configuration(promises, redis.port, `http://127.0.0.1:${port}`)
  const nodes: TestGateway[] = []
  try {
    // What has started is ended, even where something else could not start.
    for (let i = 0; i < 2; i++) nodes.push(await startGateway({ config }))
    await allConnected(redis.port, 4)
    const ports = nodes.map((node) => node.port('plain'))
    const driven = promises.map((promise) => drive(promise, ports, seconds * SECOND))
    const results = await Promise.all(driven)
    return { results, troubles: nodes.reduce((sum, node) => sum + troubles(node.stderr()), 0) }
  } finally {
    await Promise.all(nodes.map((node) => node.stop()))
    upstream.close()
    upstream.closeAllConnections()
    await redis.kill()
  }
}

function configuration(promises: readonly Promised[], redisPort: number, upstream: string): string {
  const routes = promises.map(({ name, count, perMs, burst, mode }) => {
    const rate = `rate: ${count}/${perMs === SECOND ? 's' : 'min'}, mode: ${mode}`
    // Nothing is admitted without the store, so that the promise is checked and not the share of a busy worker.
    const how = `key: ["header:x-caller"], onStoreDown: closed`
    const limit = `{ ${rate}${burst === null ? '' : `, burst: ${burst}`}, ${how} }`
    return `  - { name: ${name}, match: /${name}, to: "${upstream}", auth: public, limits: [ ${limit} ] }`
  })
  return `
workers: 2
store: redis://127.0.0.1:${redisPort}
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
routes:
${routes.join('\n')}
telemetry: { accessLog: off }
`
}

async function drive(
  promise: Promised,
  ports: readonly number[],
  lengthMs: number,
): Promise<OverloadResult> {
  const { name, count, perMs } = promise
  const agent = new Agent({ keepAlive: true, maxSockets: 32, scheduling: 'fifo' })
  const admitted: Admitted[] = []
  const running = new Set<Promise<void>>()
  let sent = 0
  let away = 0
  let failed = 0
  const one = async (): Promise<void> => {
    const port = ports[sent++ % ports.length]!
    try {
      const { status, sentMs, answeredMs } = await ask(port, { path: `/${name}`, agent })
      if (status === 200) admitted.push({ sentMs, answeredMs })
      else if (status === 503) away += 1
      else if (status !== 429) failed += 1
    } catch {
      failed += 1
    }
  }
  const send = (): void => {
    const asked = one().finally(() => running.delete(asked))
    running.add(asked)
  }
  const startMs = performance.now()
  // Windows of clocks and windows counted from the first request have different edges: both get their bursts.
  const edges = burstTimes(perMs, lengthMs, Date.now() % perMs)
  let due = 0
  while (performance.now() - startMs < lengthMs) {
    const passedMs = performance.now() - startMs
    while (edges.length > 0 && edges[0]! <= passedMs) {
      edges.shift()
      for (let i = 0; i < Math.min(count, 60); i++) send()
    }
    // One bound for what is open: a slow machine gets a lower rate, not a queue.
    for (; due < (passedMs * count * OVERLOAD) / perMs; due++) if (running.size < 200) send()
    await pause(TICK_MS)
  }
  const ranMs = performance.now() - startMs
  await Promise.all(running)
  agent.destroy()
  return { ...judge(promise, admitted, ranMs), name, sent, away, failed }
}

/** In ms from the start: around every third edge of either kind. */
function burstTimes(perMs: number, lengthMs: number, phaseMs: number): number[] {
  const times: number[] = []
  for (let edge = perMs; edge < lengthMs; edge += 3 * perMs) {
    times.push(edge - EDGE_MS, edge + EDGE_MS)
    times.push(edge + perMs - phaseMs - EDGE_MS, edge + perMs - phaseMs + EDGE_MS)
  }
  return times.toSorted((a, b) => a - b)
}

function judge(
  { count, perMs, burst }: Promised,
  admitted: readonly Admitted[],
  ranMs: number,
): Pick<OverloadResult, 'admitted' | 'excess' | 'use'> {
  const rate = count / perMs
  // A window can be used up at once, and then again after each whole window.
  const possible = burst === null ? count * Math.ceil(ranMs / perMs) : burst + rate * ranMs
  const steady = burst === null ? rate * ranMs : possible
  return {
    admitted: admitted.length,
    excess:
      burst === null ? windowExcess(admitted, count, perMs) : bucketExcess(admitted, burst, rate),
    use: admitted.length / Math.min(possible, steady),
  }
}

export function formatOverload({ results, troubles: count }: OverloadReport): string {
  const rows = results.map(({ name, sent, admitted, excess, use, away, failed }) => {
    const numbers = [sent, admitted, `${(use * 100).toFixed(1)} %`, excess.toFixed(2), away, failed]
    return name.padEnd(16) + numbers.map((number) => String(number).padStart(10)).join('')
  })
  const head = ['sent', 'admitted', 'use', 'excess', 'away', 'failed'].map((text) =>
    text.padStart(10),
  )
  const trouble = `workers gave the store up ${count} times`
  return [`${''.padEnd(16)}${head.join('')}`, ...rows, trouble].join('\n')
}
