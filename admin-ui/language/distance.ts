// How far a moment is away, in words.

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const

/** `3 minutes ago`, `in 2 days`; below a second: now. `language`: `en`, `ja`. */
export function formatDistance(ms: number, nowMs: number, language: string): string {
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  const awayMs = ms - nowMs
  const [unit, size] =
    UNITS.find((one) => Math.abs(awayMs) >= one[1]) ?? (['second', 1000] as const)
  const text = format.format(Math.trunc(awayMs / size) || 0, unit)
  // 9秒前: nothing else of the console has a space between number and counter.
  return language === 'ja' ? text.replace(' ', '') : text
}
