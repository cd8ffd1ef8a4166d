// `npm run bench:mesh -- [--blocks 9] [--seconds 4] [--rate 1000]`: what a sidecar costs, beside haproxy doing the same.
// Needs Linux, haproxy, nginx and wrk. One hop takes mTLS and sends cleartext to the app; a pair takes cleartext, speaks mTLS
// between its two processes, and sends cleartext.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startMeshNode } from '../integration/whole/mesh-node.ts'
import { cpuTimeBetween, peakRssBytes, readCpuTicks, readCpuTimes } from './cpu-time.ts'
import { wrkLoad, type Load } from './load.ts'
import { freePort, LOAD_CPU, PROXY_CPU, waitUntilReady } from './measure.ts'
import { startMeshArms, type MeshArm } from './mesh-arms.ts'
import { measureLatency } from './mesh-latency.ts'
import { Processes } from './processes.ts'
import { findProgram, type Program } from './programs.ts'
import { estimate, roundOrder, seededRandom, type Estimate } from './statistics.ts'
import { alignColumns } from './table.ts'
import { probe, requestText, type Target } from './traffic.ts'
import { upstreamCommand } from './upstream.ts'

/** A block is left out where other work took more of the proxy's CPU than this. */
const MAX_FOREIGN_SHARE = 0.05

interface MeshBlock {
  readonly round: number
  readonly arm: string
  readonly costUs: number
  readonly requestsPerSecond: number
  readonly errors: number
  readonly foreignShare: number
}

const { values } = parseArgs({
  options: {
    blocks: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '4' },
    rate: { type: 'string', default: '1000' },
  },
})
const [blocks = 0, seconds = 0, rate = 0] = [values.blocks, values.seconds, values.rate].map(Number)

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function program(name: string, flag: string): Program {
  const found = findProgram(name, flag, process.env['PATH'] ?? '')
  if (found === null) throw new Error(`${name} is not installed`)
  say(`${name}: ${found.version}`)
  return found
}

function targetOf({ port, host }: MeshArm): Target {
  const headers = { host, 'user-agent': 'sallyport-bench', accept: 'application/json' }
  return { port, caPem: null, headerSets: [headers], allowOrigin: null }
}

async function measureBlock(arm: MeshArm, round: number, load: Load): Promise<MeshBlock> {
  const ticksBefore = readCpuTicks(PROXY_CPU)
  const before = readCpuTimes(arm.pids)
  const result = await load(targetOf(arm), seconds)
  const cpuNs = cpuTimeBetween(before, readCpuTimes(arm.pids))
  const ticks = readCpuTicks(PROXY_CPU)
  const wrong = await probe(targetOf(arm))
  if (wrong !== null) throw new Error(`${arm.name}: ${wrong}`)
  const busy = (ticks.busy - ticksBefore.busy) / Math.max(1, ticks.total - ticksBefore.total)
  return {
    round,
    arm: arm.name,
    costUs: cpuNs / 1000 / result.requests,
    requestsPerSecond: result.requests / result.seconds,
    errors: result.errors,
    foreignShare: Math.max(0, busy - cpuNs / 1e9 / result.seconds),
  }
}

/** Medians over the blocks that nothing disturbed, or over all where most were disturbed. */
function summarize(arm: MeshArm, all: readonly MeshBlock[]): readonly string[] {
  const usable = (name: string): readonly MeshBlock[] => {
    const own = all.filter((block) => block.arm === name && block.errors === 0)
    const quiet = own.filter(({ foreignShare }) => foreignShare <= MAX_FOREIGN_SHARE)
    return quiet.length * 2 >= own.length ? quiet : own
  }
  const own = usable(arm.name)
  const baseCosts = new Map(usable(arm.base).map(({ round, costUs }) => [round, costUs]))
  const ratios = own.flatMap(({ round, costUs }) => {
    const base = baseCosts.get(round)
    return base === undefined ? [] : [costUs / base]
  })
  const costs = own.map(({ costUs }) => costUs)
  const errors = all.reduce((sum, block) => sum + (block.arm === arm.name ? block.errors : 0), 0)
  return [
    arm.name,
    ...texts(costs, 1),
    ...texts(ratios, 2),
    median(own.map(({ requestsPerSecond }) => requestsPerSecond)).toFixed(0),
    String(errors),
    String(own.length),
  ]
}

