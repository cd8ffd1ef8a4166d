// The schemas of what the policies' operations take and answer.

import { Type, type TSchema } from 'typebox'

const CLOSED = { additionalProperties: false }
const OrNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])
const Texts = Type.Array(Type.String())
const Fields = Type.Array(Type.Object({ name: Type.String(), value: Type.String() }))
const Name = Type.String({ minLength: 1, maxLength: 300 })

export const CorsCall = Type.Object(
  {
    route: Type.Optional(Name),
    cors: Type.Optional(
      Type.Unknown({ description: 'A `cors:` to try in place of the route’s own; null: none.' }),
    ),
    methods: Type.Optional(
      Type.Array(Type.String({ pattern: '^[A-Z]{1,32}$' }), {
        maxItems: 20,
        description: 'What the route takes; default: as it is configured, else everything.',
      }),
    ),
    origin: Type.String({ minLength: 1, maxLength: 300, pattern: '^[!-~]+$' }),
    method: Type.String({ pattern: '^[A-Za-z]{1,32}$' }),
    headers: Type.Optional(
      Type.Array(
        Type.Object(
          {
            name: Type.String({ pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$" }),
            value: Type.Optional(Type.String({ maxLength: 300 })),
          },
          CLOSED,
        ),
        { maxItems: 50, description: 'What the script adds; values matter for content-type only.' },
      ),
    ),
    credentials: Type.Optional(Type.Boolean({ description: '`credentials: include`.' })),
  },
  CLOSED,
)

const CorsFields = {
  status: OrNull(Type.Integer({ description: 'null: whatever the service answers.' })),
  reason: Type.String(),
  headers: Fields,
}

export const SimulationAnswer = Type.Object({
  route: OrNull(Type.String()),
  preflight: OrNull(
    Type.Object({
      ...CorsFields,
      asks: Type.Object({ method: Type.String(), headers: OrNull(Type.String()) }),
    }),
  ),
  actual: Type.Object({ ...CorsFields, isSent: Type.Boolean() }),
  verdict: Type.Object({
    outcome: Type.Enum(['readable', 'unreadable', 'blocked', 'not_sendable']),
    reason: Type.String(),
    detail: Type.String(),
    exposed: Texts,
  }),
  isOff: Type.Boolean(),
  spelled: OrNull(Type.String()),
  dropped: Texts,
})

export const DiscoverBody = Type.Object(
  {
    url: Type.String({
      minLength: 1,
      maxLength: 2048,
      description: 'The issuer, or the address of its metadata.',
    }),
  },
  CLOSED,
)

export const DiscoveredAnswer = Type.Object({
  issuer: Type.String(),
  jwksUri: Type.String(),
  announced: Texts,
  algorithms: Texts,
  keys: Type.Array(
    Type.Object({
      kid: OrNull(Type.String()),
      type: OrNull(Type.String()),
      curve: OrNull(Type.String()),
      bits: OrNull(Type.Integer()),
      alg: OrNull(Type.String()),
      use: OrNull(Type.String()),
      expiresAtMs: OrNull(Type.Number()),
      algorithms: Texts,
      refused: OrNull(Type.String()),
    }),
  ),
})

export const IssuersAnswer = Type.Object({
  items: Type.Array(
    Type.Object({
      name: Type.String(),
      issuer: Type.String(),
      jwks: Type.Object({
        kind: Type.Enum(['discovery', 'url', 'inline']),
        url: OrNull(Type.String()),
      }),
      algorithms: Texts,
      clockSkewMs: Type.Number(),
      maxLifetimeMs: OrNull(Type.Number()),
      type: OrNull(Type.String()),
      hasOwnCa: Type.Boolean(),
      health: OrNull(
        Type.Object({
          state: Type.Enum(['loading', 'fresh', 'stale', 'failed']),
          lastSuccessMs: OrNull(Type.Number()),
          lastError: OrNull(Type.String()),
          refusedKeys: Type.Array(
            Type.Object({
              index: Type.Integer(),
              keyId: OrNull(Type.String()),
              reason: Type.String(),
            }),
          ),
          fetches: Type.Integer(),
        }),
      ),
      keys: Type.Array(
        Type.Object({
          kid: OrNull(Type.String()),
          type: Type.String(),
          curve: OrNull(Type.String()),
          alg: OrNull(Type.String()),
        }),
      ),
      routes: Texts,
      joinsMesh: Type.Boolean(),
    }),
  ),
})

export const LimitBody = Type.Object(
  {
    limit: Type.Unknown({ description: 'As it would stand in `limits:`.' }),
    route: Type.Optional(Name),
  },
  CLOSED,
)

export const LimitAnswer = Type.Object({
  promise: Type.Object({
    kind: Type.Enum(['window', 'bucket']),
    burst: Type.Number(),
    count: Type.Number(),
    perMs: Type.Number(),
    cost: Type.Number(),
    isFallback: Type.Boolean(),
  }),
  replay: OrNull(
    Type.Object({
      requests: Type.Integer(),
      limitedRequests: Type.Integer(),
      callers: Type.Integer(),
      limitedCallers: Type.Integer(),
      unknown: Type.Integer(),
      fromMs: OrNull(Type.Number()),
      top: Type.Array(
        Type.Object({
          label: Type.String(),
          requests: Type.Integer(),
          limited: Type.Integer(),
        }),
      ),
    }),
  ),
})

export const TestBody = Type.Object(
  {
    url: Type.String({
      minLength: 1,
      maxLength: 4096,
      description: '`https://host/path`: the listener is this node’s own, whatever the host.',
    }),
    method: Type.Optional(Type.Enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])),
    headers: Type.Optional(
      Type.Array(
        Type.Object(
          { name: Type.String({ maxLength: 200 }), value: Type.String({ maxLength: 8192 }) },
          CLOSED,
        ),
        { maxItems: 50 },
      ),
    ),
    listener: Type.Optional(Name),
  },
  CLOSED,
)

export const TestAnswer = Type.Object({
  outcome: Type.Union([
    Type.Object({
      kind: Type.Literal('answered'),
      status: Type.Integer(),
      latencyMs: Type.Number(),
      requestId: OrNull(Type.String()),
      headers: Fields,
      body: Type.Object({ text: OrNull(Type.String()), isCut: Type.Boolean() }),
      nameFault: OrNull(Type.String()),
    }),
    Type.Object({
      kind: Type.Literal('failed'),
      reason: Type.String(),
      detail: Type.String(),
    }),
  ]),
  listener: Type.String(),
  address: Type.String(),
  route: OrNull(Type.String()),
  recorded: OrNull(
    Type.Object({
      reason: Type.String(),
      service: OrNull(Type.String()),
      durationMs: Type.Number(),
    }),
  ),
})
