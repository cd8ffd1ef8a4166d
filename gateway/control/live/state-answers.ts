// The schemas of what is answered about nodes, services and the picture of them.

import { Type } from 'typebox'
import { ENDPOINT_STATES } from './endpoint-state.ts'
import { NODE_KINDS } from './topology.ts'

const OrNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()])

const LoadFields = {
  loopDelayMs: Type.Number({ description: '99th percentile of how late the event loop is.' }),
  utilization: Type.Number({ description: 'Of the busiest process, 0 to 1.' }),
  sockets: Type.Integer(),
  inFlight: Type.Integer(),
  egressInFlight: Type.Integer(),
  rssBytes: Type.Number(),
}

export const LoadPoints = Type.Array(Type.Object({ atMs: Type.Number(), ...LoadFields }), {
  description: 'All workers of this node together.',
})

const StoreState = OrNull(Type.Enum(['normal', 'suspect', 'degraded', 'recovery']))

export const NodeAnswer = Type.Object({
  perSecond: OrNull(Type.Number({ description: 'Requests of the edge, over ten seconds.' })),
  workers: Type.Array(
    Type.Object({
      worker: Type.Integer(),
      ageMs: Type.Number({ description: 'Since it told; it does every second.' }),
      ...LoadFields,
      limitStore: StoreState,
    }),
  ),
  silent: Type.Integer({ description: 'Workers that should tell and do not.' }),
  limitStore: Type.Object({
    kind: Type.Enum(['embedded', 'redis']),
    state: StoreState,
    fault: OrNull(Type.String({ description: 'Why control cannot reach it.' })),
    whenDown: Type.Array(
      Type.Object({
        behaviour: Type.Enum(['local', 'open', 'closed']),
        count: Type.Integer(),
        limits: Type.Array(Type.String()),
      }),
    ),
  }),
  file: Type.Object({
    kind: Type.Enum(['same', 'differs', 'unreadable']),
    name: Type.String(),
    reason: Type.String(),
  }),
})

const FigureFields = {
  requests: Type.Integer({ description: 'In the last five minutes, as the rest.' }),
  refused: Type.Integer(),
  failed: Type.Integer(),
  meanMs: Type.Number(),
  p95Ms: OrNull(Type.Number()),
}

const Failure = Type.Object({
  id: Type.String(),
  atMs: Type.Number(),
  status: Type.Integer(),
  reason: Type.String(),
})

export const RouteFiguresAnswer = Type.Object({
  windowMs: Type.Integer(),
  items: Type.Array(
    Type.Object({
      route: Type.String({ description: '`other` for what could not be told apart.' }),
      ...FigureFields,
      lastFailure: OrNull(Failure),
    }),
  ),
  ageMs: OrNull(Type.Number({ description: 'Since a worker last told.' })),
})

export const EndpointAnswer = Type.Object({
  name: Type.String(),
  state: Type.Enum([...ENDPOINT_STATES]),
  reason: Type.String(),
  isTroubled: Type.Boolean(),
  breaker: Type.Enum(['closed', 'open', 'half-open']),
  ejectedBy: Type.Integer({ description: 'Workers whose breaker is not closed.' }),
  inFlight: OrNull(Type.Integer()),
  requests: Type.Integer(),
  failed: Type.Integer(),
  meanMs: OrNull(Type.Number()),
  check: OrNull(
    Type.Object({
      atMs: Type.Number(),
      tookMs: Type.Number(),
      fault: OrNull(Type.String()),
    }),
  ),
  peer: OrNull(Type.String()),
  drain: OrNull(Type.Object({ by: Type.String(), atMs: Type.Number(), reason: Type.String() })),
  version: OrNull(Type.String()),
  zone: OrNull(Type.String()),
  weight: OrNull(Type.Integer()),
  sidecar: OrNull(
    Type.Object(
      {
        ageMs: Type.Number({ description: 'Since it told.' }),
        running: Type.Integer({ description: 'Calls of others under way.' }),
        inbound: OrNull(Type.Object(FigureFields)),
        outbound: OrNull(Type.Object(FigureFields)),
        denied: Type.Integer({ description: 'Of both, what the sidecar itself refused.' }),
      },
      { description: 'What its own sidecar counted; null: none that reports to this node.' },
    ),
  ),
})

export const ServicesAnswer = Type.Object({
  items: Type.Array(
    Type.Object({
      name: Type.String(),
      kind: Type.Enum(['static', 'url', 'mesh']),
      balance: Type.String(),
      usedBy: Type.Array(Type.String()),
      endpoints: Type.Array(EndpointAnswer),
    }),
  ),
  missing: Type.Integer({ description: 'Workers that did not answer in time.' }),
})

export const DrainAnswer = Type.Object({
  service: Type.String(),
  endpoint: EndpointAnswer,
  left: Type.Integer({ description: 'Other endpoints of the service that get requests.' }),
  reach: Type.Enum(['node'], { description: 'Whose traffic it holds for: that of this node.' }),
})

export const TopologyAnswer = Type.Object({
  nodes: Type.Array(
    Type.Object({
      id: Type.String(),
      kind: Type.Enum([...NODE_KINDS]),
      name: Type.String(),
      detail: Type.String(),
      state: Type.Enum(['well', 'troubled', 'drained', 'unknown']),
      reason: Type.String(),
    }),
  ),
  edges: Type.Array(
    Type.Object({
      from: Type.String(),
      to: Type.String(),
      tls: Type.Enum(['none', 'tls', 'mtls']),
      peer: OrNull(Type.String()),
      tail: OrNull(Type.String({ description: 'Query of the tail that shows it.' })),
      ...FigureFields,
    }),
  ),
  omitted: Type.Integer(),
  windowMs: Type.Integer(),
  ageMs: OrNull(Type.Number()),
})
