// CPU time and memory of a whole process tree, read from /proc (Linux).

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Thread id → nanoseconds it has been on a CPU so far. */
export type CpuReading = ReadonlyMap<number, number>

/** Ticks of one CPU since boot (proc_stat(5)); a tick is 10 ms. */
export interface CpuTicks {
  readonly busy: number
  readonly steal: number
  readonly total: number
}

/** `rootPid` and all its descendants; empty where it has ended. */
export function processTree(rootPid: number, proc = '/proc'): number[] {
  const children = new Map<number, number[]>()
  const alive = new Set<number>()
  for (const pid of numericEntries(proc)) {
    const stat = readIfThere(join(proc, String(pid), 'stat'))
    if (stat === null) continue
    alive.add(pid)
    const parent = parentPid(stat)
    children.set(parent, [...(children.get(parent) ?? []), pid])
  }
  const tree = alive.has(rootPid) ? [rootPid] : []
  // The list grows while it is walked: that is the breadth-first search.
  for (const pid of tree) tree.push(...(children.get(pid) ?? []))
  return tree
}

/** One reading over all threads of `pids`; those that end meanwhile are left out. */
export function readCpuTimes(pids: readonly number[], proc = '/proc'): CpuReading {
  const reading = new Map<number, number>()
  for (const pid of pids) {
    const tasks = join(proc, String(pid), 'task')
    for (const tid of numericEntries(tasks)) {
      const schedstat = readIfThere(join(tasks, String(tid), 'schedstat'))
      if (schedstat !== null) reading.set(tid, Number(schedstat.split(' ', 1)[0]))
    }
  }
  return reading
}

/**
 * Nanoseconds spent between two readings. A thread born between them counts whole; what a thread that died between them
 * had spent since the first is lost, so the readings must enclose no restart of a worker.
 */
export function cpuTimeBetween(before: CpuReading, after: CpuReading): number {
  let spentNs = 0
  for (const [tid, ns] of after) spentNs += ns - (before.get(tid) ?? 0)
  return spentNs
}

/** Sum of the peak resident sizes of `pids`, in bytes; pages shared between them count once for each. */
export function peakRssBytes(pids: readonly number[], proc = '/proc'): number {
  let bytes = 0
  for (const pid of pids) {
    const status = readIfThere(join(proc, String(pid), 'status'))
    bytes += Number(/^VmHWM:\s+(\d+) kB$/m.exec(status ?? '')?.[1] ?? 0) * 1024
  }
  return bytes
}

/** Ticks of CPU number `cpu`. */
export function readCpuTicks(cpu: number, proc = '/proc'): CpuTicks {
  const stat = readFileSync(join(proc, 'stat'), 'utf8')
  const line = stat.split('\n').find((text) => text.startsWith(`cpu${cpu} `))
  if (line === undefined) throw new TypeError(`no CPU ${cpu} in ${proc}/stat`)
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] =
    line.trim().split(/\s+/).slice(1).map(Number)
  const busy = user + nice + system + irq + softirq
  return { busy, steal, total: busy + idle + iowait + steal }
}

/** The fourth field of proc_pid_stat(5); the second is the program's name, which may hold spaces and parentheses. */
function parentPid(stat: string): number {
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ', 2)[1])
}

function numericEntries(folder: string): number[] {
  try {
    return readdirSync(folder).map(Number).filter(Number.isInteger)
  } catch (error) {
    if (hasEnded(error)) return []
    throw error
  }
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (hasEnded(error)) return null
    throw error
  }
}

// A process that ends while it is read shows as either of these.
function hasEnded(error: unknown): boolean {
  const { code } = error as { code?: string }
  return code === 'ENOENT' || code === 'ESRCH'
}
