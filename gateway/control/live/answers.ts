// The schemas of what the live view takes and answers.

import { Type } from 'typebox'
import type { RequestFilter } from '../../decide/explain-messages.ts'
import { DENIED_KINDS } from './denied.ts'
import { SCOPES } from './rollups.ts'
import { LoadPoints } from './state-answers.ts'
import { WINDOWS } from './windows.ts'

const CLOSED = { additionalProperties: false }
const Text = Type.String({ maxLength: 2048 })
const Word = Type.String({ maxLength: 300 })
const OrNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()])

const Place = OrNull(
  Type.Object({ file: Type.String(), line: Type.Integer(), column: Type.Integer() }),
)

const OutcomeFields = {
  status: Type.Integer(),
  reason: Type.String(),
  rule: OrNull(Type.String()),
  route: OrNull(Type.String()),
  service: OrNull(Type.String()),
  endpoint: OrNull(Type.String()),
  subject: OrNull(Type.String()),
  issuer: OrNull(Type.String()),
  forwarded: Type.Boolean(),
  durationMs: Type.Number(),
  upstreamMs: OrNull(Type.Number()),
  bytesIn: Type.Number(),
  bytesOut: Type.Number(),
  shadowed: Type.Array(Type.String()),
}

export const RequestsAnswer = Type.Object({
  items: Type.Array(
    Type.Object({
      id: Type.String(),
      plane: Type.Enum(['edge', 'egress'], { description: 'Whose door it came to.' }),
      atMs: Type.Number(),
      revision: Type.Integer(),
      listener: Type.String(),
      facts: Type.Object(
        {},
        {
          description:
            'Values of secret-looking names, and of those of `telemetry.mask`, are masked; for viewers those of the whole query.',
        },
      ),
      token: Type.Object({}, { description: 'Some of its claims; never the token.' }),
      outcome: Type.Object(OutcomeFields),
    }),
  ),
  missing: Type.Integer({ description: 'Workers that did not answer in time.' }),
})

export const ExplanationAnswer = Type.Object({
  plane: Type.String(),
  verdict: Type.Enum(['allow', 'deny', 'unknown']),
  status: OrNull(Type.Integer()),
  reason: Type.String(),
  rule: Type.String(),
  route: OrNull(Type.String()),
  service: OrNull(Type.String()),
  steps: Type.Array(
    Type.Object({
      step: Type.String(),
      verdict: Type.Enum(['pass', 'fail', 'skip']),
      reason: Type.String(),
      rule: Type.String(),
      detail: Type.String(),
      place: Place,
    }),
  ),
  lost: Type.Array(
    Type.Object({ route: Type.String(), why: Type.String(), detail: Type.String(), place: Place }),
  ),
  recorded: OrNull(
    Type.Object({
      id: Type.String(),
      atMs: Type.Number(),
      revision: Type.Integer(),
      ...OutcomeFields,
    }),
  ),
  isOther: Type.Boolean({ description: 'Another revision is served now than decided then.' }),
})

const Fate = Type.Object({
  status: OrNull(Type.Integer()),
  reason: Type.String(),
  route: OrNull(Type.String()),
})

export const ImpactAnswer = Type.Object({
  total: Type.Integer(),
  unknown: Type.Integer({ description: 'What would decide is not kept of them.' }),
  changed: Type.Array(
    Type.Object({
      from: Fate,
      to: Fate,
      count: Type.Integer(),
      samples: Type.Array(Type.String(), { description: 'Ids.' }),
      callers: Type.Array(Type.Object({ caller: Type.String(), count: Type.Integer() }), {
        description: 'Subjects of tokens, else addresses; most requests first.',
      }),
      otherCallers: Type.Integer({ description: 'So many callers more.' }),
    }),
  ),
  missing: Type.Integer(),
})

export const SignalsAnswer = Type.Object({
  window: Type.Enum([...WINDOWS]),
  points: Type.Array(
    Type.Object({
      atMs: Type.Number(),
      signals: Type.Array(
        Type.Object({
          scope: Type.Enum([...SCOPES]),
          name: Type.String(),
          requests: Type.Integer(),
          refused: Type.Integer(),
          limited: Type.Integer(),
          failed: Type.Integer(),
          denied: Type.Object(
            Object.fromEntries(DENIED_KINDS.map((kind) => [kind, Type.Integer()])),
            { description: 'Refused by us, by kind of guard.' },
          ),
          meanMs: Type.Number(),
          p50Ms: OrNull(Type.Number()),
          p95Ms: OrNull(Type.Number()),
          p99Ms: OrNull(Type.Number()),
        }),
      ),
    }),
  ),
  load: LoadPoints,
  ageMs: OrNull(Type.Number({ description: 'Since a worker last told its figures.' })),
})

export const DescribedSchema = Type.Object(
  {
    url: Text,
    method: Type.Optional(Type.String({ pattern: '^[A-Z]{1,32}$' })),
    headers: Type.Optional(
      Type.Array(Type.Object({ name: Word, value: Type.String({ maxLength: 32_768 }) }, CLOSED), {
        maxItems: 200,
      }),
    ),
    bodyBytes: Type.Optional(Type.Integer({ minimum: 0 })),
    http2: Type.Optional(Type.Boolean()),
    clientIp: Type.Optional(Word),
    listener: Type.Optional(Word),
  },
  CLOSED,
)

export const EgressCall = Type.Object(
  {
    from: Word,
    to: Text,
    method: Type.Optional(Word),
    path: Type.Optional(Text),
  },
  CLOSED,
)

export const MeshCall = Type.Object({ from: Word, to: Word, method: Word, path: Text }, CLOSED)

/** Query fields; all of them must fit. */
export const FilterQuery = {
  plane: Type.Optional(Type.Enum(['edge', 'egress'], { description: 'Whose door it came to.' })),
  route: Type.Optional(Word),
  service: Type.Optional(Word),
  status: Type.Optional(
    Type.String({ pattern: '^[1-5]([0-9]{2}|xx)?$', description: '`404`, or `4xx`.' }),
  ),
  method: Type.Optional(Word),
  path: Type.Optional(Type.String({ maxLength: 2048, description: 'What it begins with.' })),
  client: Type.Optional(Word),
  subject: Type.Optional(Word),
  reason: Type.Optional(Word),
  rule: Type.Optional(
    Type.String({ maxLength: 300, description: 'Limit, policy or egress rule that decided.' }),
  ),
  q: Type.Optional(
    Type.String({
      maxLength: 300,
      description: 'Stands in its method, host, path, status, reason, names or id.',
    }),
  ),
  minMs: Type.Optional(Type.String({ pattern: '^[0-9]{1,7}$' })),
  failed: Type.Optional(Type.Enum(['true', 'false'])),
}

/** Of a query that was checked. */
export function filterOf(query: Readonly<Record<string, string>>): RequestFilter {
  const { status, path, client, minMs, failed, q, ...same } = query
  return {
    ...same,
    ...(status === undefined ? {} : { status: Number(status.replace('xx', '')) }),
    ...(path === undefined ? {} : { pathPrefix: path }),
    ...(client === undefined ? {} : { clientIp: client }),
    ...(q === undefined ? {} : { text: q.normalize('NFKC').toLowerCase() }),
    ...(minMs === undefined ? {} : { minMs: Number(minMs) }),
    ...(failed === undefined ? {} : { failed: failed === 'true' }),
  }
}
