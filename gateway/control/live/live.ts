// The live view of one node: what its workers see, asked for, followed, counted, explained and weighed against a draft.

import type { Readable } from 'node:stream'
import type { JwksDocument } from '../../auth/key-set.ts'
import { compileSteps, runInSlices } from '../../config/compile.ts'
import type { LoadResult } from '../../config/load.ts'
import { readMaterials } from '../../config/materials.ts'
import type { Plan } from '../../config/plan.ts'
import type { LiveAnswer, LiveQuestion, RequestFilter } from '../../decide/explain-messages.ts'
import { impactOf, type Impact } from '../../decide/explain-past.ts'
import { claimsNamedBy } from '../../decide/explain-record.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { ApiError } from '../admin/api-error.ts'
import { fieldProblems } from '../config/located.ts'
import { Explainer } from './explainer.ts'
import { LimitedKeys } from './limited-keys.ts'
import { NodeMetrics } from './node-metrics.ts'
import { Rollups, type Scope, type SignalPoint, type Window } from './rollups.ts'
import { Tails } from './tails.ts'
import { WorkerAnswers, type Found } from './worker-answers.ts'

export interface LiveDeps {
  readonly clock: Clock
  /** To all workers. */
  readonly tellAll: (question: LiveQuestion) => void
  /** Everything that is wrong with a text; changes nothing. */
  readonly check: (text: string) => Promise<LoadResult>
  /** Unlike that of any process before. */
  readonly bootId: string
}

/** Requests weighed against a draft. */
const MAX_WEIGHED = 5000

export class Live {
  readonly explainer: Explainer
  readonly limited = new LimitedKeys()
  readonly #deps: LiveDeps
  readonly #answers: WorkerAnswers
  readonly #tails: Tails
  readonly #rollups = new Rollups()
  readonly #metrics: NodeMetrics
  #plan: Plan | null = null
  /** When a worker last told its counts: wall clock; null: never. */
  #heardAtMs: number | null = null

  constructor(deps: LiveDeps) {
    const { clock, tellAll, bootId } = deps
    this.#deps = deps
    this.explainer = new Explainer(clock)
    this.#answers = new WorkerAnswers(clock, tellAll)
    this.#tails = new Tails({ clock, tellAll, bootId })
    this.#metrics = new NodeMetrics({
      workers: () => this.#answers.workers,
      revision: () => this.#plan?.revision ?? null,
    })
  }

  /** `file`: as it is to be shown. `workers`: of this node. */
  use(plan: Plan, file: string, workers: number): void {
    this.#plan = plan
    this.#answers.workers = workers
    this.explainer.use(plan, file)
  }

  learnText(text: string): void {
    this.explainer.learnText(text)
  }

  learnKeys(sourceId: string, document: JwksDocument | null): void {
    this.explainer.learnKeys(sourceId, document)
  }

  hear(worker: number, answer: LiveAnswer): void {
    switch (answer.kind) {
      case 'live-found':
        this.#answers.hear(worker, answer)
        return
      case 'live-seen':
        this.#tails.hear(answer)
        return
      case 'live-limited':
        this.limited.learn(worker, answer.entries)
        return
      case 'live-counts': {
        const nowMs = this.#deps.clock.wallMs()
        this.#heardAtMs = nowMs
        for (const row of answer.rows) {
          this.#rollups.add(row, nowMs)
          this.#metrics.add(row)
        }
        for (const counts of answer.limits) this.#metrics.addLimits(counts)
      }
    }
  }

  requests(filter: RequestFilter, limit: number): Promise<Found> {
    return this.#answers.ask(filter, limit, claimsNamedBy([this.explainer.plan]))
  }

  tail(filter: RequestFilter, lastEventId: string | null): Readable {
    return this.#tails.open(filter, claimsNamedBy([this.explainer.plan]), lastEventId)
  }

  /** What a text would change for recent requests. Throws ApiError `config_invalid`. */
  async impact(text: string): Promise<Impact & { readonly missing: number }> {
    const current = this.explainer.plan
    const draft = await this.#compile(text)
    const claims = claimsNamedBy([current, draft])
    const { requests, missing } = await this.#answers.ask({}, MAX_WEIGHED, claims)
    return { ...impactOf(requests, current, draft), missing }
  }

  signals(
    window: Window,
    wanted: { readonly scope?: Scope; readonly name?: string },
  ): { readonly points: readonly SignalPoint[]; readonly ageMs: number | null } {
    const nowMs = this.#deps.clock.wallMs()
    const ageMs = this.#heardAtMs === null ? null : nowMs - this.#heardAtMs
    return { points: this.#rollups.points(window, nowMs, wanted), ageMs }
  }

  /** For a scrape. */
  metricsText(): string {
    return this.#metrics.text()
  }

  close(): void {
    this.#tails.close()
    this.#answers.close()
  }

  async #compile(text: string): Promise<Plan> {
    const result = await this.#deps.check(text)
    if (result.kind === 'refused') {
      const problems = fieldProblems(result.problems)
      throw new ApiError('config_invalid', 'the configuration is not valid', problems)
    }
    const steps = compileSteps(result.config, readMaterials(result.materials), 0, () => {})
    const plan = await runInSlices(steps, this.#deps.clock)
    if (plan === null) throw new ApiError('config_invalid', 'the configuration does not compile')
    return plan
  }
}
