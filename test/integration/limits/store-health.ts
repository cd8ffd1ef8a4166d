// How the workers of a gateway see their store, from what they say on stderr.

import type { TestGateway } from '../../support/gateway.ts'
import { until } from '../../support/until.ts'

export const MOST_ATTEMPTS = 6
/** What a worker has said is here by then. */
const HEARD_MS = 1000

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

/** Whether every worker that had trouble with a store says that this is over. */
export function isWell(stderr: string): boolean {
  const last = new Map<string, string>()
  for (const { part, scope, shard = 0, state = '' } of linesOf(stderr)) {
    if (scope !== undefined) last.set(`${part} ${scope} ${shard}`, state)
  }
  return [...last.values()].every((state) => state === 'normal')
}

/** How often a worker said that the store is in trouble. */
export function troubles(stderr: string): number {
  return linesOf(stderr).filter(({ message }) => message === 'the limit store is in trouble').length
}

/**
 * Runs `work`, which asserts what holds while the store answers in time. Where it fails and a worker had trouble with the
 * store meanwhile (this machine does other things, too), it is run again, and should ask for other callers: `attempt`,
 * from 1 to MOST_ATTEMPTS, tells them apart.
 */
export async function inCalm(
  gateways: readonly TestGateway[],
  work: (attempt: number) => Promise<void>,
): Promise<void> {
  const told = (): number => gateways.reduce((sum, { stderr }) => sum + troubles(stderr()), 0)
  for (let attempt = 1; ; attempt++) {
    const before = told()
    try {
      await work(attempt)
      return
    } catch (error) {
      if (attempt === MOST_ATTEMPTS) throw error
      await until('trouble', () => told() > before, HEARD_MS).catch(() => {
        throw error
      })
      await until('calm', () => gateways.every(({ stderr }) => isWell(stderr())))
    }
  }
}

/** Faults of our own and dead workers: must be none, whatever the store does. */
export function faultsOf({ stderr }: TestGateway): readonly string[] {
  const bad = /"(?:a worker died|fault in a worker)"|unhandled|UnhandledPromise/i
  return stderr()
    .split('\n')
    .filter((line) => bad.test(line))
}
