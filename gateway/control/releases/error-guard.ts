// Whether a change made requests fail: the share of 5xx answers before it against the share since, looked at every second.
// It runs in the supervisor, so that neither a closed browser nor a dead control keeps a bad change alive.

import type { CountRow } from '../../decide/explain-messages.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import type { Guard } from './guard.ts'

/** Answers, and those of them with status 500 to 599. */
export interface Tally {
  readonly requests: number
  readonly failed: number
}

/** Fewer say nothing about a share. */
export const MIN_REQUESTS = 20
/** How far back the share before a change is taken from. */
const BEFORE_MS = 60_000
/** Workers tell once a second: what comes sooner after a change may be of before it. */
const LAG_MS = 1000
const LOOK_MS = 1000
/** What comes within this time is kept as one. */
const STEP_MS = 100
const MAX_STEPS = (2 * BEFORE_MS) / STEP_MS

/** Why the change goes back, in words for the history; null: it stays, as far as this tells. */
export function judge({ points }: Guard, before: Tally, since: Tally): string | null {
  if (since.requests < MIN_REQUESTS) return null
  if (riseOf(since, before) <= points) return null
  return `auto-reverted: 5xx ${percentOf(since)} against ${percentOf(before)}`
}

/** By how many percentage points more of `since` failed than of `before`. */
export function riseOf(since: Tally, before: Tally): number {
  // Without the last digits, in which 5 would be more than 5.
  return Number((100 * (shareOf(since) - shareOf(before))).toFixed(6))
}

/** 0 to 1; of nothing: 0. */
function shareOf({ requests, failed }: Tally): number {
  return requests === 0 ? 0 : failed / requests
}

/** `12.4 %`. */
export function percentOf(tally: Tally): string {
  return `${(100 * shareOf(tally)).toFixed(1)} %`
}

/** Of what came in through the edge. */
export function tallyOf(rows: readonly CountRow[]): Tally {
  let requests = 0
  let failed = 0
  for (const { plane, outcomes } of rows) {
    if (plane !== 'edge') continue
    for (const [status, , count] of outcomes) {
      requests += count
      if (status >= 500) failed += count
    }
  }
  return { requests, failed }
}

export interface ErrorGuardOptions {
  readonly clock: Clock
  /** Is given the text to serve again, and why; then nothing is watched any more. */
  readonly onBreach: (text: string, reason: string) => void
  /** Its time is over, and the change stays as far as this goes. */
  readonly onEnd: () => void
}

interface Armed {
  readonly guard: Guard
  readonly text: string
  readonly before: Tally
  readonly fromMs: number
  readonly untilMs: number
}

export class ErrorGuard {
  readonly #options: ErrorGuardOptions
  readonly #clock: Clock
  /** The oldest first; at most two minutes. */
  readonly #steps: { readonly atMs: number; requests: number; failed: number }[] = []
  #armed: Armed | null = null
  #cancelLook = (): void => {}

  constructor(options: ErrorGuardOptions) {
    this.#options = options
    this.#clock = options.clock
  }

  /** What is watched, or null. */
  get guard(): Guard | null {
    return this.#armed?.guard ?? null
  }

  /** What one worker counted since it told last. */
  heard(rows: readonly CountRow[]): void {
    const { requests, failed } = tallyOf(rows)
    if (requests === 0) return
    const atMs = Math.floor(this.#clock.monotonicMs() / STEP_MS) * STEP_MS
    const last = this.#steps.at(-1)
    if (last?.atMs === atMs) {
      last.requests += requests
      last.failed += failed
      return
    }
    this.#steps.push({ atMs, requests, failed })
    if (this.#steps.length > MAX_STEPS) this.#steps.shift()
  }

  /** The change is served now; watched for `forMs` at most. */
  arm(guard: Guard, text: string, forMs: number): void {
    this.cancel()
    const nowMs = this.#clock.monotonicMs()
    const before = this.#tally(nowMs - BEFORE_MS, nowMs)
    this.#armed = { guard, text, before, fromMs: nowMs + LAG_MS, untilMs: nowMs + forMs }
    this.#lookLater()
  }

  cancel(): void {
    this.#cancelLook()
    this.#armed = null
  }

  #lookLater(): void {
    this.#cancelLook = this.#clock.after(LOOK_MS, () => this.#look())
  }

  #look(): void {
    const armed = this.#armed
    if (armed === null) return
    const { guard, text, before, fromMs, untilMs } = armed
    const nowMs = this.#clock.monotonicMs()
    const since = this.#tally(Math.max(fromMs, nowMs - guard.windowMs), nowMs)
    const reason = nowMs - fromMs < guard.windowMs ? null : judge(guard, before, since)
    if (reason === null && nowMs < untilMs) {
      this.#lookLater()
      return
    }
    this.cancel()
    if (reason === null) this.#options.onEnd()
    else this.#options.onBreach(text, reason)
  }

  #tally(fromMs: number, toMs: number): Tally {
    const tally = { requests: 0, failed: 0 }
    for (const { atMs, requests, failed } of this.#steps) {
      if (atMs < fromMs || atMs > toMs) continue
      tally.requests += requests
      tally.failed += failed
    }
    return tally
  }
}
