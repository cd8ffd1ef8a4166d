// Explains past, described and imagined calls under the configuration that is served, down to line and column.

import { ANONYMOUS, type EgressPlan } from '../../allow/plan.ts'
import { KeyRings } from '../../auth/key-rings.ts'
import type { JwksDocument } from '../../auth/key-set.ts'
import { Verifier } from '../../auth/verifier.ts'
import { readDocument, type ConfigDocument } from '../../config/document.ts'
import { canonicalService } from '../../config/mesh-rules.ts'
import type { Plan } from '../../config/plan.ts'
import { explainEdge, policyFor, type EdgeQuestion } from '../../decide/explain-edge.ts'
import { explainEgress, type EgressQuestion } from '../../decide/explain-egress.ts'
import { gatherEvidence } from '../../decide/explain-evidence.ts'
import { explainMesh, type MeshCallQuestion } from '../../decide/explain-mesh.ts'
import { explainPast } from '../../decide/explain-past.ts'
import type { Outcome, RecentRequest } from '../../decide/explain-record.ts'
import { readDescribed, type DescribedRequest } from '../../decide/explain-request.ts'
import type { TokenEvidence } from '../../decide/explain-token.ts'
import { Trace, type Explanation, type ExplainStep, type LostRoute } from '../../decide/explain.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import type { ConfigPath } from '../../../sidecar/runtime/problem.ts'
import { ApiError } from '../admin/api-error.ts'

/** Lines and columns count from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

export type Placed<Thing extends { readonly at: ConfigPath | null }> = Omit<Thing, 'at'> & {
  readonly place: Place | null
}

export interface PlacedExplanation extends Omit<Explanation, 'steps' | 'lost'> {
  readonly steps: readonly Placed<ExplainStep>[]
  readonly lost: readonly Placed<LostRoute>[]
  /** What became of it when it was made; null for a call that was only described. */
  readonly recorded:
    | (Outcome & { readonly id: string; readonly atMs: number; readonly revision: number })
    | null
  /** The served configuration is a later one than that which decided. */
  readonly isOther: boolean
}

const NO_TOKEN: TokenEvidence = { kind: 'none' }

export class Explainer {
  readonly #clock: Clock
  readonly #keys: KeyRings
  readonly #verifier = new Verifier()
  /** What operators decided about a key of a limit. */
  measureOf: NonNullable<EdgeQuestion['measureOf']> = () => null
  #plan: Plan | null = null
  #file = ''
  #text: string | null = null
  /** Read when it is first asked for: a large file takes seconds. */
  #document: ConfigDocument | null = null
  #keyVersion = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#keys = new KeyRings(clock, () => {})
  }

  /** Throws ApiError `not_available` before there is one. */
  get plan(): Plan {
    if (this.#plan === null) throw new ApiError('not_available', 'no configuration is served yet')
    return this.#plan
  }

  /** `file`: as it is to be shown. */
  use(plan: Plan, file: string): void {
    this.#plan = plan
    this.#file = file
    this.#keys.retain(plan.issuers)
  }

  /** The text behind the plan. */
  learnText(text: string): void {
    this.#text = text
    this.#document = null
  }

  learnKeys(sourceId: string, document: JwksDocument | null): void {
    this.#keyVersion += 1
    this.#keys.update(sourceId, document, String(this.#keyVersion))
  }

  past(request: RecentRequest): PlacedExplanation {
    const { id, atMs, revision, outcome } = request
    const explanation =
      request.plane === 'egress' ? this.#call(request) : explainPast(request, this.plan, true)
    const recorded = { id, atMs, revision, ...outcome }
    if (explanation !== null) return this.#placed(explanation, recorded)
    throw new ApiError('conflict', `the listener \`${request.listener}\` is there no more`)
  }

  async described(request: DescribedRequest): Promise<PlacedExplanation> {
    const { plan } = this
    const read = readDescribed(request, plan, this.#clock)
    if (read.kind === 'invalid') throw new ApiError('invalid', read.message)
    if (read.kind === 'refused') return this.#placed(notAdmitted(read.reason, read.status), null)
    const { facts, listener } = read
    const policy = policyFor(facts, listener, plan)
    const checks = { keys: this.#keys, verifier: this.#verifier, revoked: () => false }
    const evidence = policy === null ? NO_TOKEN : await gatherEvidence(facts, policy, checks)
    const nowMs = this.#clock.wallMs()
    const { measureOf } = this
    const question = { facts, listener, evidence, limited: null, measureOf, nowMs, withLost: true }
    return this.#placed(explainEdge(question, plan), null)
  }

  egress(question: EgressQuestion): PlacedExplanation {
    return this.#placed(explainEgress(question, this.#egress, this.#clock.wallMs()), null)
  }

  get #egress(): EgressPlan {
    const { egress } = this.plan
    if (egress === null) throw new ApiError('not_available', 'there is no `egress:`')
    return egress
  }

  /** As of the moment it was made. */
  #call({ facts, outcome, atMs }: RecentRequest): Explanation {
    const { method, host, port, path } = facts
    const caller = outcome.subject ?? ANONYMOUS
    const target = port === null ? host : `${host}:${port}`
    const what = method === 'CONNECT' ? {} : { method, path }
    return explainEgress({ caller, target, ...what }, this.#egress, atMs)
  }

  mesh(question: MeshCallQuestion): PlacedExplanation {
    const { mesh } = this.plan
    if (mesh === null) throw new ApiError('not_available', 'there is no `mesh:`')
    try {
      const explanation = explainMesh(question, mesh)
      const at = this.#meshRule(canonicalService(question.to), explanation.rule)
      const steps = explanation.steps.map((step) => (step.step === 'rule' ? { ...step, at } : step))
      return this.#placed({ ...explanation, steps }, null)
    } catch (error) {
      throw error instanceof TypeError ? new ApiError('invalid', errorMessage(error)) : error
    }
  }

  #source(): ConfigDocument | null {
    if (this.#text !== null) this.#document ??= readDocument(this.#text)
    return this.#document
  }

  /** Rules without a name are called after their service and their number among its rules. */
  #meshRule(service: string, rule: string): ConfigPath {
    const { mesh } = (this.#source()?.value ?? {}) as {
      mesh?: { authorize?: readonly { to?: string; name?: string }[] }
    }
    let number = 0
    const index = (mesh?.authorize ?? []).findIndex(({ to = '', name }) => {
      if (canonicalService(to) !== service) return false
      number += 1
      return (name ?? `${service}#${number}`) === rule
    })
    return index === -1 ? ['mesh', 'authorize'] : ['mesh', 'authorize', index]
  }

  #placed(explanation: Explanation, recorded: PlacedExplanation['recorded']): PlacedExplanation {
    return {
      ...explanation,
      steps: explanation.steps.map((step) => this.#place(step)),
      lost: explanation.lost.map((lost) => this.#place(lost)),
      recorded,
      isOther: recorded !== null && recorded.revision !== this.plan.revision,
    }
  }

  #place<Thing extends { readonly at: ConfigPath | null }>({ at, ...thing }: Thing): Placed<Thing> {
    const source = this.#source()
    if (at === null || source === null) return { ...thing, place: null }
    const { line, column } = source.locate(at)
    return { ...thing, place: { file: this.#file, line, column } }
  }
}

function notAdmitted(reason: string, status: number): Explanation {
  const trace = new Trace()
  trace.fail('admission', { reason, detail: 'the request cannot be read in one way only' })
  return {
    plane: 'edge',
    verdict: 'deny',
    status,
    reason,
    rule: '',
    route: null,
    service: null,
    steps: trace.steps,
    lost: [],
  }
}
