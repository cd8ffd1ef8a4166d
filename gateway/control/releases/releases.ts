// Releases on this node as operators see them: routes with several targets, how each does, and sharing them out anew.

import type { Plan, RoutePlan } from '../../config/plan.ts'
import type { CountRow } from '../../decide/explain-messages.ts'
import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import { ApiError } from '../admin/api-error.ts'
import { quantileMs } from '../live/quantile.ts'
import type { Origin } from '../revisions/revision.ts'
import type { Rails } from './rails.ts'
import { ReleaseGuard, type ReleaseGuardDeps } from './release-guard.ts'
import { ServedReleases } from './served-releases.ts'
import { KEPT_MS, together, type Figures } from './target-figures.ts'
import type { Abort, Watch } from './watches.ts'
import { inOrder, weightsText, withWeights, type TargetWeight } from './weights.ts'

export interface TargetView {
  /** A service's name, or a URL. */
  readonly target: string
  /** As configured, and what share of all it is: 0 to 1. */
  readonly weight: number
  readonly share: number
  /** Of the requests that were sent on; null while there are none. */
  readonly actualShare: number | null
  readonly requests: number
  readonly failed: number
  readonly p95Ms: number | null
  /** False: there are more targets than are counted. */
  readonly isCounted: boolean
}

export interface ReleaseView {
  readonly route: string
  /** `none`, `cookie`, `header:NAME`. */
  readonly sticky: string
  /** The figures are of this time, which begins with the latest change of the weights. */
  readonly windowMs: number
  readonly targets: readonly TargetView[]
  readonly watch: Watch | null
  /** The latest one that ran into its guard rails. */
  readonly abort: Abort | null
}

export interface WeightsWanted {
  readonly route: string
  readonly weights: readonly TargetWeight[]
  /** undefined: as before; null: none any more. */
  readonly guard: (Rails & { readonly target: string }) | null | undefined
  readonly author: string
  readonly origin: Origin
}

interface SetWith {
  readonly by: string
  readonly before: Figures
  readonly revision: number | null
}

export class Releases {
  readonly #deps: ReleaseGuardDeps
  readonly #served: ServedReleases
  readonly #guard: ReleaseGuard

  constructor(deps: ReleaseGuardDeps) {
    this.#deps = deps
    this.#served = new ServedReleases(deps.clock)
    this.#guard = new ReleaseGuard(deps, this.#served)
  }

  /** This plan is put to work. */
  use(plan: Plan): void {
    this.#served.use(plan)
    this.#guard.begin()
  }

  heard(rows: readonly CountRow[]): void {
    this.#served.heard(rows)
  }

  /** Of the routes. */
  names(): readonly string[] {
    return this.#served.names()
  }

  /** Throws ApiError `not_found` where it has no weights to set. */
  get(route: string): ReleaseView {
    return this.#view(this.#route(route))
  }

  /**
   * Answers once every process of every node serves it. Throws ApiError: `not_found`, `invalid`, `conflict` where another
   * change waits to be confirmed, and what `Configurations.apply` throws.
   */
  async set(wanted: WeightsWanted): Promise<{ readonly revision: number | null }> {
    const { guard, author, origin } = wanted
    const route = this.#route(wanted.route)
    const weights = inOrder(
      wanted.weights,
      route.to.map(({ service }) => service.name),
    )
    if (guard != null) checkGuard(guard, weights)
    const { text, checksum: expected, revertsAtMs } = this.#deps.configurations.served()
    if (revertsAtMs !== null) {
      throw new ApiError(
        'conflict',
        'a change waits to be confirmed: confirm it, or let it go back',
      )
    }
    const before = this.#before(route, guard?.target ?? '')
    const { revision } = await this.#deps.configurations.apply({
      text: withWeights(text, route.name, weights),
      author,
      origin,
      message: `release of ${route.name}: ${weightsText(weights)}`,
      confirmWithinMs: null,
      expected,
    })
    await this.#watch(route.name, weights, guard, { by: author, before, revision })
    return { revision }
  }

  close(): void {
    this.#guard.close()
  }

  async #watch(
    route: string,
    weights: readonly TargetWeight[],
    guard: WeightsWanted['guard'],
    { by, before: { requests, failed }, revision }: SetWith,
  ): Promise<void> {
    const { watches, clock } = this.#deps
    const stopped = watches.abortOf(route)?.target
    const isRaised = weights.some(({ target, weight }) => target === stopped && weight > 0)
    try {
      if (guard === undefined) return await (isRaised ? watches.forgetAbort(route) : undefined)
      if (guard === null) return await watches.clear(route)
      const { target, ...rails } = guard
      const before = { requests, failed }
      await watches.set({ route, target, rails, setAtMs: clock.wallMs(), by, before, revision })
    } catch (error) {
      const what = 'the weights are served, but the guard rails could not be written down'
      throw new ApiError('not_available', `${what}: ${errorMessage(error)}`)
    }
  }

  #route(name: string): RoutePlan {
    const route = this.#served.route(name)
    if (route !== null) return route
    const message = `\`${name}\` is no route with several targets: give its \`to:\` a list with weights`
    throw new ApiError('not_found', message)
  }

  #view(route: RoutePlan): ReleaseView {
    const { watches, clock } = this.#deps
    const fromMs = this.#served.fromMs(route, KEPT_MS)
    const figures = route.to.map(({ service }) => this.#served.figures(route, service.name, fromMs))
    const all = together(figures).requests
    const sum = route.to.reduce((total, { weight }) => total + weight, 0)
    return {
      route: route.name,
      sticky: stickyText(route.sticky),
      windowMs: Math.max(0, clock.monotonicMs() - fromMs),
      targets: route.to.map(({ service, weight }, at) => {
        const { requests, failed, buckets } = figures[at]!
        return {
          target: service.name,
          weight,
          share: weight / sum,
          actualShare: all === 0 ? null : requests / all,
          requests,
          failed,
          p95Ms: quantileMs(buckets, 0.95),
          isCounted: this.#served.isCounted(route, service.name),
        }
      }),
      watch: watches.of(route.name),
      abort: watches.abortOf(route.name),
    }
  }

  /** The other targets of late, however they were shared out. */
  #before(route: RoutePlan, target: string): Figures {
    return this.#served.others(route, target, this.#deps.clock.monotonicMs() - KEPT_MS)
  }
}

function checkGuard(
  { target, maxErrorPoints, maxP95Ms }: Rails & { readonly target: string },
  weights: readonly TargetWeight[],
): void {
  const watched = weights.find((one) => one.target === target)
  if (watched === undefined || watched.weight === 0) {
    throw new ApiError('invalid', `guard: \`${target}\` gets no requests; name a target that does`)
  }
  if (maxErrorPoints !== null || maxP95Ms !== null) return
  throw new ApiError('invalid', 'guard: say maxErrorPoints, maxP95Ms or both')
}

function stickyText(sticky: RoutePlan['sticky']): string {
  return sticky.kind === 'header' ? `header:${sticky.name}` : sticky.kind
}
