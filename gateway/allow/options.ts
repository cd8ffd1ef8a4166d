// What people write under `egress:`.

import { Type, type Static } from 'typebox'
import { DURATION_PATTERN } from '../../sidecar/runtime/units.ts'

export const EGRESS_DEFAULTS = {
  mode: 'enforce',
  ports: [443],
  timeouts: {
    dns: '3s',
    connect: '5s',
    dial: '10s',
    hello: '5s',
    headers: '10s',
    idle: '5m',
    tunnel: '24h',
  },
  caps: {
    connections: 20_000,
    total: 10_000,
    perCaller: 2000,
    perDestination: 1000,
  },
  external: {
    port: 443,
    timeout: '10s',
    idle: '60s',
    retries: 0,
    failures: 5,
    open: '30s',
    maxConnections: 64,
    maxQueued: 256,
  },
} as const

const CLOSED = { additionalProperties: false }
const MAX_RULES = 10_000
const MAX_ENTRIES = 1000
const NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$'

const { timeouts, caps, external } = EGRESS_DEFAULTS

function duration(fallback: string, description: string) {
  return Type.Optional(Type.String({ pattern: DURATION_PATTERN, default: fallback, description }))
}

function count(fallback: number, description: string) {
  const bounds = { minimum: 1, maximum: 1_000_000, default: fallback }
  return Type.Optional(Type.Integer({ ...bounds, description }))
}

const MOMENT = {
  pattern: '^\\d{4}-\\d{2}-\\d{2}(?:T\\d{2}:\\d{2}(?::\\d{2})?(?:Z|[+-]\\d{2}:\\d{2}))?$',
  title: 'a date like `2030-12-31`, or a moment like `2030-12-31T18:00:00Z`',
} as const

const Mode = (description: string) =>
  Type.Optional(Type.Enum(['enforce', 'report', 'learn'], { description }))

const HOST_TEXT =
  '`api.example.com`, `*.example.com` (one label or more, not example.com itself) or `cidr:203.0.113.0/24`'

const TargetOptions = Type.Union([
  Type.String({ minLength: 1, maxLength: 300, title: 'a host like `api.example.com:443`' }),
  Type.Object(
    {
      host: Type.String({ minLength: 1, maxLength: 300, description: `${HOST_TEXT}.` }),
      ports: Type.Optional(
        Type.Array(Type.Integer({ minimum: 1, maximum: 65_535 }), {
          minItems: 1,
          maxItems: 64,
          default: EGRESS_DEFAULTS.ports,
          description: 'Ports that may be reached; default 443. Of a `deny` entry: default every.',
        }),
      ),
      methods: Type.Optional(
        Type.Array(Type.String({ minLength: 1, maxLength: 32 }), {
          minItems: 1,
          maxItems: 32,
          description:
            'Methods in capitals; default every. They are seen on plain HTTP and on hosts of `external`, so tunnels are refused then.',
        }),
      ),
      paths: Type.Optional(
        Type.Array(Type.String({ minLength: 1, maxLength: 1024 }), {
          minItems: 1,
          maxItems: 256,
          description:
            'Paths: `/v1/charges` (exact) or `/v1/*` (`/v1` and everything below); default every. Tunnels are refused then.',
        }),
      ),
      protocol: Type.Optional(
        Type.Enum(['tls', 'tcp', 'http'], {
          description:
            '`tls`: tunnels must ask for this host by SNI; `tcp`: tunnels of any protocol; `http`: no tunnels. Default: tls for tunnels, and http.',
        }),
      ),
    },
    CLOSED,
  ),
])
export type EgressTargetOptions = Static<typeof TargetOptions>

const Targets = (description: string) =>
  Type.Optional(Type.Array(TargetOptions, { minItems: 1, maxItems: MAX_ENTRIES, description }))

