// The audit in the admin API: read, filtered, verified; there is no operation that changes it.

import type { Readable } from 'node:stream'
import { Type } from 'typebox'
import { ApiError, TooManyRequests } from '../admin/api-error.ts'
import type { Operation } from '../admin/operation.ts'
import { limitOf, pageOf, PAGE_QUERY } from '../admin/page.ts'
import type { AuditLog } from './audit-log.ts'
import { CSV_LANGUAGES, type CsvLanguage } from './csv.ts'
import type { AuditFilter } from './filter.ts'

/** Each holds a file of the audit in memory. */
const MAX_EXPORTS = 4
const EXPORT_RETRY_S = 10
const CLOSED = { additionalProperties: false }
const Words = Type.Optional(Type.String({ minLength: 1, maxLength: 256 }))
const Instant = Type.Optional(
  Type.String({
    pattern: '^\\d{4}-\\d\\d-\\d\\d(T\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,3})?)?(Z|[+-]\\d\\d:\\d\\d))?$',
    title: 'a day or an instant',
    description: '`2030-12-31` (its beginning, UTC) or `2030-12-31T09:00:00+09:00`.',
  }),
)
const FILTER = {
  actor: Words,
  action: Words,
  target: Words,
  origin: Words,
  requestId: Words,
  result: Type.Optional(
    Type.String({
      maxLength: 256,
      description: '`ok`, a code, or `refused` for all of them.',
    }),
  ),
  since: Instant,
  until: Instant,
}
const Entry = Type.Object({
  sequence: Type.Integer(),
  time: Type.String({ description: 'ISO 8601, UTC.' }),
  actor: Type.Object({
    kind: Type.String(),
    name: Type.String(),
    address: Type.Union([Type.String(), Type.Null()]),
  }),
  origin: Type.String(),
  action: Type.String(),
  target: Type.String(),
  before: Type.Unknown(),
  after: Type.Unknown(),
  result: Type.String({ description: '`ok`, or the code of the refusal.' }),
  requestId: Type.String(),
  previous: Type.String(),
  hash: Type.String(),
})

export function auditOperations(audit: AuditLog): readonly Operation[] {
  return [
    {
      id: 'listAudit',
      method: 'GET',
      path: '/api/v1/audit',
      role: 'operator',
      summary: 'Who did what, newest first; a page may be empty and still have a next one.',
      query: Type.Object(
        {
          ...PAGE_QUERY,
          cursor: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,14}$' })),
          ...FILTER,
        },
        CLOSED,
      ),
      answer: pageOf(Entry),
      run({ query }) {
        const { cursor } = query
        const before = cursor === undefined ? null : Number(cursor)
        const { entries, next } = audit.search(before, limitOf(query), filterOf(query))
        return { items: entries, nextCursor: next === null ? null : String(next) }
      },
    },
    exporting(audit),
    {
      id: 'verifyAudit',
      method: 'GET',
      path: '/api/v1/audit/verification',
      role: 'operator',
      summary: 'Says whether the audit is still what was written, and where it is not.',
      answer: Type.Object({
        isWhole: Type.Boolean(),
        fault: Type.Union([
          Type.Object({
            file: Type.String(),
            line: Type.Integer(),
            reason: Type.String(),
          }),
          Type.Null(),
        ]),
      }),
      async run() {
        const fault = await audit.verify()
        return { isWhole: fault === null, fault }
      },
    },
  ]
}

function exporting(audit: AuditLog): Operation {
  const running = new Set<Readable>()
  return {
    id: 'exportAudit',
    method: 'GET',
    path: '/api/v1/audit/export',
    role: 'operator',
    summary: 'The audit as a file, oldest first: JSON lines with their hashes, or CSV.',
    query: Type.Object(
      {
        format: Type.Optional(Type.Enum(['jsonl', 'csv'], { description: 'Default jsonl.' })),
        lang: Type.Optional(Type.Enum([...CSV_LANGUAGES], { description: 'Heads of the CSV.' })),
        ...FILTER,
      },
      CLOSED,
    ),
    answer: Type.String({ contentMediaType: 'application/x-ndjson' }),
    run({ query, header }) {
      if (running.size >= MAX_EXPORTS) {
        throw new TooManyRequests('others are taking the audit just now', EXPORT_RETRY_S)
      }
      const { format = 'jsonl', lang = 'en' } = query
      const isCsv = format === 'csv'
      const form = isCsv
        ? { kind: 'csv' as const, language: lang as CsvLanguage }
        : { kind: 'jsonl' as const }
      const file = audit.export(filterOf(query), form)
      running.add(file)
      file.once('close', () => running.delete(file))
      header('content-type', isCsv ? 'text/csv; charset=utf-8' : 'application/x-ndjson')
      header('content-disposition', `attachment; filename="audit.${format}"`)
      return file
    },
  }
}

/** Throws ApiError. */
function filterOf(query: Readonly<Record<string, string>>): AuditFilter {
  const { actor, action, target, origin, requestId, result, since, until } = query
  for (const [name, text] of Object.entries({ since, until })) {
    if (text !== undefined && Number.isNaN(Date.parse(text))) {
      throw new ApiError('invalid', `${name}: there is no such day or instant`)
    }
  }
  return { actor, action, target, origin, requestId, result, since, until }
}
