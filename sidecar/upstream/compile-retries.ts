// From a route's `retries:` to a RetryPlan; every fault is reported, nothing is thrown.

import type { ConfigPath, Report } from '../runtime/problem.ts'
import type { RetriesOptions } from './options.ts'
import { DEFAULT_RETRIES } from './plan.ts'
import type { RetryCause, RetryPlan } from './plan.ts'

type Written = NonNullable<RetriesOptions['on']>[number]

/** Null where anything is wrong; then at least one error was reported below `at`. */
export function compileRetries(
  options: RetriesOptions,
  at: ConfigPath,
  report: Report,
): RetryPlan | null {
  const on = options.on?.map(causeOf)
  const faults = on === undefined ? [] : listedTwice(on)
  for (const { index, cause } of faults) {
    report({
      severity: 'error',
      path: [...at, 'on', index],
      message: `${cause} is listed twice`,
      fix: 'remove one of them',
    })
  }
  if (faults.length > 0) return null
  const { attempts = DEFAULT_RETRIES.attempts, budget } = options
  return {
    attempts,
    on: on === undefined ? DEFAULT_RETRIES.on : new Set(on),
    budget: budget === undefined ? DEFAULT_RETRIES.budget : Number.parseFloat(budget) / 100,
  }
}

function listedTwice(on: readonly RetryCause[]): { index: number; cause: RetryCause }[] {
  return on.flatMap((cause, index) => (on.indexOf(cause) < index ? [{ index, cause }] : []))
}

function causeOf(written: Written): RetryCause {
  switch (written) {
    case '502':
      return 502
    case '503':
      return 503
    case '504':
      return 504
    default:
      return written
  }
}
