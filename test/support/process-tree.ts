// The processes of a gateway: its workers, and the one that is its control plane.

import { execFileSync } from 'node:child_process'

interface Child {
  readonly pid: number
  readonly command: string
}

function childrenOf(pid: number): readonly Child[] {
  const table = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
  return table
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null && Number(match[2]) === pid)
    .map((match) => ({ pid: Number(match![1]), command: match![3]! }))
    .toSorted((a, b) => a.pid - b.pid)
}

function isControl({ command }: Child): boolean {
  return command.includes('control-process.')
}

/** Process ids of the workers of the gateway with this process id, in ascending order. */
export function workersOf(gateway: number): readonly number[] {
  return childrenOf(gateway)
    .filter((child) => !isControl(child) && !child.command.includes('<defunct>'))
    .map(({ pid }) => pid)
}

/** Process id of the gateway's control process, or null while there is none. */
export function controlOf(gateway: number): number | null {
  return childrenOf(gateway).find(isControl)?.pid ?? null
}
