// One scenario: all arms up at once, measured in short blocks that take turns.

import { mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Arm } from './arms/arm.ts'
import {
  cpuTimeBetween,
  peakRssBytes,
  processTree,
  readCpuTicks,
  readCpuTimes,
} from './cpu-time.ts'
import type { Load } from './load.ts'
import type { Materials } from './materials.ts'
import type { Processes, Running } from './processes.ts'
import type { Program } from './programs.ts'
import type { Scenario } from './scenarios.ts'
import { roundOrder } from './statistics.ts'
import { createTarget, probe, probeRefusals } from './traffic.ts'
import type { Target } from './traffic.ts'

/** The CPU of the proxy under test, and that of the generator and the upstream. */
export const PROXY_CPU = 0
export const LOAD_CPU = 1

export interface Block {
  readonly round: number
  readonly arm: string
  readonly requests: number
  readonly seconds: number
  /** More than 0 makes the block invalid. */
  readonly errors: number
  /** What was wrong with an answer before or after the load, or null. */
  readonly wrongAnswer: string | null
  /** CPU of all processes and threads of the proxy, with the set-up of its 64 connections. */
  readonly cpuNs: number
  /** Of the proxy's CPU: taken by other machines; spent by other processes of this one. 0 to 1. */
  readonly stealShare: number
  readonly foreignShare: number
}

export interface ScenarioResult {
  readonly scenario: Scenario
  readonly blocks: readonly Block[]
  readonly peakRssBytes: ReadonlyMap<string, number>
  /** Arm → why it could not be measured. */
  readonly failed: ReadonlyMap<string, string>
}

export interface Bench {
  readonly folder: string
  readonly materials: Materials
  readonly processes: Processes
  readonly load: Load
  readonly upstreamPort: number
  /** Rounds and seconds of a block; every arm is warmed up for as long as a block. */
  readonly blocks: number
  readonly seconds: number
  readonly say: (line: string) => void
}

interface RunningArm {
  readonly name: string
  readonly running: Running
  readonly target: Target
}

const READY_WITHIN_MS = 15_000
const READY_POLL_MS = 50

/** Measures those of `arms` that come up; an arm that fails is reported and left out. */
export async function measureScenario(
  bench: Bench,
  scenario: Scenario,
  arms: ReadonlyMap<Arm, Program>,
): Promise<ScenarioResult> {
  const failed = new Map<string, string>()
  const ready: RunningArm[] = []
  for (const [arm, program] of arms) {
    const started = await startArm(bench, scenario, arm, program)
    if (typeof started === 'string') failed.set(arm.name, started)
    else ready.push(started)
  }
  for (const { target } of ready) await bench.load(target, bench.seconds)
  const blocks: Block[] = []
  for (let round = 0; round < bench.blocks; round++) {
    for (const arm of roundOrder(ready, round)) blocks.push(await measureBlock(bench, arm, round))
    bench.say(`${scenario.name}: round ${round + 1} of ${bench.blocks}`)
  }
  const rss = ready.map(
    ({ name, running }) => [name, peakRssBytes(processTree(running.pid))] as const,
  )
  await Promise.all(ready.map(({ running }) => running.stop()))
  return { scenario, blocks, peakRssBytes: new Map(rss), failed }
}

/** The arm once it answers rightly, or why it does not. */
async function startArm(
  bench: Bench,
  scenario: Scenario,
  arm: Arm,
  program: Program,
): Promise<RunningArm | string> {
  const folder = join(bench.folder, `${scenario.name}-${arm.name}`)
  mkdirSync(folder)
  const port = await freePort()
  const { materials, upstreamPort } = bench
  const command = arm.configure(program, { folder, scenario, materials, port, upstreamPort })
  const running = bench.processes.start(command, PROXY_CPU)
  const target = createTarget(port, scenario, materials)
  const wrong = (await waitUntilReady(running, target)) ?? (await probeRefusals(target))
  if (wrong === null) return { name: arm.name, running, target }
  await running.stop()
  return wrong
}

/** Waits for the first right answer; null, or the last thing that was wrong. */
export async function waitUntilReady(running: Running, target: Target): Promise<string | null> {
  const deadlineMs = performance.now() + READY_WITHIN_MS
  for (;;) {
    const wrong = await probe(target)
    if (wrong === null) return null
    const ended = running.ended()
    if (ended !== null || performance.now() > deadlineMs) return ended ?? wrong
    await delay(READY_POLL_MS)
  }
}

async function measureBlock(bench: Bench, arm: RunningArm, round: number): Promise<Block> {
  const { pid } = arm.running
  const wrongBefore = await probe(arm.target)
  const ticksBefore = readCpuTicks(PROXY_CPU)
  const before = readCpuTimes(processTree(pid))
  const { requests, seconds, errors } = await bench.load(arm.target, bench.seconds)
  const cpuNs = cpuTimeBetween(before, readCpuTimes(processTree(pid)))
  const ticks = readCpuTicks(PROXY_CPU)
  const wrongAnswer = wrongBefore ?? (await probe(arm.target))
  const total = Math.max(1, ticks.total - ticksBefore.total)
  return {
    round,
    arm: arm.name,
    requests,
    seconds,
    errors: errors + (wrongAnswer === null ? 0 : 1),
    wrongAnswer,
    cpuNs,
    stealShare: (ticks.steal - ticksBefore.steal) / total,
    foreignShare: Math.max(0, (ticks.busy - ticksBefore.busy) / total - cpuNs / 1e9 / seconds),
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
