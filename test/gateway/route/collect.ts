// Runs a compile function for a test and keeps what it reports.

import type { Problem, Report } from '../../../sidecar/runtime/problem.ts'

/** Where the compiled options stand in the file. */
export const AT = ['routes', 0]

export function collect<T>(compile: (report: Report) => T): { result: T; problems: Problem[] } {
  const problems: Problem[] = []
  return { result: compile((problem) => problems.push(problem)), problems }
}

/** What the problems say, without their severity: path below AT, message, fix. */
export function wordsOf(problems: readonly Problem[]): unknown[][] {
  return problems.map(({ path, message, fix }) => [path.slice(AT.length), message, fix])
}
