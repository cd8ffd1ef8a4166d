// Problems of a configuration text as the admin API tells them: pointer, position, words.

import type { LocatedProblem } from '../../config/problems.ts'
import { fieldProblem, type FieldProblem } from '../admin/api-error.ts'

export function fieldProblems(problems: readonly LocatedProblem[]): FieldProblem[] {
  return problems.map((problem) => ({
    ...fieldProblem(problem),
    severity: problem.severity,
    line: problem.position.line,
    column: problem.position.column,
    ...(problem.related !== undefined && {
      related: fieldProblem({ ...problem, path: problem.related }).pointer,
    }),
  }))
}
