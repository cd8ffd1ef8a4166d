// The spelling of rates: `100/min`, `20/s`, `1000/h`, `5/d`.

import type { Rate } from './plan.ts'

export const MAX_COUNT = 1_000_000_000

const RATE = /^(\d{1,15})\/([a-z]{1,12})$/i
const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}
const LONG_NAMES: readonly (readonly [RegExp, string])[] = [
  [/^s(ec|econd)?s?$/i, 's'],
  [/^m(in|inute)?s?$/i, 'min'],
  [/^h(our|r)?s?$/i, 'h'],
  [/^d(ay)?s?$/i, 'd'],
]

export interface RateFault {
  readonly message: string
  readonly fix: string
}

/** A rate, or what is wrong with the text and what to write instead. A count of 0 is a fault. */
export function parseRate(text: string): Rate | RateFault {
  const match = RATE.exec(text)
  if (match === null) {
    const fix = 'write a whole number and a unit, as in `100/min`; units are s, min, h and d'
    return { message: `\`${text}\` is not a rate`, fix }
  }
  const count = Number(match[1])
  const unit = match[2]!
  const perMs = Object.hasOwn(UNIT_MS, unit) ? UNIT_MS[unit] : undefined
  if (perMs === undefined) {
    const meant = LONG_NAMES.find(([pattern]) => pattern.test(unit))?.[1]
    const fix = meant === undefined ? 'units are s, min, h and d' : `write \`${count}/${meant}\``
    return { message: `\`${unit}\` is not a unit of time`, fix }
  }
  if (count === 0) {
    return { message: `\`${text}\` would refuse every request`, fix: 'write at least 1' }
  }
  if (count > MAX_COUNT) {
    return { message: `\`${text}\` is more than can be counted`, fix: `write at most ${MAX_COUNT}` }
  }
  return { count, perMs }
}

/** Whether `parseRate` succeeded. */
export function isRate(parsed: Rate | RateFault): parsed is Rate {
  return 'perMs' in parsed
}

/** `100/min`; the unit is one of s, min, h, d, else ms. */
export function rateText({ count, perMs }: Rate): string {
  const unit = Object.entries(UNIT_MS).find(([, ms]) => ms === perMs)?.[0] ?? `${perMs}ms`
  return `${count}/${unit}`
}

/**
 * The rate a claim stands for: `100/min`, or a number that counts per `perMs`. 0 is a rate here: nothing is admitted.
 * null where it is neither, so that a strange token gets the default and never more.
 */
export function claimRate(value: unknown, perMs: number): Rate | null {
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) && value >= 0 && value <= MAX_COUNT
      ? { count: value, perMs }
      : null
  }
  if (typeof value !== 'string') return null
  const parsed = parseRate(value)
  return isRate(parsed) ? parsed : null
}
