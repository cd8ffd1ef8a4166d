// What the admin API says of certificates: never a private key, nor anything made from one.

import { Type, type Static } from 'typebox'
import { PAGE_QUERY } from '../admin/page.ts'

const CLOSED = { additionalProperties: false }

export const KINDS = ['listener', 'client-ca', 'admin', 'mesh-ca', 'upstream', 'identity'] as const

/** `due`: 14 days or less; `urgent`: 3 days or less; of an identity: what should have been renewed and was not. */
export const STATES = ['good', 'due', 'urgent', 'expired', 'faulty'] as const

export const CertificateFault = Type.Object({
  severity: Type.Enum(['error', 'warning']),
  message: Type.String(),
  fix: Type.String({ description: 'What to do about it.' }),
})

export const CertificateLink = Type.Object({
  subject: Type.String(),
  issuer: Type.String(),
  serial: Type.String({ description: 'Lower-case hex without leading zeros.' }),
  notAfterMs: Type.Number(),
})

export const Certificate = Type.Object({
  id: Type.String(),
  kind: Type.Enum([...KINDS]),
  place: Type.String({ description: 'The file as configured, or whose it is.' }),
  names: Type.Array(Type.String(), { description: 'Of its subject alternative names.' }),
  subject: Type.String(),
  issuer: Type.String(),
  serial: Type.String({ description: 'Lower-case hex without leading zeros.' }),
  keyType: Type.String({ description: '`EC P-256`, `RSA 2048` …; empty where it is not known.' }),
  fingerprint: Type.String({ description: 'SHA-256, `AB:CD:…`; empty where it is not known.' }),
  notBeforeMs: Type.Union([Type.Number(), Type.Null()]),
  notAfterMs: Type.Number(),
  daysLeft: Type.Integer({ description: 'Whole days until then; negative once it is over.' }),
  state: Type.Enum([...STATES]),
  chain: Type.Array(CertificateLink, { description: 'As it is sent: the leaf first.' }),
  usedBy: Type.Array(Type.String(), { description: 'Listeners, services, hosts.' }),
  isDefault: Type.Boolean({ description: 'Shown to clients that name no host, or none we know.' }),
  isServed: Type.Boolean({ description: 'In use now.' }),
  renewsItself: Type.Boolean({ description: 'Few days left are no fault: it is renewed in time.' }),
  faults: Type.Array(CertificateFault),
})
export type Certificate = Static<typeof Certificate>
export type CertificateFault = Static<typeof CertificateFault>

export const CertificateQuery = Type.Object(
  {
    ...PAGE_QUERY,
    kind: Type.Optional(
      Type.String({
        pattern: `^(${KINDS.join('|')})(,(${KINDS.join('|')}))*$`,
        description: `Only these, with commas between them: ${KINDS.join(', ')}.`,
      }),
    ),
    dueWithinDays: Type.Optional(
      Type.String({
        pattern: '^[0-9]{1,4}$',
        description: 'Only what expires within so many days, or has a fault.',
      }),
    ),
  },
  CLOSED,
)

export const CertificatePage = Type.Object({
  items: Type.Array(Certificate),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
  faults: Type.Array(CertificateFault, {
    description: 'Of folders; those of one file stand there.',
  }),
  uploads: Type.Array(Type.String(), { description: 'Listeners that serve TLS.' }),
})
export type CertificatePage = Static<typeof CertificatePage>

const MAX_PEM = 256 * 1024

export const UploadBody = Type.Object(
  {
    listener: Type.String({ minLength: 1, maxLength: 64 }),
    certPem: Type.String({ minLength: 1, maxLength: MAX_PEM, description: 'Leaf first.' }),
    keyPem: Type.Optional(
      Type.String({
        maxLength: MAX_PEM,
        description: 'Unless it stands in `certPem`. Kept secret.',
      }),
    ),
    name: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9_][A-Za-z0-9._-]{0,62}$',
        description: 'Of the new file, without `.pem`; default: its first name.',
      }),
    ),
    replaces: Type.Optional(
      Type.String({ maxLength: 400, description: 'Id of the certificate whose place it takes.' }),
    ),
    confirmExpired: Type.Optional(
      Type.Boolean({ description: 'true: keep it although it is not valid now.' }),
    ),
  },
  CLOSED,
)
export type UploadBody = Static<typeof UploadBody>

export const ServedBy = Type.Object({
  node: Type.String(),
  isThis: Type.Boolean(),
  serial: Type.Union([Type.String(), Type.Null()], { description: 'null: it could not be asked.' }),
  notAfterMs: Type.Union([Type.Number(), Type.Null()]),
  reason: Type.String({ description: 'Why it could not be asked; or empty.' }),
})
export type ServedBy = Static<typeof ServedBy>

export const UploadAnswer = Type.Object({
  id: Type.String(),
  file: Type.String(),
  oldSerial: Type.Union([Type.String(), Type.Null()]),
  newSerial: Type.String(),
  names: Type.Array(Type.String()),
  notAfterMs: Type.Number(),
  isServed: Type.Boolean({ description: 'false: kept, but not valid now, and so not served.' }),
  warnings: Type.Array(CertificateFault),
  nodes: Type.Array(ServedBy),
})
export type UploadAnswer = Static<typeof UploadAnswer>

export const ServedQuery = Type.Object(
  {
    listener: Type.String({ minLength: 1, maxLength: 64 }),
    name: Type.Optional(
      Type.String({ pattern: '^[A-Za-z0-9_.-]{1,253}$', description: 'Server name to ask with.' }),
    ),
  },
  CLOSED,
)
export const ServedAnswer = Type.Object({ items: Type.Array(ServedBy) })
