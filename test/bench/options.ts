// The command line of the benchmark.

import { parseArgs } from 'node:util'
import { arms } from './arms/list.ts'
import { scenarios } from './scenarios.ts'
import type { Scenario } from './scenarios.ts'

export interface BenchOptions {
  /** Rounds; each measures one block of every arm. */
  readonly blocks: number
  readonly seconds: number
  readonly armNames: ReadonlySet<string>
  readonly scenarios: readonly Scenario[]
  /** The arm ratios refer to; null: the scenario's own choice. */
  readonly base: string | null
  /** File for the raw blocks, or null. */
  readonly json: string | null
}

export const USAGE = `npm run bench -- [--blocks 11] [--seconds 5] [--only NAME,…] [--base ARM] [--json FILE] [--quick]
  --only   scenarios and arms to measure; default: all but jwt-tls-unique
           scenarios: ${scenarios.map(({ name }) => name).join(' ')}
           arms:      ${arms.map(({ name }) => name).join(' ')}
  --base   the arm that ratios refer to
  --quick  one block of one second for each arm: shows that it works, proves nothing`

/** Throws a TypeError that says what is wrong with the command line. */
export function parseOptions(argv: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      blocks: { type: 'string', default: '11' },
      seconds: { type: 'string', default: '5' },
      only: { type: 'string', default: '' },
      base: { type: 'string' },
      json: { type: 'string' },
      quick: { type: 'boolean', default: false },
    },
  })
  const only = values.only.split(',').filter((name) => name !== '')
  const armNames = arms.map(({ name }) => name)
  const scenarioNames: string[] = scenarios.map(({ name }) => name)
  for (const name of [...only, ...(values.base ? [values.base] : [])]) {
    if (!armNames.includes(name) && !scenarioNames.includes(name)) {
      throw new TypeError(`unknown name \`${name}\``)
    }
  }
  const namedArms = only.filter((name) => armNames.includes(name))
  const namedScenarios = scenarios.filter(({ name }) => only.includes(name))
  return {
    blocks: values.quick ? 1 : positive('blocks', values.blocks),
    seconds: values.quick ? 1 : positive('seconds', values.seconds),
    armNames: new Set(namedArms.length > 0 ? namedArms : armNames),
    scenarios: namedScenarios.length > 0 ? namedScenarios : scenarios.filter((s) => !s.optional),
    base: values.base ?? null,
    json: values.json ?? null,
  }
}

function positive(name: string, text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new TypeError(`--${name} takes a whole number from 1`)
  return Number(text)
}
