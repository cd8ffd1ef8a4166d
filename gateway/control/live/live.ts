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
import type { RouteFailure } from '../../decide/live-state.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import { ApiError } from '../admin/api-error.ts'
import { fieldProblems } from '../config/located.ts'
import type { ToldFigures } from '../mesh/operations.ts'
import { Endpoints } from './endpoints.ts'
import { Explainer } from './explainer.ts'
import { RecentFigures, together, type Figure } from './figures.ts'
import { LimitedKeys } from './limited-keys.ts'
import { NodeLoad, SILENT_MS, type LoadPoint } from './node-load.ts'
import { NodeMetrics } from './node-metrics.ts'
import { limitStoreView, type FileState, type NodeState } from './node-state.ts'
import type { Dial } from './probes.ts'
import { Rollups, type Scope, type SignalPoint } from './rollups.ts'
import { countedOnce, Sidecars } from './sidecars.ts'
import { Tails } from './tails.ts'
import { topologyOf, type Topology } from './topology.ts'
import type { Window } from './windows.ts'
import { WorkerAnswers, type Found } from './worker-answers.ts'

export interface LiveDeps {
  readonly clock: Clock
  /** To all workers. */
  readonly tellAll: (question: LiveQuestion) => void
  /** Everything that is wrong with a text; changes nothing. */
  readonly check: (text: string) => Promise<LoadResult>
  /** Unlike that of any process before. */
  readonly bootId: string
  /** Why control cannot reach the store that nodes share; null: it can, or there is none. */
  readonly storeFault: () => string | null
  /** The configuration file as it is now. */
  readonly readFile: () => Promise<string>
  /** How endpoints are connected to, to see whether they can be; default: by TCP. */
  readonly dial?: Dial
}

export interface RouteFigure extends Figure {
  readonly route: string
  readonly lastFailure: RouteFailure | null
}

/** Requests weighed against a draft. */
const MAX_WEIGHED = 5000
const EDGE: RequestFilter = { plane: 'edge' }

export class Live {
  readonly explainer: Explainer
  readonly limited = new LimitedKeys()
  readonly endpoints: Endpoints
  readonly #deps: LiveDeps
  readonly #answers: WorkerAnswers
  readonly #tails: Tails
  readonly #rollups = new Rollups()
  readonly #figures = new RecentFigures()
  readonly #sidecars = new Sidecars()
  readonly #load = new NodeLoad()
  readonly #metrics: NodeMetrics
  #plan: Plan | null = null
  #file = ''
  #text = ''
  /** When a worker last told its counts: wall clock; null: never. */
  #heardAtMs: number | null = null

