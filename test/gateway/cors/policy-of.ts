// Compiles a policy for a test, or shows what was reported instead.

import assert from 'node:assert/strict'
import { compileCors } from '../../../gateway/cors/compile.ts'
import type { CorsOptions } from '../../../gateway/cors/options.ts'
import type { CorsPolicy } from '../../../gateway/cors/plan.ts'
import type { Problem } from '../../../sidecar/runtime/problem.ts'

const AT = ['routes', 0, 'cors']

export interface Compiled {
  readonly policy: CorsPolicy | null
  readonly problems: readonly Problem[]
}

/** `methods`: those of the route's match. */
export function compiled(options: CorsOptions, methods: readonly string[] | null = null): Compiled {
  const problems: Problem[] = []
  const match = { methods: methods === null ? null : new Set(methods) }
  const policy = compileCors(options, { match }, AT, (problem) => problems.push(problem))
  return { policy, problems }
}

export function policyOf(
  options: CorsOptions,
  methods: readonly string[] | null = null,
): CorsPolicy {
  const { policy, problems } = compiled(options, methods)
  assert.deepEqual(problems, [])
  assert.ok(policy)
  return policy
}
