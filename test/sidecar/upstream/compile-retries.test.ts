import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { check } from '../../../sidecar/runtime/check.ts'
import type { Problem } from '../../../sidecar/runtime/problem.ts'
import { compileRetries } from '../../../sidecar/upstream/compile-retries.ts'
import { RetriesOptions } from '../../../sidecar/upstream/options.ts'
import type { RetryPlan } from '../../../sidecar/upstream/plan.ts'

/** The plan, or what is wrong. */
function compile(options: unknown): RetryPlan | string[] {
  const problems: Problem[] = []
  const report = (problem: Problem): void => void problems.push(problem)
  const isSound = check(RetriesOptions, options, report)
  const plan = isSound ? compileRetries(options as RetriesOptions, [], report) : null
  return plan ?? problems.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

describe('the retries of a route', () => {
  const cases: [string, unknown, RetryPlan | string[]][] = [
    [
      'have defaults',
      {},
      { attempts: 1, on: new Set(['connect', 'reset', 502, 503, 504]), budget: 0.2 },
    ],
    [
      'are taken as written, statuses with or without quotes',
      { attempts: 2, on: ['connect', '502', 503, '504'], budget: '7.5%' },
      { attempts: 2, on: new Set(['connect', 502, 503, 504]), budget: 0.075 },
    ],
    ['are no more than five', { attempts: 6 }, ['attempts: 6 is out of range']],
    ['are for known causes only', { on: ['timeout'] }, [/^on\.0: expected `connect`/ as never]],
    ['name a cause once', { on: ['502', 'reset', 502] }, ['on.2: 502 is listed twice']],
    ['have a share for a budget', { budget: '120%' }, [/^budget: .* not a percentage/ as never]],
  ]
  for (const [name, options, expected] of cases) {
    it(name, () => {
      const result = compile(options)
      if (!Array.isArray(expected) || typeof expected[0] === 'string') {
        assert.deepEqual(result, expected)
      } else assert.match((result as string[])[0]!, expected[0] as never)
    })
  }
})
