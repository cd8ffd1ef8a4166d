// What the operations on accounts take and answer.

import { Type } from 'typebox'
import { ROLES } from '../admin/operation.ts'
import { SCOPE_PATTERN } from '../admin/scope.ts'

export const CLOSED = { additionalProperties: false }
export const RoleSchema = Type.Enum([...ROLES])
export const ScopeSchema = Type.Array(
  Type.String({
    pattern: SCOPE_PATTERN,
    title: '`route:NAME`, `service:NAME` or `namespace:NAME`',
  }),
  { maxItems: 100, description: 'What the role is for; empty: everything.' },
)
export const Name = Type.String({ minLength: 1, maxLength: 64 })
export const Password = Type.String({ minLength: 1, maxLength: 4096 })
export const ExpiresIn = Type.String({
  pattern: '^[1-9][0-9]{0,5}[smhd]$',
  title: 'a duration',
  description: 'Like `24h` or `90d`; 1m to 366d.',
})
export const Nothing = Type.Object({}, CLOSED)
export const User = Type.Object({
  name: Type.String(),
  role: RoleSchema,
  scope: Type.Array(Type.String()),
  createdAtMs: Type.Number(),
})
export const Token = Type.Object({
  id: Type.String(),
  name: Type.String(),
  owner: Type.String(),
  role: RoleSchema,
  scope: Type.Array(Type.String()),
  createdAtMs: Type.Number(),
  expiresAtMs: Type.Number(),
  lastUsedAtMs: Type.Union([Type.Number(), Type.Null()]),
})
export const NewToken = Type.Object({
  token: Token,
  secret: Type.String({ description: 'Shown in this answer only.' }),
})
export const Me = Type.Object({
  name: Type.String(),
  displayName: Type.String(),
  role: RoleSchema,
  scope: Type.Array(Type.String()),
  csrfToken: Type.Optional(Type.String({ description: 'Goes into x-csrf-token of every change.' })),
})
