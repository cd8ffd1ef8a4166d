// The beginning of a session: the cookie, what the page is told, and the end of the session that was there before.

import type { OperationRequest, Role } from '../admin/operation.ts'
import type { User } from './account-state.ts'
import { confirmed } from './second-factors.ts'
import { sessionCookie } from './cookies.ts'
import { csrfTokenOf, type Sessions, type SessionUser } from './sessions.ts'

/** Answers what the page must know; `cookies`: more to set than that of the session. */
export async function startSession(
  { header, sessionId, address, userAgent: agent }: OperationRequest,
  sessions: Sessions,
  user: SessionUser & { readonly scope: readonly string[]; readonly mustEnrol?: boolean },
  cookies: readonly string[] = [],
): Promise<object> {
  const id = await sessions.start(user, { address, agent }, sessionId)
  header('set-cookie', [sessionCookie(id), ...cookies])
  return aboutMe(user, id)
}

export function aboutMe(
  {
    name,
    displayName,
    role,
    scope,
    mustEnrol = false,
  }: {
    readonly name: string
    readonly displayName: string
    readonly role: Role | null
    readonly scope: readonly string[]
    readonly mustEnrol?: boolean
  },
  sessionId: string,
): object {
  const csrfToken = csrfTokenOf(sessionId)
  return { name, displayName, role, scope, csrfToken, ...(mustEnrol && { mustEnrol }) }
}

export function sessionUserOf(user: User, isFactorRequired: boolean) {
  const { name, role, scope, generation } = user
  const mustEnrol = isFactorRequired && confirmed(user) === null
  return { name, displayName: name, role, scope, generation, provider: '', mustEnrol }
}
