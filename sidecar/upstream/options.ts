// The `services:` part of the configuration file as a schema; defaults are filled in by `compileService`.

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

export const ServiceOptions = Type.Object(
  {
    endpoints: Type.Array(
      Type.String({ description: 'http://HOST[:PORT] or https://HOST[:PORT], nothing more' }),
      { minItems: 1, maxItems: 1024, description: 'Where the service answers; taken in turn' },
    ),
    tls: Type.Optional(UpstreamTlsOptions),
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
