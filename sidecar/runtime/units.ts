// The spellings of durations and sizes in configuration: `250ms 15s 1h`, `16KiB 10MiB`.

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/
const SIZE = /^(\d+)(B|KiB|MiB|GiB)$/

const DURATION_MS: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}
const SIZE_BYTES: Record<string, number> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }

export const DURATION_PATTERN = DURATION.source
export const SIZE_PATTERN = SIZE.source

/** Milliseconds, or null where `text` is not a duration. */
export function parseDurationMs(text: string): number | null {
  const match = DURATION.exec(text)
  return match ? Math.round(Number(match[1]) * DURATION_MS[match[2]!]!) : null
}

/** Bytes, or null where `text` is not a size. */
export function parseSizeBytes(text: string): number | null {
  const match = SIZE.exec(text)
  return match ? Number(match[1]) * SIZE_BYTES[match[2]!]! : null
}
