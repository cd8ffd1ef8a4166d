// What a figure was measured on.

import { cpus, release, totalmem } from 'node:os'
import type { Program } from './programs.ts'

export interface MachineFacts {
  readonly kernel: string
  readonly cpuModel: string
  readonly cpuCount: number
  readonly memoryBytes: number
  readonly node: string
  readonly openssl: string
  /** Program → version line, or null where it was not found. */
  readonly programs: Readonly<Record<string, string | null>>
}

export function machineFacts(programs: ReadonlyMap<string, Program | null>): MachineFacts {
  return {
    kernel: release(),
    cpuModel: cpus()[0]?.model ?? 'unknown',
    cpuCount: cpus().length,
    memoryBytes: totalmem(),
    node: process.versions.node,
    openssl: process.versions.openssl,
    programs: Object.fromEntries(
      [...programs].map(([name, program]) => [name, program?.version ?? null]),
    ),
  }
}
