// Releases in the admin API: how the requests of a route are shared out, how each target does, and sharing them otherwise.

import { Type } from 'typebox'
import type { Operation } from '../admin/operation.ts'
import { originOf } from '../admin/origin.ts'
import { page, PAGE_QUERY, pageOf } from '../admin/page.ts'
import { isInScope } from '../admin/scope.ts'
import type { Rails } from './rails.ts'
import type { Releases } from './releases.ts'
import type { TargetWeight } from './weights.ts'

const CLOSED = { additionalProperties: false }
const DEFAULT_MIN_REQUESTS = 50
const OrNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()])

const Target = Type.String({
  minLength: 1,
  maxLength: 300,
  description: 'A service’s name or a URL, as the route’s `to:` has it.',
})
const Weight = Type.Object(
  { target: Target, weight: Type.Integer({ minimum: 0, maximum: 100 }) },
  CLOSED,
)
const Points = Type.Number({
  minimum: 0,
  maximum: 100,
  description: 'Percentage points by which its share of 5xx may be above that of the others.',
})
const P95 = Type.Integer({ minimum: 1, maximum: 600_000 })
const MinRequests = Type.Integer({
  minimum: 10,
  maximum: 100_000,
  description: 'With fewer requests nothing is decided; default 50.',
})
const Guard = Type.Object(
  {
    target: Target,
    maxErrorPoints: Type.Optional(Points),
    maxP95Ms: Type.Optional(P95),
    minRequests: Type.Optional(MinRequests),
  },
  { ...CLOSED, description: 'When the target gets nothing any more, by itself.' },
)

const Release = Type.Object({
  route: Type.String(),
  sticky: Type.String({ description: 'none, cookie or header:NAME.' }),
  windowMs: Type.Number({
    description: 'Time the figures are of: since the weights changed, at most 5 minutes.',
  }),
  targets: Type.Array(
    Type.Object({
      target: Type.String(),
      weight: Type.Integer(),
      share: Type.Number({ description: 'As configured: 0 to 1.' }),
      actualShare: OrNull(Type.Number()),
      requests: Type.Integer(),
      failed: Type.Integer({ description: 'Status 500 to 599.' }),
      p95Ms: OrNull(Type.Number()),
      isCounted: Type.Boolean({ description: 'False: there are more targets than are counted.' }),
    }),
  ),
  watch: OrNull(
    Type.Object({
      target: Type.String(),
      rails: Type.Object({
        maxErrorPoints: OrNull(Type.Number()),
        maxP95Ms: OrNull(Type.Integer()),
        minRequests: Type.Integer(),
      }),
      setAtMs: Type.Number(),
      by: Type.String(),
    }),
  ),
  abort: OrNull(
    Type.Object({
      target: Type.String(),
      atMs: Type.Number(),
      reason: Type.String(),
      revision: OrNull(Type.Integer()),
    }),
  ),
})

interface SetBody {
  readonly weights: readonly TargetWeight[]
  readonly guard?: (Partial<Rails> & { readonly target: string }) | null
}

export function releaseOperations(releases: Releases): readonly Operation[] {
  return [listing(releases), setting(releases)]
}

function listing(releases: Releases): Operation {
  return {
    id: 'listReleases',
    method: 'GET',
    path: '/api/v1/releases',
    role: 'viewer',
    scope: 'any',
    summary:
      'Routes with several targets: their weights, and what this node saw each target do of late.',
    query: Type.Object(
      {
        route: Type.Optional(Type.String({ maxLength: 100, description: 'Only this one.' })),
        ...PAGE_QUERY,
      },
      CLOSED,
    ),
    answer: pageOf(Release),
    run({ principal, query }) {
      const { route = null } = query
      const names = releases
        .names()
        .filter((name) => route === null || name === route)
        .filter((name) => isInScope(principal.scope, `route:${name}`))
      const { items, nextCursor } = page(names, query, (name) => name)
      return { items: items.map((name) => releases.get(name)), nextCursor }
    },
  }
}

function setting(releases: Releases): Operation {
  return {
    id: 'setRelease',
    method: 'POST',
    path: '/api/v1/releases/:route(^[A-Za-z0-9][A-Za-z0-9._-]*)::set',
    role: 'operator',
    scope: ({ params: { route = '' } }) => [`route:${route}`],
    summary:
      'Shares out the requests of a route anew, in the file too, and answers when every process of every node does it.',
    body: Type.Object(
      {
        weights: Type.Array(Weight, {
          minItems: 2,
          maxItems: 64,
          description: 'Every target of the route once; 100 together.',
        }),
        guard: Type.Optional(OrNull(Guard)),
      },
      CLOSED,
    ),
    answer: Type.Object({ revision: OrNull(Type.Integer()), release: Release }),
    async run({ params: { route = '' }, body, principal, change }) {
      const { weights, guard } = body as SetBody
      const before = releases.get(route)
      change({
        target: `route/${route}`,
        before: { weights: before.targets.map(({ target, weight }) => ({ target, weight })) },
        after: { weights, guard: guard ?? null },
      })
      const { revision } = await releases.set({
        route,
        weights,
        guard: railsOf(guard),
        author: principal.name,
        origin: originOf(principal),
      })
      return { revision, release: releases.get(route) }
    },
  }
}

function railsOf(guard: SetBody['guard']) {
  if (guard == null) return guard
  const { target, maxErrorPoints = null, maxP95Ms = null } = guard
  return {
    target,
    maxErrorPoints,
    maxP95Ms,
    minRequests: guard.minRequests ?? DEFAULT_MIN_REQUESTS,
  }
}
