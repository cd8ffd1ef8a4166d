// What the admin API says of certificates that an authority issues by itself.

import { Type, type Static } from 'typebox'

const nextAtMs = Type.Number({ description: 'When it is tried by itself.' })

export const AcmeState = Type.Union([
  Type.Object({ kind: Type.Literal('starting') }),
  Type.Object({ kind: Type.Literal('good'), nextAtMs }),
  Type.Object({
    kind: Type.Literal('ordering'),
    step: Type.Enum(['account', 'order', 'challenge', 'validation', 'issue', 'install']),
    sinceMs: Type.Number(),
  }),
  Type.Object({
    kind: Type.Literal('queued'),
    by: Type.String({ description: 'The node that orders now; one does at a time.' }),
    nextAtMs,
  }),
  Type.Object({
    kind: Type.Literal('failed'),
    reason: Type.String({ description: 'In the sentence of the authority where it gave one.' }),
    atMs: Type.Number(),
    nextAtMs,
    attempts: Type.Integer({ description: 'Failures in a row.' }),
  }),
])

export const AcmeCertificate = Type.Object({
  listener: Type.String(),
  listeners: Type.Array(Type.String(), { description: 'All that are served from its folder.' }),
  names: Type.Array(Type.String()),
  directory: Type.String(),
  email: Type.String(),
  file: Type.Union([Type.String(), Type.Null()], { description: 'null: there is none yet.' }),
  serial: Type.Union([Type.String(), Type.Null()]),
  notAfterMs: Type.Union([Type.Number(), Type.Null()]),
  state: AcmeState,
})
export type AcmeCertificate = Static<typeof AcmeCertificate>

export const AcmePage = Type.Object({ items: Type.Array(AcmeCertificate) })
export type AcmePage = Static<typeof AcmePage>
