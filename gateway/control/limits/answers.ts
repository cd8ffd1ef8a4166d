// The schemas of what the operations about limits take and answer.

import { Type, type Static } from 'typebox'

const CLOSED = { additionalProperties: false }

const Reason = Type.String({
  minLength: 1,
  maxLength: 200,
  pattern: '\\S',
  description: 'Why, for whoever sees it later.',
})
const For = Type.String({
  maxLength: 20,
  description: 'How long from now on, like `30m` or `2h`: a minute to 24 hours, an admin 30 days.',
})

export const ResetBody = Type.Object({ reason: Type.Optional(Reason) }, CLOSED)
export const BlockBody = Type.Object({ for: For, reason: Reason }, CLOSED)
export const OverrideBody = Type.Object(
  {
    times: Type.Number({
      minimum: 0.1,
      maximum: 100,
      description: 'The limit times this; less than 1 is stricter.',
    }),
    for: For,
    reason: Reason,
  },
  CLOSED,
)

export const MeasureSchema = Type.Object({
  kind: Type.Enum(['block', 'override']),
  factor: Type.Union([Type.Number(), Type.Null()], {
    description: 'Of an override: the limit times this.',
  }),
  limit: Type.String(),
  label: Type.String({ description: 'Who: an address, a subject, a digest.' }),
  key: Type.String({ description: 'The digest under which the store counts it.' }),
  reason: Type.String(),
  by: Type.String({ description: 'Who decided it.' }),
  sinceMs: Type.Number(),
  untilMs: Type.Number({ description: 'It ends by itself then.' }),
})
export type MeasureView = Static<typeof MeasureSchema>

const LimitedFields = {
  limit: Type.String(),
  label: Type.String({ description: 'Who: an address, a subject, a digest.' }),
  key: Type.String({ description: 'The digest under which the store counts it.' }),
  shadow: Type.Boolean({ description: 'Only recorded, not refused.' }),
  stage: Type.Enum(['before_auth', 'after_auth'], {
    description: 'Counted by each node for itself, or by all nodes together.',
  }),
  routes: Type.Array(Type.String(), { description: 'Where it was refused.' }),
  rate: Type.String({ description: 'As it counted at the last refusal, like `100/min`.' }),
  burst: Type.Union([Type.Integer(), Type.Null()], {
    description: 'Most at once, where the limit has a burst.',
  }),
  promise: Type.String({ description: 'What that promises, in words.' }),
  max: Type.Integer(),
  remaining: Type.Integer({ description: 'Of `max`, at the last refusal.' }),
  count: Type.Integer({ description: 'Refused since the workers began.' }),
  firstAtMs: Type.Number(),
  lastAtMs: Type.Number(),
  passesAtMs: Type.Number({
    description:
      'When the next request passes, as the last refused one was told; 0: at once, as far as is known.',
  }),
  isBlocked: Type.Boolean({
    description: 'The last refusal was the word of an operator, not of the limit.',
  }),
  measure: Type.Union([MeasureSchema, Type.Null()]),
}
export const LimitedSchema = Type.Object(LimitedFields)
export type LimitedView = Static<typeof LimitedSchema>

export const LimitedAnswer = Type.Object({
  items: Type.Array(LimitedSchema),
  total: Type.Integer({ description: 'Refusals of all these keys together.' }),
  nodes: Type.Integer({ description: 'Whose refusals these are.' }),
  isPartial: Type.Boolean({ description: 'The store is away: only those of this node.' }),
  nowMs: Type.Number({ description: 'The clock that the times are of.' }),
})
export type LimitedList = Static<typeof LimitedAnswer>

export const OneLimitedAnswer = Type.Object({
  ...LimitedFields,
  isFleet: Type.Boolean({ description: 'The counters are shared by all nodes.' }),
  store: Type.Union(
    [
      Type.Object({
        name: Type.String({ description: 'The key in Redis.' }),
        lifeMs: Type.Union([Type.Number(), Type.Null()], {
          description: 'How much longer Redis keeps it; null: it is not there now.',
        }),
      }),
      Type.Null(),
    ],
    { description: 'For admins, where the counters are in Redis.' },
  ),
})
export type OneLimited = Static<typeof OneLimitedAnswer>

export const MeasuresAnswer = Type.Object({ items: Type.Array(MeasureSchema) })
export const DoneAnswer = Type.Object({ limit: Type.String(), label: Type.String() })