  constructor(deps: LiveDeps) {
    const { clock, tellAll, bootId } = deps
    this.#deps = deps
    this.explainer = new Explainer(clock)
    this.#answers = new WorkerAnswers(clock, tellAll)
    this.#tails = new Tails({ clock, tellAll, bootId })
    this.endpoints = new Endpoints({
      clock,
      tellAll,
      workers: () => this.#answers.workers,
      plan: () => this.#plan,
      figures: () => this.#figures.list(clock.wallMs()).endpoints,
      sidecars: () => this.#sidecars.views(clock.wallMs()),
      ...(deps.dial === undefined ? {} : { dial: deps.dial }),
    })
    this.#metrics = new NodeMetrics({
      workers: () => this.#answers.workers,
      revision: () => this.#plan?.revision ?? null,
    })
  }

  /** `file`: as it is to be shown. `workers`: of this node. */
  use(plan: Plan, file: string, workers: number): void {
    this.#plan = plan
    this.#file = file
    this.#answers.workers = workers
    this.explainer.use(plan, file)
  }

  learnText(text: string): void {
    this.#text = text
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
      case 'live-endpoints':
        this.endpoints.hear(worker, answer.ask, answer.endpoints)
        return
      case 'live-failures':
        this.#figures.addFailures(answer.failures)
        return
      case 'live-listeners':
        this.#figures.addListeners(answer.counts, this.#deps.clock.wallMs())
        return
      case 'live-load':
        this.#heardAtMs = this.#deps.clock.wallMs()
        this.#load.hear(worker, answer.load, this.#heardAtMs)
        return
      case 'live-counts':
        this.#count(answer)
    }
  }

  hearSidecar(told: ToldFigures): void {
    const nowMs = this.#deps.clock.wallMs()
    this.#sidecars.hear(told, nowMs)
    for (const row of countedOnce(told)) this.#rollups.add(row, nowMs)
  }

  requests(filter: RequestFilter, limit: number): Promise<Found> {
    return this.#answers.ask(filter, limit, claimsNamedBy([this.explainer.plan]))
  }

  /** `isForViewer`: without the values of queries. */
  tail(filter: RequestFilter, lastEventId: string | null, isForViewer: boolean): Readable {
    const claims = claimsNamedBy([this.explainer.plan])
    return this.#tails.open({ filter, claims, isForViewer }, lastEventId)
  }

  /** What a text would change for recent requests. Throws ApiError `config_invalid`. */
  async impact(text: string): Promise<Impact & { readonly missing: number }> {
    const current = this.explainer.plan
    const draft = await this.#compile(text)
    const claims = claimsNamedBy([current, draft])
    const { requests, missing } = await this.#answers.ask(EDGE, MAX_WEIGHED, claims)
    return { ...impactOf(requests, current, draft), missing }
  }

  signals(
    window: Window,
    wanted: { readonly scope?: Scope; readonly name?: string },
  ): {
    readonly points: readonly SignalPoint[]
    readonly load: readonly LoadPoint[]
    readonly ageMs: number | null
  } {
    const nowMs = this.#deps.clock.wallMs()
    const points = this.#rollups.points(window, nowMs, wanted)
    return { points, load: this.#load.points(window, nowMs), ageMs: this.#ageMs(nowMs) }
  }

  /** Throws ApiError `not_available` before the first configuration is known. */
  async nodeState(): Promise<NodeState> {
    const nowMs = this.#deps.clock.wallMs()
    const workers = this.#load.workers(nowMs).filter(({ ageMs }) => ageMs <= SILENT_MS)
    return {
      perSecond: this.#load.perSecond(nowMs),
      workers,
      silent: Math.max(0, this.#answers.workers - workers.length),
      limitStore: {
        ...limitStoreView(this.#current(), this.#load.limitStore(nowMs)),
        fault: this.#deps.storeFault(),
      },
      file: await this.#fileState(),
    }
  }

  routeFigures(): { readonly items: readonly RouteFigure[]; readonly ageMs: number | null } {
    const nowMs = this.#deps.clock.wallMs()
    const byRoute = Map.groupBy(this.#figures.list(nowMs).routes, ({ from }) => from)
    const { failures } = this.#figures
    const items = [...new Set([...byRoute.keys(), ...failures.keys()])].map((route) => {
      const lastFailure = failures.get(route) ?? null
      return { route, ...together(byRoute.get(route) ?? []), lastFailure }
    })
    return { items, ageMs: this.#ageMs(nowMs) }
  }

  async topology(): Promise<Topology & { readonly ageMs: number | null }> {
    const plan = this.#current()
    const { services } = await this.endpoints.seen()
    const nowMs = this.#deps.clock.wallMs()
    const calls = this.#sidecars.calls(nowMs)
    return {
      ...topologyOf(plan, services, this.#figures.list(nowMs), calls, nowMs),
      ageMs: this.#ageMs(nowMs),
    }
  }

  /** For a scrape. */
  metricsText(): string {
    return this.#metrics.text()
  }

  close(): void {
    this.endpoints.close()
    this.#tails.close()
    this.#answers.close()
  }

  #count({ rows, limits }: Extract<LiveAnswer, { kind: 'live-counts' }>): void {
    const nowMs = this.#deps.clock.wallMs()
    this.#heardAtMs = nowMs
    for (const row of rows) {
      this.#rollups.add(row, nowMs)
      this.#figures.add(row, nowMs)
      this.#metrics.add(row)
    }
    for (const counts of limits) this.#metrics.addLimits(counts)
  }

  #ageMs(nowMs: number): number | null {
    return this.#heardAtMs === null ? null : nowMs - this.#heardAtMs
  }

  #current(): Plan {
    if (this.#plan !== null) return this.#plan
    throw new ApiError('not_available', 'no configuration is served yet')
  }

  async #fileState(): Promise<FileState> {
    const name = this.#file
    try {
      const text = await this.#deps.readFile()
      return { kind: text === this.#text ? 'same' : 'differs', name, reason: '' }
    } catch (error) {
      return { kind: 'unreadable', name, reason: errorMessage(error) }
    }
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
