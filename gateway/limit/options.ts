// What people write under a route's `limits:` and under `store:`.

import { Type, type Static } from 'typebox'

const strict = { additionalProperties: false }

const KEYS = 'ip, sub, issuer, route, claim:NAME or header:NAME'

const KeyPart = Type.String({ minLength: 1, title: `one of ${KEYS}` })
const RateText = Type.String({ minLength: 1, title: 'a rate like `100/min`' })

const LimitObject = Type.Object(
  {
    name: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$',
        title: 'a name',
        description:
          'Limits of one name are one limit, on however many routes they stand. Default: a limit of this route alone.',
      }),
    ),
    rate: Type.Union(
      [
        RateText,
        Type.Object(
          {
            claim: Type.String({
              minLength: 1,
              description: 'The claim that holds the rate: `100/min`, or a number.',
            }),
            default: Type.String({
              minLength: 1,
              title: 'a rate like `100/min`',
              description:
                'The rate of tokens without that claim; its unit is also that of a claim that is a number.',
            }),
          },
          strict,
        ),
      ],
      {
        description:
          'How much: a number per s, min, h or d, or the claim that says it. Without `burst` at most that many in any such time.',
      },
    ),
    burst: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000_000,
        description:
          'Makes the limit a bucket: at most burst + rate × t in any time t. Default: none, the limit is a window.',
      }),
    ),
    key: Type.Array(KeyPart, {
      minItems: 1,
      maxItems: 8,
      description: `Whom to count, all parts together: ${KEYS}. An IPv6 address counts with its /64.`,
    }),
    cost: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000_000,
        description: 'How much of the limit one request takes. Default 1.',
      }),
    ),
    onStoreDown: Type.Optional(
      Type.Union([Type.Literal('local'), Type.Literal('open'), Type.Literal('closed')], {
        description:
          'While the store is away: `local` (default), each process admits its share, less what it admitted before; `open`, all is admitted; `closed`, nothing is.',
      }),
    ),
    shadow: Type.Optional(
      Type.Boolean({
        description:
          'true: nothing is refused, but what would have been is recorded. Default false.',
      }),
    ),
    headers: Type.Optional(
      Type.Union([Type.Literal('always'), Type.Literal('authenticated'), Type.Literal('never')], {
        description:
          'Whom `RateLimit` and `RateLimit-Policy` tell of this limit: `always` (default), everybody; `authenticated`, callers with a valid token; `never`, nobody. A refusal always says `Retry-After`.',
      }),
    ),
    mode: Type.Optional(
      Type.Union([Type.Literal('exact'), Type.Literal('leased')], {
        description:
          '`exact`: every request asks the store; `leased`: busy nodes hold a few requests in advance. Default: leased for rates where that saves work. Both keep the limit.',
      }),
    ),
    stage: Type.Optional(
      Type.Union([Type.Literal('before-auth'), Type.Literal('after-auth')], {
        description:
          '`before-auth`: before tokens are checked, counted by each node for itself; `after-auth` (default): counted by all nodes together.',
      }),
    ),
  },
  strict,
)

/** `limits:` of a route. */
export const LimitsOptions = Type.Array(
  Type.Union([Type.String({ minLength: 1, title: 'a limit like `100/min per sub`' }), LimitObject]),
  {
    minItems: 1,
    maxItems: 16,
    description:
      'How many requests are let through: `100/min per sub` admits at most 100 in any minute. `20/s per ip` is counted by each node before tokens are checked. Default: no limit.',
  },
)
export type LimitsOptions = Static<typeof LimitsOptions>

function endpoints(description: string) {
  const Endpoint = Type.String({ minLength: 1, title: '`host:port`' })
  return Type.Array(Endpoint, { minItems: 1, maxItems: 64, description })
}

const access = {
  username: Type.Optional(
    Type.String({ minLength: 1, description: 'ACL user. Default: the default user.' }),
  ),
  password: Type.Optional(
    Type.String({
      minLength: 1,
      description: 'Its password, as `${env:NAME}` or `${file:path}`. Default: none.',
    }),
  ),
  tls: Type.Optional(
    Type.Union(
      [
        Type.Boolean(),
        Type.Object(
          {
            ca: Type.Optional(
              Type.String({
                minLength: 1,
                title: 'a file',
                description:
                  'File of CA certificates (PEM) that the servers are verified by. Default: the system trust store.',
              }),
            ),
            serverName: Type.Optional(
              Type.String({
                minLength: 1,
                description: 'The name that their certificates must carry. Default: the host.',
              }),
            ),
          },
          { ...strict, title: 'keys with values' },
        ),
      ],
      {
        description: 'true, or how TLS is verified. Default: TLS for `rediss://`, else cleartext.',
      },
    ),
  ),
  prefix: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$',
      title: 'a prefix of letters, digits, `-`, `_` and `.`',
      description: 'Every key in the store begins with it. Default `sallyport`.',
    }),
  ),
}

/** `store:`. */
export const StoreOptions = Type.Union(
  [
    Type.String({ minLength: 1, title: '`embedded` or a `redis://` or `rediss://` URL' }),
    Type.Object(
      {
        url: Type.Optional(
          Type.String({ minLength: 1, description: 'One server: `redis://host:6379`.' }),
        ),
        cluster: Type.Optional(endpoints('Nodes of a cluster, any of them.')),
        sentinels: Type.Optional(endpoints('The sentinels that know the primary.')),
        name: Type.Optional(
          Type.String({
            minLength: 1,
            description: 'The name under which the sentinels know the primary.',
          }),
        ),
        ...access,
      },
      { ...strict, title: 'a store' },
    ),
  ],
  {
    description:
      'Where nodes share their state: `embedded` (default, this node alone), `redis://host:6379`, `rediss://…`, {cluster: [host:port]} or {sentinels: [host:port], name: main}.',
  },
)
export type StoreOptions = Static<typeof StoreOptions>
