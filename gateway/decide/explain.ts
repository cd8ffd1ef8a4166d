// What an explanation is: the steps a request goes through in their order, what each said, and where that is configured.

import type { ConfigPath } from '../../sidecar/runtime/problem.ts'

export interface ExplainStep {
  /** Stable word: `route`, `ip`, `token`, `audience` … */
  readonly step: string
  /** `skip`: nothing to decide, not reached, or not known here; `reason` says which. */
  readonly verdict: 'pass' | 'fail' | 'skip'
  /** The word of the decision; of a skipped step `none`, `not_reached` or `not_known`. */
  readonly reason: string
  /** Name of the configured thing that decided, or ''. */
  readonly rule: string
  /** The values that were compared, for people. */
  readonly detail: string
  /** Where that is configured; null: nowhere. */
  readonly at: ConfigPath | null
}

/** A route that did not get the request, and the first condition of it that did not fit. */
export interface LostRoute {
  readonly route: string
  readonly why: 'listener' | 'host' | 'path' | 'header' | 'query' | 'method' | 'less_specific'
  readonly detail: string
  readonly at: ConfigPath
}

export interface Explanation {
  readonly plane: 'edge' | 'egress' | 'mesh'
  /** `unknown`: what would decide is not kept of a past request. */
  readonly verdict: 'allow' | 'deny' | 'unknown'
  /** null: whatever the upstream answers, or not known. */
  readonly status: number | null
  /** `ok` or the word of the step that failed. */
  readonly reason: string
  readonly rule: string
  readonly route: string | null
  /** null also where chance or a cookie that is not kept would choose. */
  readonly service: string | null
  readonly steps: readonly ExplainStep[]
  /** Nearest first, at most 20. */
  readonly lost: readonly LostRoute[]
}

export type StepWords = Partial<Pick<ExplainStep, 'reason' | 'rule' | 'detail' | 'at'>>

/** Collects steps in their order; after the first failure the rest is not reached. */
export class Trace {
  readonly steps: ExplainStep[] = []
  /** The step that ended it. */
  failed: ExplainStep | null = null
  #isOver = false

  get isOver(): boolean {
    return this.#isOver
  }

  pass(step: string, words: StepWords = {}): void {
    this.#add(step, 'pass', { reason: 'ok', ...words })
  }

  skip(step: string, words: StepWords = {}): void {
    this.#add(step, 'skip', { reason: 'none', ...words })
  }

  fail(step: string, words: StepWords & { readonly reason: string }): void {
    this.#add(step, 'fail', words)
  }

  /** Nothing more is reached, though nothing failed. */
  end(): void {
    this.#isOver = true
  }

  #add(step: string, verdict: ExplainStep['verdict'], words: StepWords): void {
    const { reason = 'none', rule = '', detail = '', at = null } = words
    if (this.#isOver) {
      const none = { reason: 'not_reached', rule: '', detail: '', at: null }
      this.steps.push({ step, verdict: 'skip', ...none })
      return
    }
    const told = { step, verdict, reason, rule, detail, at }
    this.steps.push(told)
    if (verdict !== 'fail') return
    this.failed = told
    this.#isOver = true
  }
}
