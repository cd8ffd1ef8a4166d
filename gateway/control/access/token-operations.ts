// API tokens, as operations of the admin API.

import { Type } from 'typebox'
import { ApiError } from '../admin/api-error.ts'
import { isForAll, mayAct, type Operation, type Principal, type Role } from '../admin/operation.ts'
import { page, pageOf, PAGE_QUERY } from '../admin/page.ts'
import { isWithin } from '../admin/scope.ts'
import type { AccessDeps } from './access-deps.ts'
import type { TokenSummary } from './accounts.ts'
import {
  CLOSED,
  ExpiresIn,
  Name,
  NewToken,
  Nothing,
  RoleSchema,
  ScopeSchema,
  Token,
} from './schemas.ts'
import { SESSION_TIMES } from './sessions.ts'
import { tokenLifeMs } from './token-life.ts'

const DEFAULT_LIFE = '90d'

export function tokenOperations({ accounts, clock }: AccessDeps): readonly Operation[] {
  return [
    {
      id: 'listTokens',
      method: 'GET',
      path: '/api/v1/tokens',
      role: 'viewer',
      scope: 'any',
      summary: 'Lists API tokens: one’s own, or everybody’s for an admin.',
      query: Type.Object(PAGE_QUERY, CLOSED),
      answer: pageOf(Token),
      async run({ principal, query }) {
        const all = await accounts.tokens()
        return page(
          all.filter((token) => isTheirs(token, principal)),
          query,
          ({ id }) => id,
        )
      },
    },
    {
      id: 'addToken',
      method: 'POST',
      path: '/api/v1/tokens',
      role: 'viewer',
      scope: 'any',
      isGuarded: true,
      summary: 'Makes an API token that reaches as far as oneself, or less far.',
      body: Type.Object(
        {
          name: Name,
          role: RoleSchema,
          scope: Type.Optional(ScopeSchema),
          expiresIn: Type.Optional(ExpiresIn),
        },
        CLOSED,
      ),
      answer: NewToken,
      status: 201,
      async run({ principal, body, change }) {
        const wanted = body as {
          name: string
          role: Role
          scope?: readonly string[]
          expiresIn?: string
        }
        const { name, role, scope = principal.scope, expiresIn = DEFAULT_LIFE } = wanted
        change({ target: `token/${name}`, after: { role, scope, expiresIn } })
        if (!mayAct(principal.role, role) || !isWithin(scope, principal.scope)) {
          throw new ApiError('not_permitted', 'a token reaches no further than who makes it')
        }
        const longestMs = longestLifeMs(principal, await accounts.tokens(), clock.wallMs())
        const lifeMs = Math.min(tokenLifeMs(expiresIn), longestMs)
        return accounts.addToken({ owner: principal.name, name, role, scope, lifeMs })
      },
    },
    {
      id: 'removeToken',
      method: 'DELETE',
      path: '/api/v1/tokens/:id',
      role: 'viewer',
      scope: 'any',
      summary: 'Revokes an API token at once.',
      answer: Nothing,
      async run({ principal, params: { id = '' }, change }) {
        change({ target: `token/${id}` })
        const token = (await accounts.tokens()).find((one) => one.id === id)
        if (token === undefined || !isTheirs(token, principal)) {
          throw new ApiError('not_found', `no token ${id}`)
        }
        await accounts.removeToken(id)
        return {}
      },
    },
  ]
}

function isTheirs({ owner }: TokenSummary, principal: Principal): boolean {
  return owner === principal.name || isForAll(principal)
}

/** A token lives no longer than the one it was made with, and one of a session from elsewhere no longer than that. */
function longestLifeMs(
  { kind, token, isFederated }: Principal,
  tokens: readonly TokenSummary[],
  nowMs: number,
): number {
  if (kind === 'token') {
    return (tokens.find(({ id }) => id === token)?.expiresAtMs ?? nowMs) - nowMs
  }
  return isFederated ? SESSION_TIMES.absoluteMs : Infinity
}
