// What people write under `issuers:` and under a route's `auth:`.

import { Type, type Static } from 'typebox'
import { DURATION_PATTERN } from '../../sidecar/runtime/units.ts'

const strict = { additionalProperties: false }

function oneOrMany(title: string, description: string) {
  const one = Type.String({ minLength: 1, title })
  return Type.Union([one, Type.Array(one, { minItems: 1, title: `a list of those` })], {
    description,
  })
}

function duration(description: string) {
  return Type.String({ pattern: DURATION_PATTERN, description })
}

const Value = Type.Union([Type.String(), Type.Number(), Type.Boolean()], { title: 'a value' })

const InlineKeys = Type.Object(
  {
    keys: Type.Array(Type.Record(Type.String(), Type.Unknown()), {
      description: 'Public keys as JWKs (RFC 7517).',
    }),
  },
  { ...strict, title: 'a key set' },
)

const IssuerObject = Type.Object(
  {
    issuer: Type.String({
      title: 'a URL',
      description: 'The issuer exactly as its tokens spell it in `iss`, trailing slash included.',
    }),
    jwks: Type.Optional(
      Type.Union([Type.String({ minLength: 1, title: 'a URL or a file' }), InlineKeys], {
        description:
          'Where its public keys are: a URL, a file (`./keys.json`), or the key set itself. Default: found by OpenID Connect discovery.',
      }),
    ),
    algorithms: Type.Optional(
      Type.Array(Type.String(), {
        minItems: 1,
        description:
          'Signature algorithms accepted: RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519. Default: RS256, PS256, ES256, ES384, EdDSA.',
      }),
    ),
    clockSkew: Type.Optional(
      duration('How far the clocks of issuer and gateway may differ, at most 10m. Default 60s.'),
    ),
    maxLifetime: Type.Optional(
      duration('Longest time from `iat` to `exp`; tokens must then carry both. Default: any.'),
    ),
    type: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'Required `typ` of the token, for example `at+jwt` (RFC 9068). Default: any.',
      }),
    ),
    ca: Type.Optional(
      Type.String({
        minLength: 1,
        title: 'a file',
        description:
          'File of CA certificates (PEM) trusted for fetching keys. Default: the system trust store.',
      }),
    ),
  },
  strict,
)

/** `idp: https://idp.example.com/` or the long form. */
export const IssuerOptions = Type.Union([Type.String({ title: 'a URL' }), IssuerObject], {
  description: 'An issuer of tokens: its URL, or what is special about it.',
})
export type IssuerOptions = Static<typeof IssuerOptions>

/** `auth:` of a route that is not `public`: who may use it. */
export const AuthOptions = Type.Object(
  {
    issuer: oneOrMany(
      'the name of an issuer',
      'Issuers whose tokens are accepted, any one of them.',
    ),
    audience: oneOrMany(
      'an audience',
      'Audiences accepted, any one of them; `"*"` accepts tokens made for any audience.',
    ),
    scope: Type.Optional(
      oneOrMany('a scope', 'Scopes a token must have, all of them. Default: none.'),
    ),
    claims: Type.Optional(
      Type.Record(Type.String(), Type.Union([Value, Type.Array(Value, { minItems: 1 })]), {
        description:
          'Claims a token must have, each with one of the values listed; a dotted name reaches inside. Default: none.',
      }),
    ),
    forward: Type.Optional(
      Type.Record(Type.String(), Type.String({ minLength: 1, title: 'the name of a claim' }), {
        description:
          'Request headers the upstream gets, each from a claim: `x-user: sub`. A client can never send them itself. Default: none.',
      }),
    ),
    token: Type.Optional(
      Type.Array(
        Type.String({
          pattern: "^(header|cookie:[!#$%&'*+.^_`|~0-9A-Za-z-]+|query:[0-9A-Za-z_.~-]+)$",
          title: '`header`, `cookie:NAME` or `query:NAME`',
        }),
        {
          minItems: 1,
          description:
            'Where the token is looked for, in this order: `header` (Authorization: Bearer), `cookie:NAME`, `query:NAME`. Default: [header].',
        },
      ),
    ),
    passToken: Type.Optional(
      Type.Boolean({
        description:
          'Whether the upstream gets the token too. Default false: it is taken out of the request.',
      }),
    ),
  },
  strict,
)

export type AuthOptions = Static<typeof AuthOptions>
