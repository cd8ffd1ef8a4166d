// Reads the audit backwards, with a bound on how much of it is looked at for one page.

import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { readEntry, type AuditEntry } from './entry.ts'
import { holds, type AuditFilter } from './filter.ts'
import { auditFiles, fileName } from './verify.ts'

/** Entries looked at for one page; the next page goes on behind them. */
const MAX_LOOKED_AT = 20_000
const SEQUENCE = /^\{"sequence":(\d{1,15}),/

export interface AuditPage {
  readonly entries: readonly AuditEntry[]
  /** `before` of the next page; null: that was all. */
  readonly next: number | null
}

/** Newest first, those below `before` (null: all), at most `limit`. */
export function searchAudit(
  folder: string,
  before: number | null,
  limit: number,
  filter: AuditFilter,
): AuditPage {
  const below = before ?? Infinity
  const entries: AuditEntry[] = []
  let looked = 0
  let last = below
  for (const number of auditFiles(folder).toReversed()) {
    const path = join(folder, fileName(number))
    if (firstSequence(path) >= below) continue
    for (const line of readFileSync(path, 'utf8').split('\n').toReversed()) {
      const sequence = sequenceOf(line)
      if (sequence === null || sequence >= below) continue
      if (entries.length >= limit || looked >= MAX_LOOKED_AT) return { entries, next: last }
      looked += 1
      last = sequence
      const entry = readEntry(line)
      if (entry !== null && holds(entry, filter)) entries.push(entry)
    }
  }
  return { entries, next: null }
}

function sequenceOf(line: string): number | null {
  const digits = SEQUENCE.exec(line)?.[1]
  return digits === undefined ? null : Number(digits)
}

/** 0 where the file does not begin with an entry: then it is read whole. */
function firstSequence(path: string): number {
  const file = openSync(path, 'r')
  try {
    const head = Buffer.alloc(64)
    readSync(file, head, 0, head.length, 0)
    return sequenceOf(head.toString('latin1')) ?? 0
  } finally {
    closeSync(file)
  }
}
