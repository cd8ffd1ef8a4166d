// The schema of `admin:` in the configuration file, and the values that hold where a key is left out.

import { Type, type Static } from 'typebox'

export const ADMIN_DEFAULTS = {
  bind: '127.0.0.1:9443',
  setup: 'printed',
  groupsClaim: 'groups',
  secondFactor: 'optional',
} as const

/** Each may do what the ones before it may. */
export const ADMIN_ROLES = ['viewer', 'operator', 'admin'] as const
export type AdminRole = (typeof ADMIN_ROLES)[number]

const CLOSED = { additionalProperties: false }
const HOST_PATTERN = '^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$|^\\[[0-9A-Fa-f:.]{2,45}\\]$'

function file(description: string) {
  return Type.String({ minLength: 1, title: 'a file', description })
}

const Tls = Type.Object(
  {
    cert: file('Certificate and what stands above it (PEM, leaf first).'),
    key: file('Its private key (PEM), readable by this user alone.'),
  },
  { ...CLOSED, description: 'Default: a certificate of its own in dataDir, made when needed.' },
)

const Oidc = Type.Object(
  {
    issuer: Type.String({
      pattern: '^https?://',
      title: 'a URL',
      description: 'The identity provider, exactly as it names itself in `iss`.',
    }),
    clientId: Type.String({ minLength: 1, maxLength: 512, description: 'Who we are to it.' }),
    clientSecret: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'As `${env:NAME}` or `${file:path}`. Default: none, a public client.',
      }),
    ),
    roles: Type.Record(Type.String({ minLength: 1, maxLength: 512 }), Type.Enum([...ADMIN_ROLES]), {
      minProperties: 1,
      maxProperties: 1000,
      description:
        'The role of each group; of several the highest. `*` is everybody who may sign in there; without it, who is in no group here gets in nowhere.',
    }),
    groupsClaim: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 255,
        default: ADMIN_DEFAULTS.groupsClaim,
        description: 'Claim of the ID token that lists the groups; default groups.',
      }),
    ),
    ca: Type.Optional(file('CAs (PEM) its certificate must come from. Default: the system’s.')),
  },
  { ...CLOSED, description: 'Signing in through an identity provider (OpenID Connect).' },
)

/** `admin:`. */
export const AdminOptions = Type.Union(
  [
    Type.Literal('off'),
    Type.Object(
      {
        bind: Type.Optional(
          Type.String({
            pattern: ':[0-9]{1,5}$',
            title: 'an address with a port, like `127.0.0.1:9443`',
            default: ADMIN_DEFAULTS.bind,
            description: 'Where the console and its API are served; default 127.0.0.1:9443.',
          }),
        ),
        tls: Type.Optional(Tls),
        hosts: Type.Optional(
          Type.Array(Type.String({ pattern: HOST_PATTERN, title: 'a host name' }), {
            maxItems: 100,
            description:
              'Names and addresses under which it may be reached, besides loopback and `bind`; a page of any other name is turned away.',
          }),
        ),
        oidc: Type.Optional(Oidc),
        secondFactor: Type.Optional(
          Type.Enum(['optional', 'required'], {
            default: ADMIN_DEFAULTS.secondFactor,
            description:
              'Whether everybody who signs in with a password needs the code of an authenticator app too: `optional` (default), or `required`, and then they set it up at their next sign-in before anything else. Whoever comes through the identity provider has its own.',
          }),
        ),
        setup: Type.Optional(
          Type.Enum(['printed', 'file'], {
            default: ADMIN_DEFAULTS.setup,
            description:
              'Where the token of the first start is told: `printed` (default) on stderr too, or only in the `file` of dataDir.',
          }),
        ),
      },
      CLOSED,
    ),
  ],
  {
    description:
      'The console and its API over the network: {bind, tls, hosts, oidc, secondFactor}, or `off`.',
  },
)
export type AdminOptions = Static<typeof AdminOptions>
export type OidcOptions = Static<typeof Oidc>
