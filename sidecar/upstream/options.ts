// The `services:` part of the configuration file, and a route's `retries:`, as schemas; compiling fills in defaults.

import { Type } from 'typebox'
import type { Static } from 'typebox'
import { DURATION_PATTERN } from '../runtime/units.ts'

const UpstreamTlsOptions = Type.Object(
  {
    ca: Type.Optional(
      Type.String({
        description: 'PEM file of the CAs that may sign the endpoints. Default: the public roots',
      }),
    ),
    serverName: Type.Optional(
      Type.String({
        description: 'DNS name the certificate must carry, also sent as SNI. Default: the host',
      }),
    ),
    cert: Type.Optional(
      Type.String({ description: 'PEM file of the client certificate, leaf first. Needs `key`' }),
    ),
    key: Type.Optional(Type.String({ description: 'PEM file of its private key. Needs `cert`' })),
  },
  { additionalProperties: false, description: 'How https endpoints are verified' },
)

const BreakerOptions = Type.Object(
  {
    failures: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1000,
        description: 'Failures in a row after which an endpoint gets no requests. Default 5',
      }),
    ),
    open: Type.Optional(
      Type.String({
        pattern: DURATION_PATTERN,
        description: 'For how long, until one request tries it again. Default 10s',
      }),
    ),
  },
  { additionalProperties: false, description: 'When an endpoint is passed over' },
)

export const ServiceOptions = Type.Object(
  {
    endpoints: Type.Array(
      Type.String({ description: 'http://HOST[:PORT] or https://HOST[:PORT], nothing more' }),
      { minItems: 1, maxItems: 1024, description: 'Where the service answers' },
    ),
    tls: Type.Optional(UpstreamTlsOptions),
    balance: Type.Optional(
      Type.Union([Type.Literal('least-loaded'), Type.Literal('round-robin')], {
        description: 'How an endpoint is chosen. Default least-loaded',
      }),
    ),
    breaker: Type.Optional(BreakerOptions),
    connectTimeout: Type.Optional(
      Type.String({
        pattern: DURATION_PATTERN,
        description: 'Time for DNS, TCP and TLS together. Default 5s',
      }),
    ),
    idleTimeout: Type.Optional(
      Type.String({
        pattern: DURATION_PATTERN,
        description: 'Longest silence in the middle of a response. Default 60s',
      }),
    ),
    maxConnections: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 65_535,
        description: 'Connections per endpoint and process. Default 256',
      }),
    ),
    maxQueued: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 65_535,
        description: 'Requests waiting for a connection, per endpoint and process. Default 1024',
      }),
    ),
  },
  { additionalProperties: false, description: 'A service with static endpoints' },
)

export type ServiceOptions = Static<typeof ServiceOptions>

/** Statuses may be written with or without quotes. */
export const RetriesOptions = Type.Object(
  {
    attempts: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 5,
        description: 'How often a request is sent again at most. Default 1',
      }),
    ),
    on: Type.Optional(
      Type.Array(
        Type.Union([
          Type.Literal('connect'),
          Type.Literal('reset'),
          Type.Literal('502'),
          Type.Literal('503'),
          Type.Literal('504'),
          Type.Literal(502),
          Type.Literal(503),
          Type.Literal(504),
        ]),
        {
          minItems: 1,
          maxItems: 5,
          description:
            'What is tried again: connections not made or lost, and statuses. All but connections not made only for idempotent methods. Default all of them',
        },
      ),
    ),
    budget: Type.Optional(
      Type.String({
        pattern: '^(100|[0-9]{1,2}(\\.[0-9]{1,6})?)%$',
        title: 'a percentage like `20%`',
        description: 'Share of the requests that may be sent again. Default 20%',
      }),
    ),
  },
  { additionalProperties: false, description: 'When a request is sent again' },
)

export type RetriesOptions = Static<typeof RetriesOptions>
