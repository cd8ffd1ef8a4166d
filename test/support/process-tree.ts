// The child processes of a process.

import { execFileSync } from 'node:child_process'

/** Process ids of the children of `pid`, in ascending order. */
export function childrenOf(pid: number): readonly number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  return table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child!)
    .toSorted((a, b) => a - b)
}
