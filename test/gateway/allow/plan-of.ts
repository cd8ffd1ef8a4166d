// Compiles `egress:` options for a test.

import assert from 'node:assert/strict'
import { compileEgress, type EgressContext } from '../../../gateway/allow/compile.ts'
import type { EgressOptions } from '../../../gateway/allow/options.ts'
import type { EgressPlan } from '../../../gateway/allow/plan.ts'
import type { SuffixKind } from '../../../gateway/allow/suffix.ts'
import type { Problem } from '../../../sidecar/runtime/problem.ts'

export const NOW_MS = Date.parse('2030-06-15T12:00:00Z')

const REGISTRIES = new Set(['com', 'net', 'org', 'co.uk', 'io'])
const HOSTINGS = new Set(['github.io', 's3.amazonaws.com'])

export const suffixKind: SuffixKind = (name) =>
  REGISTRIES.has(name) ? 'registry' : HOSTINGS.has(name) ? 'hosting' : null

export const CONTEXT: EgressContext = {
  readFile: () => null,
  production: false,
  nowMs: NOW_MS,
  suffixKind,
}

export function compiled(
  options: EgressOptions,
  context: Partial<EgressContext> = {},
): { readonly plan: EgressPlan | null; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const report = (problem: Problem): void => void problems.push(problem)
  const all = { ...CONTEXT, ...context }
  const withDoor = { plain: '127.0.0.1:3128', ...options }
  return { plan: compileEgress(withDoor, ['egress'], report, all), problems }
}

/** The plan of options that are without any problem. */
export function planOf(options: EgressOptions): EgressPlan {
  const { plan, problems } = compiled(options)
  assert.deepEqual(problems, [])
  assert.ok(plan)
  return plan
}

/** What the problems say: severity, path below `egress`, message, fix. */
export function wordsOf(problems: readonly Problem[]): unknown[][] {
  return problems.map(({ severity, path, message, fix }) => [
    severity,
    path.slice(1).join('.'),
    message,
    fix,
  ])
}
