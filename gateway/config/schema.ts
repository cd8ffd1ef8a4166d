// The whole configuration file as one schema: what a person may write, with the words that explain each key.

import { Type, type Static } from 'typebox'
import { EgressOptions } from '../allow/options.ts'
import { AuthOptions, IssuerOptions } from '../auth/options.ts'
import { CorsOptions } from '../cors/options.ts'
import { LimitsOptions, StoreOptions } from '../limit/options.ts'
import { HeaderRulesOptions, IpOptions, MatchOptions, RewriteOptions } from '../route/options.ts'
import { RetriesOptions, ServiceOptions } from '../../sidecar/upstream/options.ts'
import { DURATION_PATTERN } from '../../sidecar/runtime/units.ts'
import { AdminOptions } from './admin-options.ts'
import { ListenerOptions, NAME_PATTERN } from './listener-options.ts'
import { MeshOptions } from './mesh-options.ts'
import { TestOptions } from './test-options.ts'

const SERVICE_NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}(/[A-Za-z0-9][A-Za-z0-9._-]{0,62})?$'
const CLOSED = { additionalProperties: false }
const MAX_ENTRIES = 100_000

const Name = Type.String({ pattern: NAME_PATTERN, title: 'a name' })

const Weight = Type.Optional(
  Type.Integer({
    minimum: 0,
    maximum: 10_000,
    default: 1,
    description:
      'Share of the requests, relative to the other entries; 0 (none) to 10000, default 1.',
  }),
)

const MeshService = Type.Object(
  {
    mesh: Type.Literal(true, {
      description: 'Instances come from the registry and are reached through their sidecars.',
    }),
  },
  { ...CLOSED, description: 'A service of the mesh' },
)

const Target = Type.Union([
  Type.Object(
    {
      service: Type.String({ title: 'a service name', description: 'A service of `services:`.' }),
      weight: Weight,
    },
    CLOSED,
  ),
  Type.Object(
    {
      url: Type.String({ title: 'a URL', description: '`http://host:port` or `https://host`.' }),
      weight: Weight,
    },
    CLOSED,
  ),
])

const Route = Type.Object(
  {
    name: Type.String({
      pattern: NAME_PATTERN,
      title: 'a name',
      description: 'Unique name of the route; it appears in logs and metrics.',
    }),
    owner: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 100,
        description: 'Who answers for the route; for people, it decides nothing.',
      }),
    ),
    listener: Type.Optional(
      Type.Union([Name, Type.Array(Name, { minItems: 1, maxItems: 64 })], {
        description: 'Listener or listeners that serve the route; default: every listener.',
      }),
    ),
    match: MatchOptions,
    to: Type.Union(
      [
        Type.String({ title: 'a URL or a service name' }),
        Type.Array(Target, { minItems: 1, maxItems: 64 }),
      ],
      { description: 'A URL, a service name, or a list of {service, weight} and {url, weight}.' },
    ),
    auth: Type.Union([Type.Literal('public'), AuthOptions], {
      description: 'Say who may call: {issuer, audience, …}, or `public` to leave the route open.',
    }),
    sticky: Type.Optional(
      Type.Union(
        [
          Type.Literal('none'),
          Type.Literal('cookie'),
          Type.String({ pattern: '^header:[A-Za-z0-9-]{1,64}$', title: '`header:NAME`' }),
        ],
        {
          default: 'none',
          description:
            'What keeps a caller on the same target: `cookie`, `header:NAME` or `none`; default none.',
        },
      ),
    ),
    cors: Type.Optional(CorsOptions),
    limits: Type.Optional(LimitsOptions),
    ip: Type.Optional(IpOptions),
    rewrite: Type.Optional(RewriteOptions),
    headers: Type.Optional(
      Type.Object(
        {
          request: Type.Optional(HeaderRulesOptions),
          response: Type.Optional(HeaderRulesOptions),
        },
        { ...CLOSED, description: 'Fields to set and remove on the way in and on the way out.' },
      ),
    ),
    timeout: Type.Optional(
      Type.String({
        pattern: DURATION_PATTERN,
        default: '15s',
        description: 'Longest wait for the head of the response; 1ms to 24h, default 15s.',
      }),
    ),
    retries: Type.Optional(RetriesOptions),
    upgrade: Type.Optional(
      Type.Union(
        [Type.Literal('none'), Type.Array(Type.Literal('websocket'), { minItems: 1, maxItems: 1 })],
        {
          default: ['websocket'],
          description: 'Protocols a request may switch to: `[websocket]` (default) or `none`.',
        },
      ),
    ),
  },
  { ...CLOSED, description: 'One route: what it matches, who may call, and where it goes.' },
)