function texts(numbers: readonly number[], digits: number): readonly string[] {
  if (numbers.length === 0) return ['-', '-']
  const { median: middle, low, high }: Estimate = estimate(numbers, seededRandom(1))
  return [middle.toFixed(digits), `${low.toFixed(digits)}–${high.toFixed(digits)}`]
}

function median(numbers: readonly number[]): number {
  return numbers.length === 0 ? NaN : estimate(numbers, seededRandom(1)).median
}

function mib(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(0)
}

async function measureAll(arms: readonly MeshArm[], load: Load, upstream: number): Promise<void> {
  const atStart = new Map(arms.map(({ name, pids }) => [name, peakRssBytes(pids)]))
  for (const arm of arms) await load(targetOf(arm), seconds)
  const measured: MeshBlock[] = []
  for (let round = 0; round < blocks; round++) {
    for (const arm of roundOrder(arms, round)) measured.push(await measureBlock(arm, round, load))
  }
  const head = ['arm', 'µs/request', '95 %', '× haproxy', '95 %', 'rps', 'errors', 'blocks']
  const rows = arms.map((arm) => [
    ...summarize(arm, measured),
    mib(atStart.get(arm.name)!),
    mib(peakRssBytes(arm.pids)),
  ])
  say(alignColumns([[...head, 'RSS at start', 'peak RSS, MiB'], ...rows]).join('\n'))
  say(`\nlatency at ${rate} requests/s, ms from the moment each was to leave`)
  const direct: MeshArm = {
    name: 'no proxy',
    base: '',
    port: upstream,
    host: 'localhost',
    pids: [],
  }
  const latencies: string[][] = []
  for (const arm of [direct, ...arms]) {
    const request = requestText(targetOf(arm).headerSets[0]!)
    const options = { port: arm.port, request, perSecond: rate, seconds: seconds * 2 }
    const { p50Ms, p99Ms, errors } = await measureLatency(options)
    latencies.push([arm.name, p50Ms.toFixed(2), p99Ms.toFixed(2), String(errors)])
  }
  say(alignColumns([['arm', 'p50', 'p99', 'errors'], ...latencies]).join('\n'))
}

async function main(): Promise<void> {
  const [haproxy, nginx, wrk] = [
    program('haproxy', '-v'),
    program('nginx', '-v'),
    program('wrk', '-v'),
  ]
  const found = findProgram('taskset', '--version', process.env['PATH'] ?? '')
  const taskset = availableParallelism() > LOAD_CPU ? (found?.path ?? null) : null
  if (taskset === null) say('Nothing is pinned: figures will wander.')
  else spawnSync(taskset, ['-a', '-p', '-c', String(LOAD_CPU), String(process.pid)])
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  const processes = new Processes(taskset, process.env)
  const upstreamPort = await freePort()
  processes.start(upstreamCommand(nginx, folder, upstreamPort), LOAD_CPU)
  const node = await startMeshNode({
    sections: {
      routes: [
        { name: 'any', match: '/*', to: `http://127.0.0.1:${upstreamPort}`, auth: 'public' },
      ],
      telemetry: { accessLog: 'off' },
    },
    authorize: [
      { name: 'bench', to: 'billing', from: ['web'], methods: ['GET'], paths: ['/orders/*'] },
    ],
  })
  try {
    const setup = { folder, node, processes, haproxy, taskset, upstreamPort }
    const arms = await startMeshArms(setup)
    for (const arm of arms) {
      const running = { pid: 0, ended: () => null, stop: () => Promise.resolve() }
      const wrong = await waitUntilReady(running, targetOf(arm))
      if (wrong !== null) throw new Error(`${arm.name}: ${wrong}`)
    }
    await measureAll(arms, wrkLoad(wrk, folder, new AbortController().signal), upstreamPort)
  } finally {
    await Promise.all([node.stop(), processes.stopAll()])
    rmSync(folder, { recursive: true, force: true })
  }
}

await main()
