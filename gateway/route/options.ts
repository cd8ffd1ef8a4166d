// The shapes of a route's `match:`, `ip:`, `rewrite:` and `headers:` in the configuration file.

import { Type, type Static } from 'typebox'

const CLOSED = { additionalProperties: false }

const OneOrMore = (description: string) =>
  Type.Union([Type.String(), Type.Array(Type.String())], { description })

export const MatchOptions = Type.Union(
  [
    Type.String({
      description:
        'Host and path: `api.example.com/orders/*`, `*.example.com/x`; `/x` or `*/x` for every host. Without a path: everything on that host.',
    }),
    Type.Object(
      {
        hosts: Type.Optional(
          OneOrMore(
            'Hosts without port: `api.example.com`, or `*.example.com` for exactly one label more. Default: every host.',
          ),
        ),
        path: Type.Optional(
          Type.String({
            description:
              'Path template: `/orders` (exact), `/orders/{id}` (one segment), `/orders/*` (`/orders` and everything below). Default `/*`.',
          }),
        ),
        methods: Type.Optional(
          OneOrMore('Methods in capitals; GET includes HEAD. Default: every method.'),
        ),
        headers: Type.Optional(
          Type.Record(Type.String(), Type.String(), {
            description:
              'Request header fields that must each be there exactly once with exactly this value. A preflight need only name them.',
          }),
        ),
        query: Type.Optional(
          Type.Record(Type.String(), Type.String(), {
            description:
              'Query parameters that must each be there exactly once with exactly this value, after decoding.',
          }),
        ),
      },
      CLOSED,
    ),
  ],
  { description: 'Which requests the route is for. The most specific matching route wins.' },
)
export type MatchOptions = Static<typeof MatchOptions>

export const IpOptions = Type.Object(
  {
    allow: Type.Optional(
      OneOrMore('Addresses or ranges let in (`10.0.0.0/8`, `2001:db8::/32`). Default: all.'),
    ),
    deny: Type.Optional(OneOrMore('Addresses or ranges refused; beats `allow`. Default: none.')),
  },
  { ...CLOSED, description: 'Who may reach the route by client address.' },
)
export type IpOptions = Static<typeof IpOptions>

export const RewriteOptions = Type.Object(
  {
    prefix: Type.String({
      description:
        'Replaces the part of the path before `/*`: `/orders/7` under `/orders/*` with prefix `/` becomes `/7`.',
    }),
  },
  { ...CLOSED, description: 'How the path changes on its way to the service.' },
)
export type RewriteOptions = Static<typeof RewriteOptions>

export const HeaderRulesOptions = Type.Object(
  {
    set: Type.Optional(
      Type.Record(Type.String(), Type.String(), {
        description: 'Header fields to set, replacing any of that name. Visible ASCII, one line.',
      }),
    ),
    remove: Type.Optional(OneOrMore('Header fields to remove.')),
  },
  { ...CLOSED, description: 'Changes to header fields, after everything else.' },
)
export type HeaderRulesOptions = Static<typeof HeaderRulesOptions>
