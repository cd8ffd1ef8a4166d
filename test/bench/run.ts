// `npm run bench`: the CPU each product spends on one request, side by side on this machine.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Arm } from './arms/arm.ts'
import { arms } from './arms/list.ts'
import { ownLoad, wrkLoad } from './load.ts'
import type { Load } from './load.ts'
import { machineFacts } from './machine.ts'
import { createMaterials } from './materials.ts'
import { freePort, LOAD_CPU, measureScenario, waitUntilReady } from './measure.ts'
import type { Bench } from './measure.ts'
import { parseOptions, USAGE } from './options.ts'
import type { BenchOptions } from './options.ts'
import { Processes } from './processes.ts'
import { findProgram } from './programs.ts'
import type { Program } from './programs.ts'
import { summarize } from './summary.ts'
import { formatScenario } from './table.ts'
import { createTarget } from './traffic.ts'
import { upstreamCommand } from './upstream.ts'

const say = (line: string): void => void process.stderr.write(`${line}\n`)

async function main(options: BenchOptions): Promise<void> {
  const programs = findPrograms()
  for (const [name, program] of programs) say(`${name}: ${program?.version ?? 'not found'}`)
  const taskset = availableParallelism() > LOAD_CPU ? programs.get('taskset')?.path : undefined
  if (taskset === undefined) say('Nothing is pinned: figures will wander.')
  // The generator of this process, wrk and the upstream inherit it; proxies are pinned on their own.
  else spawnSync(taskset, ['-a', '-p', '-c', String(LOAD_CPU), String(process.pid)])

  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  const processes = new Processes(taskset ?? null, process.env)
  const aborted = new AbortController()
  const cleanUp = async (): Promise<void> => {
    aborted.abort()
    await processes.stopAll()
    rmSync(folder, { recursive: true, force: true })
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void cleanUp().then(() => process.exit(1)))
  }
  try {
    const load = chooseLoad(programs, folder, aborted.signal)
    await measureAll(options, programs, await prepare(options, programs, folder, processes, load))
  } finally {
    await cleanUp()
  }
}

function findPrograms(): Map<string, Program | null> {
  const searchPath = process.env['PATH'] ?? ''
  const found = new Map<string, Program | null>()
  for (const arm of arms) found.set(arm.name, arm.find(searchPath))
  found.set('wrk', findProgram('wrk', '-v', searchPath))
  found.set('taskset', findProgram('taskset', '--version', searchPath))
  return found
}

function chooseLoad(
  programs: ReadonlyMap<string, Program | null>,
  folder: string,
  signal: AbortSignal,
): Load {
  const wrk = programs.get('wrk')
  return wrk ? wrkLoad(wrk, folder, signal) : ownLoad
}

/** Makes certificates and tokens, and starts the upstream. */
async function prepare(
  options: BenchOptions,
  programs: ReadonlyMap<string, Program | null>,
  folder: string,
  processes: Processes,
  load: Load,
): Promise<Bench> {
  const tokenCount = Math.max(...options.scenarios.map(({ tokens }) => tokens))
  const materials = await createMaterials(folder, tokenCount)
  const upstreamPort = await freePort()
  const command = upstreamCommand(programs.get('nginx') ?? null, folder, upstreamPort)
  const upstream = processes.start(command, LOAD_CPU)
  const plain = { ...options.scenarios[0]!, tls: false, tokens: 0 }
  const wrong = await waitUntilReady(upstream, createTarget(upstreamPort, plain, materials))
  if (wrong !== null) throw new Error(`the upstream does not answer: ${wrong}`)
  const { blocks, seconds } = options
  return { folder, materials, processes, load, upstreamPort, blocks, seconds, say }
}

async function measureAll(
  options: BenchOptions,
  programs: ReadonlyMap<string, Program | null>,
  bench: Bench,
): Promise<void> {
  const reports: object[] = []
  for (const scenario of options.scenarios) {
    const taking = new Map<Arm, Program>()
    for (const arm of arms) {
      const program = programs.get(arm.name)
      const wanted = options.armNames.has(arm.name) && arm.scenarios.includes(scenario.name)
      if (wanted && program) taking.set(arm, program)
    }
    const result = await measureScenario(bench, scenario, taking)
    const summary = summarize(result, options.base)
    process.stdout.write(`${formatScenario(result, summary)}\n`)
    const failed = Object.fromEntries(result.failed)
    reports.push({ scenario, ...summary, failed, blocks: result.blocks })
  }
  if (options.json === null) return
  const { blocks, seconds } = options
  const report = { machine: machineFacts(programs), options: { blocks, seconds }, reports }
  writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`)
}

try {
  await main(parseOptions(process.argv.slice(2)))
} catch (error) {
  say(error instanceof TypeError ? `${error.message}\n${USAGE}` : String(error))
  process.exitCode = 1
}
