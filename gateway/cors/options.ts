// The shape of a route's `cors:` in the configuration file.

import { Type, type Static } from 'typebox'
import { DURATION_PATTERN } from '../../sidecar/runtime/units.ts'

const Origins = Type.Union([Type.String(), Type.Array(Type.String())], {
  description:
    'Origins that may read answers: `https://app.example.com`, `https://*.example.com` (exactly one label), or `*` (all, never with credentials).',
})

const Names = (description: string) =>
  Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())], { description }))

export const CorsOptions = Type.Union(
  [
    Type.String({ description: 'One origin.' }),
    Type.Array(Type.String(), { description: 'Several origins.' }),
    Type.Object(
      {
        origins: Origins,
        methods: Names(
          "Methods a preflight may ask for. Default: the route's methods, else GET, HEAD, POST, PUT, PATCH, DELETE.",
        ),
        headers: Names(
          'Request header fields a preflight may ask for; `*` is all but authorization. Default: authorization, content-type.',
        ),
        expose: Names(
          'Response header fields scripts may read, besides RateLimit, RateLimit-Policy, Retry-After, traceparent, WWW-Authenticate and X-Request-Id. Default: none more.',
        ),
        credentials: Type.Optional(
          Type.Boolean({ description: 'Lets browsers send cookies along. Default false.' }),
        ),
        maxAge: Type.Optional(
          Type.String({
            pattern: DURATION_PATTERN,
            description: 'How long browsers may keep a preflight answer. Default 10m, at most 2h.',
          }),
        ),
      },
      { additionalProperties: false },
    ),
  ],
  { description: 'Which web pages may call the route from a browser (Fetch standard, CORS).' },
)
export type CorsOptions = Static<typeof CorsOptions>
