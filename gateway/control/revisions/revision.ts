// One state of the configuration file, as it is kept: what, by whom, from where and why.

import { createHash } from 'node:crypto'
import type { Guard } from '../releases/guard.ts'

export const ORIGINS = ['file', 'ui', 'api', 'cli', 'restore', 'auto-revert'] as const
export type Origin = (typeof ORIGINS)[number]

export interface RevisionSummary {
  /** 1, 2, 3 …; never used twice. */
  readonly number: number
  /** Wall clock of the node that wrote it, ms since the epoch. */
  readonly atMs: number
  readonly author: string
  readonly origin: Origin
  readonly message: string
  /** SHA-256 of the text, lower-case hex. */
  readonly checksum: string
}

export interface Revision extends RevisionSummary {
  /** The file as written: references to secrets stand in it unresolved. */
  readonly text: string
  /** What watches it after it came; absent: nothing. */
  readonly guard?: Guard
}

export type RevisionDraft = Omit<Revision, 'number' | 'checksum'>

export const MAX_TEXT_BYTES = 8 * 1024 * 1024

export function checksumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** The next revision after `head`. Throws RangeError where the text is larger than a store takes. */
export function revise(draft: RevisionDraft, head: number): Revision {
  const bytes = Buffer.byteLength(draft.text)
  if (bytes > MAX_TEXT_BYTES) {
    throw new RangeError(`a configuration may have ${MAX_TEXT_BYTES} bytes, this one has ${bytes}`)
  }
  return { ...draft, number: head + 1, checksum: checksumOf(draft.text) }
}

export function summaryOf(revision: Revision): RevisionSummary {
  const { number, atMs, author, origin, message, checksum } = revision
  return { number, atMs, author, origin, message, checksum }
}

export function encodeRevision(revision: Revision): string {
  return JSON.stringify(revision)
}

/** Null for anything that is not a whole revision whose text has its checksum: a torn or edited one is never loaded. */
export function decodeRevision(encoded: string): Revision | null {
  let value: Partial<Record<keyof Revision, unknown>>
  try {
    value = JSON.parse(encoded) as typeof value
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  const { number, atMs, author, origin, message, checksum, text, guard } = value
  const isWhole =
    Number.isSafeInteger(number) &&
    typeof atMs === 'number' &&
    typeof author === 'string' &&
    ORIGINS.includes(origin as Origin) &&
    typeof message === 'string' &&
    typeof text === 'string' &&
    checksum === checksumOf(text)
  const more = isGuard(guard) ? { guard } : {}
  return isWhole
    ? ({ number, atMs, author, origin, message, checksum, text, ...more } as Revision)
    : null
}

function isGuard(value: unknown): value is Guard {
  if (typeof value !== 'object' || value === null) return false
  const { points, windowMs } = value as Partial<Record<keyof Guard, unknown>>
  return typeof points === 'number' && typeof windowMs === 'number'
}
