// Holds releases to their guard rails: looks at their figures every second, and takes the share of one that does too badly.

import type { RoutePlan } from '../../config/plan.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import type { Log } from '../../../sidecar/telemetry/log.ts'
import type { AuditEvent } from '../audit/entry.ts'
import type { Configurations } from '../config/configurations.ts'
import { judgeRails } from './rails.ts'
import { weightsOf, type ServedReleases } from './served-releases.ts'
import { KEPT_MS } from './target-figures.ts'
import type { Watch, Watches } from './watches.ts'
import { withWeights, type TargetWeight } from './weights.ts'

const LOOK_MS = 1000
/** Figures of the guard rails: soon enough where much is asked, and over longer where little is. */
const WATCHED_MS = [15_000, KEPT_MS] as const

export interface ReleaseGuardDeps {
  readonly clock: Clock
  readonly log: Log
  readonly configurations: Configurations
  readonly watches: Watches
  /** Writes down what nobody asked for by the API. */
  readonly record: (event: AuditEvent) => void
}

export class ReleaseGuard {
  readonly #deps: ReleaseGuardDeps
  readonly #served: ServedReleases
  /** Routes whose fault stands in the log already. */
  readonly #told = new Set<string>()
  #cancelLook: (() => void) | null = null
  #isLooking = false

  constructor(deps: ReleaseGuardDeps, served: ServedReleases) {
    this.#deps = deps
    this.#served = served
  }

  /** There is something served to look at. */
  begin(): void {
    this.#cancelLook ??= this.#lookLater()
  }

  close(): void {
    this.#cancelLook?.()
  }

  #lookLater(): () => void {
    return this.#deps.clock.after(LOOK_MS, () => {
      this.#cancelLook = this.#lookLater()
      void this.#look()
    })
  }

  async #look(): Promise<void> {
    // Putting a change to work takes longer than a look at times.
    if (this.#isLooking) return
    this.#isLooking = true
    await this.#deps.watches.refresh()
    for (const watch of this.#deps.watches.all) {
      try {
        await this.#hold(watch)
        this.#told.delete(watch.route)
      } catch (error) {
        this.#tell(watch, errorMessage(error))
      }
    }
    this.#isLooking = false
  }

  async #hold(watch: Watch): Promise<void> {
    const route = this.#served.route(watch.route)
    const target = route?.to.find(({ service }) => service.name === watch.target)
    if (route === null || target === undefined || target.weight === 0) {
      // While a change may go back, so may the weight.
      const { revertsAtMs, revision } = this.#deps.configurations.served()
      const isBehind = watch.revision !== null && (revision ?? 0) < watch.revision
      const isSettled = revertsAtMs === null && !isBehind
      return isSettled ? this.#deps.watches.remove(watch.route) : undefined
    }
    const reason = this.#breach(route, watch)
    if (reason !== null) await this.#abort(route, watch, reason)
  }

  #breach(route: RoutePlan, { target, rails, before }: Watch): string | null {
    for (const withinMs of WATCHED_MS) {
      const fromMs = this.#served.fromMs(route, withinMs)
      const own = this.#served.figures(route, target, fromMs)
      const others = this.#served.others(route, target, fromMs)
      const reference = others.requests < rails.minRequests ? before : others
      const reason = judgeRails(rails, own, reference)
      if (reason !== null) return reason
    }
    return null
  }

  /** What the target had goes to the first other one that gets something, or to the first. */
  async #abort(route: RoutePlan, { target }: Watch, reason: string): Promise<void> {
    const { clock, configurations, watches, record, log } = this.#deps
    const before = weightsOf(route)
    const others = before.filter((one) => one.target !== target)
    const heir = (others.find(({ weight }) => weight > 0) ?? others[0]!).target
    const freed = before.find((one) => one.target === target)!.weight
    const after = before.map((one) => {
      if (one.target === target) return { ...one, weight: 0 }
      return one.target === heir ? { ...one, weight: one.weight + freed } : one
    })
    const { text, checksum: expected, revertsAtMs, guard } = configurations.served()
    // What waits to be confirmed is not for us to confirm.
    const leftMs = revertsAtMs === null ? null : Math.max(LOOK_MS, revertsAtMs - clock.wallMs())
    const { revision } = await configurations.apply({
      text: withWeights(text, route.name, after),
      author: '',
      origin: 'auto-revert',
      message: `release of ${route.name}: ${target} to 0: ${reason}`,
      confirmWithinMs: leftMs,
      ...(guard && { guard }),
      expected,
    })
    log.warn('a release ran into its guard rails', { route: route.name, target, reason })
    record(eventOf(route.name, before, after, reason))
    await watches.aborted({ route: route.name, target, atMs: clock.wallMs(), reason, revision })
    if (leftMs === null) await watches.remove(route.name)
  }

  #tell({ route, target }: Watch, error: string): void {
    if (this.#told.has(route)) return
    this.#told.add(route)
    const said = { route, target, error }
    this.#deps.log.error('a release could not be held to its guard rails; tried again', said)
  }
}

function eventOf(
  route: string,
  before: readonly TargetWeight[],
  after: readonly TargetWeight[],
  reason: string,
): AuditEvent {
  return {
    actor: { kind: 'system', name: 'guard rails', address: null },
    origin: 'system',
    action: 'abortRelease',
    target: `route/${route}`,
    before: { weights: before },
    after: { weights: after, reason },
    result: 'ok',
    requestId: '',
  }
}
