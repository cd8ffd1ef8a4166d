// Routes with several targets as this node serves them: their weights, since when, and what each target did.

import type { Plan, RoutePlan } from '../../config/plan.ts'
import type { CountRow } from '../../decide/explain-messages.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { TargetFigures, together, type Figures } from './target-figures.ts'
import { weightsText, type TargetWeight } from './weights.ts'

/** Workers tell once a second: what comes sooner after a change may be of before it. */
const LAG_MS = 1000

interface Since {
  readonly weights: string
  /** Monotonic. */
  readonly atMs: number
}

export class ServedReleases {
  readonly #clock: Clock
  readonly #figures: TargetFigures
  #routes: ReadonlyMap<string, RoutePlan> = new Map()
  #since: ReadonlyMap<string, Since> = new Map()

  constructor(clock: Clock) {
    this.#clock = clock
    this.#figures = new TargetFigures(clock)
  }

  /** This plan is put to work. */
  use(plan: Plan): void {
    const nowMs = this.#clock.monotonicMs()
    const routes = plan.routes.filter(({ to }) => to.length > 1)
    this.#routes = new Map(routes.map((route) => [route.name, route]))
    this.#figures.track(
      routes.flatMap(({ name, to }) => to.map(({ service }) => [name, service.name] as const)),
    )
    const before = this.#since
    this.#since = new Map(
      routes.map((route) => {
        const weights = weightsText(weightsOf(route))
        const known = before.get(route.name)
        const since = known?.weights === weights ? known : { weights, atMs: nowMs + LAG_MS }
        return [route.name, since]
      }),
    )
  }

  heard(rows: readonly CountRow[]): void {
    this.#figures.heard(rows)
  }

  names(): readonly string[] {
    return [...this.#routes.keys()]
  }

  /** null where it has one target, or there is none. */
  route(name: string): RoutePlan | null {
    return this.#routes.get(name) ?? null
  }

  /** Monotonic: from when on requests are shared out as they are now, or `withinMs` ago if that is later. */
  fromMs({ name }: RoutePlan, withinMs: number): number {
    const nowMs = this.#clock.monotonicMs()
    return Math.max(this.#since.get(name)?.atMs ?? nowMs, nowMs - withinMs)
  }

  figures({ name }: RoutePlan, target: string, fromMs: number): Figures {
    return this.#figures.since(name, target, fromMs)
  }

  /** Of all targets but one. */
  others({ name, to }: RoutePlan, target: string, fromMs: number): Figures {
    return together(
      to
        .filter(({ service }) => service.name !== target)
        .map(({ service }) => this.#figures.since(name, service.name, fromMs)),
    )
  }

  isCounted({ name }: RoutePlan, target: string): boolean {
    return this.#figures.isTracked(name, target)
  }
}

export function weightsOf({ to }: RoutePlan): readonly TargetWeight[] {
  return to.map(({ service, weight }) => ({ target: service.name, weight }))
}
