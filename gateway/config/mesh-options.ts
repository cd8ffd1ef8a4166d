// The schema of `mesh:` in the configuration file, and the values that hold where a key is left out.

import { Type, type Static } from 'typebox'
import { DURATION_PATTERN } from '../../sidecar/runtime/units.ts'

export const MESH_DEFAULTS = { bind: '127.0.0.1:15012', ttl: '1h' } as const

const CLOSED = { additionalProperties: false }
const SERVICE_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}(/[A-Za-z0-9][A-Za-z0-9._-]{0,62})?$'

const ServiceName = Type.String({ pattern: SERVICE_PATTERN, title: 'a service name' })

function file(description: string) {
  return Type.String({ minLength: 1, title: 'a file', description })
}

const Ca = Type.Object(
  {
    cert: file('Certificate of the issuing CA (PEM); CA:TRUE, for signing certificates.'),
    key: file('Its private key (PEM), readable by this user alone.'),
    chain: Type.Optional(
      file(
        'The certificates above it up to the trust anchor (PEM). Default: `cert` is the trust anchor.',
      ),
    ),
    ttl: Type.Optional(
      Type.String({
        pattern: DURATION_PATTERN,
        default: MESH_DEFAULTS.ttl,
        description: 'Life of the certificates of sidecars; 10s to 24h, default 1h.',
      }),
    ),
  },
  { ...CLOSED, description: 'Who issues identities. Default: a development CA in dataDir.' },
)

const Rule = Type.Object(
  {
    name: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9][A-Za-z0-9._#/-]{0,126}$',
        title: 'a name',
        description: 'Unique name of the rule, for records and answers. Default: `TO#NUMBER`.',
      }),
    ),
    to: Type.String({
      pattern: SERVICE_PATTERN,
      title: 'a service name',
      description: 'The service that is called.',
    }),
    from: Type.Union(
      [
        Type.Literal('any'),
        Type.Array(ServiceName, {
          minItems: 1,
          maxItems: 1000,
          description: 'Callers by service name; `edge` and `egress` are the gateways.',
        }),
      ],
      { description: 'Who calls: a list of service names, or `any` of the mesh.' },
    ),
    methods: Type.Optional(
      Type.Array(Type.String({ pattern: '^[A-Z]{1,32}$', title: 'a method in capitals' }), {
        minItems: 1,
        maxItems: 32,
        description: 'Methods in capitals. Default: every method.',
      }),
    ),
    paths: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 2048, title: 'a path' }), {
        minItems: 1,
        maxItems: 100,
        description: 'Paths: exact, or `/x/*` for `/x` and everything below. Default: every path.',
      }),
    ),
    verdict: Type.Optional(
      Type.Enum(['allow', 'deny'], {
        default: 'allow',
        description: 'What the rule says: `allow` (default) or `deny`, which beats every allow.',
      }),
    ),
  },
  { ...CLOSED, description: 'Who may call a service. Without a rule that allows it, nobody may.' },
)

const Join = Type.Object(
  {
    issuer: Type.String({
      minLength: 1,
      title: 'the name of an issuer',
      description: 'Whose tokens are believed: an issuer of `issuers:`.',
    }),
    audience: Type.String({
      minLength: 1,
      maxLength: 255,
      title: 'an audience',
      description: 'What `aud` of the tokens must hold.',
    }),
    services: Type.Record(Type.String({ minLength: 1, maxLength: 512 }), ServiceName, {
      minProperties: 1,
      maxProperties: 10_000,
      description: 'The service of each subject (`sub`) that may join.',
    }),
  },
  { ...CLOSED, description: 'Sidecars that join with a JWT instead of a join token.' },
)

/** `mesh:`. */
export const MeshOptions = Type.Object(
  {
    trustDomain: Type.String({
      pattern: '^[a-z0-9][a-z0-9._-]{0,254}$',
      title: 'a trust domain like `example.internal`',
      description: 'The name all identities of the mesh begin with; choose it once for all time.',
    }),
    bind: Type.Optional(
      Type.String({
        pattern: ':[0-9]{1,5}$',
        title: 'an address with a port, like `0.0.0.0:15012`',
        default: MESH_DEFAULTS.bind,
        description: 'Where sidecars reach control; default 127.0.0.1:15012.',
      }),
    ),
    ca: Type.Optional(Ca),
    authorize: Type.Optional(
      Type.Array(Rule, {
        maxItems: 10_000,
        description: 'Who may call whom. Default: nobody calls anybody.',
      }),
    ),
    join: Type.Optional(Join),
  },
  { ...CLOSED, description: 'The mesh of sidecars: identities, who may call whom.' },
)
export type MeshOptions = Static<typeof MeshOptions>
export type MeshRuleOptions = Static<typeof Rule>
