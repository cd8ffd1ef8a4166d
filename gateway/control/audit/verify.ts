// Whether the audit is still what was written: each line has its own hash and names that of the line before.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { NO_HASH, readEntry } from './entry.ts'

export interface AuditFault {
  readonly file: string
  /** From 1; one past the last line where lines are missing at the end. */
  readonly line: number
  readonly reason: 'line_changed' | 'line_missing' | 'end_missing'
}

const FILE = /^audit-(\d{6})\.jsonl$/

export function fileName(number: number): string {
  return `audit-${String(number).padStart(6, '0')}.jsonl`
}

/** Numbers of the files, oldest first. */
export function auditFiles(folder: string): number[] {
  return readdirSync(folder)
    .flatMap((name) => FILE.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => a - b)
}

/** Lines looked at before others get their turn. */
const SLICE = 500

/** `lastSequence`: of the newest entry that is known to have been written. Null where nothing is wrong. */
export async function firstFault(folder: string, lastSequence: number): Promise<AuditFault | null> {
  let previous: string | null = null
  let sequence = 0
  let end = { file: fileName(1), line: 1 }
  for (const number of auditFiles(folder)) {
    const file = fileName(number)
    const lines = readFileSync(join(folder, file), 'utf8').split('\n')
    if (lines.at(-1) === '') lines.pop()
    for (const [index, text] of lines.entries()) {
      if (index % SLICE === SLICE - 1) await new Promise((resolve) => setImmediate(resolve))
      const entry = readEntry(text)
      if (entry === null) return { file, line: index + 1, reason: 'line_changed' }
      // The oldest file may have been forgotten: then the chain is followed from where it begins.
      const isFirst = previous === null && (number > 1 || entry.previous === NO_HASH)
      const follows = isFirst || (entry.previous === previous && entry.sequence === sequence + 1)
      if (!follows) return { file, line: index + 1, reason: 'line_missing' }
      previous = entry.hash
      sequence = entry.sequence
    }
    end = { file, line: lines.length + 1 }
  }
  return sequence >= lastSequence ? null : { ...end, reason: 'end_missing' }
}