const AccessLog = Type.Union(
  [
    Type.Literal('failures'),
    Type.Literal('all'),
    Type.Literal('off'),
    Type.Object(
      {
        sample: Type.String({
          pattern: '^(100|[0-9]{1,2}(\\.[0-9]{1,6})?)%$',
          title: 'a percentage like `1%`',
          description: 'Share of the requests that is logged: above 0% to 100%.',
        }),
      },
      CLOSED,
    ),
  ],
  {
    default: 'failures',
    description: 'Requests with a log line: `failures` (default), `all`, `off` or {sample: 1%}.',
  },
)

export const ConfigSchema = Type.Object(
  {
    version: Type.Optional(
      Type.Literal(1, { default: 1, description: 'Version of this file format: 1.' }),
    ),
    production: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'true refuses plaintext off loopback, development certificates and secrets in the file; default false.',
      }),
    ),
    workers: Type.Optional(
      Type.Union([Type.Literal('auto'), Type.Integer({ minimum: 1, maximum: 64 })], {
        default: 'auto',
        description: 'Processes that serve requests: `auto` (one for each core) or 1 to 64.',
      }),
    ),
    dataDir: Type.Optional(
      Type.String({
        minLength: 1,
        default: './data',
        description:
          'Folder for what the gateway must remember, from the folder of this file; default ./data.',
      }),
    ),
    store: Type.Optional(StoreOptions),
    listeners: Type.Array(ListenerOptions, {
      minItems: 1,
      maxItems: 64,
      description: 'The addresses that are listened on; at least one.',
    }),
    issuers: Type.Optional(
      Type.Record(Type.String({ pattern: NAME_PATTERN }), IssuerOptions, {
        ...CLOSED,
        maxProperties: 1000,
        description: 'Who issues the tokens that routes accept, by name.',
      }),
    ),
    services: Type.Optional(
      Type.Record(
        Type.String({ pattern: SERVICE_NAME_PATTERN }),
        Type.Union([ServiceOptions, MeshService]),
        {
          ...CLOSED,
          maxProperties: MAX_ENTRIES,
          description: 'Where requests go, by name.',
        },
      ),
    ),
    routes: Type.Array(Route, {
      minItems: 1,
      maxItems: MAX_ENTRIES,
      description: 'What is served; at least one. The most specific match wins, not the first.',
    }),
    egress: Type.Optional(EgressOptions),
    mesh: Type.Optional(MeshOptions),
    admin: Type.Optional(AdminOptions),
    telemetry: Type.Optional(
      Type.Object(
        {
          accessLog: Type.Optional(AccessLog),
          mask: Type.Optional(
            Type.Array(Type.String({ minLength: 1, maxLength: 128 }), {
              maxItems: 100,
              description:
                'Names of fields and query parameters whose values nobody is shown, like x-patient; those of secret-looking names never are.',
            }),
          ),
          metrics: Type.Optional(
            Type.String({
              title: 'an address and a port',
              description:
                'Where Prometheus scrapes this node, like 127.0.0.1:9464; default: nowhere.',
            }),
          ),
        },
        { ...CLOSED, description: 'What is told about requests.' },
      ),
    ),
    tests: Type.Optional(
      Type.Array(TestOptions, {
        maxItems: 1000,
        description: 'Cases that must come out as they say; one that does not blocks a change.',
      }),
    ),
  },
  CLOSED,
)

export type Config = Static<typeof ConfigSchema>
export type RouteOptions = Static<typeof Route>

/** The schema as a JSON Schema document (draft 2020-12), for editors and other programs. */
export function jsonSchema(): Record<string, unknown> {
  const plain = JSON.parse(JSON.stringify(ConfigSchema)) as Record<string, unknown>
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Sallyport configuration',
    description: 'The configuration file of the Sallyport gateway (sallyport.yaml).',
    ...plain,
  }
}
