// Single keys of limits as operators know them: looked up, begun anew, blocked, given another limit for a while.

import type { Plan } from '../../config/plan.ts'
import type { RefusedEntry } from '../../limit/refusals.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { parseDurationMs } from '../../../sidecar/runtime/units.ts'
import { ApiError } from '../admin/api-error.ts'
import { mayAct, type Principal } from '../admin/operation.ts'
import type { LimitedList, LimitedView, MeasureView, OneLimited } from './answers.ts'
import { withMeasure, withoutMeasure, withReset, type KeptMeasure } from './book.ts'
import type { LimitControl } from './limit-control.ts'

const LEAST_MS = 60_000
const OPERATOR_MOST_MS = 24 * 3_600_000
const ADMIN_MOST_MS = 30 * OPERATOR_MOST_MS

/** What is done to a key. */
export type Wish =
  | { readonly kind: 'block'; readonly for: string; readonly reason: string }
  | {
      readonly kind: 'override'
      readonly times: number
      readonly for: string
      readonly reason: string
    }

/** A key that a limit refused, or that has a measure. */
export type KnownKey = Pick<LimitedView, 'key' | 'limit' | 'label' | 'shadow'>

export interface KeysDeps {
  readonly control: LimitControl
  readonly clock: Pick<Clock, 'wallMs'>
  readonly newId: () => string
  /** Served now; null: nothing yet. */
  readonly plan: () => Plan | null
}

export class Keys {
  readonly #deps: KeysDeps

  constructor(deps: KeysDeps) {
    this.#deps = deps
  }

  async list(): Promise<LimitedList> {
    const { control, clock } = this.#deps
    const { items, nodes, away } = await control.limited()
    const views = items.map((entry) => withMeasureOf(entry, control.measureOf(entry.key)))
    const total = items.reduce((sum, { count }) => sum + count, 0)
    return {
      items: views,
      total,
      nodes,
      isPartial: away,
      nowMs: clock.wallMs(),
    }
  }

  measures(): MeasureView[] {
    return this.#deps.control.measures().map(viewOf)
  }

  /** Throws ApiError `not_found`. */
  async read(key: string, { role }: Principal): Promise<OneLimited> {
    const { items } = await this.list()
    const found = items.find((one) => one.key === key)
    if (found === undefined) throw unknown(key)
    const { place } = this.#deps.control
    const isFleet = place.isShared && found.stage === 'after_auth'
    const isShown = isFleet && mayAct(role, 'admin')
    const store = isShown ? await place.counters(key).catch(() => null) : null
    return { ...found, isFleet, store }
  }

  /** Throws ApiError `not_found`. */
  async known(key: string): Promise<KnownKey & { readonly measure: MeasureView | null }> {
    const { control } = this.#deps
    const measure = control.measureOf(key)
    const found = (await control.limited()).items.find((one) => one.key === key)
    const shown = measure === null ? null : viewOf(measure)
    if (found !== undefined) return { ...found, measure: shown }
    if (shown === null) throw unknown(key)
    return { key, limit: shown.limit, label: shown.label, shadow: false, measure: shown }
  }

  /** Routes that the limit of the key stands on: `route:NAME`; what nobody knows is everybody’s. */
  async resourcesOf(key: string): Promise<readonly string[]> {
    const known = await this.known(key).catch(() => null)
    const routes = (this.#deps.plan()?.routes ?? []).filter(({ limits }) =>
      [...limits.beforeAuth, ...limits.afterAuth].some(({ name }) => name === known?.limit),
    )
    return routes.length === 0 ? ['everything'] : routes.map(({ name }) => `route:${name}`)
  }

  /** Resolves once the next request passes on every node. Throws ApiError. */
  async reset({ key }: KnownKey): Promise<void> {
    const { control, newId, clock } = this.#deps
    await control.forgetShared(key)
    const reset = { id: newId(), key, atMs: clock.wallMs() }
    await control.change((book) => withReset(book, reset))
  }

  /** Resolves once every node obeys. Throws ApiError. */
  async decide({ key, limit, label, shadow }: KnownKey, wish: Wish, by: Principal): Promise<void> {
    if (shadow) {
      const message = `\`${limit}\` is a shadow limit, which refuses nobody: nothing would change`
      throw new ApiError('conflict', message)
    }
    const sinceMs = this.#deps.clock.wallMs()
    const untilMs = sinceMs + lifeOf(wish, by)
    const { reason } = wish
    const common = { key, limit, label, reason: reason.trim(), by: by.name, sinceMs, untilMs }
    const measure: KeptMeasure =
      wish.kind === 'block'
        ? { ...common, kind: 'block' }
        : { ...common, kind: 'override', factor: wish.times }
    await this.#deps.control.change((book) => withMeasure(book, measure))
  }

  /** Resolves once no node obeys it any more. Throws ApiError. */
  async release({ key, limit, label }: KnownKey): Promise<void> {
    const { control, clock } = this.#deps
    if (control.measureOf(key) === null) {
      throw new ApiError('conflict', `nothing was decided about ${label} at \`${limit}\``)
    }
    await control.change((book) => withoutMeasure(book, key, clock.wallMs()))
  }
}

export function viewOf(measure: KeptMeasure): MeasureView {
  const { kind, limit, label, key, reason, by, sinceMs, untilMs } = measure
  const factor = measure.kind === 'override' ? measure.factor : null
  return { kind, factor, limit, label, key, reason, by, sinceMs, untilMs }
}

/** What was said to the last refused request is out of date once something else was decided. */
function withMeasureOf(entry: RefusedEntry, measure: KeptMeasure | null): LimitedView {
  const isChanged = measure === null ? entry.isBlocked : measure.sinceMs > entry.lastAtMs
  const passesAtMs = isChanged ? 0 : entry.passesAtMs
  return {
    ...entry,
    routes: [...entry.routes],
    passesAtMs: measure?.kind === 'block' ? measure.untilMs : passesAtMs,
    measure: measure === null ? null : viewOf(measure),
  }
}

function lifeOf({ for: life }: Wish, { role }: Principal): number {
  const lifeMs = parseDurationMs(life)
  const isAdmin = mayAct(role, 'admin')
  const mostMs = isAdmin ? ADMIN_MOST_MS : OPERATOR_MOST_MS
  if (lifeMs !== null && lifeMs >= LEAST_MS && lifeMs <= mostMs) return lifeMs
  const detail = lifeMs === null ? `\`${life}\` is no duration` : `\`${life}\` is not possible`
  const hint = isAdmin
    ? 'write a minute to 30 days, like `30m` or `2d`'
    : 'write a minute to 24 hours, like `30m` or `2h`; an admin may take 30 days'
  throw new ApiError('invalid', `body: ${detail}`, [{ pointer: '/for', detail, hint }])
}

function unknown(key: string): ApiError {
  const message = `no limit has refused a key \`${key}\` lately: list them with GET /api/v1/limits/keys`
  return new ApiError('not_found', message)
}