const RuleOptions = Type.Object(
  {
    name: Type.String({
      pattern: NAME_PATTERN,
      title: 'a name',
      description: 'Unique name of the rule; it appears in records and metrics.',
    }),
    from: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
      minItems: 1,
      maxItems: MAX_ENTRIES,
      description:
        'Callers: service names, names of `tokens`, `anonymous` (the plain door without a token) or `*` for all of these.',
    }),
    allow: Targets(`Hosts these callers may reach: ${HOST_TEXT}, with \`:PORT\` or port 443.`),
    deny: Targets(
      'Hosts they may not reach, whatever any rule or mode says; without `:PORT` on every port.',
    ),
    owner: Type.Optional(
      Type.String({ minLength: 1, maxLength: 100, description: 'Who answers for the rule.' }),
    ),
    reason: Type.Optional(
      Type.String({ minLength: 1, maxLength: 300, description: 'Why the rule is there.' }),
    ),
    expires: Type.Optional(
      Type.String({
        ...MOMENT,
        description:
          'From this moment, or from the beginning of this day (UTC), on the rule allows nothing. Default: never.',
      }),
    ),
    mode: Mode(
      'What happens to calls of these callers that no rule allows: `enforce`, `report` or `learn`. Default: as `egress.mode` says.',
    ),
  },
  { ...CLOSED, description: 'Who may reach what.' },
)
export type EgressRuleOptions = Static<typeof RuleOptions>

const File = (description: string) => Type.Optional(Type.String({ minLength: 1, description }))

const ExternalOptions = Type.Object(
  {
    host: Type.String({
      minLength: 1,
      maxLength: 300,
      description: 'Name of the host, no wildcard. Callers still need a rule for it.',
    }),
    port: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 65_535,
        default: external.port,
        description: 'Its TLS port; default 443.',
      }),
    ),
    headers: Type.Optional(
      Type.Record(Type.String(), Type.String(), {
        description:
          'Fields set on every request in place of the caller’s, for credentials: `Bearer ${file:path}`.',
      }),
    ),
    tls: Type.Optional(
      Type.Object(
        {
          ca: File('PEM file of the CAs that may sign the host. Default: the public roots.'),
          serverName: File('DNS name its certificate must carry, sent as SNI. Default: the host.'),
          cert: File('PEM file of our client certificate, leaf first. Needs `key`.'),
          key: File('PEM file of its private key. Needs `cert`.'),
        },
        { ...CLOSED, description: 'How the host is verified, and what we show it.' },
      ),
    ),
    timeout: duration(external.timeout, 'Longest wait for the head of the response; default 10s.'),
    idleTimeout: duration(external.idle, 'Longest silence within a response; default 60s.'),
    retries: Type.Optional(
      Type.Object(
        {
          attempts: Type.Optional(
            Type.Integer({
              minimum: 0,
              maximum: 5,
              default: external.retries,
              description: 'Further attempts after the first, where that is safe; default 0.',
            }),
          ),
        },
        { ...CLOSED, description: 'Whether failed requests are tried again.' },
      ),
    ),
    breaker: Type.Optional(
      Type.Object(
        {
          failures: count(external.failures, 'Failures in a row that open it; default 5.'),
          open: duration(external.open, 'How long nothing is sent then; default 30s.'),
        },
        { ...CLOSED, description: 'When the host is left alone for a while.' },
      ),
    ),
    maxConnections: count(external.maxConnections, 'Connections per process; default 64.'),
    maxQueued: count(
      external.maxQueued,
      'Requests that wait for a connection, per process; default 256.',
    ),
  },
  {
    ...CLOSED,
    description:
      'A host that callers reach by plain HTTP, and egress by TLS with a credential added.',
  },
)
export type ExternalOptions = Static<typeof ExternalOptions>

const Ranges = (description: string) =>
  Type.Optional(Type.Array(Type.String({ minLength: 1 }), { maxItems: MAX_ENTRIES, description }))

