// How the workers of a gateway see their store, from what they say on stderr.

import type { TestGateway } from '../../support/gateway.ts'

interface HealthLine {
  readonly part: string
  readonly message: string
  readonly scope?: string
  readonly shard?: number
  readonly state?: string
}

function linesOf(stderr: string): readonly HealthLine[] {
  return stderr
    .split('\n')
    .slice(0, -1)
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as HealthLine)
}

/** Whether every worker that had trouble with the shared store says that this is over. */
export function isWell(stderr: string): boolean {
  const last = new Map<string, string>()
  for (const { part, scope, shard = 0, state = '' } of linesOf(stderr)) {
    if (scope === 'shared') last.set(`${part} ${shard}`, state)
  }
  return [...last.values()].every((state) => state === 'normal')
}

/** How often a worker said that the store is in trouble. */
export function troubles(stderr: string): number {
  return linesOf(stderr).filter(({ message }) => message === 'the limit store is in trouble').length
}

/** Faults of our own and dead workers: must be none, whatever the store does. */
export function faultsOf({ stderr }: TestGateway): readonly string[] {
  const bad = /"(?:a worker died|fault in a worker)"|unhandled|UnhandledPromise/i
  return stderr()
    .split('\n')
    .filter((line) => bad.test(line))
}
