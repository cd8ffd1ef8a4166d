// When a certificate is renewed, and how long to wait after a failure.

import type { Clock } from '../runtime/clock.ts'
import type { Svid } from './svid.ts'

/** By both clocks: a host that slept is late by the monotonic one, a clock that was set back by the other. */
export interface DueTime {
  readonly wallMs: number
  readonly monotonicMs: number
}

export const DUE_NOW: DueTime = { wallMs: -Infinity, monotonicMs: -Infinity }

const RENEW_AT = 2 / 3
/** Of the life, to both sides: instances that began together do not renew together. */
const JITTER = 0.05
// Our clock may be far ahead of the authority's, so that a fresh certificate seems to have almost no life left.
const MIN_GAP_MS = 10_000

const FIRST_BACK_OFF_MS = 500
const MAX_BACK_OFF_MS = 150_000
const BACK_OFF_JITTER = 0.2

/**
 * At two thirds of the life that is left now, ±5 % of it; but not before 10 s from now (a tenth of its whole life where
 * that is shorter than 100 s).
 */
export function dueTime(
  { notBeforeMs, notAfterMs }: Pick<Svid, 'notBeforeMs' | 'notAfterMs'>,
  clock: Clock,
  random: () => number,
): DueTime {
  const nowMs = clock.wallMs()
  const wantedMs = (notAfterMs - nowMs) * (RENEW_AT + JITTER * spread(random))
  const leastMs = Math.min(MIN_GAP_MS, (notAfterMs - notBeforeMs) / 10)
  const inMs = Math.round(Math.max(wantedMs, leastMs))
  return { wallMs: nowMs + inMs, monotonicMs: clock.monotonicMs() + inMs }
}

export function isPast(due: DueTime, clock: Clock): boolean {
  return clock.wallMs() >= due.wallMs || clock.monotonicMs() >= due.monotonicMs
}

/**
 * 0.5 s, doubled with each failure that went before, at most 150 s; ±20 %. While a certificate is good, the last attempt
 * before it expires is not later than that (`leftMs`; null: there is none).
 */
export function backOffMs(
  failuresBefore: number,
  leftMs: number | null,
  random: () => number,
): number {
  const exponentialMs = Math.min(MAX_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** failuresBefore)
  const backOff = exponentialMs * (1 + BACK_OFF_JITTER * spread(random))
  return leftMs !== null && leftMs > FIRST_BACK_OFF_MS ? Math.min(backOff, leftMs) : backOff
}

/** -1 to 1. */
function spread(random: () => number): number {
  return random() * 2 - 1
}
