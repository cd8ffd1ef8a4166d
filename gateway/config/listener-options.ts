// The schema of one entry of `listeners:`, and the values that hold where a key is left out.

import { Type, type Static } from 'typebox'
import { AcmeOptions } from './acme-options.ts'
import { DURATION_PATTERN, SIZE_PATTERN } from '../../sidecar/runtime/units.ts'

export const NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$'

export const LISTENER_DEFAULTS = {
  bind: '127.0.0.1:8443',
  minVersion: 'TLSv1.2',
  trustedHops: 0,
  timeouts: { headers: '10s', request: '60s', idle: '60s' },
  sizes: { headers: '16KiB', body: '10MiB', message: '16MiB' },
  maxConnections: 20_000,
} as const

const CLOSED = { additionalProperties: false }

function duration(fallback: string, description: string) {
  return Type.Optional(Type.String({ pattern: DURATION_PATTERN, default: fallback, description }))
}

function size(fallback: string, description: string) {
  return Type.String({ pattern: SIZE_PATTERN, default: fallback, description })
}

const { timeouts, sizes } = LISTENER_DEFAULTS

const Tls = Type.Object(
  {
    certs: Type.String({
      minLength: 1,
      title: 'a folder',
      description: 'Folder of certificates and keys (PEM); picked by server name, watched.',
    }),
    minVersion: Type.Optional(
      Type.Enum(['TLSv1.2', 'TLSv1.3'], {
        default: LISTENER_DEFAULTS.minVersion,
        description: 'Oldest TLS version accepted: TLSv1.2 (default) or TLSv1.3.',
      }),
    ),
    clientCa: Type.Optional(
      Type.String({
        minLength: 1,
        title: 'a file',
        description: 'File of the CAs (PEM) that client certificates must come from.',
      }),
    ),
    clientAuth: Type.Optional(
      Type.Enum(['none', 'optional', 'required'], {
        description:
          'Client certificates: `none`, `optional` or `required`; default required with clientCa, else none.',
      }),
    ),
    acme: Type.Optional(AcmeOptions),
  },
  CLOSED,
)

export const ListenerOptions = Type.Object(
  {
    name: Type.String({
      pattern: NAME_PATTERN,
      title: 'a name',
      description: 'Unique name of the listener.',
    }),
    bind: Type.Optional(
      Type.String({
        pattern: ':[0-9]{1,5}$',
        title: 'an address with a port, like `0.0.0.0:8443`',
        default: LISTENER_DEFAULTS.bind,
        description: 'Address and port: `0.0.0.0:8443`, `[::]:8443`; default 127.0.0.1:8443.',
      }),
    ),
    tls: Type.Union([Type.Literal('off'), Tls], {
      description: 'Certificates ({certs: FOLDER}), or `off` to serve plain HTTP.',
    }),
    http2: Type.Optional(
      Type.Boolean({ description: 'Offer HTTP/2 (needs TLS); default true with TLS.' }),
    ),
    trustedHops: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 16,
        default: LISTENER_DEFAULTS.trustedHops,
        description: 'Proxies in front whose X-Forwarded-For entries are believed; default 0.',
      }),
    ),
    timeouts: Type.Optional(
      Type.Object(
        {
          headers: duration(timeouts.headers, 'Until the request head is complete; default 10s.'),
          request: duration(timeouts.request, 'Until the request body is complete; default 60s.'),
          idle: duration(timeouts.idle, 'Until an unused connection is closed; default 60s.'),
        },
        { ...CLOSED, description: 'How long a client may take; 1ms to 24h each.' },
      ),
    ),
    sizes: Type.Optional(
      Type.Object(
        {
          headers: Type.Optional(size(sizes.headers, 'Request head, 1KiB to 1MiB; default 16KiB.')),
          body: Type.Optional(
            Type.Union([size(sizes.body, ''), Type.Literal('unlimited')], {
              default: sizes.body,
              description: 'Request body, a size or `unlimited`; default 10MiB.',
            }),
          ),
          message: Type.Optional(
            size(sizes.message, 'WebSocket message from a client, 1B to 1GiB; default 16MiB.'),
          ),
        },
        { ...CLOSED, description: 'How much a client may send.' },
      ),
    ),
    maxConnections: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        default: LISTENER_DEFAULTS.maxConnections,
        description: 'Connections at the same time and process; default 20000.',
      }),
    ),
  },
  { ...CLOSED, description: 'One address that is listened on.' },
)

export type ListenerOptions = Static<typeof ListenerOptions>
