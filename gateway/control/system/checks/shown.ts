// How findings show lists and spans of time.

const DAY_MS = 86_400_000
const MAX_SHOWN = 5

/** Whole days; negative where it is over. */
export function daysUntil(ms: number, nowMs: number): number {
  return Math.floor((ms - nowMs) / DAY_MS)
}

/** `a, b, c … (+4)`. */
export function shortList(items: readonly string[]): string {
  const shown = items.slice(0, MAX_SHOWN).join(', ')
  return items.length <= MAX_SHOWN ? shown : `${shown} … (+${items.length - MAX_SHOWN})`
}
