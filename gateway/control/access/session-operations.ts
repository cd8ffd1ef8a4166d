// Sessions, as operations of the admin API: who is signed in where, and the end of it.

import { Type } from 'typebox'
import { ApiError } from '../admin/api-error.ts'
import { isForAll, type Operation, type Principal } from '../admin/operation.ts'
import { page, pageOf, PAGE_QUERY } from '../admin/page.ts'
import type { AccessDeps } from './access-deps.ts'
import { CLOSED, Nothing, Session } from './schemas.ts'
import { handleOf, type SessionSummary } from './sessions.ts'

export function sessionOperations({ sessions, accounts, oidc }: AccessDeps): readonly Operation[] {
  const worth = async (): Promise<readonly SessionSummary[]> => {
    const generations = await accounts.generations()
    const mark = oidc()?.mark
    return sessions.list(({ name, generation, provider }) =>
      generation === null ? provider === mark : generations.get(name) === generation,
    )
  }
  const theirs = async (principal: Principal): Promise<readonly SessionSummary[]> =>
    (await worth()).filter(({ name }) => name === principal.name || isForAll(principal))
  return [
    {
      id: 'listSessions',
      method: 'GET',
      path: '/api/v1/sessions',
      role: 'viewer',
      scope: 'any',
      summary: 'Lists who is signed in at the console: oneself, or everybody for an admin.',
      query: Type.Object(PAGE_QUERY, CLOSED),
      answer: pageOf(Session),
      async run({ principal, query, sessionId }) {
        const current = sessionId === null ? null : handleOf(sessionId)
        const shown = (await theirs(principal)).map(({ handle, ...session }) => {
          return { id: handle, ...session, isCurrent: handle === current }
        })
        return page(shown, query, ({ id }) => id)
      },
    },
    {
      id: 'endSession',
      method: 'DELETE',
      path: '/api/v1/sessions/:id',
      role: 'viewer',
      scope: 'any',
      summary: 'Ends a session at once: one’s own, or anybody’s for an admin.',
      answer: Nothing,
      async run({ principal, params: { id = '' }, change }) {
        change({ target: `session/${id}` })
        const session = (await theirs(principal)).find(({ handle }) => handle === id)
        if (session === undefined) throw new ApiError('not_found', `no session ${id}`)
        change({ target: `session/${session.name}`, before: { id, address: session.address } })
        await sessions.endByHandle(id)
        return {}
      },
    },
  ]
}
