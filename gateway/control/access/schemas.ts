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
export const Code = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'Of the second factor: six digits of the app, or a recovery code.',
})
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
  hasSecondFactor: Type.Boolean({ description: 'A code is asked for when they sign in.' }),
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
  mustEnrol: Type.Optional(
    Type.Boolean({ description: 'Nothing may be done before a second factor is set up.' }),
  ),
  csrfToken: Type.Optional(Type.String({ description: 'Goes into x-csrf-token of every change.' })),
})
export const SecondFactor = Type.Object({
  isOn: Type.Boolean({ description: 'A code is asked for when one signs in.' }),
  recoveryLeft: Type.Integer({ description: 'Recovery codes that were not used yet.' }),
  isRequired: Type.Boolean({ description: 'The configuration wants everybody to have one.' }),
})
export const RecoveryCodes = Type.Object({
  recoveryCodes: Type.Array(Type.String(), {
    description: 'Each counts once in place of a code; shown in this answer only.',
  }),
})
export const Session = Type.Object({
  id: Type.String({ description: 'Names the session; it opens nothing.' }),
  name: Type.String(),
  displayName: Type.String(),
  role: RoleSchema,
  isFederated: Type.Boolean({ description: 'Signed in at the identity provider.' }),
  address: Type.String({ description: 'Where it was begun.' }),
  agent: Type.String({ description: 'What the browser says it is.' }),
  startedAtMs: Type.Number(),
  usedAtMs: Type.Number({ description: 'To the minute.' }),
  endsAtMs: Type.Number({ description: 'At the latest, and where it is not used before.' }),
  isCurrent: Type.Boolean({ description: 'It is the one that asks.' }),
})
export const Provider = Type.Object({
  provider: Type.Union([
    Type.Object({
      issuer: Type.String(),
      clientId: Type.String(),
      groupsClaim: Type.String(),
      roles: Type.Array(Type.Object({ group: Type.String(), role: RoleSchema }), {
        description: 'The highest of those somebody is in holds; `*`: everybody.',
      }),
    }),
    Type.Null(),
  ]),
})
export const OidcTest = Type.Object({
  atMs: Type.Number(),
  claims: Type.Record(Type.String(), Type.Unknown(), {
    description: 'Of the identity token, without those that only serve its own safety.',
  }),
  displayName: Type.String(),
  groups: Type.Array(Type.String()),
  role: Type.Union([RoleSchema, Type.Null()], { description: 'null: it would be refused.' }),
  problem: Type.String({ description: 'Empty where it went well.' }),
})
