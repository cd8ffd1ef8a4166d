// Why a call of the API did not do what it should: the server's own problem document, or that there was no answer.

import type { FieldProblem, ProblemBody } from './contract.ts'

export class Refusal extends Error {
  /** 0: no answer at all. */
  readonly status: number
  /** Stable; `unreachable` and `not_understood` are our own. */
  readonly code: string
  readonly requestId: string
  readonly errors: readonly FieldProblem[]
  /** Seconds to wait, or null. */
  readonly retryAfter: number | null

  constructor(status: number, problem: Partial<ProblemBody>, retryAfter: number | null = null) {
    super(problem.detail ?? '')
    this.name = 'Refusal'
    this.status = status
    this.code = problem.code ?? 'not_understood'
    this.requestId = problem.requestId ?? ''
    this.errors = problem.errors ?? []
    this.retryAfter = retryAfter
  }
}

export function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  return new Refusal(0, {
    code: 'unreachable',
    detail: error instanceof Error ? error.message : '',
  })
}
