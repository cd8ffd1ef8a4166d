// The shapes of what control sends, exactly: an older sidecar must not pass over a condition it does not know.

import { Type, type TSchema } from 'typebox'

/** Longest snapshot, as JSON, on the wire and on disk. */
export const MAX_SNAPSHOT_BYTES = 32 * 1024 * 1024

const MAX_SERVICES = 10_000
const MAX_ENDPOINTS = 1000
const MAX_RULES = 10_000
const MAX_REVOCATIONS = 100_000
const SERVICE_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}(/[A-Za-z0-9][A-Za-z0-9._-]{0,62})?$'
const CLOSED = { additionalProperties: false }

const Id = Type.String({ minLength: 1, maxLength: 2048 })
const Pem = Type.String({ minLength: 1, maxLength: 16_384 })
const WallMs = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })

function orNull<Shape extends TSchema>(schema: Shape) {
  return Type.Union([schema, Type.Null()])
}

export const TrustShape = Type.Object(
  {
    trustDomain: Type.String({ minLength: 1, maxLength: 255 }),
    rootPems: Type.Array(Pem, { minItems: 1, maxItems: 32 }),
  },
  CLOSED,
)

export const RevocationsShape = Type.Object(
  {
    serials: Type.Array(Type.String({ pattern: '^[0-9a-f]{1,64}$' }), {
      maxItems: MAX_REVOCATIONS,
    }),
    ids: Type.Array(Id, { maxItems: MAX_REVOCATIONS }),
  },
  CLOSED,
)

const Endpoint = Type.Object(
  {
    instance: Type.String({ minLength: 1, maxLength: 64 }),
    address: Type.String({ minLength: 2, maxLength: 45 }),
    port: Type.Integer({ minimum: 1, maximum: 65_535 }),
    weight: Type.Integer({ minimum: 1, maximum: 10_000 }),
    zone: orNull(Type.String({ minLength: 1, maxLength: 64 })),
    version: orNull(Type.String({ minLength: 1, maxLength: 64 })),
    healthy: Type.Boolean(),
  },
  CLOSED,
)

const Service = Type.Object(
  { id: Id, endpoints: Type.Array(Endpoint, { maxItems: MAX_ENDPOINTS }) },
  CLOSED,
)

const Rule = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 256 }),
    verdict: Type.Enum(['allow', 'deny']),
    from: orNull(Type.Array(Id, { maxItems: 1000 })),
    methods: orNull(Type.Array(Type.String({ pattern: '^[A-Z]{1,32}$' }), { maxItems: 32 })),
    paths: orNull(Type.Array(Type.String({ pattern: '^/', maxLength: 2048 }), { maxItems: 100 })),
  },
  CLOSED,
)

export const SnapshotShape = Type.Object(
  {
    revision: Type.String({ pattern: '^[A-Za-z0-9_-]{1,128}$' }),
    madeAtMs: WallMs,
    trust: TrustShape,
    revocations: RevocationsShape,
    services: Type.Record(Type.String({ pattern: SERVICE_PATTERN }), Service, {
      ...CLOSED,
      maxProperties: MAX_SERVICES,
    }),
    authorize: Type.Array(Rule, { maxItems: MAX_RULES }),
    egress: Type.Union([Service, Type.Null()]),
  },
  CLOSED,
)

export const GrantShape = Type.Object(
  {
    id: Id,
    certPem: Type.String({ minLength: 1, maxLength: 65_536 }),
    trust: TrustShape,
    revocations: RevocationsShape,
  },
  CLOSED,
)

export const LeaseShape = Type.Object(
  {
    leaseId: Type.String({ pattern: '^[A-Za-z0-9_-]{16,64}$' }),
    ttlMs: Type.Integer({ minimum: 1000, maximum: 3_600_000 }),
    serverTimeMs: WallMs,
  },
  CLOSED,
)

/** What control answers to figures; more members may come. */
export const FiguresAnswerShape = Type.Object({ nextMs: Type.Integer({ minimum: 0 }) })

/** What control answers where it refuses (RFC 9457); more members may come, and nothing is decided by them. */
export const RefusalShape = Type.Object({
  code: Type.String({ pattern: '^[a-z0-9_]{1,64}$' }),
  detail: Type.Optional(Type.String({ maxLength: 1000 })),
})
