// The audit as a file to keep: oldest first, read as fast as it is taken, a bounded piece of it in memory.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { csvHead, csvLine, type CsvLanguage } from './csv.ts'
import { readEntry } from './entry.ts'
import { holds, type AuditFilter } from './filter.ts'
import { auditFiles, fileName } from './verify.ts'

export type ExportForm =
  /** Each line as it is on disk, so that whoever has all of them can follow the chain. */
  { readonly kind: 'jsonl' } | { readonly kind: 'csv'; readonly language: CsvLanguage }

/** Lines looked at before others get their turn. */
const SLICE = 500

/** Lines that are not what was written are left out: `verify` tells of them. */
export function exportAudit(folder: string, filter: AuditFilter, form: ExportForm): Readable {
  return Readable.from(pieces(folder, filter, form))
}

async function* pieces(
  folder: string,
  filter: AuditFilter,
  form: ExportForm,
): AsyncGenerator<string> {
  if (form.kind === 'csv') yield csvHead(form.language)
  for (const number of auditFiles(folder)) {
    const lines = linesOf(join(folder, fileName(number)))
    for (let at = 0; at < lines.length; at += SLICE) {
      await new Promise((resolve) => setImmediate(resolve))
      const piece = lines
        .slice(at, at + SLICE)
        .map((line) => shown(line, filter, form))
        .join('')
      if (piece !== '') yield piece
    }
  }
}

/** None where the file was forgotten meanwhile. */
function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n')
  } catch {
    return []
  }
}

function shown(line: string, filter: AuditFilter, form: ExportForm): string {
  const entry = line === '' ? null : readEntry(line)
  if (entry === null || !holds(entry, filter)) return ''
  return form.kind === 'csv' ? csvLine(entry) : `${line}\n`
}