const Bind = (description: string) =>
  Type.Optional(
    Type.String({
      pattern: ':[0-9]{1,5}$',
      title: 'an address with a port, like `127.0.0.1:3128`',
      description,
    }),
  )

/** `egress:`. */
export const EgressOptions = Type.Object(
  {
    mesh: Bind(
      'Door for sidecars by mTLS, callers known by certificate: `0.0.0.0:15443`. Default: none.',
    ),
    plain: Bind(
      'Door for programs of this machine (`HTTPS_PROXY`), loopback only: `127.0.0.1:3128`. Default: none.',
    ),
    mode: Mode(
      'What happens to calls that no rule allows: `enforce` refuses (default), `report` lets through and records, `learn` proposes rules too.',
    ),
    learnUntil: Type.Optional(
      Type.String({
        ...MOMENT,
        description:
          'From this moment, or from the beginning of this day (UTC), on `mode: learn` is `enforce`. Default: learning has no end.',
      }),
    ),
    tokens: Type.Optional(
      Type.Record(
        Type.String({ pattern: NAME_PATTERN }),
        Type.String({ minLength: 1, title: 'a secret' }),
        {
          ...CLOSED,
          maxProperties: MAX_ENTRIES,
          description:
            'Proxy tokens of the plain door, by the name of the caller: {reports: "${env:REPORTS_TOKEN}"}.',
        },
      ),
    ),
    rules: Type.Optional(
      Type.Array(RuleOptions, {
        maxItems: MAX_RULES,
        description: 'Who may reach what. Default: nobody anything.',
      }),
    ),
    external: Type.Optional(
      Type.Array(ExternalOptions, {
        maxItems: MAX_ENTRIES,
        description: 'Hosts that egress speaks TLS to in place of the callers.',
      }),
    ),
    network: Type.Optional(
      Type.Object(
        {
          allow: Ranges(
            'Ranges opened although not public, such as `10.20.0.0/16`. A metadata service only by its very address.',
          ),
          deny: Ranges('Ranges closed although public; beats `allow`.'),
        },
        {
          ...CLOSED,
          description:
            'What names may resolve to, for every rule and mode. Default: public addresses only.',
        },
      ),
    ),
    dns: Type.Optional(
      Type.Array(Type.String({ minLength: 1, title: 'an address like `10.0.0.2:53`' }), {
        minItems: 1,
        maxItems: 8,
        description: 'Resolvers to ask, `address:port`. Default: those of the system.',
      }),
    ),
    timeouts: Type.Optional(
      Type.Object(
        {
          dns: duration(timeouts.dns, 'Until a name is resolved; default 3s.'),
          connect: duration(timeouts.connect, 'Until one address is connected; default 5s.'),
          dial: duration(timeouts.dial, 'DNS and all addresses together; default 10s.'),
          hello: duration(timeouts.hello, 'Until a tunnel’s ClientHello is there; default 5s.'),
          headers: duration(timeouts.headers, 'Until the request head is complete; default 10s.'),
          idle: duration(timeouts.idle, 'Longest silence of a tunnel; default 5m.'),
          tunnel: duration(timeouts.tunnel, 'Longest life of a tunnel; default 24h.'),
        },
        { ...CLOSED, description: 'How long things may take; 1ms to 7d each.' },
      ),
    ),
    caps: Type.Optional(
      Type.Object(
        {
          connections: count(caps.connections, 'Connections from callers; default 20000.'),
          total: count(caps.total, 'Tunnels and requests under way; default 10000.'),
          perCaller: count(caps.perCaller, 'Those of one caller; default 2000.'),
          perDestination: count(
            caps.perDestination,
            'Those of one caller to one host and port; default 1000.',
          ),
        },
        { ...CLOSED, description: 'How much at the same time, for each process.' },
      ),
    ),
  },
  { ...CLOSED, description: 'The way out: nothing leaves unless a rule says who may reach what.' },
)
export type EgressOptions = Static<typeof EgressOptions>
