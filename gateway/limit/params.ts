// From a written rate to the numbers the algorithms run on, so that what was written is what holds.

import type { BucketParams, LimitMode, LimitParams, Rate, WindowParams } from './plan.ts'
import { MAX_COUNT, rateText } from './rate.ts'

/** The part-window counts whole, so a window admits at most 1/64 less than it could. */
const SUB_WINDOWS = 64
/** Of a short window answers that may be late take more of the allowance, so its parts take less: all in all 2 %. */
const SHORT_WINDOW_MS = 10_000
const SHORT_SUB_WINDOWS = 256
/** The share of a burst that nodes may hold in advance. */
const OUTSTANDING_SHARE = 0.1
const LONGEST_LEASE_MS = 1000
/** An answer older than this is no longer acted on. */
const LONGEST_ANSWER_MS = 150
/** How old an answer must be allowed to be, where the window is long enough for it. */
const USUAL_ANSWER_MS = 50
/** Leases pay where at full rate at least this many requests are served of them in a lease time. */
const LEASE_WORTH = 10
/** Shorter ones are over before they are of use. */
const SHORTEST_LEASE_MS = 20
// 1/32 µs: sums of multiples of it stay exact in a double until 2034.
const GRAIN = 32
/** The time to one token of a rate of 0: a year. Its bucket is of size 0, so not even that is waited for. */
const NEVER_US = 365 * 86_400_000_000

/**
 * At most `rate.count` in any `rate.perMs`. `mode` null: leased where at full rate ten or more requests fall into one
 * lease time (a 50th of the window, at most a second), else exact.
 *
 * A token may be spent up to `leaseMs` (or, asked for by a waiting request, `lateMs`) after the store granted it, so the
 * store counts over the window plus that time.
 */
export function windowParams(rate: Rate, mode: LimitMode | null): WindowParams {
  const { count: max, perMs: windowMs } = rate
  const longestMs = Math.min(LONGEST_LEASE_MS, windowMs / 50)
  const pays = (max * longestMs) / windowMs >= LEASE_WORTH
  const leaseMs = (mode ?? (pays ? 'leased' : 'exact')) === 'leased' ? longestMs : 0
  const lateMs = answerMs(windowMs)
  const coveredUs = (windowMs + Math.max(leaseMs, lateMs)) * 1000
  const slots = windowMs < SHORT_WINDOW_MS ? SHORT_SUB_WINDOWS : SUB_WINDOWS
  const subUs = Math.ceil(coveredUs / slots)
  return { kind: 'window', max, windowMs, subUs, slots, leaseMs, lateMs }
}

/** A two-hundredth of the window, but rather a sixty-fourth than less than is usual. */
function answerMs(windowMs: number): number {
  const least = Math.min(USUAL_ANSWER_MS, windowMs / 64)
  return Math.min(LONGEST_ANSWER_MS, Math.max(least, windowMs / 200))
}

/**
 * At most `burst` + rate × t in any t. `mode` null: leased where nodes may hold ten or more (a tenth of the burst) and for
 * 20 ms or longer, else exact. A leased bucket admits at once a tenth less than its burst. Nodes hold what half a lease
 * time uses, so at full rate all of them together hold what they may.
 */
export function bucketParams(rate: Rate, burst: number, mode: LimitMode | null): BucketParams {
  const exactUs = rate.count === 0 ? NEVER_US : (rate.perMs * 1000) / rate.count
  const tokenUs = Math.ceil(exactUs * GRAIN) / GRAIN
  const reserved = Math.max(1, Math.floor(burst * OUTSTANDING_SHARE))
  const longestMs = Math.min(LONGEST_LEASE_MS, (2 * reserved * tokenUs) / 1000)
  const pays = reserved >= LEASE_WORTH && longestMs >= SHORTEST_LEASE_MS
  const common = { kind: 'bucket', tokenUs, lateMs: LONGEST_ANSWER_MS, rate } as const
  if ((mode ?? (pays ? 'leased' : 'exact')) === 'exact') {
    return { ...common, size: rate.count === 0 ? 0 : burst, outstanding: 0, leaseMs: 0 }
  }
  return { ...common, size: burst - reserved, outstanding: reserved, leaseMs: longestMs }
}

export function limitParams(rate: Rate, burst: number | null, mode: LimitMode | null): LimitParams {
  return burst === null ? windowParams(rate, mode) : bucketParams(rate, burst, mode)
}

/**
 * The same limit times `factor` (more than 0). What counts already goes on counting: of a window the tokens taken, of a
 * bucket the part of it that is empty. A limit of 0 stays 0.
 */
export function scaledParams(params: LimitParams, factor: number): LimitParams {
  const times = (count: number): number =>
    count === 0 ? 0 : Math.min(MAX_COUNT, Math.max(1, Math.floor(count * factor)))
  if (params.kind === 'window') return { ...params, max: times(params.max) }
  return {
    ...params,
    tokenUs: Math.ceil((params.tokenUs / factor) * GRAIN) / GRAIN,
    size: times(params.size),
    outstanding: Math.floor(params.outstanding * factor),
    rate: { ...params.rate, count: times(params.rate.count) },
  }
}

/** Most tokens one request may cost and still be admitted some time. */
export function largestCost(params: LimitParams): number {
  return params.kind === 'window' ? params.max : params.size
}

/** Of `whole` the share of one of `instances` that cannot ask the store: all of them together keep the limit, but each may 1. */
export function shareOf(whole: number, instances: number): number {
  return whole === 0 ? 0 : Math.max(1, Math.floor(whole / instances))
}

/** The rate that was written. */
export function rateOf(params: LimitParams): Rate {
  return params.kind === 'window' ? { count: params.max, perMs: params.windowMs } : params.rate
}

/** What the limit promises, in the words of the documentation. */
export function promiseOf(params: LimitParams): string {
  if (params.kind === 'window') {
    return `at most ${params.max} in any ${params.windowMs / 1000} s`
  }
  const { rate, size, outstanding } = params
  return `at most ${size + outstanding} + ${rateText(rate)} × t in any interval t`
}
