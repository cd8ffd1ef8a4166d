// The audit in the admin API: read, filtered, verified; there is no operation that changes it.

import { Type } from 'typebox'
import type { Operation } from '../admin/operation.ts'
import { limitOf, pageOf, PAGE_QUERY } from '../admin/page.ts'
import type { AuditLog } from './audit-log.ts'

const Words = Type.Optional(Type.String({ minLength: 1, maxLength: 256 }))
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
          actor: Words,
          action: Words,
          target: Words,
          result: Type.Optional(
            Type.String({
              maxLength: 256,
              description: '`ok`, a code, or `refused` for all of them.',
            }),
          ),
        },
        { additionalProperties: false },
      ),
      answer: pageOf(Entry),
      run({ query }) {
        const { cursor, actor, action, target, result } = query
        const before = cursor === undefined ? null : Number(cursor)
        const filter = { actor, action, target, result }
        const { entries, next } = audit.search(before, limitOf(query), filter)
        return { items: entries, nextCursor: next === null ? null : String(next) }
      },
    },
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
